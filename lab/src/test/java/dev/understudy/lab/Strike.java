package dev.understudy.lab;

/** What is done to the switch. */
enum Strike {
  /** {@code kill -9} of the active supervisor. */
  KILL,
  /** SIGSTOP of the active supervisor, and SIGCONT three seconds later. */
  STOP,
  /** A planned switchover. */
  PLANNED,
  /** The connection between the supervisors is cut. */
  CUT_PEER,
  /** The active supervisor's connection to the forwarder is cut. */
  CUT_FORWARDER;

  /** Whether another supervisor must be active afterwards. */
  boolean isTakeover() {
    return switch (this) {
      case KILL, STOP, PLANNED -> true;
      case CUT_PEER, CUT_FORWARDER -> false;
    };
  }
}
