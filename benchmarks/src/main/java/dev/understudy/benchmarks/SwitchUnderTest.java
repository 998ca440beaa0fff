package dev.understudy.benchmarks;

import dev.understudy.launcher.command.Asking;
import dev.understudy.launcher.command.CommandFailure;
import dev.understudy.launcher.command.Readiness;
import dev.understudy.launcher.command.Supervisors;
import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.process.RunDirectory;
import dev.understudy.launcher.render.Json;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.ShowRequest;
import dev.understudy.schema.StateRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The real product: launcher, forwarder and both supervisors as processes of their own, started and
 * stopped by the command that people use, in a state directory that goes with it.
 */
final class SwitchUnderTest implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 5_000;
  private static final long READY_MILLIS_MAX = 60_000;

  private final List<String> understudy;
  private final RunDirectory directory;
  private final Asking asking;

  private SwitchUnderTest(List<String> understudy, Path state) {
    this.understudy = understudy;
    this.directory = new RunDirectory(state);
    this.asking = new Asking(directory);
  }

  /** Starts it; both supervisors are ready when this returns. */
  static SwitchUnderTest start(String yaml) {
    return start(List.of(), yaml);
  }

  /**
   * The same, by way of another command.
   *
   * @param prefix what stands before the command, for example {@code ip netns exec NAME}
   */
  static SwitchUnderTest start(List<String> prefix, String yaml) {
    List<String> understudy = new ArrayList<>(prefix);
    understudy.add(home().resolve("understudy").toString());
    try {
      // Not below a long directory: paths of Unix sockets are short.
      Path state = Files.createTempDirectory("us-bench");
      Path configuration = state.resolve("benchmark.yaml");
      Files.writeString(configuration, yaml);
      SwitchUnderTest started = new SwitchUnderTest(List.copyOf(understudy), state);
      try {
        started.command("up", "--detach", "--config", configuration.toString());
        started.awaitReady();
      } catch (RuntimeException e) {
        started.close();
        throw e;
      }
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException("can't make a state directory", e);
    }
  }

  /**
   * Where the command is: named by the command itself, else the first directory above that has it.
   */
  private static Path home() {
    String named = System.getenv("UNDERSTUDY_HOME");
    if (named != null) {
      return Path.of(named);
    }
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isExecutable(at.resolve("understudy"))) {
        return at;
      }
    }
    throw new BenchmarkFailure("the command understudy is nowhere above the working directory");
  }

  private void command(String name, String... arguments) {
    List<String> command = new ArrayList<>(understudy);
    command.addAll(List.of(name, "--state", directory.path().toString()));
    command.addAll(List.of(arguments));
    Commands.run(Environment.OF_CHILDREN, command);
  }

  // ---- asking

  /** {@code show redundancy}; an empty document while nobody answers. */
  JsonNode redundancy() throws InterruptedException {
    return new Readiness(asking).look();
  }

  /** Waits until one supervisor is active and the other one could take over. */
  JsonNode awaitReady() {
    try {
      Readiness.Outcome outcome = new Readiness(asking).await(READY_MILLIS_MAX, text -> {});
      if (!outcome.ready()) {
        throw new BenchmarkFailure(
            "after "
                + READY_MILLIS_MAX / 1000
                + " s "
                + outcome.missing()
                + "; logs:\n"
                + Stream.of(Part.values())
                    .map(part -> directory.log(part).tail(2_000))
                    .reduce("", (one, other) -> one + "\n" + other));
      }
      JsonNode redundancy = redundancy();
      // Between two questions it may have changed; then once more.
      return Readiness.isReady(redundancy) ? redundancy : awaitReady();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
  }

  JsonNode show(String what) {
    return document(ManagementRequest.newBuilder().setShow(ShowRequest.newBuilder().setWhat(what)));
  }

  private JsonNode document(ManagementRequest.Builder request) {
    try {
      return asking.document(request, PATIENCE_MILLIS);
    } catch (CommandFailure e) {
      throw new BenchmarkFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /** Rows of one table as a supervisor has them. */
  JsonNode table(String table, Part supervisor) {
    try {
      JsonNode document =
          asking.documentOf(
              supervisor,
              ManagementRequest.newBuilder()
                  .setState(StateRequest.newBuilder().setTable(table).setAt(supervisor.fileName())),
              PATIENCE_MILLIS);
      return document.path("tables").path(table).path("rows");
    } catch (CommandFailure e) {
      throw new BenchmarkFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /** How many rows there are in all tables of the active. */
  int rows() {
    try {
      JsonNode tables =
          Json.parse(
                  asking
                      .ask(
                          ManagementRequest.newBuilder()
                              .setState(
                                  StateRequest.newBuilder()
                                      .setAt(Json.text(redundancy(), "active"))),
                          PATIENCE_MILLIS)
                      .getJson())
              .path("tables");
      return tables.valueStream().mapToInt(table -> table.path("rows").size()).sum();
    } catch (Supervisors.Nobody | IllegalArgumentException e) {
      throw new BenchmarkFailure("the rows can't be counted: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
  }

  /**
   * How many changes of learned addresses a supervisor has taken over, in the data plane's count.
   */
  long learnedChanges(Part supervisor) {
    return learnedSequence(table("learning-lane", supervisor));
  }

  static long learnedSequence(JsonNode rows) {
    String sequence = Json.text(rows.path(0), "sequence");
    return sequence.equals("-") ? 0 : Long.parseLong(sequence);
  }

  // ---- its end

  @Override
  public void close() {
    asking.close();
    try {
      command("down");
      Environment.delete(directory.path());
    } catch (BenchmarkFailure e) {
      System.err.println(
          "benchmark: what was started in "
              + directory.path()
              + " may still run: "
              + e.getMessage());
    }
  }
}
