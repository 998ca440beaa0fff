package dev.understudy.forwarder.soft;

/**
 * Learned addresses by (FID, MAC), with ageing and limits. Every change goes into {@link
 * LearnedChanges}.
 *
 * <p>An address is as old as its last frame, in whole microseconds. An aged one has no effect from
 * its very moment on; {@link #age} takes it out of the table within {@link #SWEEP_NANOS}.
 */
final class LearnedTable {
  /** What became of an address to be learned. */
  enum Outcome {
    KNOWN,
    NEW,
    MOVED,
    PORT_LIMIT,
    TABLE_LIMIT
  }

  /** Least time between two passes over the table. */
  static final long SWEEP_NANOS = 1_000_000_000L;

  private static final long TAKEN = 1L << 62;
  private static final int PORT_BITS = 16;
  private static final long PORT_MASK = (1L << PORT_BITS) - 1;
  private static final long NANOS_PER_MICRO = 1_000;

  private final LongTable table;
  private final LearnedChanges changes;
  private final int perBridgePortMax;
  private final int[] counts = new int[SoftSwitch.BRIDGE_PORT_MAX + 1];
  private long ageingMicros = SoftSwitch.AGEING_SECONDS_DEFAULT * 1_000_000L;
  private long nextSweepNanos;
  private long agedOut;

  LearnedTable(SwitchLimits limits, LearnedChanges changes) {
    table = new LongTable(limits.learnedMax());
    perBridgePortMax = limits.learnedPerBridgePortMax();
    this.changes = changes;
  }

  int count() {
    return table.count();
  }

  int count(int bridgePort) {
    return counts[bridgePort];
  }

  /** Addresses that were forgotten because of their age. */
  long agedOut() {
    return agedOut;
  }

  void ageing(int seconds) {
    ageingMicros = seconds * 1_000_000L;
    nextSweepNanos = 0;
  }

  /** The bridge port of an address, or 0. */
  int find(int fid, long mac, long nowNanos) {
    int slot = table.find(TAKEN | LearnedChanges.entry(fid, mac));
    if (slot < 0) {
      return 0;
    }
    long value = table.valueAt(slot);
    if (isAged(value, nowNanos / NANOS_PER_MICRO)) {
      agedOut++;
      forget(slot);
      return 0;
    }
    return (int) (value & PORT_MASK);
  }

  Outcome learn(int fid, long mac, int bridgePort, long nowNanos) {
    long nowMicros = nowNanos / NANOS_PER_MICRO;
    long value = nowMicros << PORT_BITS | bridgePort;
    long key = TAKEN | LearnedChanges.entry(fid, mac);
    int slot = table.find(key);
    if (slot >= 0) {
      int before = (int) (table.valueAt(slot) & PORT_MASK);
      if (before == bridgePort) {
        table.setValueAt(slot, value);
        return Outcome.KNOWN;
      }
      if (counts[bridgePort] >= perBridgePortMax) {
        // Where it was, it no longer is; where it is, there is no room: it is flooded.
        forget(slot);
        return Outcome.PORT_LIMIT;
      }
      counts[before]--;
      counts[bridgePort]++;
      table.setValueAt(slot, value);
      changes.changed(fid, mac, bridgePort);
      return Outcome.MOVED;
    }
    if (counts[bridgePort] >= perBridgePortMax) {
      return Outcome.PORT_LIMIT;
    }
    if (table.isFull()) {
      return Outcome.TABLE_LIMIT;
    }
    table.add(key, value);
    counts[bridgePort]++;
    changes.changed(fid, mac, bridgePort);
    return Outcome.NEW;
  }

  /** Forgets one address. */
  void remove(int fid, long mac) {
    int slot = table.find(TAKEN | LearnedChanges.entry(fid, mac));
    if (slot >= 0) {
      forget(slot);
    }
  }

  /** Forgets a bridge port's addresses (0: of all) of one FID (0: of all). */
  void flush(int bridgePort, int fid) {
    if (bridgePort != 0 && counts[bridgePort] == 0) {
      return;
    }
    int before = table.count();
    for (int slot = 0; slot < table.size() && table.count() > 0; ) {
      long key = table.keyAt(slot);
      int port = (int) (table.valueAt(slot) & PORT_MASK);
      if (key != 0
          && (fid == 0 || LearnedChanges.fid(key) == fid)
          && (bridgePort == 0 || port == bridgePort)) {
        counts[port]--;
        table.removeAt(slot);
      } else {
        slot++;
      }
    }
    if (table.count() != before) {
      changes.flushed(fid, bridgePort);
    }
  }

  /** Takes aged addresses out. Cheap when there is nothing to do. */
  void age(long nowNanos) {
    if (nowNanos < nextSweepNanos || table.count() == 0) {
      return;
    }
    long nowMicros = nowNanos / NANOS_PER_MICRO;
    long oldestMicros = nowMicros;
    for (int slot = 0; slot < table.size(); ) {
      if (table.keyAt(slot) == 0) {
        slot++;
      } else if (isAged(table.valueAt(slot), nowMicros)) {
        agedOut++;
        forget(slot);
      } else {
        oldestMicros = Math.min(oldestMicros, table.valueAt(slot) >>> PORT_BITS);
        slot++;
      }
    }
    nextSweepNanos =
        Math.max(nowNanos + SWEEP_NANOS, (oldestMicros + ageingMicros) * NANOS_PER_MICRO);
  }

  /** All addresses, in no order; returns how many. */
  int copyTo(long[] entries, short[] bridgePorts) {
    int count = 0;
    for (int slot = 0; slot < table.size(); slot++) {
      if (table.keyAt(slot) != 0) {
        entries[count] = table.keyAt(slot) & ~TAKEN;
        bridgePorts[count++] = (short) (table.valueAt(slot) & PORT_MASK);
      }
    }
    return count;
  }

  private boolean isAged(long value, long nowMicros) {
    return nowMicros - (value >>> PORT_BITS) >= ageingMicros;
  }

  private void forget(int slot) {
    long key = table.keyAt(slot);
    counts[(int) (table.valueAt(slot) & PORT_MASK)]--;
    table.removeAt(slot);
    changes.changed(LearnedChanges.fid(key), LearnedChanges.mac(key), 0);
  }
}
