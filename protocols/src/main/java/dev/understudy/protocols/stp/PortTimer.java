package dev.understudy.protocols.stp;

import dev.understudy.core.SwitchTime;
import dev.understudy.core.Timers;

/**
 * One timer variable of the standard, as an absolute deadline. Where the standard's machines hold a
 * timer at its full value (by setting it anew at each tick), it does not run here, and is started
 * when the machine stops holding it.
 */
final class PortTimer {
  private final Timers rows;
  private final Timers.Timer timer;
  private boolean running;
  private long deadlineNanos;

  PortTimer(Timers rows, Timers.Timer timer) {
    this.rows = rows;
    this.timer = timer;
    this.deadlineNanos = rows.deadline(timer).map(SwitchTime::nanos).orElse(0L);
    this.running = rows.isRunning(timer);
  }

  String name() {
    return timer.name();
  }

  /** The variable is zero. */
  boolean isZero() {
    return !running;
  }

  /** Sets the variable; 0 is as good as {@link #stop}. */
  void start(SwitchTime now, int seconds) {
    if (seconds == 0) {
      stop();
    } else {
      startUntil(now.plusSeconds(seconds));
    }
  }

  void startUntil(SwitchTime deadline) {
    rows.start(timer, deadline);
    running = true;
    deadlineNanos = deadline.nanos();
  }

  /** Sets the variable to zero. */
  void stop() {
    if (running) {
      rows.stop(timer);
      running = false;
    }
  }

  /** Its row was taken out because the deadline has come. Returns that deadline. */
  SwitchTime expire() {
    running = false;
    return new SwitchTime(deadlineNanos);
  }
}
