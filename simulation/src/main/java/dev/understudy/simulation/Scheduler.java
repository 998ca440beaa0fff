package dev.understudy.simulation;

import dev.understudy.border.SwitchClock;
import dev.understudy.core.Check;
import java.util.ArrayDeque;
import java.util.PriorityQueue;

/**
 * Virtual time: events in order of their time, then of their lane, then of their arrival.
 *
 * <p>What happens within a switch is in lane 0; what comes from outside, such as a frame by a link,
 * has a lane of its own. So everything that a frame causes within a switch at one moment is done
 * before the next frame of that moment comes, however many messages that takes.
 */
public final class Scheduler implements SwitchClock {
  /** Of events within a switch. */
  static final int INSIDE = 0;

  /** Wall clock at time zero, so that it is unlike switch time. */
  private static final long WALL_START_MILLIS = 1_700_000_000_000L;

  private record Event(long nanos, int lane, long sequence, Runnable what)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(nanos, other.nanos);
      if (byTime != 0) {
        return byTime;
      }
      int byLane = Integer.compare(lane, other.lane);
      return byLane != 0 ? byLane : Long.compare(sequence, other.sequence);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();

  /**
   * Events within switches at this very moment, which are most: whatever of that lane and time is
   * in the other queue came earlier.
   */
  private final ArrayDeque<Runnable> now = new ArrayDeque<>();

  private long nanos = 1_000_000_000L;
  private long sequence;
  private long executed;

  /** Runs an event at a time, which is not in the past. */
  public void at(long whenNanos, Runnable event) {
    at(whenNanos, INSIDE, event);
  }

  void at(long whenNanos, int lane, Runnable event) {
    Check.that(whenNanos >= nanos, "events are in the future", whenNanos, nanos);
    if (whenNanos == nanos && lane == INSIDE) {
      now.add(event);
    } else {
      events.add(new Event(whenNanos, lane, sequence++, event));
    }
  }

  /** Runs an event after a delay. */
  public void after(long delayNanos, Runnable event) {
    at(nanos + delayNanos, event);
  }

  /** Runs the next event, unless it is after {@code untilNanos}. */
  public boolean step(long untilNanos) {
    Event next = events.peek();
    if (!now.isEmpty() && (next == null || next.nanos > nanos || next.lane > INSIDE)) {
      executed++;
      now.remove().run();
      return true;
    }
    if (next == null || next.nanos > untilNanos) {
      nanos = Math.max(nanos, untilNanos);
      return false;
    }
    events.remove();
    nanos = next.nanos;
    executed++;
    next.what.run();
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
