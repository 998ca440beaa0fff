package dev.understudy.forwarder.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.understudy.linux.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * Network namespaces of a test's own: one for the switch, which the test's thread is in, and one
 * for each host. Host {@code n} has the interface {@code eth0} with 10.0.0.n and fd00::n, whose
 * other end is {@code pn} at the switch. Without root the test is skipped, or fails where
 * UNDERSTUDY_LAB=required.
 */
public final class Lab implements AutoCloseable {
  private final String id = "us-fw-" + Long.toHexString(System.nanoTime());
  private final List<String> namespaces = new ArrayList<>();
  private final List<Process> servers = new ArrayList<>();
  private final NetworkNamespace inside;

  public Lab(int hosts) {
    if (!"root".equals(System.getProperty("user.name"))
        || !Files.isExecutable(Path.of("/usr/sbin/ip"))) {
      String reason = "needs root and iproute2 to make network namespaces";
      if ("required".equals(System.getenv("UNDERSTUDY_LAB"))) {
        fail("UNDERSTUDY_LAB=required, but the test " + reason);
      }
      abort("skipped: " + reason);
    }
    add(id);
    for (int host = 1; host <= hosts; host++) {
      add(host(host));
      ip(host, "link set lo up");
      connect(host);
    }
    inside = NetworkNamespace.enter(id);
  }

  private void add(String namespace) {
    run(List.of("ip", "netns", "add", namespace));
    namespaces.add(namespace);
  }

  public String host(int host) {
    return id + "-h" + host;
  }

  /** Makes the cable between a host and the switch. */
  public void connect(int host) {
    ip(host, "link add eth0 type veth peer name p" + host + " netns " + id);
    ip(host, "addr add 10.0.0." + host + "/24 dev eth0");
    ip(host, "addr add fd00::" + host + "/64 dev eth0 nodad");
    ip(host, "link set eth0 up");
  }

  /** {@code ip} in a host's namespace. */
  public String ip(int host, String arguments) {
    return run(command(List.of("ip", "-n", host(host)), arguments));
  }

  /** {@code ip} in the switch's namespace. */
  public String ip(String arguments) {
    return run(command(List.of("ip", "-n", id), arguments));
  }

  /** Any command in a host's namespace; its output. It has to end well. */
  public String at(int host, String arguments) {
    return run(command(List.of("ip", "netns", "exec", host(host)), arguments));
  }

  /** Any program in a host's namespace, until the end. */
  public void serve(int host, String arguments) {
    ProcessBuilder program =
        new ProcessBuilder(command(List.of("ip", "netns", "exec", host(host)), arguments))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    try {
      servers.add(program.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> command(List<String> start, String arguments) {
    List<String> command = new ArrayList<>(start);
    command.addAll(List.of(arguments.split(" ", -1)));
    return command;
  }

  private static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as("%s: %s", command, output).isZero();
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs something on a thread inside a host's namespace. */
  public <T> T in(int host, Callable<T> work) {
    return result(start(host, work));
  }

  /** Begins something on a thread inside a host's namespace. */
  public <T> FutureTask<T> start(int host, Callable<T> work) {
    FutureTask<T> task =
        new FutureTask<>(() -> {
          try (NetworkNamespace _ = NetworkNamespace.enter(host(host))) {
            return work.call();
          }
        });
    Thread.ofPlatform().name("in " + host(host)).daemon().start(task);
    return task;
  }

  public static <T> T result(FutureTask<T> task) {
    try {
      return task.get();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void close() {
    servers.forEach(Process::destroyForcibly);
    inside.close();
    for (String namespace : namespaces) {
      run(List.of("ip", "netns", "del", namespace));
    }
  }
}
