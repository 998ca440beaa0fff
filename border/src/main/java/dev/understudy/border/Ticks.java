package dev.understudy.border;

/**
 * When the forwarder gives a tick: at regular times, and once more when the active's last bracket
 * wants to be woken.
 */
final class Ticks {
  private long number;
  private long nextNanos;
  private long lastStampNanos;
  private long wakeAtNanos;

  Ticks(long firstNanos) {
    nextNanos = firstNanos;
  }

  /** Of the newest regular tick. */
  long number() {
    return number;
  }

  boolean due(long nowNanos) {
    return nowNanos >= nextNanos;
  }

  boolean wakeDue(long nowNanos) {
    return wakeAtNanos > 0 && nowNanos >= wakeAtNanos;
  }

  /** When the next one is due, of either kind. */
  long deadlineNanos() {
    return wakeAtNanos > 0 ? Math.min(nextNanos, wakeAtNanos) : nextNanos;
  }

  /** The next regular one begins. */
  void next(long nowNanos, long tickNanos) {
    number++;
    // A pause of this process makes one late tick and not many: nobody is accused of what nobody
    // asked.
    nextNanos = Math.max(nextNanos + tickNanos, nowNanos + tickNanos / 2);
  }

  /** One is given, of either kind. */
  void given(long nowNanos) {
    lastStampNanos = nowNanos;
    if (wakeAtNanos <= nowNanos) {
      wakeAtNanos = 0;
    }
  }

  /** One more is wanted at a time; 0: at none. What lies before the last one was served by it. */
  void wakeAt(long nanos) {
    if (nanos == 0) {
      wakeAtNanos = 0;
    } else if (nanos > lastStampNanos) {
      wakeAtNanos = nanos;
    }
  }
}
