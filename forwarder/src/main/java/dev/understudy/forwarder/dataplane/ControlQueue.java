package dev.understudy.forwarder.dataplane;

import com.google.protobuf.ByteString;
import dev.understudy.border.DataPlaneListener;
import dev.understudy.forwarder.soft.FrameView;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Control frames on their way from the thread that forwards to the judgement: a bounded ring whose
 * slots are made once. One thread puts, another takes; neither waits.
 */
final class ControlQueue {
  /** Frames that may wait. */
  static final int CAPACITY = 1_024;

  /** Longer frames are no control frames. */
  static final int FRAME_OCTETS_MAX = 2_048;

  private final MemorySegment octets = MemorySegment.ofArray(new byte[CAPACITY * FRAME_OCTETS_MAX]);
  private final int[] ports = new int[CAPACITY];
  private final int[] lengths = new int[CAPACITY];
  private final String[] classes = new String[CAPACITY];
  private final AtomicLong put = new AtomicLong();
  private final AtomicLong taken = new AtomicLong();

  /** False if there is no room, or the frame is too long. */
  boolean put(int port, FrameView frame, int tci, String trafficClass) {
    long next = put.get();
    int length = frame.lengthWith(tci);
    if (next - taken.get() >= CAPACITY || length > FRAME_OCTETS_MAX) {
      return false;
    }
    int slot = (int) (next % CAPACITY);
    frame.copyTo(octets, (long) slot * FRAME_OCTETS_MAX, tci);
    ports[slot] = port;
    lengths[slot] = length;
    classes[slot] = trafficClass;
    put.setRelease(next + 1);
    return true;
  }

  /** Hands over what was there when it began. */
  void drainTo(DataPlaneListener listener) {
    long end = put.getAcquire();
    for (long next = taken.get(); next < end; next++) {
      int slot = (int) (next % CAPACITY);
      ByteString frame =
          ByteString.copyFrom(
              octets
                  .asSlice((long) slot * FRAME_OCTETS_MAX, lengths[slot])
                  .asByteBuffer()
                  .asReadOnlyBuffer());
      int port = ports[slot];
      String trafficClass = classes[slot];
      taken.setRelease(next + 1);
      listener.frame(port, frame, trafficClass);
    }
  }
}
