package dev.understudy.border;

/**
 * The term in force: T. A ceiling on the disk, raised ahead of need, keeps terms growing over
 * forwarder processes.
 */
final class Terms {
  static final long CEILING_STEP = 1000;

  private final BorderStore store;
  private final long incarnation;
  private long term;
  private long ceiling;

  /** Returns only when the ceiling is on the disk. */
  Terms(BorderStore store, long storedCeiling, long incarnation) {
    this.store = store;
    this.incarnation = incarnation;
    this.term = storedCeiling;
    raiseCeiling();
  }

  long inForce() {
    return term;
  }

  /** A new term is in force. */
  void advance() {
    if (term + 1 >= ceiling) {
      raiseCeiling();
    }
    term++;
  }

  private void raiseCeiling() {
    ceiling = term + CEILING_STEP;
    store.saveTermCeiling(ceiling, incarnation);
  }
}
