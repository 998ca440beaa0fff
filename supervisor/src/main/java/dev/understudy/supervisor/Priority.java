package dev.understudy.supervisor;

import dev.understudy.edge.EventLoop;
import dev.understudy.linux.Scheduling;

/** Whoever carries the switch, or could do so at once, asks for a place before others. */
final class Priority {
  static final Scheduling.Wish LOOP = Scheduling.Wish.fifo(10).orNice(-10);
  static final Scheduling.Wish SOCKETS = Scheduling.Wish.fifo(11).orNice(-10);

  private final EventLoop sockets;
  private String scheduling = "default";
  private boolean asked;

  Priority(EventLoop sockets) {
    this.sockets = sockets;
  }

  /** Asks, once, for the thread that this is called on, the loop's, and for the sockets'. */
  void ask() {
    if (!asked) {
      asked = true;
      scheduling = Scheduling.ask(LOOP);
      sockets.execute(() -> Scheduling.ask(SOCKETS));
    }
  }

  /** What the loop's thread runs under, for people. */
  String scheduling() {
    return scheduling;
  }
}
