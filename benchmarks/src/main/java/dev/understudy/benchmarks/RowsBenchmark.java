package dev.understudy.benchmarks;

import dev.understudy.edge.StateDirectory;
import dev.understudy.forwarder.Forwarder;
import dev.understudy.launcher.command.Asking;
import dev.understudy.launcher.command.CommandFailure;
import dev.understudy.launcher.command.Readiness;
import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.process.RunDirectory;
import dev.understudy.launcher.render.Json;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.ShowRequest;
import dev.understudy.schema.StateRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import tools.jackson.databind.JsonNode;

/**
 * Rows a second to the standby: learned addresses, put into the data plane's queue as fast as the
 * switch takes them. Both supervisors are the real processes; the forwarder is the real one, too,
 * but it runs in this process, with a data plane that learns without frames.
 *
 * <p>Each change is a row: it goes to the active, through its engines into a bracket, to the
 * standby and into its image. What counts is what the standby has taken over.
 */
final class RowsBenchmark {
  private static final String NAME = "rows";
  private static final int LOG_OCTETS = 2_000;
  private static final int WARM_UP_SECONDS = 5;
  private static final int ATTEMPTS_MAX = 3;
  private static final int LOOKS_PER_SECOND = 10;
  private static final long LOOK_NANOS = 1_000_000_000L / LOOKS_PER_SECOND;
  private static final long PATIENCE_MILLIS = 5_000;
  private static final long READY_MILLIS_MAX = 60_000;

  private final Settings settings;
  private final Report report;

  RowsBenchmark(Settings settings, Report report) {
    this.settings = settings;
    this.report = report;
  }

  void run() {
    Path state;
    Path configuration;
    try {
      state = Files.createTempDirectory("us-bench");
      configuration = state.resolve("benchmark.yaml");
      Files.writeString(configuration, Configurations.edges(ports(), "e1", "e2"));
    } catch (IOException e) {
      throw new UncheckedIOException("can't make a state directory", e);
    }
    RunDirectory directory = new RunDirectory(state);
    directory.create();
    LearningPlane plane = new LearningPlane(settings.rows());
    try (Forwarder forwarder =
            new Forwarder(
                new Forwarder.Options(
                    StateDirectory.open(state),
                    plane::make,
                    Forwarder.Breakage.NONE,
                    Optional.empty()));
        Asking asking = new Asking(directory)) {
      forwarder.start();
      try (SupervisorPair _ =
          SupervisorPair.start(directory, configuration, new Readiness(asking))) {
        measure(asking, plane);
      }
    } catch (NotReady e) {
      throw new BenchmarkFailure(
          e.getMessage()
              + "; logs:\n"
              + directory.log(Part.SUPERVISOR_A).tail(LOG_OCTETS)
              + "\n"
              + directory.log(Part.SUPERVISOR_B).tail(LOG_OCTETS),
          e);
    } finally {
      Environment.delete(state);
    }
  }

  /** The data plane opens no sockets: any addresses will do. */
  private static String ports() {
    List<InetSocketAddress> free = FreePorts.find(4);
    return "  e1: {udp: {listen: \"%s\", peer: \"%s\"}}%n  e2: {udp: {listen: \"%s\", peer: \"%s\"}}%n"
        .formatted(free.stream().map(FreePorts::text).toArray());
  }

  /** Nobody could be measured. */
  private static final class NotReady extends Exception {
    private static final long serialVersionUID = 1L;

    NotReady(String message) {
      super(message);
    }
  }

  /** A takeover, or the standby's end: then what was measured says nothing. */
  private static final class Disturbed extends Exception {
    private static final long serialVersionUID = 1L;

    Disturbed(String message) {
      super(message);
    }
  }

  /** What is known of the standby at one moment. */
  private record Look(long nanos, long rows, double lagMillis, boolean hot) {}

  private void measure(Asking asking, LearningPlane plane) throws NotReady {
    try {
      for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
        Readiness.Outcome outcome = new Readiness(asking).await(READY_MILLIS_MAX, text -> {});
        if (!outcome.ready()) {
          throw new NotReady(outcome.missing());
        }
        plane.learn(true);
        try {
          conclude(look(asking));
          return;
        } catch (Disturbed e) {
          report.remark("rows: attempt %d was disturbed: %s".formatted(attempt, e.getMessage()));
        } finally {
          plane.learn(false);
        }
      }
      throw new NotReady("no attempt was undisturbed");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
  }

  private List<Look> look(Asking asking) throws Disturbed, InterruptedException {
    JsonNode before = new Readiness(asking).look();
    Part standby = Json.text(before, "active").equals("A") ? Part.SUPERVISOR_B : Part.SUPERVISOR_A;
    List<Look> looks = new ArrayList<>();
    long begun = System.nanoTime() + TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS);
    for (long i = 0; i <= settings.seconds() * (long) LOOKS_PER_SECOND; i++) {
      CommitBenchmark.awaitNanos(begun + i * LOOK_NANOS);
      looks.add(look(asking, standby, before.path("term").asLong()));
    }
    return looks;
  }

  private static Look look(Asking asking, Part standby, long term) throws Disturbed {
    try {
      JsonNode rows =
          asking
              .documentOf(
                  standby,
                  ManagementRequest.newBuilder()
                      .setState(
                          StateRequest.newBuilder()
                              .setTable("learning-lane")
                              .setAt(standby.fileName())),
                  PATIENCE_MILLIS)
              .path("tables")
              .path("learning-lane")
              .path("rows");
      long now = System.nanoTime();
      JsonNode redundancy =
          asking.document(
              ManagementRequest.newBuilder()
                  .setShow(ShowRequest.newBuilder().setWhat("redundancy")),
              PATIENCE_MILLIS);
      if (redundancy.path("term").asLong() != term) {
        throw new Disturbed("term " + redundancy.path("term").asLong() + " came after " + term);
      }
      JsonNode shown = redundancy.path("supervisors").path(standby.fileName());
      return new Look(
          now,
          SwitchUnderTest.learnedSequence(rows),
          shown.path("lagMillis").asDouble(),
          Json.text(shown, "role").equals("STANDBY_HOT"));
    } catch (CommandFailure e) {
      throw new Disturbed(String.valueOf(e.getMessage()));
    }
  }

  /** Rates of whole seconds: single looks come too early or too late. */
  private void conclude(List<Look> looks) {
    DoubleStream.Builder rates = DoubleStream.builder();
    for (int i = LOOKS_PER_SECOND; i < looks.size(); i += LOOKS_PER_SECOND) {
      Look from = looks.get(i - LOOKS_PER_SECOND);
      Look to = looks.get(i);
      rates.add((to.rows - from.rows) * 1e9 / (to.nanos - from.nanos));
    }
    String state = settings.rows() + " rows, each changed again and again; both supervisors";
    report.add(
        new Figure(
            NAME,
            "learned addresses taken over by the standby",
            Figure.Unit.ROWS_PER_SECOND,
            Figure.Samples.of(rates.build()),
            state));
    report.add(
        new Figure(
            NAME,
            "the standby's lag meanwhile",
            Figure.Unit.MILLISECONDS,
            Figure.Samples.of(looks.stream().mapToDouble(Look::lagMillis)),
            state));
    report.remark(
        "rows: the standby was listed in sync at %d of %d looks"
            .formatted(looks.stream().filter(Look::hot).count(), looks.size()));
  }
}
