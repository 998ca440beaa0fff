package dev.understudy.forwarder.soft;

import dev.understudy.core.Check;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;

/**
 * Up to {@link #SIZE} changes of learned addresses as plain numbers: filled by the thread that
 * forwards, made into a message by the one that asked.
 */
public final class LearnedBatch {
  /** Changes in a batch. */
  public static final int SIZE = 512;

  private final long[] entries = new long[SIZE];
  private final short[] bridgePorts = new short[SIZE];
  private int count;
  private long incarnation;
  private long sequence;
  private boolean dumpBegin;
  private boolean dumpEnd;

  void begin(long ofIncarnation, long atSequence) {
    incarnation = ofIncarnation;
    sequence = atSequence;
    count = 0;
    dumpBegin = false;
    dumpEnd = false;
  }

  void markDump(boolean first, boolean last) {
    dumpBegin = first;
    dumpEnd = last;
  }

  void sequence(long last) {
    sequence = last;
  }

  boolean isFull() {
    return count == SIZE;
  }

  void add(long entry, int bridgePort) {
    Check.that(count < SIZE, "a batch is at most", SIZE);
    entries[count] = entry;
    bridgePorts[count++] = (short) bridgePort;
  }

  public LearnedInput toInput() {
    LearnedInput.Builder input =
        LearnedInput.newBuilder().setIncarnation(incarnation).setSequence(sequence);
    if (dumpBegin) {
      input.setDumpBegin(true);
    }
    if (dumpEnd) {
      input.setDumpEnd(true);
    }
    for (int i = 0; i < count; i++) {
      LearnedChange.Builder change =
          LearnedChange.newBuilder()
              .setFid(LearnedChanges.fid(entries[i]))
              .setBridgePort(bridgePorts[i]);
      if (LearnedChanges.isFlush(entries[i])) {
        change.setFlush(true);
      } else {
        change.setMac(Macs.octets(LearnedChanges.mac(entries[i])));
      }
      input.addChanges(change);
    }
    return input.build();
  }
}
