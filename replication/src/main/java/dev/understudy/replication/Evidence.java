package dev.understudy.replication;

import dev.understudy.schema.Alive;
import dev.understudy.schema.Failure;
import org.jspecify.annotations.Nullable;

/**
 * What a standby knows of an active that it misses: why its brackets don't come. It decides
 * nothing; {@link Claims} does.
 */
final class Evidence {
  /** A sign of life is sent once a tick; an older one says nothing of now. */
  static final int ALIVE_TICKS = 3;

  private final SupervisorCore core;
  private @Nullable Alive alive;
  private int ticksSinceAlive;
  private int ticksSinceBracket;
  private boolean askedToTakeOver;

  /** What the launcher saw of the active's process since it made a bracket. */
  private Loss processSeen = Loss.NONE;

  Evidence(SupervisorCore core) {
    this.core = core;
  }

  void bracketSeen() {
    ticksSinceBracket = 0;
    askedToTakeOver = false;
    alive = null;
    processSeen = Loss.NONE;
  }

  /** The watch begins anew. */
  void begin() {
    bracketSeen();
  }

  void tick() {
    ticksSinceBracket++;
    ticksSinceAlive++;
  }

  void alive(Alive sign) {
    alive = sign;
    ticksSinceAlive = 0;
  }

  void processSeen(Loss seen) {
    processSeen = seen;
  }

  Loss processSeen() {
    return processSeen;
  }

  void askedToTakeOver() {
    askedToTakeOver = true;
  }

  /** The term was won. */
  void settled() {
    askedToTakeOver = false;
  }

  boolean activeSeemsLost() {
    return !core.peer().isUp()
        || askedToTakeOver
        || ticksSinceBracket >= core.forwarder().silenceLimitTicks();
  }

  /** What is wrong with the active, should it be lost. */
  Loss loss() {
    long process = core.peer().process();
    if (!core.peer().isUp()) {
      return new Loss(Failure.ENDED, process, "the connection to the active ended");
    }
    if (askedToTakeOver) {
      return new Loss(Failure.FORWARDER_LOST, process, "the active has lost the forwarder");
    }
    String silence = "no bracket from the active for " + ticksSinceBracket + " ticks";
    Alive sign = alive;
    if (sign == null || ticksSinceAlive > ALIVE_TICKS) {
      return new Loss(Failure.SILENT, process, silence + ", and no other sign of life");
    }
    if (sign.getBusyMillis() <= sign.getForwarderSilentMillis()) {
      return new Loss(
          Failure.FORWARDER_LOST,
          process,
          silence
              + "; its process lives, and has heard nothing from the forwarder for "
              + sign.getForwarderSilentMillis()
              + " ms");
    }
    String busy = " for " + sign.getBusyMillis() + " ms";
    return sign.getEngine().isEmpty()
        ? new Loss(
            Failure.LOOP_STALLED,
            process,
            silence + "; its process lives, its loop has been at one event" + busy)
        : new Loss(
            Failure.ENGINE_SLOW,
            process,
            silence
                + "; its process lives, its loop has been in engine "
                + sign.getEngine()
                + busy);
  }
}
