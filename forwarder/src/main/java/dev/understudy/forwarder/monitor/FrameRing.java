package dev.understudy.forwarder.monitor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.understudy.forwarder.soft.FrameView;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Captured frames on their way to a reader: a bounded ring of octets. One thread puts, another
 * takes, neither waits, and putting allocates nothing.
 *
 * <pre>
 *   0        4       8       16     24       32            40
 *   | length | flags | nanos | term | number | lost before | frame, to a multiple of 8 …
 * </pre>
 *
 * A length of {@link #TO_BEGINNING} says that the next one is at the ring's beginning.
 */
final class FrameRing {
  private static final int HEADER = 40;
  private static final int TO_BEGINNING = -1;
  private static final int OUT = 1;
  private static final int CONTROL = 2;

  private final MemorySegment octets;
  private final int capacity;
  private final AtomicLong put = new AtomicLong();
  private final AtomicLong taken = new AtomicLong();

  /** The putting thread's: frames that found no room since the last one that did. */
  private long lost;

  /**
   * @param capacity octets, a multiple of 8
   */
  FrameRing(int capacity) {
    this.capacity = capacity;
    octets = MemorySegment.ofArray(new byte[capacity]);
  }

  /** What is known of a frame beside its octets. Reused by the thread that puts. */
  static final class About {
    long nanos;
    boolean out;
    boolean control;
    long term;
    long number;
  }

  /** False if there is no room. */
  boolean put(About about, FrameView frame, int tci) {
    int length = frame.lengthWith(tci);
    int size = HEADER + (length + 7 & ~7);
    long at = put.getPlain();
    int place = (int) (at % capacity);
    int toEnd = capacity - place;
    int needed = size <= toEnd ? size : toEnd + size;
    if (at + needed - taken.getAcquire() > capacity) {
      lost++;
      return false;
    }
    if (size > toEnd) {
      octets.set(JAVA_INT_UNALIGNED, place, TO_BEGINNING);
      place = 0;
    }
    octets.set(JAVA_INT_UNALIGNED, place, length);
    octets.set(
        JAVA_INT_UNALIGNED, place + 4, (about.out ? OUT : 0) | (about.control ? CONTROL : 0));
    octets.set(JAVA_LONG_UNALIGNED, place + 8, about.nanos);
    octets.set(JAVA_LONG_UNALIGNED, place + 16, about.term);
    octets.set(JAVA_LONG_UNALIGNED, place + 24, about.number);
    octets.set(JAVA_LONG_UNALIGNED, place + 32, lost);
    frame.copyTo(octets, place + HEADER, tci);
    lost = 0;
    put.setRelease(at + needed);
    return true;
  }

  /** The oldest, or null when there is none. */
  @Nullable Captured take() {
    long at = taken.getPlain();
    if (at == put.getAcquire()) {
      return null;
    }
    int place = (int) (at % capacity);
    int length = octets.get(JAVA_INT_UNALIGNED, place);
    if (length == TO_BEGINNING) {
      at += capacity - place;
      place = 0;
      length = octets.get(JAVA_INT_UNALIGNED, 0);
    }
    byte[] frame = new byte[length];
    MemorySegment.copy(octets, JAVA_BYTE, place + HEADER, frame, 0, length);
    int flags = octets.get(JAVA_INT_UNALIGNED, place + 4);
    Captured captured =
        new Captured(
            octets.get(JAVA_LONG_UNALIGNED, place + 8),
            (flags & OUT) != 0 ? Captured.Direction.OUT : Captured.Direction.IN,
            (flags & CONTROL) != 0,
            octets.get(JAVA_LONG_UNALIGNED, place + 16),
            octets.get(JAVA_LONG_UNALIGNED, place + 24),
            octets.get(JAVA_LONG_UNALIGNED, place + 32),
            Captured.Octets.of(frame));
    taken.setRelease(at + HEADER + (length + 7 & ~7));
    return captured;
  }
}
