package dev.understudy.simulation;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What can go wrong within a redundant switch. */
public enum FaultKind {
  CRASH_ACTIVE(Nature.INSTANT, false),
  CRASH_STANDBY(Nature.INSTANT, false),
  CRASH_BOTH(Nature.HARMFUL, false),
  /** Stops, and goes on later with its old view of the world. */
  HANG_ACTIVE(Nature.TIMED, true),
  HANG_STANDBY(Nature.TIMED, true),
  HANG_BOTH(Nature.HARMFUL, true),
  /** Everything to and from the standby takes longer. */
  SLOW_STANDBY(Nature.TIMED, true),
  /** The canonical stream stands still, unbroken. */
  STALL_MODULES(Nature.TIMED, true),
  CUT_MODULES(Nature.INSTANT, true),
  CUT_ACTIVE(Nature.TIMED, false),
  CUT_STANDBY(Nature.TIMED, false),
  RESTART_FORWARDER(Nature.HARMFUL, true),
  SWITCHOVER(Nature.INSTANT, false);

  private enum Nature {
    /** Takes no time where connections take none. */
    INSTANT,
    /** Nobody outside may notice, but it takes time. */
    TIMED,
    /** May be noticed, with a cause. */
    HARMFUL
  }

  private final Nature nature;
  private final boolean lasts;

  FaultKind(Nature nature, boolean lasts) {
    this.nature = nature;
    this.lasts = lasts;
  }

  boolean instant() {
    return nature == Nature.INSTANT;
  }

  boolean harmless() {
    return nature != Nature.HARMFUL;
  }

  /** May make another supervisor active. */
  boolean takesOver() {
    return switch (this) {
      case CRASH_ACTIVE,
          CRASH_BOTH,
          HANG_ACTIVE,
          HANG_BOTH,
          CUT_ACTIVE,
          RESTART_FORWARDER,
          SWITCHOVER ->
          true;
      case CRASH_STANDBY, HANG_STANDBY, SLOW_STANDBY, STALL_MODULES, CUT_MODULES, CUT_STANDBY ->
          false;
    };
  }

  /** Has a duration. */
  boolean lasts() {
    return lasts;
  }

  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  static Optional<FaultKind> of(String text) {
    return Arrays.stream(values()).filter(kind -> kind.text().equals(text)).findFirst();
  }
}
