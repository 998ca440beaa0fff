package dev.understudy.launcher.demo;

import dev.understudy.wire.BigEndian;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.ethernet.EtherType;
import java.util.Optional;

/**
 * What hosts send: a flow and a number.
 *
 * <pre>
 *  0        6        12     14       18     20       28
 *  +--------+--------+------+--------+------+--------+----------
 *  | to     | from   | type | "USDY" | flow | number | zeros …
 *  +--------+--------+------+--------+------+--------+----------
 * </pre>
 *
 * <p>The type is the first one for local experiments (IEEE 802).
 */
record NumberedFrame(MacAddress to, MacAddress from, int flow, long number) {
  static final int LENGTH = 100;

  private static final int TYPE_OFFSET = 12;
  private static final int MARK_OFFSET = 14;
  private static final int FLOW_OFFSET = 18;
  private static final int NUMBER_OFFSET = 20;
  private static final int LENGTH_MIN = 28;
  private static final long MARK = 0x55534459L;

  byte[] encode() {
    byte[] octets = new byte[LENGTH];
    to.write(octets, 0);
    from.write(octets, MacAddress.LENGTH);
    BigEndian.put16(octets, TYPE_OFFSET, EtherType.LOCAL_EXPERIMENTAL_1);
    BigEndian.put32(octets, MARK_OFFSET, MARK);
    BigEndian.put16(octets, FLOW_OFFSET, flow);
    BigEndian.put64(octets, NUMBER_OFFSET, number);
    return octets;
  }

  /** Empty if it is something else. */
  static Optional<NumberedFrame> decode(byte[] octets) {
    if (octets.length < LENGTH_MIN
        || BigEndian.u16(octets, TYPE_OFFSET) != EtherType.LOCAL_EXPERIMENTAL_1
        || BigEndian.u32(octets, MARK_OFFSET) != MARK) {
      return Optional.empty();
    }
    return Optional.of(
        new NumberedFrame(
            MacAddress.read(octets, 0),
            MacAddress.read(octets, MacAddress.LENGTH),
            BigEndian.u16(octets, FLOW_OFFSET),
            BigEndian.u64(octets, NUMBER_OFFSET)));
  }
}
