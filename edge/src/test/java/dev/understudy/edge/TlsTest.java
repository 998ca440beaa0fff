package dev.understudy.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Close;
import dev.understudy.schema.ReplicationGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may speak to whom over TCP, and what whoever may not is told. */
@Timeout(60)
final class TlsTest {
  @TempDir private static Path directory;
  private static Path ours;
  private static Path others;

  private final Counters counters = new Counters();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final BlockingQueue<Link<CanonicalMessage, CanonicalMessage>> taken =
      new LinkedBlockingQueue<>();
  private HostPort at;
  private EventLoop loop;

  private static final class Heard implements LinkListener<CanonicalMessage, CanonicalMessage> {
    final BlockingQueue<Link<CanonicalMessage, CanonicalMessage>> opened =
        new LinkedBlockingQueue<>();
    final BlockingQueue<CanonicalMessage> received = new LinkedBlockingQueue<>();

    @Override
    public void opened(Link<CanonicalMessage, CanonicalMessage> link) {
      opened.add(link);
    }

    @Override
    public void received(Link<CanonicalMessage, CanonicalMessage> link, CanonicalMessage message) {
      received.add(message);
    }

    @Override
    public void closed(Link<CanonicalMessage, CanonicalMessage> link, String reason) {}
  }

  @BeforeAll
  static void keys() throws KeyMaker.Failed {
    ours = directory.resolve("ours");
    others = directory.resolve("others");
    KeyMaker.make(ours, "sw1", 30);
    KeyMaker.make(others, "sw2", 30);
  }

  /** Slot A listens for slot B. */
  @BeforeEach
  void listen() throws IOException {
    loop = keep(new EventLoop("test"));
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      at = new HostPort("127.0.0.1", free.getLocalPort());
    }
    keep(
        Listening.open(
            loop,
            new Endpoint.TlsListening(at, keys(ours, CertifiedRole.SUPERVISOR_A)),
            counters,
            Listening.only(
                Set.of(CertifiedRole.SUPERVISOR_B),
                counters,
                Listening.streams(
                    loop,
                    ReplicationGrpc.getServiceDescriptor(),
                    ReplicationGrpc.getStreamMethod(),
                    new LinkListener<CanonicalMessage, CanonicalMessage>() {
                      @Override
                      public void opened(Link<CanonicalMessage, CanonicalMessage> link) {
                        taken.add(link);
                      }

                      @Override
                      public void received(
                          Link<CanonicalMessage, CanonicalMessage> link, CanonicalMessage message) {
                        link.send(message);
                      }

                      @Override
                      public void closed(
                          Link<CanonicalMessage, CanonicalMessage> link, String reason) {}
                    }))));
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

  private static Keys keys(Path of, CertifiedRole role) {
    return Keys.open(of.resolve(role.text()), role);
  }

  private Heard dial(Keys keys, CertifiedRole expected) {
    Heard heard = new Heard();
    keep(new Dialer<>(
            loop, new Endpoint.Tls(at, keys, expected), ReplicationGrpc.getStreamMethod(), heard))
        .start();
    return heard;
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      Thread.sleep(5);
    }
  }

  @Test
  void a_supervisor_with_its_own_certificate_is_heard_and_known() throws Exception {
    Heard client = dial(keys(ours, CertifiedRole.SUPERVISOR_B), CertifiedRole.SUPERVISOR_A);
    var link = client.opened.poll(20, TimeUnit.SECONDS);
    assertThat(link).isNotNull();
    CanonicalMessage message =
        CanonicalMessage.newBuilder().setClose(Close.newBuilder().setNumber(7)).build();

    link.send(message);

    assertThat(client.received.poll(20, TimeUnit.SECONDS)).isEqualTo(message);
    assertThat(taken.take().peer()).contains(CertifiedRole.SUPERVISOR_B);
    assertThat(counters.values()).isEmpty();
  }

  @Test
  void a_certificate_of_another_authority_is_refused_and_counted() throws Exception {
    Heard client = dial(keys(others, CertifiedRole.SUPERVISOR_B), CertifiedRole.SUPERVISOR_A);

    await(() -> counters.value(TlsCheck.FAILED) > 0);

    assertThat(client.opened).isEmpty();
    assertThat(taken).isEmpty();
  }

  @Test
  void a_certificate_of_another_role_is_refused_and_counted() throws Exception {
    Heard client = dial(keys(ours, CertifiedRole.FORWARDER), CertifiedRole.SUPERVISOR_A);

    await(() -> counters.value(Listening.WRONG_ROLES) > 0);

    assertThat(client.opened).isEmpty();
    assertThat(taken).isEmpty();
  }

  @Test
  void whoever_listens_must_be_the_one_that_was_dialled() throws Exception {
    Heard client = dial(keys(ours, CertifiedRole.SUPERVISOR_B), CertifiedRole.FORWARDER);

    await(() -> counters.value(TlsCheck.FAILED) > 0);

    assertThat(client.opened).isEmpty();
    assertThat(taken).isEmpty();
  }

  @Test
  void without_tls_nobody_is_heard() throws Exception {
    try (Socket socket = new Socket(at.host(), at.port())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      while (socket.getInputStream().read() >= 0) {
        // an alert may come before the end
      }
    }

    await(() -> counters.value(TlsCheck.FAILED) == 1);
    assertThat(taken).isEmpty();
  }

  @Test
  void without_a_certificate_nobody_is_heard() throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(at.host(), at.port())
            .sslContext(
                io.grpc.netty.GrpcSslContexts.forClient()
                    .trustManager(ours.resolve(Keys.AUTHORITY).toFile())
                    .build())
            .overrideAuthority(CertifiedRole.SUPERVISOR_A.certifiedName())
            .build();
    keep(channel::shutdownNow);
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    var call = channel.newCall(ReplicationGrpc.getStreamMethod(), CallOptions.DEFAULT);
    var _ =
        ClientCalls.asyncBidiStreamingCall(
            call,
            new StreamObserver<CanonicalMessage>() {
              @Override
              public void onNext(CanonicalMessage message) {}

              @Override
              public void onError(Throwable cause) {
                failure.complete(cause);
              }

              @Override
              public void onCompleted() {
                failure.complete(new AssertionError("completed"));
              }
            });

    assertThat(failure.get(20, TimeUnit.SECONDS))
        .isInstanceOf(io.grpc.StatusRuntimeException.class);
    await(() -> counters.value(TlsCheck.FAILED) == 1);
    assertThat(taken).isEmpty();
  }

  @Test
  void a_warm_up_comes_to_its_end_and_leaves_the_keys_as_they_were() throws Exception {
    Keys keys = keys(ours, CertifiedRole.SUPERVISOR_B);

    keys.warmUp();

    assertThat(dial(keys, CertifiedRole.SUPERVISOR_A).opened.poll(20, TimeUnit.SECONDS))
        .isNotNull();
  }

  @Test
  void keys_are_their_owners_only_and_are_never_overwritten() throws Exception {
    Path key = ours.resolve("forwarder").resolve(Keys.KEY);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(ours.resolve(KeyMaker.AUTHORITY_KEY))))
        .isEqualTo("rw-------");
    assertThat(ours.resolve("..").toFile().list((dir, name) -> name.startsWith(".understudy")))
        .isEmpty();
    assertThatThrownBy(() -> KeyMaker.make(ours, "sw1", 30))
        .isInstanceOf(KeyMaker.Failed.class)
        .hasMessageContaining("never overwritten");
  }

  @Test
  void keys_that_cant_be_used_are_refused_with_the_reason() throws Exception {
    Path copy = Files.createDirectory(directory.resolve("copy-" + System.nanoTime()));
    assertThatThrownBy(() -> Keys.open(copy, CertifiedRole.FORWARDER))
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("keys init");
    for (String name : List.of(Keys.AUTHORITY, Keys.CERTIFICATE, Keys.KEY)) {
      Files.copy(ours.resolve("forwarder").resolve(name), copy.resolve(name));
    }
    Files.setPosixFilePermissions(
        copy.resolve(Keys.KEY), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> Keys.open(copy, CertifiedRole.FORWARDER))
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("chmod 600");
    Files.setPosixFilePermissions(
        copy.resolve(Keys.KEY), PosixFilePermissions.fromString("rw-------"));
    assertThatThrownBy(() -> Keys.open(copy, CertifiedRole.SUPERVISOR_A))
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("CN=forwarder")
        .hasMessageContaining("supervisor-a");
    Files.writeString(copy.resolve(Keys.CERTIFICATE), "nothing of the kind");
    assertThatThrownBy(() -> Keys.open(copy, CertifiedRole.FORWARDER))
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("no certificate that is valid today");
  }

  @Test
  void a_host_and_port_are_read_as_they_are_written() {
    assertThat(HostPort.parse("192.0.2.1:7117")).isEqualTo(new HostPort("192.0.2.1", 7117));
    assertThat(HostPort.parse("[2001:db8::1]:7117").toString()).isEqualTo("[2001:db8::1]:7117");
    for (String bad : List.of("", "192.0.2.1", ":7117", "host:0", "host:65536", "::1:7117")) {
      assertThatThrownBy(() -> HostPort.parse(bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("HOST:PORT");
    }
  }
}
