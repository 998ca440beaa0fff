package dev.understudy.benchmarks;

import dev.understudy.linux.Epoll;
import dev.understudy.linux.FrameBatch;
import dev.understudy.linux.FrameChannel;
import dev.understudy.linux.FrameSize;

/**
 * Sends and receives in one thread, and sends only while fewer than {@link #WINDOW} frames are
 * under way: it offers what passes. Frames that don't arrive within {@link #LOST_NANOS} make room
 * as if they had.
 */
final class FrameLoop implements AutoCloseable {
  /** Frames under way at most. */
  static final int WINDOW = 1_024;

  private static final long LOST_NANOS = 50_000_000L;

  private final FrameSource source;
  private final FrameChannel sink;
  private final FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 256);
  private final Epoll epoll = Epoll.open(1);
  private int underWay;

  FrameLoop(FrameSource source, FrameChannel sink) {
    this.source = source;
    this.sink = sink;
    epoll.add(new Epoll.Interest(sink.fd(), Epoll.IN, 0));
  }

  /** For so long; frames received a second. */
  double run(long nanos) {
    long begun = System.nanoTime();
    long received = 0;
    while (System.nanoTime() - begun < nanos) {
      if (underWay + FrameSource.BATCH <= WINDOW) {
        underWay += source.send(FrameSource.BATCH);
      }
      int ours = FrameSink.receive(sink, batch);
      received += ours;
      // What was given up may come late.
      underWay = Math.max(0, underWay - ours);
      if (ours == 0 && underWay + FrameSource.BATCH > WINDOW && epoll.await(LOST_NANOS) == 0) {
        underWay = 0;
      }
    }
    return received * 1e9 / (System.nanoTime() - begun);
  }

  @Override
  public void close() {
    epoll.close();
  }
}
