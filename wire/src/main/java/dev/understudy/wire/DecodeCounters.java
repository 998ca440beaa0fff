package dev.understudy.wire;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How many decodings went well, and how many failed for each reason. For any thread. */
public final class DecodeCounters {
  private final LongAdder ok = new LongAdder();

  /** Has every reason from the start and never changes, so that reading it needs no lock. */
  private final Map<Decoded.Reason, LongAdder> bad = new EnumMap<>(Decoded.Reason.class);

  public DecodeCounters() {
    for (Decoded.Reason reason : Decoded.Reason.values()) {
      bad.put(reason, new LongAdder());
    }
  }

  /** Counts one answer. */
  public void count(Decoded<?> decoded) {
    switch (decoded) {
      case Decoded.Ok<?> _ -> ok.increment();
      case Decoded.Bad<?> b -> adder(b.reason()).increment();
    }
  }

  public long ok() {
    return ok.sum();
  }

  public long bad(Decoded.Reason reason) {
    return adder(reason).sum();
  }

  /** The sum over all reasons. */
  public long bad() {
    long sum = 0;
    for (LongAdder adder : bad.values()) {
      sum += adder.sum();
    }
    return sum;
  }

  /** The reasons that occurred with their counts, in the order of the enum. */
  public Map<Decoded.Reason, Long> badByReason() {
    Map<Decoded.Reason, Long> byReason = new EnumMap<>(Decoded.Reason.class);
    bad.forEach((reason, adder) -> {
      long count = adder.sum();
      if (count > 0) {
        byReason.put(reason, count);
      }
    });
    return Collections.unmodifiableMap(byReason);
  }

  private LongAdder adder(Decoded.Reason reason) {
    LongAdder adder = bad.get(reason);
    if (adder == null) {
      throw new AssertionError(reason);
    }
    return adder;
  }
}
