package dev.understudy.lab;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Judges the switch's own loss from two captures at its own ports: every number of a stream that
 * was seen where it came in must be seen once where it goes out, in the same order. What others
 * lose on the way does not matter here.
 */
public final class NumbersJudge {
  private static final int ETHER_TYPE = 0x88B5;
  private static final int ETHER_TYPE_VLAN = 0x8100;
  private static final int MAGIC = 0x55535459; // "USTY"
  private static final int OFFSET_ETHER_TYPE = 12;
  private static final int NUMBERED_LENGTH_MIN = 30;

  private NumbersJudge() {}

  /**
   * The verdict on one direction.
   *
   * @param in numbers seen at the port where they come in
   * @param lost of these, how many were not seen going out
   * @param duplicated copies beyond the first seen going out
   * @param duplicatedIn copies beyond the first seen coming in: a loop somewhere, or a port that
   *     sends back
   * @param reordered seen going out after one that came in later
   * @param strangers seen going out without having been seen coming in
   * @param firstLostNanos stamp at the ingress of the first one lost, 0 without loss
   * @param lastLostNanos stamp at the ingress of the last one lost
   */
  public record Verdict(
      long in,
      long lost,
      long duplicated,
      long duplicatedIn,
      long reordered,
      long strangers,
      long firstLostNanos,
      long lastLostNanos) {
    /** Nothing lost, doubled, swapped or invented; and something was there to judge. */
    public boolean clean() {
      return in > 0
          && lost == 0
          && duplicated == 0
          && duplicatedIn == 0
          && reordered == 0
          && strangers == 0;
    }
  }

  /** Judges a stream from where it comes in to where it goes out. */
  public static Verdict judge(Path ingress, Path egress, int stream) {
    return judge(ingress, egress, stream, TimeSpan.ALWAYS);
  }

  /** Judges those frames that came in during a time; they may go out later. */
  public static Verdict judge(Path ingress, Path egress, int stream, TimeSpan span) {
    Numbers in = read(ingress, stream);
    Numbers out = read(egress, stream);
    int size = Math.max(in.highest, out.highest) + 1;
    int[] order = new int[size]; // the place of a number among those that came in, from 1
    int[] times = new int[size]; // how often a number went out
    boolean[] judged = new boolean[size];
    long[] stamp = new long[size];
    long duplicatedIn = 0;
    long judgedCount = 0;
    for (int i = 0; i < in.count; i++) {
      int number = in.numbers[i];
      if (order[number] != 0) {
        duplicatedIn += span.contains(in.stamps[i]) ? 1 : 0;
        continue;
      }
      order[number] = i + 1;
      stamp[number] = in.stamps[i];
      if (span.contains(in.stamps[i])) {
        judged[number] = true;
        judgedCount++;
      }
    }
    long duplicated = 0;
    long reordered = 0;
    long strangers = 0;
    int latest = 0;
    for (int i = 0; i < out.count; i++) {
      int number = out.numbers[i];
      if (order[number] == 0) {
        strangers += span.contains(out.stamps[i]) ? 1 : 0;
        continue;
      }
      if (++times[number] > 1) {
        duplicated += judged[number] ? 1 : 0;
        continue;
      }
      if (order[number] < latest) {
        reordered += judged[number] ? 1 : 0;
      }
      latest = Math.max(latest, order[number]);
    }
    long lost = 0;
    long firstLost = 0;
    long lastLost = 0;
    for (int number = 0; number < size; number++) {
      if (judged[number] && times[number] == 0) {
        lost++;
        firstLost = firstLost == 0 ? stamp[number] : Math.min(firstLost, stamp[number]);
        lastLost = Math.max(lastLost, stamp[number]);
      }
    }
    return new Verdict(
        judgedCount, lost, duplicated, duplicatedIn, reordered, strangers, firstLost, lastLost);
  }

  /** How many frames of a stream a capture holds. */
  public static long count(Path capture, int stream, TimeSpan span) {
    Numbers numbers = read(capture, stream);
    return Arrays.stream(numbers.stamps, 0, numbers.count).filter(span::contains).count();
  }

  private static Numbers read(Path capture, int stream) {
    Numbers numbers = new Numbers();
    Pcap.read(
        capture,
        (time, octets) -> {
          int at = offsetOfMagic(octets);
          if (at > 0 && octets.getInt(at + 4) == stream) {
            numbers.add(time, Math.toIntExact(octets.getLong(at + 8)));
          }
        });
    return numbers;
  }

  /** Where the frame's own header begins, behind a VLAN tag too; -1 in anybody else's frame. */
  private static int offsetOfMagic(ByteBuffer octets) {
    int at = OFFSET_ETHER_TYPE;
    if (octets.limit() < NUMBERED_LENGTH_MIN) {
      return -1;
    }
    if (Short.toUnsignedInt(octets.getShort(at)) == ETHER_TYPE_VLAN) {
      at += 4;
    }
    boolean ours =
        Short.toUnsignedInt(octets.getShort(at)) == ETHER_TYPE
            && octets.limit() >= at + 2 + 16
            && octets.getInt(at + 2) == MAGIC;
    return ours ? at + 2 : -1;
  }

  private static final class Numbers {
    private int[] numbers = new int[1 << 16];
    private long[] stamps = new long[1 << 16];
    private int count;
    private int highest;

    void add(long time, int number) {
      if (count == numbers.length) {
        numbers = Arrays.copyOf(numbers, count * 2);
        stamps = Arrays.copyOf(stamps, count * 2);
      }
      numbers[count] = number;
      stamps[count] = time;
      highest = Math.max(highest, number);
      count++;
    }
  }
}
