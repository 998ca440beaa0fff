package dev.understudy.forwarder.soft;

import java.util.Arrays;

/**
 * The sequence of changes of learned addresses: a ring of the last ones, each with its number from
 * 1 on. A flush is one change.
 *
 * <p>Who asks too late, or for another incarnation, gets a dump. A dump is taken whole at one
 * moment and its batches take numbers of the same sequence, so that the number of a batch tells
 * which one comes next, and numbers only grow, whoever asks.
 */
final class LearnedChanges {
  private static final long FLUSH = 1L << 63;
  private static final long NOTHING = 1L << 61;
  private static final long MAC_MASK = 0xFFFF_FFFF_FFFFL;
  private static final int FID_SHIFT = 48;

  private final long incarnation;
  private final long[] entries;
  private final short[] bridgePorts;
  private final int mask;
  private long latest;

  private long dumpStart = -1;
  private int dumpBatches;
  private int dumpCount;
  private long[] dumpEntries = new long[0];
  private short[] dumpBridgePorts = new short[0];

  LearnedChanges(long incarnation, int kept) {
    this.incarnation = incarnation;
    entries = new long[kept];
    bridgePorts = new short[kept];
    mask = kept - 1;
  }

  static long entry(int fid, long mac) {
    return (long) fid << FID_SHIFT | mac;
  }

  static int fid(long entry) {
    return (int) (entry >>> FID_SHIFT) & 0xFFF;
  }

  static long mac(long entry) {
    return entry & MAC_MASK;
  }

  static boolean isFlush(long entry) {
    return (entry & FLUSH) != 0;
  }

  /** Number of the latest change. */
  long latest() {
    return latest;
  }

  /** An address is now at a bridge port; 0: nowhere. */
  void changed(int fid, long mac, int bridgePort) {
    append(entry(fid, mac), bridgePort);
  }

  /** Everything of a FID (0: all) at a bridge port (0: all) was forgotten. */
  void flushed(int fid, int bridgePort) {
    append(entry(fid, 0) | FLUSH, bridgePort);
  }

  private void append(long entry, int bridgePort) {
    int slot = (int) ++latest & mask;
    entries[slot] = entry;
    bridgePorts[slot] = (short) bridgePort;
  }

  /** Fills a batch with what comes after a sequence number. */
  void after(long ofIncarnation, long sequence, LearnedTable table, LearnedBatch batch) {
    if (ofIncarnation == incarnation && isInDump(sequence)) {
      dumpBatch((int) (sequence - dumpStart), batch);
    } else if (ofIncarnation == incarnation
        && sequence >= 0
        && sequence <= latest
        && latest - sequence <= entries.length) {
      changesAfter(sequence, batch);
    } else {
      beginDump(table);
      dumpBatch(0, batch);
    }
  }

  private void changesAfter(long sequence, LearnedBatch batch) {
    batch.begin(incarnation, sequence);
    long last = sequence;
    while (last < latest && !batch.isFull()) {
      int slot = (int) ++last & mask;
      if (entries[slot] != NOTHING) {
        batch.add(entries[slot], bridgePorts[slot]);
      }
    }
    batch.sequence(last);
  }

  /** A dump's batches are numbered from dumpStart + 1; after the last one it is changes again. */
  private boolean isInDump(long sequence) {
    return dumpStart >= 0 && sequence > dumpStart && sequence < dumpStart + dumpBatches;
  }

  private void beginDump(LearnedTable table) {
    if (dumpEntries.length < table.count()) {
      int size = Math.max(LearnedBatch.SIZE, 2 * table.count());
      dumpEntries = Arrays.copyOf(dumpEntries, size);
      dumpBridgePorts = Arrays.copyOf(dumpBridgePorts, size);
    }
    dumpCount = table.copyTo(dumpEntries, dumpBridgePorts);
    dumpBatches = Math.max(1, Math.ceilDiv(dumpCount, LearnedBatch.SIZE));
    dumpStart = latest;
    for (int i = 0; i < dumpBatches; i++) {
      append(NOTHING, 0);
    }
  }

  private void dumpBatch(int index, LearnedBatch batch) {
    batch.begin(incarnation, dumpStart + index + 1);
    batch.markDump(index == 0, index == dumpBatches - 1);
    int end = Math.min(dumpCount, (index + 1) * LearnedBatch.SIZE);
    for (int i = index * LearnedBatch.SIZE; i < end; i++) {
      batch.add(dumpEntries[i], dumpBridgePorts[i]);
    }
  }
}
