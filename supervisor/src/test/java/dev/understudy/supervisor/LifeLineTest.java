package dev.understudy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.edge.Counters;
import dev.understudy.edge.Endpoint;
import dev.understudy.edge.EventLoop;
import dev.understudy.edge.LifeWatch;
import dev.understudy.linux.LifeLine;
import dev.understudy.linux.Scheduling;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class LifeLineTest {
  private static final Scheduling.Wish FIRST = Scheduling.Wish.fifo(11).orNice(-10);

  @TempDir private Path directory;
  private final EventLoop loop = new EventLoop("test");
  private final Counters counters = new Counters();
  private final BlockingQueue<Long> ended = new LinkedBlockingQueue<>();

  @AfterEach
  void end() {
    loop.close();
  }

  private Endpoint.Unix place() {
    return new Endpoint.Unix(directory.resolve("life.sock"));
  }

  private LifeWatch watch() {
    return LifeWatch.open(loop, place(), counters, ended::add);
  }

  /** Another process with much memory: a life line, and a connection as everybody has them. */
  static final class Other {
    private Other() {}

    static void main(String[] arguments) throws IOException {
      LifeLine.start(7, List.of(Path.of(arguments[0])), FIRST);
      try (SocketChannel plain = SocketChannel.open(UnixDomainSocketAddress.of(arguments[1]))) {
        plain.write(ByteBuffer.wrap(new byte[1]));
        plain.read(ByteBuffer.allocate(1));
      }
    }
  }

  @Test
  void a_killed_process_is_missed_while_the_kernel_still_takes_down_its_memory() throws Exception {
    Path plainPath = directory.resolve("plain.sock");
    try (LifeWatch _ =
            LifeWatch.open(loop, place(), counters, identity -> ended.add(System.nanoTime()));
        ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listening.bind(UnixDomainSocketAddress.of(plainPath));
      Process other =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-XX:+AlwaysPreTouch",
                  "-Xms400m",
                  "-Xmx400m",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Other.class.getName(),
                  place().toString(),
                  plainPath.toString())
              .inheritIO()
              .start();
      try (SocketChannel plain = listening.accept()) {
        assertThat(plain.read(ByteBuffer.allocate(1))).isEqualTo(1);
        TimeUnit.MILLISECONDS.sleep(300); // the line is tried again and again until it is there
        assertThat(ended).as("lives").isEmpty();
        other.destroyForcibly();
        long plainEnded = endOf(plain);
        assertThat(ended.poll(10, TimeUnit.SECONDS)).isNotNull().isLessThan(plainEnded);
      } finally {
        other.destroyForcibly();
      }
    }
  }

  private static long endOf(SocketChannel channel) {
    try {
      while (channel.read(ByteBuffer.allocate(1)) >= 0) {}
    } catch (IOException _) {
      // An end, too.
    }
    return System.nanoTime();
  }

  @Test
  void a_line_that_is_let_go_is_an_end_and_one_to_a_new_listener_comes_by_itself()
      throws Exception {
    LifeLine line = LifeLine.start(3, List.of(place().socket()), FIRST);
    try (LifeWatch _ = watch()) {
      TimeUnit.MILLISECONDS.sleep(300);
      assertThat(ended).as("nothing has ended").isEmpty();
    }
    ended.clear(); // what the listener's own end was
    try (LifeWatch _ = watch()) {
      TimeUnit.MILLISECONDS.sleep(300);
      assertThat(ended).isEmpty();
      line.close();
      assertThat(ended.poll(10, TimeUnit.SECONDS)).isEqualTo(3L);
    }
  }

  @Test
  void what_is_no_life_line_says_nothing_of_anybody_and_is_counted() throws Exception {
    try (LifeWatch _ = watch()) {
      List<byte[]> rude =
          List.of(new byte[0], new byte[] {1}, new byte[8], new byte[9], new byte[100_000]);
      List<SocketChannel> open = new ArrayList<>();
      for (byte[] octets : rude) {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(place().socket()));
        open.add(channel);
        try {
          channel.write(ByteBuffer.wrap(octets));
        } catch (IOException _) {
          // Closed while it was written to, as the longest may be.
        }
      }
      while (counters.values().getOrDefault("edge.connections-with-garbage", 0L) < 2) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      for (SocketChannel channel : open) {
        channel.close();
      }
      LifeLine line = LifeLine.start(5, List.of(place().socket()), FIRST);
      TimeUnit.MILLISECONDS.sleep(300);
      line.close();
      assertThat(ended.poll(10, TimeUnit.SECONDS)).as("the first there is").isEqualTo(5L);
    }
  }
}
