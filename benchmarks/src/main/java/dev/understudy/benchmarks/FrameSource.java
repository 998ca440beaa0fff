package dev.understudy.benchmarks;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.understudy.linux.FrameBatch;
import dev.understudy.linux.FrameChannel;
import dev.understudy.linux.FrameSize;
import dev.understudy.linux.SendTally;
import dev.understudy.linux.SendVector;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Sends frames of 64 octets (60 without the FCS) as fast as one thread can, {@value #BATCH} a
 * system call.
 */
final class FrameSource {
  static final int BATCH = 64;

  private static final int FRAME_OCTETS = 60;
  private static final int SOURCE_OFFSET = 6;
  private static final int MAC_OCTETS = 6;

  /** IEEE 802 local experimental EtherType 1. */
  private static final int ETHER_TYPE = 0x88B5;

  private static final ValueLayout.OfShort SHORT_BE =
      JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT_BE =
      JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final FrameChannel channel;
  private final FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, BATCH);
  private final SendVector vector = SendVector.of(BATCH);
  private final SendTally tally = new SendTally();

  FrameSource(FrameChannel channel, long destination, long source) {
    this.channel = channel;
    byte[] frame = new byte[FRAME_OCTETS];
    for (int i = 0; i < MAC_OCTETS; i++) {
      frame[i] = (byte) (destination >>> (8 * (MAC_OCTETS - 1 - i)));
      frame[SOURCE_OFFSET + i] = (byte) (source >>> (8 * (MAC_OCTETS - 1 - i)));
    }
    frame[2 * MAC_OCTETS] = (byte) (ETHER_TYPE >>> 8);
    frame[2 * MAC_OCTETS + 1] = (byte) ETHER_TYPE;
    for (int i = 0; i < BATCH; i++) {
      batch.append(frame);
    }
  }

  /** From where the {@code i}-th frame of the following batches comes. */
  void source(int i, long mac) {
    MemorySegment memory = batch.memory();
    memory.set(SHORT_BE, batch.start(i) + SOURCE_OFFSET, (short) (mac >>> 32));
    memory.set(INT_BE, batch.start(i) + SOURCE_OFFSET + 2, (int) mac);
  }

  /** Sends the first frames of the batch; how many were taken. */
  int send(int count) {
    vector.clear();
    for (int i = 0; i < count; i++) {
      vector.add(batch, i);
    }
    return vector.flush(channel, tally);
  }

  /** Frames that the kernel took. */
  long sent() {
    return tally.sentFrames();
  }
}
