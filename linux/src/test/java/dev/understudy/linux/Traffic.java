package dev.understudy.linux;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** One forwarder's round, over and over: batch in, look, tag, vector out. */
final class Traffic {
  static final int FRAMES = 8;

  private final FrameChannel from;
  private final FrameChannel to;
  private final FrameBatch out = FrameBatch.of(FrameSize.STANDARD, FRAMES);
  private final FrameBatch in = FrameBatch.of(FrameSize.STANDARD, FRAMES);
  private final SendVector vector = SendVector.of(FRAMES);
  private final SendTally tally = new SendTally();
  long received;
  long offered;
  long checksum;

  Traffic(FrameChannel from, FrameChannel to) {
    this.from = from;
    this.to = to;
    for (int i = 0; i < FRAMES; i++) {
      out.append(FrameTest.frame("02:00:00:00:00:01", 64 + i));
    }
  }

  /**
   * Octets the thread allocated in 10,000 rounds. The linker's code may leave some until it is
   * compiled, which happens beside us; so the least of up to ten counts is taken, and one at zero
   * is enough.
   */
  long leastAllocatedInTenThousandRounds() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    threads.getCurrentThreadAllocatedBytes();
    long least = Long.MAX_VALUE;
    for (int attempt = 0; attempt < 10 && least > 0; attempt++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      rounds(10_000);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }

  private void rounds(int rounds) {
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < FRAMES; i++) {
        if (i % 2 == 0) {
          vector.add(out, i);
        } else {
          vector.addTagged(out, i, TagProtocol.CUSTOMER, i);
        }
      }
      offered += vector.count();
      vector.flush(from, tally);
      int n = to.receive(in, FRAMES);
      for (int i = 0; i < n; i++) {
        checksum += in.macAt(i, 0) + in.macAt(i, 6) + in.popTag(i) + in.length(i);
      }
      received += Math.max(0, n);
    }
  }
}
