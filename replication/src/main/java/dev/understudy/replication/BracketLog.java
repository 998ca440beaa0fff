package dev.understudy.replication;

import java.util.TreeMap;

/**
 * The newest brackets, for a standby that was away for a moment. What doesn't fit any more goes,
 * the oldest first.
 */
final class BracketLog {
  static final int BRACKETS_MAX = 4096;
  static final long OCTETS_MAX = 16L << 20;

  private final TreeMap<Long, Bracket> brackets = new TreeMap<>();
  private long octets;

  void add(Bracket bracket) {
    if (!brackets.isEmpty() && brackets.lastKey() + 1 != bracket.number()) {
      clear();
    }
    brackets.put(bracket.number(), bracket);
    octets += bracket.octets();
    while (brackets.size() > BRACKETS_MAX || octets > OCTETS_MAX) {
      octets -= brackets.pollFirstEntry().getValue().octets();
    }
  }

  void clear() {
    brackets.clear();
    octets = 0;
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
