package dev.understudy.forwarder.dataplane;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Internet checksums (RFC 1071) over octets where they lie; nothing is allocated. */
final class Checksums {
  private static final ValueLayout.OfShort SHORT =
      JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private Checksums() {}

  /**
   * Finishes a checksum that a sender's kernel left to its network card (CHECKSUM_PARTIAL): the sum
   * of the pseudo header is in the field already, and what is from {@code at} on is added.
   *
   * @param length octets to be summed
   * @param field of the checksum, from {@code at}
   * @return false if the field lies outside; then nothing was changed
   */
  static boolean complete(MemorySegment memory, long at, int length, int field) {
    if (field < 0 || length < field + 2) {
      return false;
    }
    memory.set(SHORT, at + field, (short) finish(sum(memory, at, length)));
    return true;
  }

  /** The sum of 16-bit words, the last octet padded with zero; not folded. */
  static long sum(MemorySegment memory, long at, int length) {
    long sum = 0;
    int i = 0;
    for (; i + 4 <= length; i += 4) {
      sum += memory.get(INT, at + i) & 0xFFFF_FFFFL;
    }
    if (i + 2 <= length) {
      sum += memory.get(SHORT, at + i) & 0xFFFF;
      i += 2;
    }
    if (i < length) {
      sum += (memory.get(JAVA_BYTE, at + i) & 0xFFL) << 8;
    }
    return sum;
  }

  /** A sum as 16 bits. */
  static int fold(long sum) {
    long folded = (sum >>> 32) + (sum & 0xFFFF_FFFFL);
    while (folded >>> 16 != 0) {
      folded = (folded >>> 16) + (folded & 0xFFFF);
    }
    return (int) folded;
  }

  /**
   * What goes into a transport header. A zero says in UDP that there is no sum (RFC 768), and its
   * complement is the same number.
   */
  static int finish(long sum) {
    int checksum = ~fold(sum) & 0xFFFF;
    return checksum == 0 ? 0xFFFF : checksum;
  }
}
