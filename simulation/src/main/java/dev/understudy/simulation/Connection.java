package dev.understudy.simulation;

import java.util.function.Consumer;

/**
 * An ordered connection between two ends. Messages are octets on their way; one that is on its way
 * when an end dies still arrives at the other, and the end of the connection comes after it, as
 * with a socket. It can be made slow, or stand still for a while, without being broken.
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

  /** By the end that sends: when the last message arrives, so that none overtakes it. */
  private final long[] lastArrival = new long[2];

  private long extraNanos;
  private long extraUntil;
  private long stalledUntil;

  Connection(Scheduler scheduler, long delayNanos, End first, End second) {
    this.scheduler = scheduler;
    this.delayNanos = delayNanos;
    this.ends[0] = first;
    this.ends[1] = second;
  }

  /** Sends from an end (0 or 1) to the other. */
  void send(int from, byte[] octets) {
    if (open[from]) {
      int to = 1 - from;
      scheduler.at(arrival(from), () -> deliver(to, end -> end.received(octets)));
    }
  }

  private long arrival(int from) {
    long now = scheduler.nanos();
    long when = now + delayNanos + (now < extraUntil ? extraNanos : 0);
    when = Math.max(when, Math.max(stalledUntil, lastArrival[from]));
    lastArrival[from] = when;
    return when;
  }

  /** From now on messages take longer, for a while. */
  void slow(long moreNanos, long forNanos) {
    extraNanos = moreNanos;
    extraUntil = scheduler.nanos() + forNanos;
  }

  /** What is sent from now on arrives only when the time is over. */
  void stall(long forNanos) {
    stalledUntil = scheduler.nanos() + forNanos;
  }

  /** An end closes or dies; the other hears of it after all that was sent. */
  void close(int from, String reason) {
    if (!open[from]) {
      return;
    }
    open[from] = false;
    int to = 1 - from;
    scheduler.at(
        arrival(from),
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

  private void deliver(int to, Consumer<End> what) {
    if (open[to]) {
      what.accept(ends[to]);
    }
  }
}
