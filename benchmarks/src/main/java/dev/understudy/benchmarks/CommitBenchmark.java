package dev.understudy.benchmarks;

import dev.understudy.launcher.render.Json;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;

/**
 * Output commit as a neighbour has it: from a Proposal sent to its Agreement received. In between:
 * the data plane reads the frame, the judge puts it into the log, the active's engines make a
 * bracket of it, the standby takes that over and says so, the judge carries it out, the frame
 * leaves.
 */
final class CommitBenchmark {
  private static final String NAME = "commit";

  private final Settings settings;
  private final Report report;

  CommitBenchmark(Settings settings, Report report) {
    this.settings = settings;
    this.report = report;
  }

  void run() {
    Punctual.here();
    AtomicReference<LongSamples> target = new AtomicReference<>(new LongSamples());
    try (Neighbour neighbour =
            new Neighbour(
                FreePorts.find(settings.ports()),
                (asked, answered) -> target.get().add(answered - asked));
        SwitchUnderTest tested = SwitchUnderTest.start(Configurations.ring(neighbour))) {
      neighbour.begin();
      String state = settings.ports() + " ports, " + tested.rows() + " rows, standby in sync";
      int moderate = (int) Math.max(1, neighbour.questionsPerSecondMax());
      // The first one warms up what compiles itself.
      measure(tested, neighbour, target, new Load(moderate, settings.seconds()));
      add(
          moderate,
          measure(tested, neighbour, target, new Load(moderate, settings.seconds())),
          state);
      if (settings.ratePerSecond() > moderate) {
        LockSupport.parkNanos(Neighbour.recoveryNanos());
        add(
            settings.ratePerSecond(),
            measure(
                tested, neighbour, target, new Load(settings.ratePerSecond(), settings.seconds())),
            state);
      }
    }
  }

  private void add(int rate, LongSamples samples, String state) {
    report.add(
        Figure.ofNanos(
            NAME,
            "Proposal to Agreement, " + rate + " inputs/s",
            Figure.Unit.MICROSECONDS,
            samples,
            state));
  }

  private record Load(int perSecond, int seconds) {}

  /** Asks at a steady rate; ends early when the ports may not answer more. */
  private LongSamples measure(
      SwitchUnderTest tested, Neighbour neighbour, AtomicReference<LongSamples> target, Load load) {
    String before = inSync(tested);
    LongSamples samples = new LongSamples();
    target.set(samples);
    long begun = System.nanoTime();
    long pause = 1_000_000_000L / load.perSecond;
    long questions = (long) load.perSecond * load.seconds;
    if (load.perSecond > neighbour.questionsPerSecondMax()) {
      questions = Math.min(questions, neighbour.questionsInARowMax());
    }
    for (long i = 0; i < questions; i++) {
      awaitNanos(begun + i * pause);
      neighbour.ask();
    }
    LockSupport.parkNanos(200_000_000);
    String after = inSync(tested);
    if (!before.equals(after) || before.equals("-")) {
      report.remark(
          "commit at %d inputs/s: in sync was %s before and %s after"
              .formatted(load.perSecond, before, after));
    }
    if (neighbour.unanswered() > 0) {
      report.remark(
          "commit at %d inputs/s: %d Proposals had no answer"
              .formatted(load.perSecond, neighbour.unanswered()));
    }
    return samples;
  }

  private static String inSync(SwitchUnderTest tested) {
    JsonNode redundancy = tested.awaitReady();
    return Json.text(redundancy.path("forwarder"), "inSync");
  }

  static void awaitNanos(long nanos) {
    for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
