package dev.understudy.supervisor.configuration;

/** Whole numbers from a least to a greatest one, in steps. */
record Range(long min, long max, long step) {
  static final Range VID = of(1, 4094); // 802.1Q-2018 Table 9-2
  static final Range AGEING_SECONDS = of(10, 1_000_000); // 802.1D-2004 Table 7-5
  static final Range BRIDGE_PRIORITY = new Range(0, 61_440, 4096); // 802.1D-2004 Table 17-2
  static final Range PORT_PRIORITY = new Range(0, 240, 16); // 802.1D-2004 Table 17-2
  static final Range HELLO_SECONDS = of(1, 2); // 802.1D-2004 Table 17-1
  static final Range MAX_AGE_SECONDS = of(6, 40); // 802.1D-2004 Table 17-1
  static final Range FORWARD_DELAY_SECONDS = of(4, 30); // 802.1D-2004 Table 17-1
  static final Range TX_HOLD_COUNT = of(1, 10); // 802.1D-2004 Table 17-1
  static final Range PATH_COST = of(1, 200_000_000); // 802.1D-2004 Table 17-3
  static final Range TICK_MILLIS = of(5, 1000);
  static final Range SILENCE_LIMIT_TICKS = of(2, 1000);
  static final Range COMMIT_LIMIT_MILLIS = of(1, 10_000);
  static final Range DIGEST_INTERVAL_SECONDS = of(1, 86_400);
  static final Range ERR_DISABLE_RECOVERY_SECONDS = of(0, 86_400);

  static Range of(long min, long max) {
    return new Range(min, max, 1);
  }

  boolean contains(long value) {
    return value >= min && value <= max && (value - min) % step == 0;
  }

  @Override
  public String toString() {
    return step == 1
        ? "a whole number from %d to %d".formatted(min, max)
        : "a whole number from %d to %d in steps of %d".formatted(min, max, step);
  }
}
