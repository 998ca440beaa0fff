package dev.understudy.protocols.stp;

import com.google.protobuf.Message;
import dev.understudy.core.ImageView;
import dev.understudy.core.Step;
import dev.understudy.schema.CounterRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeMap;

/** Counters that are rows, so that they only grow, over takeovers too. */
final class StpCounters {
  private final TreeMap<Name, Long> counts = new TreeMap<>();
  private final LinkedHashSet<Name> touched = new LinkedHashSet<>();

  private record Name(int port, String what) implements Comparable<Name> {
    private static final Comparator<Name> ORDER =
        Comparator.comparingInt(Name::port).thenComparing(Name::what);

    @Override
    public int compareTo(Name other) {
      return ORDER.compare(this, other);
    }
  }

  static StpCounters restore(ImageView image) {
    StpCounters counters = new StpCounters();
    for (CounterRow row : image.rows(CounterRow.getDefaultInstance())) {
      if (row.getKey().getEngine().equals(StpBridge.ENGINE)) {
        counters.counts.put(
            new Name(row.getKey().getPort(), row.getKey().getName()), row.getValue());
      }
    }
    return counters;
  }

  void add(String what, int port) {
    Name name = new Name(port, what);
    counts.merge(name, 1L, Long::sum);
    touched.add(name);
  }

  /** The port is gone for good. */
  void remove(int port, Step.Builder step) {
    for (Name name : List.copyOf(counts.keySet())) {
      if (name.port == port) {
        step.delete(row(name, 0));
        counts.remove(name);
        touched.remove(name);
      }
    }
  }

  void flush(Step.Builder step) {
    for (Name name : touched) {
      step.put(row(name, counts.getOrDefault(name, 0L)));
    }
    touched.clear();
  }

  List<Message> export() {
    List<Message> rows = new ArrayList<>();
    counts.forEach((name, value) -> rows.add(row(name, value)));
    return rows;
  }

  private static CounterRow row(Name name, long value) {
    return CounterRow.newBuilder()
        .setKey(
            CounterRow.Key.newBuilder()
                .setEngine(StpBridge.ENGINE)
                .setName(name.what)
                .setPort(name.port))
        .setValue(value)
        .build();
  }
}
