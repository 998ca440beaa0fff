package dev.understudy.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Close;
import dev.understudy.schema.ReplicationGrpc;
import dev.understudy.schema.SyncRequest;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class LinkTest {
  @TempDir private Path directory;
  private final Counters counters = new Counters();
  private final List<AutoCloseable> open = new ArrayList<>();

  /** What a listener heard, for the test's thread. */
  private static final class Heard implements LinkListener<CanonicalMessage, CanonicalMessage> {
    final BlockingQueue<Link<CanonicalMessage, CanonicalMessage>> opened =
        new LinkedBlockingQueue<>();
    final BlockingQueue<CanonicalMessage> received = new LinkedBlockingQueue<>();
    final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

    @Override
    public void opened(Link<CanonicalMessage, CanonicalMessage> link) {
      opened.add(link);
    }

    @Override
    public void received(Link<CanonicalMessage, CanonicalMessage> link, CanonicalMessage message) {
      received.add(message);
    }

    @Override
    public void closed(Link<CanonicalMessage, CanonicalMessage> link, String reason) {
      closed.add(reason);
    }
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private <T extends AutoCloseable> T keep(T closeable) {
    open.add(closeable);
    return closeable;
  }

  private EventLoop loop() {
    return keep(new EventLoop("test"));
  }

  private Endpoint endpoint(String name) {
    return new Endpoint.Unix(directory.resolve(name));
  }

  private Listening listen(
      EventLoop loop, Endpoint endpoint, LinkListener<CanonicalMessage, CanonicalMessage> heard) {
    return keep(
        Listening.open(
            loop,
            endpoint,
            counters,
            Listening.streams(
                loop,
                ReplicationGrpc.getServiceDescriptor(),
                ReplicationGrpc.getStreamMethod(),
                heard)));
  }

  private Dialer<CanonicalMessage, CanonicalMessage> dial(
      EventLoop loop, Endpoint endpoint, Heard heard) {
    Dialer<CanonicalMessage, CanonicalMessage> dialer =
        keep(new Dialer<>(loop, endpoint, ReplicationGrpc.getStreamMethod(), heard));
    dialer.start();
    return dialer;
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(20, TimeUnit.SECONDS);
    assertThat(next).as("something was to come").isNotNull();
    return java.util.Objects.requireNonNull(next);
  }

  private static CanonicalMessage message(int number) {
    return CanonicalMessage.newBuilder().setClose(Close.newBuilder().setNumber(number)).build();
  }

  @Test
  void messages_arrive_in_order_both_ways_however_slow_the_receiver_is() throws Exception {
    EventLoop loop = loop();
    Heard server = new Heard();
    Heard client = new Heard();
    listen(loop, endpoint("s"), server);
    dial(loop, endpoint("s"), client);
    var up = next(client.opened);
    var down = next(server.opened);
    int count = 3 * Link.RECEIVED_MAX;

    for (int i = 0; i < count; i++) {
      up.send(message(i));
      down.send(message(-i));
    }

    for (int i = 0; i < Link.RECEIVED_MAX; i++) {
      assertThat(next(server.received).getClose().getNumber()).isEqualTo(i);
    }
    assertThat(server.received.poll(200, TimeUnit.MILLISECONDS))
        .as("nothing comes beyond what was asked for")
        .isNull();
    for (int i = 0; i < Link.RECEIVED_MAX; i++) {
      down.taken();
    }
    for (int i = Link.RECEIVED_MAX; i < 2 * Link.RECEIVED_MAX; i++) {
      assertThat(next(server.received).getClose().getNumber()).isEqualTo(i);
    }
    for (int i = 0; i < count; i++) {
      assertThat(next(client.received).getClose().getNumber()).isEqualTo(-i);
      up.taken();
    }
    assertThat(down.hasRoom()).isTrue();
  }

  @Test
  void a_link_whose_other_end_takes_nothing_ends_at_its_limit() throws Exception {
    EventLoop loop = loop();
    Heard server = new Heard();
    Heard client = new Heard();
    listen(loop, endpoint("s"), server);
    dial(loop, endpoint("s"), client);
    next(client.opened);
    var down = next(server.opened);
    CanonicalMessage bulk =
        CanonicalMessage.newBuilder()
            .setSyncRequest(SyncRequest.newBuilder().setReason("x".repeat(1 << 20)))
            .build();

    int sent = 0;
    while (!down.isClosed() && sent < 1 << 20) {
      down.send(bulk);
      sent++;
    }

    assertThat(next(server.closed)).contains("over the limit");
    assertThat(down.hasRoom()).isFalse();
    next(client.closed);
  }

  @Test
  void the_last_message_before_a_close_arrives_and_the_dialer_comes_back() throws Exception {
    EventLoop loop = loop();
    Heard server = new Heard();
    Heard client = new Heard();
    listen(loop, endpoint("s"), server);
    dial(loop, endpoint("s"), client);
    next(client.opened);
    var down = next(server.opened);

    down.send(message(7));
    down.close("enough of it");

    assertThat(next(client.received).getClose().getNumber()).isEqualTo(7);
    assertThat(next(client.closed)).isEqualTo("enough of it");
    assertThat(next(server.closed)).isEqualTo("enough of it");
    next(client.opened);
    next(server.opened);
    assertThat(client.closed).isEmpty();
  }

  @Test
  void a_dialer_waits_for_a_listener_that_comes_later_and_for_one_that_comes_again()
      throws Exception {
    EventLoop loop = loop();
    Heard client = new Heard();
    dial(loop, endpoint("s"), client);
    for (int round = 0; round < 3; round++) {
      Heard server = new Heard();
      Listening listening = listen(loop, endpoint("s"), server);
      next(client.opened).send(message(round));
      assertThat(next(server.received).getClose().getNumber()).isEqualTo(round);
      listening.close();
      next(client.closed);
      next(server.closed);
    }
  }

  @Test
  void garbage_on_a_socket_is_counted_and_harms_nobody() throws Exception {
    EventLoop loop = loop();
    Heard server = new Heard();
    Heard client = new Heard();
    Path socket = directory.resolve("s");
    listen(loop, endpoint("s"), server);
    dial(loop, endpoint("s"), client);
    var up = next(client.opened);
    Random random = new Random(42);
    byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    for (int round = 0; round < 50; round++) {
      byte[] octets = new byte[random.nextInt(1, 3000)];
      random.nextBytes(octets);
      if (round % 2 == 1) { // the right beginning, and garbage behind it
        octets = ByteString.copyFrom(preface).concat(ByteString.copyFrom(octets)).toByteArray();
      }
      poke(socket, octets);
    }

    up.send(message(1));
    assertThat(next(server.received).getClose().getNumber()).isEqualTo(1);
    assertThat(counters.value(PeerCheck.GARBAGE)).isEqualTo(25);
    assertThat(client.closed).isEmpty();
  }

  /** Sends octets and reads until the other side closes. */
  private static void poke(Path socket, byte[] octets) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(ByteBuffer.wrap(octets));
      channel.shutdownOutput();
      ByteBuffer answer = ByteBuffer.allocate(65536);
      while (channel.read(answer.clear()) >= 0) {
        // until it is closed
      }
    } catch (IOException _) {
      // Closed while we wrote: that is what is wanted.
    }
  }

  @Test
  void a_socket_and_its_directory_are_the_owners_only() throws Exception {
    Path inside = directory.resolve("state");
    Endpoint endpoint = new Endpoint.Unix(inside.resolve("s"));
    listen(loop(), endpoint, new Heard());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(inside)))
        .isEqualTo("rwx------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(inside.resolve("s"))))
        .isEqualTo("rw-------");
  }

  /** Even where somebody has opened folder and socket to everybody. */
  @Test
  void a_connection_of_another_user_is_refused_and_counted() throws Exception {
    Assumptions.assumeTrue(
        StateDirectory.ownUid() == 0, "only root can be another user: run the tests as root");
    Path inside = directory.resolve("state");
    Path socket = inside.resolve("s");
    EventLoop loop = loop();
    Heard server = new Heard();
    Endpoint endpoint = new Endpoint.Unix(socket);
    listen(loop, endpoint, server);
    for (Path opened : List.of(directory, inside, socket)) {
      Files.setPosixFilePermissions(opened, PosixFilePermissions.fromString("rwxrwxrwx"));
    }
    assertThat(connect(socket, "0")).isEqualTo("open");
    assertThat(counters.value(PeerCheck.STRANGERS)).isZero();
    assertThat(connect(socket, "65534")).isEqualTo("closed");
    assertThat(counters.value(PeerCheck.STRANGERS)).isEqualTo(1);
    assertThat(server.opened).isEmpty();
  }

  /** What a user's connection is after a moment: open, closed, or an error's name. */
  private static String connect(Path socket, String user) throws Exception {
    String script =
        """
        import socket, sys
        s = socket.socket(socket.AF_UNIX)
        try:
            s.connect(sys.argv[1])
            s.settimeout(1)
            while s.recv(4096):
                pass
            print("closed")
        except TimeoutError:
            print("open")
        except ConnectionError:
            print("closed")
        except OSError as e:
            print(e)
        """;
    Process process =
        new ProcessBuilder(
                "setpriv",
                "--reuid=" + user,
                "--clear-groups",
                "/usr/bin/python3",
                "-c",
                script,
                socket.toString())
            .redirectErrorStream(true)
            .start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  @Test
  void a_socket_path_that_the_kernel_refuses_is_named_and_a_state_directory_avoids_it() {
    Path deep = directory.resolve("d".repeat(100));
    assertThatThrownBy(() -> new Endpoint.Unix(deep.resolve("border.sock")))
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("107 octets");
    Endpoint.Unix endpoint = (Endpoint.Unix) StateDirectory.at(deep).borderEndpoint();
    assertThat(endpoint.socket().toString().length()).isLessThan(107);
    assertThat(endpoint).isEqualTo(StateDirectory.at(deep).borderEndpoint());
    assertThat(endpoint)
        .isNotEqualTo(StateDirectory.at(directory.resolve("e".repeat(100))).borderEndpoint());
  }

  @Test
  void a_place_in_a_state_directory_is_given_once_at_a_time() {
    StateDirectory state = StateDirectory.open(directory.resolve("state"));
    StateDirectory.Place place = state.claimPlace("forwarder");
    assertThatThrownBy(() -> state.claimPlace("forwarder"))
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("another forwarder, process " + ProcessHandle.current().pid());
    place.close();
    keep(state.claimPlace("forwarder"));
  }
}
