package dev.understudy.wire.ip;

import dev.understudy.wire.BigEndian;

/** The one's complement sum of RFC 1071: sum over all parts, then {@link #finish}. */
public final class InternetChecksum {
  private InternetChecksum() {}

  /**
   * Adds {@code length} octets to {@code sum}; an odd last one counts as if a zero followed. Only
   * the last part may be odd.
   */
  public static long add(long sum, byte[] octets, int offset, int length) {
    long result = sum;
    int end = offset + (length & ~1);
    for (int i = offset; i < end; i += 2) {
      result += BigEndian.u16(octets, i);
    }
    return (length & 1) == 0 ? result : result + (BigEndian.u8(octets, end) << 8);
  }

  /** What goes into the header, 0 to 65,535. Over octets with a right checksum in them it is 0. */
  public static int finish(long sum) {
    long folded = sum;
    while (folded > 0xFFFF) {
      folded = (folded & 0xFFFF) + (folded >>> 16);
    }
    return (int) (~folded & 0xFFFF);
  }
}
