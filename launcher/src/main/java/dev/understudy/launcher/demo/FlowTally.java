package dev.understudy.launcher.demo;

import dev.understudy.core.Check;
import java.util.Arrays;

/** What became of each frame of one flow: how often it arrived, and whether after a later one. */
final class FlowTally {
  /** More would be an hour at the demonstration's rate. */
  static final int NUMBERS_MAX = 1 << 22;

  private static final int LATE = 0x80;
  private static final int TIMES = 0x7f;

  private byte[] fates = new byte[1 << 12];
  private long sent;
  private long highest = -1;
  private long lastArrivalNanos;
  private long longestGapNanos;

  /**
   * What became of a range of numbers.
   *
   * @param duplicated arrivals beyond the first one of each number
   * @param reordered numbers that came after a higher one
   */
  record Count(long sent, long lost, long duplicated, long reordered) {
    static final Count NOTHING = new Count(0, 0, 0, 0);

    Count plus(Count other) {
      return new Count(
          sent + other.sent,
          lost + other.lost,
          duplicated + other.duplicated,
          reordered + other.reordered);
    }

    boolean isClean() {
      return lost == 0 && duplicated == 0 && reordered == 0;
    }
  }

  /** The number of the next frame, which is counted as sent. */
  long send() {
    Check.that(sent < NUMBERS_MAX, "a flow's numbers don't run out", sent);
    if (sent == fates.length) {
      fates = Arrays.copyOf(fates, fates.length * 2);
    }
    return sent++;
  }

  /** How many have been sent: numbers below this. */
  long sent() {
    return sent;
  }

  /**
   * A frame arrived.
   *
   * @param notYetNanos it had not come by then
   * @param nowNanos it has come now
   */
  void arrived(long number, long notYetNanos, long nowNanos) {
    Check.that(number >= 0 && number < sent, "only what was sent arrives", number, sent);
    int index = (int) number;
    int times = fates[index] & TIMES;
    int late = fates[index] & LATE;
    if (times == 0 && number < highest) {
      late = LATE;
    }
    fates[index] = (byte) (late | Math.min(times + 1, TIMES));
    highest = Math.max(highest, number);
    if (lastArrivalNanos != 0) {
      longestGapNanos = Math.max(longestGapNanos, notYetNanos - lastArrivalNanos);
    }
    lastArrivalNanos = nowNanos;
  }

  /** The longest time between two arrivals since this was asked last. */
  long takeLongestGapNanos() {
    long gap = longestGapNanos;
    longestGapNanos = 0;
    return gap;
  }

  /** What became of numbers {@code from} to {@code to}, exclusive. */
  Count count(long from, long to) {
    Check.that(from >= 0 && from <= to && to <= sent, "a range of numbers sent", from, to, sent);
    long lost = 0;
    long duplicated = 0;
    long reordered = 0;
    for (long number = from; number < to; number++) {
      int fate = fates[(int) number];
      int times = fate & TIMES;
      if (times == 0) {
        lost++;
      } else {
        duplicated += times - 1;
      }
      if ((fate & LATE) != 0) {
        reordered++;
      }
    }
    return new Count(to - from, lost, duplicated, reordered);
  }

  /** Frames sent before {@code to} that haven't arrived. */
  long missing(long from, long to) {
    return count(from, to).lost();
  }
}
