package dev.understudy.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The base line: {@code relay.c}, compiled here and now, as a process. */
final class Relay implements AutoCloseable {
  private static final String SOURCE = "relay.c";

  private final Path directory;
  private final @Nullable Process process;
  private final String reason;

  private Relay(Path directory, @Nullable Process process, String reason) {
    this.directory = directory;
    this.process = process;
    this.reason = reason;
  }

  /**
   * Between two UDP ports.
   *
   * @param at host 1, port 1, port 2, host 2
   */
  static Relay udp(List<InetSocketAddress> at) {
    return start(
        List.of(),
        List.of(
            "udp", udpPort(at.get(1)), udpPort(at.get(0)), udpPort(at.get(2)), udpPort(at.get(3))));
  }

  private static String udpPort(InetSocketAddress address) {
    return Integer.toString(address.getPort());
  }

  /** Between the interfaces e1 and e2. */
  static Relay packet(List<String> prefix) {
    return start(prefix, List.of("packet", "e1", "e2"));
  }

  private static Relay start(List<String> prefix, List<String> arguments) {
    try {
      Path directory = Files.createTempDirectory("us-bench");
      Optional<String> failure = compile(directory);
      if (failure.isPresent()) {
        return new Relay(directory, null, failure.get());
      }
      List<String> command = new ArrayList<>(prefix);
      command.addAll(RealTime.prefix());
      command.add(directory.resolve("relay").toString());
      command.addAll(arguments);
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      // It says a line when it is ready.
      boolean ready = process.inputReader().readLine() != null;
      return new Relay(directory, process, ready ? "" : "the program ended at once");
    } catch (IOException e) {
      throw new UncheckedIOException("the base line can't be started", e);
    }
  }

  private static Optional<String> compile(Path directory) throws IOException {
    Path source = directory.resolve(SOURCE);
    try (InputStream in = Objects.requireNonNull(Relay.class.getResourceAsStream(SOURCE))) {
      Files.copy(in, source);
    }
    if (!Commands.succeeds("cc", "--version")) {
      return Optional.of("there is no C compiler (cc)");
    }
    Commands.run(
        "cc", "-O2", "-Wall", "-o", directory.resolve("relay").toString(), source.toString());
    return Optional.empty();
  }

  boolean runs() {
    return process != null && reason.isEmpty();
  }

  /** Why it doesn't run. */
  String reason() {
    return reason;
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
      try {
        process.waitFor(5, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    Environment.delete(directory);
  }
}
