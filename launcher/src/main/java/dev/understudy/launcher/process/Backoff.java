package dev.understudy.launcher.process;

/**
 * How long to wait before a process is started again: not at all after a decent life, longer and
 * longer when it dies at once again and again, and never for ever.
 */
final class Backoff {
  /** A life shorter than this counts as dying at once. */
  static final long SHORT_LIFE_NANOS = 5_000_000_000L;

  private static final long[] WAIT_MILLIS = {0, 100, 500, 1_000, 2_000, 5_000, 10_000};

  private int shortLives;

  /** Says how long to wait after a life of that length. */
  long waitMillis(long lifeNanos) {
    if (lifeNanos >= SHORT_LIFE_NANOS) {
      shortLives = 0;
    } else {
      shortLives++;
    }
    // The first short life may have been a blow from outside: the next one begins at once.
    return WAIT_MILLIS[Math.clamp(shortLives - 1, 0, WAIT_MILLIS.length - 1)];
  }

  /** How often in a row it died at once. */
  int shortLives() {
    return shortLives;
  }
}
