package dev.understudy.replication;

import java.util.TreeMap;

/**
 * The newest brackets, for a standby that was away for a moment. What doesn't fit any more goes,
 * the oldest first.
 */
final class BracketLog {
  static final int BRACKETS_MAX = 4096;

  /** Of memory, not of content: learned addresses are small rows by the hundred thousand. */
  static final long HEAP_OCTETS_MAX = 16L << 20;

  private final TreeMap<Long, Bracket> brackets = new TreeMap<>();
  private long heapOctets;

  void add(Bracket bracket) {
    if (!brackets.isEmpty() && brackets.lastKey() + 1 != bracket.number()) {
      clear();
    }
    brackets.put(bracket.number(), bracket);
    heapOctets += bracket.heapOctets();
    while (brackets.size() > BRACKETS_MAX || heapOctets > HEAP_OCTETS_MAX) {
      heapOctets -= brackets.pollFirstEntry().getValue().heapOctets();
    }
  }

  void clear() {
    brackets.clear();
    heapOctets = 0;
  }

  /** True if all brackets after this number are here. */
  boolean reachesBackTo(long number) {
    return brackets.containsKey(number + 1);
  }

  Iterable<Bracket> after(long number) {
    return brackets.tailMap(number, false).values();
  }

  long octetsAfter(long number) {
    return brackets.tailMap(number, false).values().stream().mapToLong(Bracket::octets).sum();
  }
}
