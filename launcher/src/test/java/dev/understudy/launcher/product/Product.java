package dev.understudy.launcher.product;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.launcher.command.Console;
import dev.understudy.launcher.command.Readiness;
import dev.understudy.launcher.command.UnderstudyCommand;
import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.process.ProcessId;
import dev.understudy.launcher.process.RunDirectory;
import dev.understudy.launcher.render.Json;
import dev.understudy.linux.Processes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** One switch of real processes, and the command line that people use on it. */
final class Product implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration LOOK = Duration.ofMillis(100);

  private final RunDirectory directory;

  Product(Path state) {
    directory = new RunDirectory(state);
  }

  /** How a command ended. */
  record Outcome(int status, String out, String err) {
    JsonNode json() {
      return Json.parse(out);
    }
  }

  /** Runs a command for this switch. */
  Outcome run(String... words) {
    List<String> all = new ArrayList<>(Arrays.asList(words));
    all.addAll(List.of("--state", directory.path().toString()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            Map.of());
    int status = UnderstudyCommand.commandLine(console).execute(all.toArray(String[]::new));
    return new Outcome(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Runs a command that must succeed. */
  Outcome done(String... words) {
    Outcome outcome = run(words);
    assertThat(outcome.status)
        .as("%s: %s%s", String.join(" ", words), outcome.out, outcome.err)
        .isZero();
    return outcome;
  }

  JsonNode show(String... words) {
    List<String> all = new ArrayList<>(List.of("show"));
    all.addAll(Arrays.asList(words));
    all.add("--json");
    return done(all.toArray(String[]::new)).json();
  }

  /** The slot that is active. */
  String active() {
    return awaitReady().path("active").asString();
  }

  static String other(String slot) {
    return slot.equals("A") ? "B" : "A";
  }

  /** Waits until one is active and the other could take over; {@code show redundancy} then. */
  JsonNode awaitReady() {
    return await("both supervisors are ready", this::redundancy, Readiness::isReady);
  }

  /** What {@code show redundancy} says; an empty document while nobody answers. */
  JsonNode redundancy() {
    Outcome outcome = run("show", "redundancy", "--json");
    return outcome.status == 0 ? outcome.json() : Json.object();
  }

  /** Looks again and again until what is seen is as it must be. */
  static <T> T await(String what, Supplier<T> look, Predicate<T> right) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    T seen = look.get();
    while (!right.test(seen)) {
      assertThat(System.nanoTime() - end)
          .as("after %s not yet: %s; seen last: %s", PATIENCE, what, seen)
          .isNegative();
      try {
        Thread.sleep(LOOK);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
      seen = look.get();
    }
    return seen;
  }

  ProcessId process(Part part) {
    return living(part).orElseThrow();
  }

  Optional<ProcessId> living(Part part) {
    return directory.processFile(part).living();
  }

  ProcessId supervisor(String slot) {
    return process(Part.supervisor(slot));
  }

  ProcessId launcher() {
    return directory.launcherFile().living().orElseThrow();
  }

  List<Part> living() {
    return directory.living();
  }

  Path path(String name) {
    return directory.path().resolve(name);
  }

  static void signal(ProcessId process, Processes.Signal signal) {
    assertThat(Processes.signal(process.pid(), signal)).isTrue();
  }

  /** A configuration file whose four UDP ports are free. */
  static Path configuration(Path file, String... more) {
    List<DatagramSocket> sockets = new ArrayList<>();
    StringBuilder yaml = new StringBuilder("name: sw1\nports:\n");
    try {
      for (int i = 0; i < 8; i++) {
        sockets.add(new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
      }
      for (int i = 1; i <= 4; i++) {
        yaml.append(
            "  p%d: {udp: {listen: \"127.0.0.1:%d\", peer: \"127.0.0.1:%d\"}}%n"
                .formatted(
                    i,
                    sockets.get(2 * i - 2).getLocalPort(),
                    sockets.get(2 * i - 1).getLocalPort()));
      }
      for (String line : more) {
        yaml.append(line).append('\n');
      }
      return Files.writeString(file, yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      sockets.forEach(DatagramSocket::close);
    }
  }

  @Override
  public void close() {
    var _ = run("down");
  }
}
