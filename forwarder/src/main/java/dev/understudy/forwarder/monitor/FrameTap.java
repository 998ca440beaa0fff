package dev.understudy.forwarder.monitor;

import dev.understudy.forwarder.soft.FrameView;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** What is captured at one port for one reader. */
public final class FrameTap {
  private static final int DATA_OCTETS = 4 << 20;
  private static final int CONTROL_OCTETS = 1 << 20;

  /** Instead of a tag that might be among a frame's octets: they are to be taken as they are. */
  private static final int TAG_BESIDE = 0;

  private final Entry forwarding = new Entry(DATA_OCTETS);
  private final Entry judgement = new Entry(CONTROL_OCTETS);
  private @Nullable Captured nextForwarding;
  private @Nullable Captured nextJudgement;

  /** Where the thread that forwards puts frames. */
  public Entry forwarding() {
    return forwarding;
  }

  /** Where the judgement's thread puts frames. */
  public Entry judgement() {
    return judgement;
  }

  /** One thread's way in. False from any of these: there was no room. */
  public static final class Entry {
    private final FrameRing ring;
    private final FrameRing.About about = new FrameRing.About();
    private final FrameView view = new FrameView();

    private Entry(int octets) {
      ring = new FrameRing(octets);
    }

    /** A frame that came in. */
    public boolean in(FrameView frame, long nanos, boolean control) {
      about(nanos, false, control, 0, 0);
      return ring.put(about, frame, frame.tci());
    }

    /** A frame that leaves, of data. */
    public boolean out(MemorySegment memory, long start, int length, int tci, long nanos) {
      about(nanos, true, false, 0, 0);
      return ring.put(about, view.set(memory, start, length, TAG_BESIDE), tci);
    }

    /** A frame that leaves for a supervisor. */
    public boolean sent(byte[] octets, long nanos, long term, long number) {
      about(nanos, true, true, term, number);
      view.set(MemorySegment.ofArray(octets), 0, octets.length, TAG_BESIDE);
      return ring.put(about, view, FrameView.NO_TAG);
    }

    private void about(long nanos, boolean out, boolean control, long term, long number) {
      about.nanos = nanos;
      about.out = out;
      about.control = control;
      about.term = term;
      about.number = number;
    }
  }

  /**
   * The older of what both threads have put, or null when there is nothing. The reader's thread.
   */
  @Nullable Captured take() {
    if (nextForwarding == null) {
      nextForwarding = forwarding.ring.take();
    }
    if (nextJudgement == null) {
      nextJudgement = judgement.ring.take();
    }
    Captured first = nextForwarding;
    if (first == null || (nextJudgement != null && nextJudgement.nanos() < first.nanos())) {
      first = nextJudgement;
      nextJudgement = null;
    } else {
      nextForwarding = null;
    }
    return first;
  }
}
