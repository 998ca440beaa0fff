package dev.understudy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessesTest {
  @Test
  void a_process_is_stopped_goes_on_and_is_killed() throws IOException, InterruptedException {
    Process sleeper = new ProcessBuilder("sleep", "60").start();
    try {
      assertThat(Processes.signal(sleeper.pid(), Processes.Signal.STOP)).isTrue();
      awaitState(sleeper.pid(), "T");
      assertThat(Processes.signal(sleeper.pid(), Processes.Signal.CONTINUE)).isTrue();
      awaitState(sleeper.pid(), "S");
      assertThat(Processes.signal(sleeper.pid(), Processes.Signal.KILL)).isTrue();
      assertThat(sleeper.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(sleeper.exitValue()).isEqualTo(128 + 9);
      assertThat(Processes.signal(sleeper.pid(), Processes.Signal.TERM)).isFalse();
    } finally {
      sleeper.destroyForcibly();
    }
  }

  /** Run as a process of its own: starts a child, says its pid, and becomes a shell. */
  public static final class BecomesShell {
    public static void main(String[] arguments) throws IOException {
      Process child = new ProcessBuilder("sleep", "60").start();
      String script = "echo $$ " + child.pid() + "; ls /proc/self/fd | wc -l; wait; read line";
      Processes.execute(List.of("/bin/sh", "-c", script));
    }
  }

  @Test
  void a_program_takes_another_s_place_with_its_process_and_its_children() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                BecomesShell.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
      String[] pids = String.valueOf(reader.readLine()).split(" ", -1);
      assertThat(pids[0]).isEqualTo(Long.toString(process.pid()));
      ProcessHandle child = ProcessHandle.of(Long.parseLong(pids[1])).orElseThrow();
      assertThat(child.parent().orElseThrow().pid()).isEqualTo(process.pid());
      // Standard input, output and error, and the folder that ls itself reads.
      assertThat(reader.readLine().strip()).isEqualTo("4");
      assertThat(child.destroyForcibly()).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void a_program_that_is_not_there_is_not_run_and_this_one_goes_on() {
    assertThatThrownBy(() -> Processes.execute(List.of("/none/such")))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("ENOENT");
  }

  private static void awaitState(long pid, String state) throws IOException {
    long deadline = System.nanoTime() + 10_000_000_000L;
    String seen;
    do {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      seen = stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    } while (!seen.equals(state) && System.nanoTime() < deadline);
    assertThat(seen).isEqualTo(state);
  }

  @Test
  void groups_everybody_and_init_are_no_targets() {
    for (long pid : new long[] {1, 0, -1, -4711, 1L << 32}) {
      assertThatThrownBy(() -> Processes.signal(pid, Processes.Signal.KILL))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void the_peer_of_a_unix_socket_is_this_process(@TempDir Path directory) throws IOException {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
    Set<Integer> before = sockets();
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      try (SocketChannel _ = SocketChannel.open(address);
          SocketChannel _ = server.accept()) {
        Set<Integer> ours = sockets();
        ours.removeAll(before);
        assertThat(ours.stream().map(PeerCredentials::of))
            .anySatisfy(peer -> {
              assertThat(peer.pid()).isEqualTo((int) ProcessHandle.current().pid());
              assertThat(peer.uid())
                  .isEqualTo(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
            });
      }
    }
  }

  /** Descriptors of this process that are sockets. */
  private static Set<Integer> sockets() throws IOException {
    Set<Integer> sockets = new TreeSet<>();
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      for (Path file : files.toList()) {
        // The descriptor that listed the directory is gone already.
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
            && Files.readSymbolicLink(file).toString().startsWith("socket:")) {
          sockets.add(Integer.parseInt(file.getFileName().toString()));
        }
      }
    }
    return sockets;
  }

  @Test
  void something_that_is_no_socket_is_refused_with_call_and_errno() {
    assertThatThrownBy(() -> PeerCredentials.of(-1))
        .isInstanceOf(ErrnoException.class)
        .hasMessage("getsockopt(-1, SO_PEERCRED): EBADF (9)");
  }

  @Test
  void a_thread_enters_a_namespace_and_comes_back() throws IOException {
    try (Lab lab = Lab.empty()) {
      Path current = Path.of("/proc/thread-self/ns/net");
      String home = Files.readSymbolicLink(current).toString();
      try (NetworkNamespace namespace = NetworkNamespace.enter(lab.namespace())) {
        assertThat(Files.readSymbolicLink(current).toString()).isNotEqualTo(home);
        assertThat(namespace).isNotNull();
      }
      assertThat(Files.readSymbolicLink(current).toString()).isEqualTo(home);
      assertThatThrownBy(() -> NetworkNamespace.enter("us-test-nobody"))
          .isInstanceOf(ErrnoException.class)
          .hasMessage("open(/run/netns/us-test-nobody): ENOENT (2)");
    }
  }
}
