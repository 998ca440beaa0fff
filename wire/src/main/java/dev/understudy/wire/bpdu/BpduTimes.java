package dev.understudy.wire.bpdu;

/**
 * The times in a BPDU, in the order and the unit of the wire: 1/256 s, 0 to 65,535 (just below 256
 * s). Seconds are rounded to the nearest whole one, as 802.1D-2004 17.21.23 (updtRcvdInfoWhile)
 * does with Message Age: neighbours that count in clock ticks of their own send 257/256 s.
 */
public record BpduTimes(
    int messageAge256ths, int maxAge256ths, int helloTime256ths, int forwardDelay256ths) {
  /**
   * The standard's defaults: Max Age 20 s, Hello Time 2 s, Forward Delay 15 s; a root's Message Age
   * 0.
   */
  public static final BpduTimes DEFAULT = ofSeconds(0, 20, 2, 15);

  private static final int UNITS_PER_SECOND = 256;

  public BpduTimes {
    Range.u16("messageAge256ths", messageAge256ths);
    Range.u16("maxAge256ths", maxAge256ths);
    Range.u16("helloTime256ths", helloTime256ths);
    Range.u16("forwardDelay256ths", forwardDelay256ths);
  }

  /** Each 0 to 255 s. */
  public static BpduTimes ofSeconds(
      int messageAgeSeconds, int maxAgeSeconds, int helloTimeSeconds, int forwardDelaySeconds) {
    return new BpduTimes(
        Math.multiplyExact(messageAgeSeconds, UNITS_PER_SECOND),
        Math.multiplyExact(maxAgeSeconds, UNITS_PER_SECOND),
        Math.multiplyExact(helloTimeSeconds, UNITS_PER_SECOND),
        Math.multiplyExact(forwardDelaySeconds, UNITS_PER_SECOND));
  }

  public int messageAgeSeconds() {
    return seconds(messageAge256ths);
  }

  public int maxAgeSeconds() {
    return seconds(maxAge256ths);
  }

  public int helloTimeSeconds() {
    return seconds(helloTime256ths);
  }

  public int forwardDelaySeconds() {
    return seconds(forwardDelay256ths);
  }

  public BpduTimes withMessageAge256ths(int messageAge) {
    return new BpduTimes(messageAge, maxAge256ths, helloTime256ths, forwardDelay256ths);
  }

  private static int seconds(int units) {
    return (units + UNITS_PER_SECOND / 2) / UNITS_PER_SECOND;
  }
}
