package dev.understudy.lab;

import java.time.Duration;
import java.time.Instant;

/**
 * A time on the machine's wall clock, which is the clock that captures are stamped with.
 *
 * @param startNanos nanoseconds since 1970, included
 * @param endNanos nanoseconds since 1970, excluded
 */
public record TimeSpan(long startNanos, long endNanos) {
  /** All time. */
  public static final TimeSpan ALWAYS = new TimeSpan(Long.MIN_VALUE, Long.MAX_VALUE);

  /** Nanoseconds since 1970 now. */
  public static long now() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  /** From then until now. */
  public static TimeSpan since(long startNanos) {
    return new TimeSpan(startNanos, now());
  }

  public boolean contains(long timeNanos) {
    return timeNanos >= startNanos && timeNanos < endNanos;
  }

  public Duration length() {
    return Duration.ofNanos(endNanos - startNanos);
  }
}
