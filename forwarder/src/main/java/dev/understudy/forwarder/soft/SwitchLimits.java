package dev.understudy.forwarder.soft;

import dev.understudy.core.Check;

/**
 * How much a switch keeps.
 *
 * @param learnedMax learned addresses in all
 * @param learnedPerBridgePortMax learned addresses of one bridge port
 * @param staticMax static entries
 * @param changesKept changes of learned addresses that can be asked for again; a power of two
 */
public record SwitchLimits(
    int learnedMax, int learnedPerBridgePortMax, int staticMax, int changesKept) {
  public static final SwitchLimits DEFAULT = new SwitchLimits(32_768, 16_384, 1_024, 65_536);

  /** Little memory: for simulated worlds with many switches. */
  public static final SwitchLimits SMALL = new SwitchLimits(1_024, 512, 64, 2_048);

  public SwitchLimits {
    Check.that(learnedMax > 0 && learnedMax <= 1 << 20, "table size is sensible", learnedMax);
    Check.that(
        learnedPerBridgePortMax > 0 && learnedPerBridgePortMax <= learnedMax,
        "a port's share is at most the table",
        learnedPerBridgePortMax);
    Check.that(staticMax > 0 && staticMax <= 1 << 16, "static table is sensible", staticMax);
    Check.that(
        changesKept >= 1_024 && Integer.bitCount(changesKept) == 1,
        "changes kept are a power of two",
        changesKept);
  }
}
