package dev.understudy.benchmarks;

import dev.understudy.edge.StateDirectory;
import dev.understudy.forwarder.Forwarder;
import dev.understudy.launcher.command.Asking;
import dev.understudy.launcher.command.Readiness;
import dev.understudy.launcher.process.JavaCommand;
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
  private static final int WARM_UP_SECONDS = 5;
  private static final long LOOK_NANOS = 100_000_000L;
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
    try {
      state = Files.createTempDirectory("us-bench");
    } catch (IOException e) {
      throw new UncheckedIOException("can't make a state directory", e);
    }
    RunDirectory directory = new RunDirectory(state);
    directory.create();
    LearningPlane plane = new LearningPlane(settings.rows());
    List<Process> supervisors = new ArrayList<>();
    try (Forwarder forwarder =
            new Forwarder(
                new Forwarder.Options(
                    StateDirectory.open(state), plane::make, Forwarder.Breakage.NONE));
        Asking asking = new Asking(directory)) {
      forwarder.start();
      for (Part part : List.of(Part.SUPERVISOR_A, Part.SUPERVISOR_B)) {
        supervisors.add(start(directory, part));
      }
      measure(directory, asking, plane);
    } finally {
      supervisors.forEach(RowsBenchmark::end);
      Environment.delete(state);
    }
  }

  private static Process start(RunDirectory directory, Part part) {
    try {
      Path configuration = directory.path().resolve("benchmark.yaml");
      Files.writeString(configuration, Configurations.edges(ports(), "e1", "e2"));
      return new JavaCommand(
              JavaCommand.DAEMON_OPTIONS,
              "dev.understudy.supervisor.SupervisorMain",
              List.of(
                  "--slot",
                  part.fileName(),
                  "--state",
                  directory.path().toString(),
                  "--config",
                  configuration.toString()))
          .start(directory.log(part));
    } catch (IOException e) {
      throw new UncheckedIOException(part.title() + " can't be started", e);
    }
  }

  /** The data plane opens no sockets: any addresses will do. */
  private static String ports() {
    List<InetSocketAddress> free = FreePorts.find(4);
    return "  e1: {udp: {listen: \"%s\", peer: \"%s\"}}%n  e2: {udp: {listen: \"%s\", peer: \"%s\"}}%n"
        .formatted(free.stream().map(FreePorts::text).toArray());
  }

  private static void end(Process process) {
    process.destroyForcibly();
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What is known of the standby at one moment. */
  private record Look(long nanos, long rows, double lagMillis) {}

  private void measure(RunDirectory directory, Asking asking, LearningPlane plane) {
    try {
      Readiness.Outcome outcome = new Readiness(asking).await(READY_MILLIS_MAX, text -> {});
      if (!outcome.ready()) {
        throw new BenchmarkFailure(
            outcome.missing()
                + "; logs:\n"
                + directory.log(Part.SUPERVISOR_A).tail(2_000)
                + "\n"
                + directory.log(Part.SUPERVISOR_B).tail(2_000));
      }
      Part standby =
          Json.text(new Readiness(asking).look(), "active").equals("A")
              ? Part.SUPERVISOR_B
              : Part.SUPERVISOR_A;
      plane.learn(true);
      List<Look> looks = new ArrayList<>();
      long begun = System.nanoTime() + TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS);
      CommitBenchmark.awaitNanos(begun);
      for (long i = 0; i <= settings.seconds() * TimeUnit.SECONDS.toNanos(1) / LOOK_NANOS; i++) {
        CommitBenchmark.awaitNanos(begun + i * LOOK_NANOS);
        looks.add(look(asking, standby));
      }
      plane.learn(false);
      conclude(looks, standby, asking);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
  }

  private static Look look(Asking asking, Part standby) {
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
            ManagementRequest.newBuilder().setShow(ShowRequest.newBuilder().setWhat("redundancy")),
            PATIENCE_MILLIS);
    return new Look(
        now,
        SwitchUnderTest.learnedSequence(rows),
        redundancy.path("supervisors").path(standby.fileName()).path("lagMillis").asDouble());
  }

  /** Rates of whole seconds: single looks come too early or too late. */
  private void conclude(List<Look> looks, Part standby, Asking asking) {
    int looksPerSecond = (int) (TimeUnit.SECONDS.toNanos(1) / LOOK_NANOS);
    DoubleStream.Builder rates = DoubleStream.builder();
    for (int i = looksPerSecond; i < looks.size(); i += looksPerSecond) {
      Look from = looks.get(i - looksPerSecond);
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
    JsonNode redundancy =
        asking.document(
            ManagementRequest.newBuilder().setShow(ShowRequest.newBuilder().setWhat("redundancy")),
            PATIENCE_MILLIS);
    JsonNode after = redundancy.path("supervisors").path(standby.fileName());
    if (!Json.text(after, "role").equals("STANDBY_HOT")) {
      report.remark(
          "rows: the standby was struck from the list meanwhile: "
              + Json.text(after.path("notReadyReasons")));
    }
  }
}
