package dev.understudy.simulation;

import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * An ordered connection between two ends. Messages are octets on their way; one that is on its way
 * when an end dies still arrives at the other, and the end of the connection comes after it, as
 * with a socket.
 */
final class Connection {
  /** One end: what it does with what arrives. */
  interface End {
    void received(byte[] octets);

    void ended(String reason);
  }

  private final Scheduler scheduler;
  private final long delayNanos;
  private final End[] ends = new End[2];
  private final boolean[] open = {true, true};
  private final boolean[] lossy = {false, false};
  private final BiConsumer<Integer, byte[]> onSend;

  /**
   * @param onSend sees each message before it is on its way: the sending end and the octets
   */
  Connection(
      Scheduler scheduler,
      long delayNanos,
      End first,
      End second,
      BiConsumer<Integer, byte[]> onSend) {
    this.scheduler = scheduler;
    this.delayNanos = delayNanos;
    this.ends[0] = first;
    this.ends[1] = second;
    this.onSend = onSend;
  }

  /** Sends from an end (0 or 1) to the other. */
  void send(int from, byte[] octets) {
    onSend.accept(from, octets);
    int to = 1 - from;
    if (open[from] && !lossy[from]) {
      scheduler.after(delayNanos, () -> deliver(to, end -> end.received(octets)));
    }
  }

  /** From now on nothing of this end arrives, and nobody notices: a cable that is cut. */
  void loseFrom(int end) {
    lossy[end] = true;
  }

  /** An end closes or dies; the other hears of it after all that was sent. */
  void close(int from, String reason) {
    if (!open[from]) {
      return;
    }
    open[from] = false;
    int to = 1 - from;
    scheduler.after(
        delayNanos,
        () -> {
          if (open[to]) {
            open[to] = false;
            ends[to].ended(reason);
          }
        });
  }

  /** Both ends lose it now; what is on its way is lost. */
  void cut(String reason) {
    for (int end = 0; end < 2; end++) {
      if (open[end]) {
        open[end] = false;
        int at = end;
        scheduler.after(0, () -> ends[at].ended(reason));
      }
    }
  }

  boolean isOpen() {
    return open[0] && open[1];
  }

  private void deliver(int to, Consumer<End> what) {
    if (open[to]) {
      what.accept(ends[to]);
    }
  }
}
