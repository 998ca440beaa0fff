package dev.understudy.supervisor;

import dev.understudy.edge.EventLoop;
import dev.understudy.schema.Alive;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;

/**
 * Tells the standby, from the sockets' thread, that this process lives although it makes no
 * brackets, and what keeps it from making them. A stopped process says nothing, a stalled loop is
 * spoken for: so the one who takes over knows why.
 */
final class Pulse {
  /** Two ticks: well before the standby runs out of patience. */
  static final long SILENT_MILLIS = 40;

  private static final long LOOK_MILLIS = 20;

  private final EventLoop sockets;
  private final Progress progress;
  private final Session<ToSupervisor, ToForwarder> forwarder;
  private final Session<CanonicalMessage, CanonicalMessage> peer;
  private volatile boolean ended;

  Pulse(
      EventLoop sockets,
      Progress progress,
      Session<ToSupervisor, ToForwarder> forwarder,
      Session<CanonicalMessage, CanonicalMessage> peer) {
    this.sockets = sockets;
    this.progress = progress;
    this.forwarder = forwarder;
    this.peer = peer;
  }

  void start() {
    sockets.schedule(this::look, LOOK_MILLIS);
  }

  void end() {
    ended = true;
  }

  /** On the sockets' thread. */
  private void look() {
    if (ended) {
      return;
    }
    if (progress.isActive() && progress.millisSinceBracket() >= SILENT_MILLIS) {
      peer.sendNow(
          CanonicalMessage.newBuilder()
              .setAlive(
                  Alive.newBuilder()
                      .setBusyMillis(progress.busyMillis())
                      .setEngine(progress.engine())
                      .setForwarderSilentMillis(forwarder.silentMillis()))
              .build());
    }
    sockets.schedule(this::look, LOOK_MILLIS);
  }
}
