package dev.understudy.lab;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Waiting for other people's processes, which tell nobody when they are ready: ask again until it
 * is so.
 */
public final class Await {
  private static final Duration ASK_EVERY = Duration.ofMillis(25);

  private Await() {}

  /**
   * Returns once the condition holds.
   *
   * @param details said when it does not hold in time: what was seen instead
   * @throws LabException after the limit
   */
  public static void until(
      String what, Duration limit, BooleanSupplier condition, Supplier<String> details) {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new LabException("not within %s: %s; %s".formatted(limit, what, details.get()));
      }
      pause(ASK_EVERY);
    }
  }

  /** As {@link #until(String, Duration, BooleanSupplier, Supplier)} with nothing more to say. */
  public static void until(String what, Duration limit, BooleanSupplier condition) {
    until(what, limit, condition, () -> "no details");
  }

  /**
   * Lets the network run for that long; for watching, never for waiting until something is ready.
   */
  public static void pause(Duration length) {
    try {
      Thread.sleep(length);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", e);
    }
  }
}
