package dev.understudy.border;

import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.LostInput;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The ordered inputs that no applied bracket has consumed yet.
 *
 * <p>Frames have a quota per port and class; what is over it is dropped and named by one {@code
 * Lost} entry in its place. Links and ticks are levels: when there are too many, older ones go,
 * because the newer ones say all.
 */
final class InputLog {
  /** Frames of one port and class. */
  static final int FRAMES_PER_PORT_AND_CLASS_MAX = 256;

  /** Frames of all ports. */
  static final int FRAMES_MAX = 16_384;

  static final int TICKS_MAX = 64;
  static final int LINKS_PER_PORT_MAX = 16;

  /** An input. Its number is its place for ever. */
  static final class Entry {
    ForwarderInput input;
    int deliveries;
    long deliveredInTerm;

    Entry(ForwarderInput input) {
      this.input = input;
    }

    long number() {
      return input.getNumber();
    }
  }

  private record Quota(int port, String trafficClass) implements Comparable<Quota> {
    @Override
    public int compareTo(Quota other) {
      int byPort = Integer.compare(port, other.port);
      return byPort != 0 ? byPort : trafficClass.compareTo(other.trafficClass);
    }
  }

  private final TreeMap<Long, Entry> entries = new TreeMap<>();
  private final ArrayDeque<Long> ticks = new ArrayDeque<>();
  private final TreeMap<Quota, Integer> frames = new TreeMap<>();
  private final TreeMap<Integer, ArrayDeque<Long>> links = new TreeMap<>();
  private final TreeMap<Quota, Entry> openLoss = new TreeMap<>();
  private int frameCount;
  private long nextNumber = 1;
  private long lostFrames;

  /** Number of the newest input. */
  long last() {
    return nextNumber - 1;
  }

  long lostFrames() {
    return lostFrames;
  }

  int size() {
    return entries.size();
  }

  /** Number of the oldest input that is kept; one after the last when none is. */
  long first() {
    return entries.isEmpty() ? nextNumber : entries.firstKey();
  }

  /** The first entry after a number. */
  Optional<Entry> next(long number) {
    return Optional.ofNullable(entries.higherEntry(number)).map(Map.Entry::getValue);
  }

  /** Entries after a number, in order. */
  Collection<Entry> after(long number) {
    return List.copyOf(entries.tailMap(number, false).values());
  }

  /**
   * Adds an input, whose number is set here.
   *
   * @return false when it was dropped (its loss is in the log) or counted to a loss that is there
   *     already
   */
  boolean add(ForwarderInput.Builder input) {
    return switch (input.getKindCase()) {
      case FRAME -> addFrame(input);
      case LINK -> addLink(input);
      case TICK -> addTick(input);
      case LEARNED, LOST, SKIPPED, OUTPUT_FAILED, FAIL_SAFE, KIND_NOT_SET -> append(input);
    };
  }

  private boolean addFrame(ForwarderInput.Builder input) {
    Quota quota = new Quota(input.getFrame().getPort(), input.getFrame().getTrafficClass());
    int held = frames.getOrDefault(quota, 0);
    if (held >= FRAMES_PER_PORT_AND_CLASS_MAX || frameCount >= FRAMES_MAX) {
      lostFrames++;
      return lose(quota, input);
    }
    frames.put(quota, held + 1);
    frameCount++;
    return append(input);
  }

  /**
   * Counts a loss to the entry that names it, or makes one. A loss that a session was told is not
   * changed any more.
   */
  private boolean lose(Quota quota, ForwarderInput.Builder input) {
    Entry open = openLoss.get(quota);
    if (open != null && open.deliveries == 0) {
      LostInput lost = open.input.getLost();
      open.input =
          open.input.toBuilder().setLost(lost.toBuilder().setCount(lost.getCount() + 1)).build();
      return false;
    }
    append(
        ForwarderInput.newBuilder()
            .setStampNanos(input.getStampNanos())
            .setWallMillis(input.getWallMillis())
            .setLost(
                LostInput.newBuilder()
                    .setFrom(nextNumber)
                    .setTo(nextNumber)
                    .setPort(quota.port)
                    .setTrafficClass(quota.trafficClass)
                    .setCount(1)));
    openLoss.put(quota, entries.lastEntry().getValue());
    return true;
  }

  private boolean addLink(ForwarderInput.Builder input) {
    ArrayDeque<Long> numbers =
        links.computeIfAbsent(input.getLink().getPort(), port -> new ArrayDeque<>());
    append(input);
    numbers.add(last());
    return dropOldest(numbers, LINKS_PER_PORT_MAX);
  }

  private boolean addTick(ForwarderInput.Builder input) {
    append(input);
    ticks.add(last());
    return dropOldest(ticks, TICKS_MAX);
  }

  private boolean append(ForwarderInput.Builder input) {
    Entry entry = new Entry(input.setNumber(nextNumber++).build());
    entries.put(entry.number(), entry);
    return true;
  }

  private boolean dropOldest(ArrayDeque<Long> numbers, int max) {
    if (numbers.size() > max) {
      entries.remove(numbers.removeFirst());
    }
    return true;
  }

  /** Frees everything up to a number. */
  void consume(long through) {
    while (!entries.isEmpty() && entries.firstKey() <= through) {
      forget(entries.pollFirstEntry().getValue());
    }
  }

  /** Replaces an entry's content, for example by the note that it was skipped. */
  void replace(Entry entry, ForwarderInput.Builder by) {
    forget(entry);
    entry.input = by.setNumber(entry.number()).build();
  }

  private void forget(Entry entry) {
    switch (entry.input.getKindCase()) {
      case FRAME -> {
        Quota quota =
            new Quota(entry.input.getFrame().getPort(), entry.input.getFrame().getTrafficClass());
        frames.merge(quota, -1, Integer::sum);
        frames.remove(quota, 0);
        frameCount--;
      }
      case LINK -> {
        ArrayDeque<Long> numbers = links.get(entry.input.getLink().getPort());
        if (numbers != null && numbers.remove(entry.number()) && numbers.isEmpty()) {
          links.remove(entry.input.getLink().getPort());
        }
      }
      case TICK -> ticks.remove(entry.number());
      case LOST ->
          openLoss.remove(
              new Quota(entry.input.getLost().getPort(), entry.input.getLost().getTrafficClass()),
              entry);
      case LEARNED, SKIPPED, OUTPUT_FAILED, FAIL_SAFE, KIND_NOT_SET -> {}
    }
  }
}
