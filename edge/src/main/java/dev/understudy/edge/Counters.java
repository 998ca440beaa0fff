package dev.understudy.edge;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Named counts of what happened at a process's edge. Any thread. */
public final class Counters {
  private final ConcurrentSkipListMap<String, LongAdder> counters = new ConcurrentSkipListMap<>();

  public void count(String name) {
    count(name, 1);
  }

  public void count(String name, long more) {
    counters.computeIfAbsent(name, any -> new LongAdder()).add(more);
  }

  public long value(String name) {
    LongAdder counter = counters.get(name);
    return counter == null ? 0 : counter.sum();
  }

  /** All counts that are not 0, by name. */
  public Map<String, Long> values() {
    Map<String, Long> values = new TreeMap<>();
    counters.forEach((name, counter) -> values.put(name, counter.sum()));
    return values;
  }
}
