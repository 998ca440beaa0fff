package dev.understudy.benchmarks;

import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.render.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * {@code kill -9} of the active, again and again, each time with the other one ready.
 *
 * <p>Seen from inside: {@code gapMillis}, from the last bracket carried out of the old term to the
 * first of the new one, by the forwarder's clock. Seen from outside: from the call of kill(2) to
 * the first answer that only the new active can have made, because its question was asked after the
 * kill; a question is asked every millisecond. The kernel's time to take down a virtual machine is
 * part of both.
 */
final class KillBenchmark {
  private static final String NAME = "kill";

  /** Questions are asked from so long before the kill to so long after it. */
  private static final long BEFORE_NANOS = 30_000_000;

  private static final long AFTER_NANOS = 3_000_000_000L;
  private static final long PAUSE_NANOS = 1_000_000;

  /** The threads of a killed process run on until their cores have heard of it. */
  private static final long DEATH_NANOS = 1_000_000;

  /** What the launcher takes as a decent life: a shorter one makes it wait before the next. */
  private static final long LIFE_NANOS = 5_500_000_000L;

  private final Settings settings;
  private final Report report;
  private final LongSamples firstFrame = new LongSamples();
  private final LongSamples hotAgain = new LongSamples();
  private final List<Long> terms = new ArrayList<>();
  private final Map<String, Long> startedNanos = new TreeMap<>();

  private volatile long struckNanos = Long.MAX_VALUE;
  private volatile long firstAnswerNanos;

  KillBenchmark(Settings settings, Report report) {
    this.settings = settings;
    this.report = report;
  }

  void run() {
    Punctual.here();
    LearnedLoad load = new LearnedLoad(settings.rows());
    try (Neighbour neighbour = new Neighbour(FreePorts.find(settings.ports()), this::answered);
        SwitchUnderTest tested =
            SwitchUnderTest.start(Configurations.ring(neighbour, load.yaml(), load.portNames()))) {
      neighbour.begin();
      load.fill(tested);
      String state = settings.ports() + " ports, " + tested.rows() + " rows";
      for (int i = 0; i < settings.kills(); i++) {
        strike(tested, neighbour);
      }
      conclude(tested.show("redundancy"), state);
    } finally {
      load.close();
    }
  }

  private void answered(long asked, long answered) {
    if (asked - DEATH_NANOS > struckNanos && firstAnswerNanos == 0) {
      firstAnswerNanos = answered;
    }
  }

  private void strike(SwitchUnderTest tested, Neighbour neighbour) {
    JsonNode redundancy = tested.awaitReady();
    String active = Json.text(redundancy, "active");
    letLive(active);
    long pid = redundancy.path("supervisors").path(active).path("pid").asLong();
    ProcessHandle process =
        ProcessHandle.of(pid)
            .orElseThrow(() -> new BenchmarkFailure("process " + pid + " is gone already"));
    firstAnswerNanos = 0;
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < BEFORE_NANOS) {
      neighbour.ask();
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    long killed = System.nanoTime();
    if (!process.destroyForcibly()) {
      throw new BenchmarkFailure("process " + pid + " can't be killed");
    }
    struckNanos = System.nanoTime();
    startedNanos.put(active, struckNanos);
    while (firstAnswerNanos == 0 && System.nanoTime() - killed < AFTER_NANOS) {
      neighbour.ask();
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    if (firstAnswerNanos == 0) {
      report.remark("kill of " + active + ": no answer within " + AFTER_NANOS / 1_000_000 + " ms");
    } else {
      firstFrame.add(firstAnswerNanos - killed);
    }
    struckNanos = Long.MAX_VALUE;
    JsonNode after = tested.awaitReady();
    hotAgain.add(System.nanoTime() - killed);
    terms.add(after.path("term").asLong());
  }

  /** So that it is started again at once when it is dead. */
  private void letLive(String supervisor) {
    Long started = startedNanos.get(supervisor);
    if (started != null) {
      CommitBenchmark.awaitNanos(started + LIFE_NANOS);
    }
  }

  private void conclude(JsonNode redundancy, String state) {
    LongSamples gaps = new LongSamples();
    Map<String, Integer> verdicts = new TreeMap<>();
    Map<String, Integer> causes = new TreeMap<>();
    for (JsonNode entry : redundancy.path("history")) {
      if (terms.contains(entry.path("term").asLong())
          && Json.text(entry, "trigger").equals("failure")) {
        gaps.add(Math.round(entry.path("gapMillis").asDouble() * 1e6));
        verdicts.merge(Json.text(entry, "hitless"), 1, Integer::sum);
        entry
            .path("causes")
            .forEach(cause -> causes.merge(Json.text(cause, "code"), 1, Integer::sum));
      }
    }
    report.add(
        Figure.ofNanos(
            NAME, "gap between the terms' brackets", Figure.Unit.MILLISECONDS, gaps, state));
    report.add(
        Figure.ofNanos(
            NAME,
            "kill -9 to the new active's first frame",
            Figure.Unit.MILLISECONDS,
            firstFrame,
            state));
    report.add(
        Figure.ofNanos(
            NAME, "kill -9 to both ready again", Figure.Unit.MILLISECONDS, hotAgain, state));
    report.remark(
        "kill: %d kills, %d takeovers in the history; hitless: %s%s"
            .formatted(
                settings.kills(),
                gaps.count(),
                counts(verdicts),
                causes.isEmpty() ? "" : "; causes: " + counts(causes)));
    for (Part part : Part.values()) {
      String pid =
          Json.text(
              part.isSupervisor()
                  ? redundancy.path("supervisors").path(part.fileName())
                  : redundancy.path("forwarder"),
              "pid");
      Memory.of(pid).ifPresent(text -> report.remark("kill: " + part.title() + " " + text));
    }
  }

  private static String counts(Map<String, Integer> counts) {
    return counts.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }
}
