package dev.understudy.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Many worlds, one seed after the other, on several threads. Worlds know nothing of each other, so
 * what becomes of a seed doesn't depend on the threads.
 */
public final class Campaign {
  /** Failing worlds that are kept with their problems; more are only counted. */
  static final int FAILURES_KEPT = 20;

  /**
   * How far to go: until the first of both.
   *
   * @param minutes 0: no limit of time
   */
  public record Limits(long firstSeed, long worlds, double minutes, int threads) {}

  /** A world in which something was wrong. */
  public record Failure(long seed, List<String> problems) {
    public Failure {
      problems = List.copyOf(problems);
    }
  }

  /**
   * What came of it so far.
   *
   * @param failovers takeovers before which rows had changed
   * @param hurt worlds in which somebody could tell, with a cause
   * @param failed worlds in which something was wrong
   * @param faults what struck, and how often
   * @param causes what history rows say, and how often
   */
  public record Tally(
      long worlds,
      long failovers,
      double virtualHours,
      double seconds,
      long hurt,
      long failed,
      Map<String, Long> faults,
      Map<String, Long> causes,
      List<Failure> failures) {}

  private final Limits limits;
  private final Tampering tampering;
  private final long beganNanos = System.nanoTime();
  private final AtomicLong nextSeed;
  private final TreeMap<String, Long> faults = new TreeMap<>();
  private final TreeMap<String, Long> causes = new TreeMap<>();
  private final List<Failure> failures = new ArrayList<>();
  private long worlds;
  private long failovers;
  private long virtualNanos;
  private long hurt;
  private long failed;

  private Campaign(Limits limits, Tampering tampering) {
    this.limits = limits;
    this.tampering = tampering;
    this.nextSeed = new AtomicLong(limits.firstSeed);
  }

  /**
   * Runs worlds until a limit is reached.
   *
   * @param progress told about each second, by the caller's thread
   */
  public static Tally run(Limits limits, Consumer<Tally> progress) throws InterruptedException {
    return run(limits, progress, Tampering.NONE);
  }

  static Tally run(Limits limits, Consumer<Tally> progress, Tampering tampering)
      throws InterruptedException {
    Campaign campaign = new Campaign(limits, tampering);
    CountDownLatch done = new CountDownLatch(limits.threads);
    for (int i = 0; i < limits.threads; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  campaign.work();
                } finally {
                  done.countDown();
                }
              },
              "worlds-" + i);
      thread.setDaemon(true);
      thread.start();
    }
    while (!done.await(1, TimeUnit.SECONDS)) {
      progress.accept(campaign.tally());
    }
    return campaign.tally();
  }

  private void work() {
    for (long seed = nextSeed.getAndIncrement();
        seed < limits.firstSeed + limits.worlds && !timeIsUp();
        seed = nextSeed.getAndIncrement()) {
      add(seed, Twin.run(WorldGenerator.world(seed), tampering));
    }
  }

  private boolean timeIsUp() {
    return limits.minutes > 0 && seconds() > limits.minutes * 60;
  }

  private double seconds() {
    return (System.nanoTime() - beganNanos) / 1e9;
  }

  private synchronized void add(long seed, Twin.Result result) {
    worlds++;
    failovers += result.faulty().failovers();
    virtualNanos += result.base().virtualNanos() + result.faulty().virtualNanos();
    hurt += result.hurt() && !result.failed() ? 1 : 0;
    result.faulty().struck().forEach((kind, n) -> faults.merge(kind, (long) n, Long::sum));
    result.faulty().causes().forEach((cause, n) -> causes.merge(cause, (long) n, Long::sum));
    if (result.failed()) {
      failed++;
      failures.add(new Failure(seed, result.problems()));
      failures.sort(Comparator.comparingLong(Failure::seed));
      if (failures.size() > FAILURES_KEPT) {
        failures.removeLast();
      }
    }
  }

  private synchronized Tally tally() {
    return new Tally(
        worlds,
        failovers,
        virtualNanos / 3.6e12,
        seconds(),
        hurt,
        failed,
        new TreeMap<>(faults),
        new TreeMap<>(causes),
        List.copyOf(failures));
  }

  /** One world, of a text or a seed, looked at closely. */
  public static final class Single {
    private final World world;
    private final Twin.Result result;

    private Single(World world) {
      this.world = world;
      this.result = Twin.run(world, true, Tampering.NONE);
    }

    public static Single of(World world) {
      return new Single(world);
    }

    public World world() {
      return world;
    }

    public List<String> problems() {
      return result.problems();
    }

    /** The switches' own event streams, the newest part of each. */
    public Map<String, List<String>> events() {
      TreeMap<String, List<String>> events = new TreeMap<>();
      result.faulty().bridges().forEach((name, bridge) -> events.put(name, bridge.events()));
      return events;
    }

    /** The smallest world that was found in which the same is wrong. */
    public World shrunk(int tries) {
      String kind = kind(result.problems().getFirst());
      return Shrinker.shrink(
          world,
          smaller ->
              Twin.run(smaller, Tampering.NONE).problems().stream()
                  .anyMatch(problem -> kind(problem).equals(kind)),
          tries);
    }

    /** A problem without its numbers and names. */
    private static String kind(String problem) {
      return problem
          .replaceAll(":.*", "")
          .replaceAll("\\b(sw|b\\d+|h\\d+)\\b", "x")
          .replaceAll("\\d+", "n");
    }
  }
}
