package dev.understudy.simulation;

import dev.understudy.border.SwitchClock;
import dev.understudy.core.Check;
import java.util.Map;
import java.util.TreeMap;

/** Virtual time: events in order of their time, and of their arrival within one time. */
public final class Scheduler implements SwitchClock {
  /** Wall clock at time zero, so that it is unlike switch time. */
  private static final long WALL_START_MILLIS = 1_700_000_000_000L;

  private record At(long nanos, long sequence) implements Comparable<At> {
    @Override
    public int compareTo(At other) {
      int byTime = Long.compare(nanos, other.nanos);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
  }

  private final TreeMap<At, Runnable> events = new TreeMap<>();
  private long nanos = 1_000_000_000L;
  private long sequence;
  private long executed;

  /** Runs an event at a time, which is not in the past. */
  public void at(long whenNanos, Runnable event) {
    Check.that(whenNanos >= nanos, "events are in the future", whenNanos, nanos);
    events.put(new At(whenNanos, sequence++), event);
  }

  /** Runs an event after a delay. */
  public void after(long delayNanos, Runnable event) {
    at(nanos + delayNanos, event);
  }

  /** Runs the next event, unless it is after {@code untilNanos}. */
  public boolean step(long untilNanos) {
    if (events.isEmpty() || events.firstKey().nanos > untilNanos) {
      nanos = Math.max(nanos, untilNanos);
      return false;
    }
    Map.Entry<At, Runnable> next = events.pollFirstEntry();
    nanos = next.getKey().nanos;
    executed++;
    next.getValue().run();
    return true;
  }

  /** Runs everything up to a time. */
  public void runUntil(long untilNanos) {
    while (step(untilNanos)) {
      // The step did it.
    }
  }

  /** Events run so far. */
  public long executed() {
    return executed;
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public long wallMillis() {
    return WALL_START_MILLIS + nanos / 1_000_000L;
  }
}
