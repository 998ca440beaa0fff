package dev.understudy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace of a test's own, with a veth pair {@code p0}, {@code p1} in it, gone when
 * closed. Without root the test is skipped, or fails where UNDERSTUDY_LAB=required.
 */
final class Lab implements AutoCloseable {
  private static final long PASSAGE_LIMIT_NANOS = 10_000_000_000L;
  private static final long PASSAGE_ATTEMPT_NANOS = 50_000_000L;

  private final String namespace;

  private Lab(String namespace) {
    this.namespace = namespace;
  }

  static Lab withVethPair() {
    Lab lab = empty();
    lab.ip("link add p0 type veth peer name p1");
    for (String port : List.of("p0", "p1")) {
      lab.silence(port);
      lab.ip("link set " + port + " up");
    }
    lab.awaitPassage("p0", "p1");
    lab.awaitPassage("p1", "p0");
    return lab;
  }

  /**
   * Waits until a frame crosses. When the carrier comes the kernel opens the interface's queue a
   * moment later, and until then takes frames and drops them without a word.
   */
  void awaitPassage(String from, String to) {
    try (PacketSocket sender = open(from, PacketOptions.standard());
        PacketSocket receiver = open(to, PacketOptions.standard());
        Epoll epoll = Epoll.open(1)) {
      epoll.add(new Epoll.Interest(receiver.fd(), Epoll.IN, 0));
      FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 1);
      batch.append(FrameTest.frame("02:00:00:00:00:01", 60));
      FrameBatch in = FrameBatch.of(FrameSize.STANDARD, 1);
      SendVector vector = SendVector.of(1);
      long deadline = System.nanoTime() + PASSAGE_LIMIT_NANOS;
      while (System.nanoTime() < deadline) {
        vector.add(batch, 0);
        vector.flush(sender, new SendTally());
        if (epoll.await(PASSAGE_ATTEMPT_NANOS) > 0 && receiver.receive(in, 1) > 0) {
          return;
        }
      }
      fail("no frame crosses from " + from + " to " + to);
    }
  }

  static Lab empty() {
    if (!isRoot() || !Files.isExecutable(Path.of("/usr/sbin/ip"))) {
      unavailable("needs root and iproute2 to make a network namespace");
    }
    Lab lab = new Lab("us-test-" + Long.toHexString(System.nanoTime()));
    run(List.of("ip", "netns", "add", lab.namespace));
    return lab;
  }

  static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException e) {
      return false;
    }
  }

  static void unavailable(String reason) {
    if ("required".equals(System.getenv("UNDERSTUDY_LAB"))) {
      fail("UNDERSTUDY_LAB=required, but the test " + reason);
    }
    abort("skipped: " + reason);
  }

  String namespace() {
    return namespace;
  }

  /** Keeps the host's stack from speaking on the port. */
  void silence(String port) {
    in(() -> {
      Files.writeString(Path.of("/proc/sys/net/ipv6/conf/" + port + "/disable_ipv6"), "1");
      return null;
    });
  }

  String ip(String arguments) {
    List<String> command = new java.util.ArrayList<>(List.of("ip", "-n", namespace));
    command.addAll(List.of(arguments.split(" ", -1)));
    return run(command);
  }

  private static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as("%s: %s", command, output).isZero();
      return output;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs something on a platform thread inside the namespace. */
  <T> T in(Callable<T> work) {
    FutureTask<T> task =
        new FutureTask<>(() -> {
          try (NetworkNamespace _ = NetworkNamespace.enter(namespace)) {
            return work.call();
          }
        });
    Thread thread = Thread.ofPlatform().name("in " + namespace).start(task);
    try {
      thread.join();
      return task.get();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  int indexOf(String port) {
    return in(() -> ErrnoException.check(InterfaceRequests.indexOf(port), "indexOf", port));
  }

  PacketSocket open(String port, PacketOptions options) {
    return in(() ->
        PacketSocket.open(
            ErrnoException.check(InterfaceRequests.indexOf(port), "indexOf", port), options));
  }

  @Override
  public void close() {
    run(List.of("ip", "netns", "del", namespace));
  }
}
