package dev.understudy.border;

import java.util.Map;
import java.util.TreeMap;

/** What the judgement counts, by name. */
final class Counters {
  private final TreeMap<String, Long> values = new TreeMap<>();

  void count(String name) {
    values.merge(name, 1L, Long::sum);
  }

  long value(String name) {
    return values.getOrDefault(name, 0L);
  }

  Map<String, Long> all() {
    return values;
  }
}
