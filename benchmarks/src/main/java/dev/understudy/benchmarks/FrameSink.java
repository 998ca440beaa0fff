package dev.understudy.benchmarks;

import dev.understudy.linux.Epoll;
import dev.understudy.linux.FrameBatch;
import dev.understudy.linux.FrameChannel;
import dev.understudy.linux.FrameSize;

/** Receives frames on a thread of its own and counts those of {@link FrameSource}. */
final class FrameSink implements AutoCloseable {
  private static final long LOOK_NANOS = 50_000_000;
  private static final int ETHER_TYPE_OFFSET = 12;
  private static final int ETHER_TYPE = 0x88B5;

  private final FrameChannel channel;
  private final FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 256);
  private final Thread thread;
  private volatile boolean ended;
  private volatile long received;

  FrameSink(FrameChannel channel) {
    this.channel = channel;
    this.thread = Thread.ofPlatform().name("sink").daemon().start(this::run);
  }

  /** So far. */
  long received() {
    return received;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes.
  private void run() {
    try (Epoll epoll = Epoll.open(1)) {
      epoll.add(new Epoll.Interest(channel.fd(), Epoll.IN, 0));
      while (!ended) {
        epoll.await(LOOK_NANOS);
        received += receive(channel, batch);
      }
    }
  }

  /** Takes what waits, up to a batch; how many frames of {@link FrameSource} there were. */
  static int receive(FrameChannel channel, FrameBatch batch) {
    int count = channel.receive(batch, batch.slots());
    int ours = 0;
    for (int i = 0; i < count; i++) {
      ours += batch.shortAt(i, ETHER_TYPE_OFFSET) == ETHER_TYPE ? 1 : 0;
    }
    return ours;
  }

  /** Returns when its thread has ended; the channel stays open. */
  @Override
  public void close() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
