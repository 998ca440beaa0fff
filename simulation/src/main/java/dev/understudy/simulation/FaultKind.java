package dev.understudy.simulation;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What can go wrong within a redundant switch. */
public enum FaultKind {
  CRASH_ACTIVE(Nature.INSTANT, 1, false),
  CRASH_STANDBY(Nature.INSTANT, 0, false),
  CRASH_BOTH(Nature.HARMFUL, 1, false),
  /** The next bracket with outputs is open at the standby when the active crashes. */
  CRASH_IN_BRACKET(Nature.INSTANT, 1, false),
  /** The next bracket with outputs is closed at the standby, and the forwarder never gets it. */
  CRASH_AFTER_CLOSE(Nature.INSTANT, 1, false),
  /** The module loses its power: what is under way to the standby is lost with it. */
  LOSE_ACTIVE(Nature.INSTANT, 1, false),
  /** A planned switchover, and whoever takes over crashes in its first messages. */
  CRASH_IN_SWITCHOVER(Nature.INSTANT, 2, false),
  /** The active crashes, and whoever takes over crashes in its first messages. */
  CRASH_IN_TAKEOVER(Nature.HARMFUL, 2, false),
  /** The standby is restarted and crashes again between two chunks of its snapshot. */
  CRASH_STANDBY_IN_SNAPSHOT(Nature.INSTANT, 0, false),
  /** The standby is restarted, and the active crashes between two chunks of the snapshot. */
  CRASH_ACTIVE_IN_SNAPSHOT(Nature.HARMFUL, 1, false),
  /** Stops, and goes on later with its old view of the world. */
  HANG_ACTIVE(Nature.TIMED, 1, true),
  /** Stops when half of a bracket with outputs is on its way. */
  HANG_IN_BRACKET(Nature.TIMED, 1, true),
  HANG_STANDBY(Nature.TIMED, 0, true),
  HANG_BOTH(Nature.HARMFUL, 1, true),
  /** Everything to and from the standby takes longer. */
  SLOW_STANDBY(Nature.TIMED, 0, true),
  /** The canonical stream stands still, unbroken. */
  STALL_MODULES(Nature.TIMED, 0, true),
  CUT_MODULES(Nature.INSTANT, 0, true),
  CUT_ACTIVE(Nature.TIMED, 1, false),
  CUT_STANDBY(Nature.TIMED, 0, false),
  /** While both hang, more control frames come in than the input log keeps. */
  FULL_LOG(Nature.HARMFUL, 1, true),
  /** The spanning tree engine throws at two inputs in a row; later somebody switches over. */
  FAULTY_ENGINE(Nature.HARMFUL, 1, true),
  /** The standby's disk takes nothing more. */
  FULL_DISK(Nature.INSTANT, 0, true),
  /** The standby's disk is empty when it is looked at next. */
  LOSE_DISK(Nature.INSTANT, 0, false),
  RESTART_FORWARDER(Nature.HARMFUL, 1, true),
  /** The whole switch loses its power. */
  RESTART_ALL(Nature.HARMFUL, 1, true),
  SWITCHOVER(Nature.INSTANT, 1, false);

  private enum Nature {
    /** Takes no time where connections take none. */
    INSTANT,
    /** Nobody outside may notice, but it takes time. */
    TIMED,
    /** May be noticed, with a cause. */
    HARMFUL
  }

  private final Nature nature;
  private final int terms;
  private final boolean lasts;

  FaultKind(Nature nature, int terms, boolean lasts) {
    this.nature = nature;
    this.terms = terms;
    this.lasts = lasts;
  }

  boolean instant() {
    return nature == Nature.INSTANT;
  }

  boolean harmless() {
    return nature != Nature.HARMFUL;
  }

  /** So many terms may end by it. */
  int terms() {
    return terms;
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
