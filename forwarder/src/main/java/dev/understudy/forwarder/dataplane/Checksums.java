package dev.understudy.forwarder.dataplane;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.understudy.wire.ethernet.EtherType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Finishes the checksum that a sender's kernel left to its network card (CHECKSUM_PARTIAL), as a
 * frame from the other end of a veth has it.
 *
 * <p>Such a frame has the sum of the pseudo header in its checksum field. That is checked first: if
 * it isn't so, what is to be summed lies elsewhere (in a tunnel, behind a routing header), and the
 * frame can't be finished here.
 */
final class Checksums {
  private static final ValueLayout.OfShort SHORT =
      JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int TYPE_OFFSET = 12;
  private static final int HEADER_LENGTH = 14;
  private static final int IPV4_HEADER_MIN = 20;
  private static final int IPV4_FRAGMENT_BITS = 0x3FFF;
  private static final int IPV6_HEADER = 40;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ICMPV6 = 58;
  private static final int HOP_BY_HOP = 0;
  private static final int DESTINATION_OPTIONS = 60;
  private static final int EXTENSION_HEADERS_MAX = 8;

  private Checksums() {}

  /**
   * Finishes the checksum in place.
   *
   * @param start of the frame, without VLAN tag
   * @return false if that can't be done; then nothing was changed
   */
  static boolean complete(MemorySegment memory, long start, int length) {
    if (length < HEADER_LENGTH) {
      return false;
    }
    return switch (u16(memory, start + TYPE_OFFSET)) {
      case EtherType.IPV4 -> ipv4(memory, start + HEADER_LENGTH, length - HEADER_LENGTH);
      case EtherType.IPV6 -> ipv6(memory, start + HEADER_LENGTH, length - HEADER_LENGTH);
      default -> false;
    };
  }

  private static boolean ipv4(MemorySegment memory, long ip, int length) {
    if (length < IPV4_HEADER_MIN) {
      return false;
    }
    int headerLength = (u8(memory, ip) & 0x0F) * 4;
    int totalLength = u16(memory, ip + 2);
    boolean fragment = (u16(memory, ip + 6) & IPV4_FRAGMENT_BITS) != 0;
    if (headerLength < IPV4_HEADER_MIN
        || totalLength < headerLength
        || totalLength > length
        || fragment) {
      return false;
    }
    int protocol = u8(memory, ip + 9);
    int payloadLength = totalLength - headerLength;
    long pseudo = sum(memory, ip + 12, 8) + protocol + payloadLength;
    return transport(memory, ip + headerLength, payloadLength, protocol, pseudo);
  }

  private static boolean ipv6(MemorySegment memory, long ip, int length) {
    if (length < IPV6_HEADER) {
      return false;
    }
    int left = u16(memory, ip + 4);
    if (left > length - IPV6_HEADER) {
      return false;
    }
    int next = u8(memory, ip + 6);
    long at = ip + IPV6_HEADER;
    for (int i = 0; next == HOP_BY_HOP || next == DESTINATION_OPTIONS; i++) {
      if (i == EXTENSION_HEADERS_MAX || left < 8) {
        return false;
      }
      int extensionLength = (u8(memory, at + 1) + 1) * 8;
      if (extensionLength > left) {
        return false;
      }
      next = u8(memory, at);
      at += extensionLength;
      left -= extensionLength;
    }
    long pseudo = sum(memory, ip + 8, 32) + next + left;
    return transport(memory, at, left, next, pseudo);
  }

  private static boolean transport(
      MemorySegment memory, long at, int length, int protocol, long pseudo) {
    int field =
        switch (protocol) {
          case TCP -> 16;
          case UDP -> 6;
          case ICMPV6 -> 2;
          default -> -1;
        };
    if (field < 0 || length < field + 2 || u16(memory, at + field) != fold(pseudo)) {
      return false;
    }
    int checksum = ~fold(sum(memory, at, length)) & 0xFFFF;
    // In UDP a zero says that there is none (RFC 768), and its complement is the same number.
    memory.set(SHORT, at + field, (short) (checksum == 0 && protocol == UDP ? 0xFFFF : checksum));
    return true;
  }

  /** The sum of 16-bit words, the last octet padded with zero; not folded. */
  private static long sum(MemorySegment memory, long at, int length) {
    long sum = 0;
    int i = 0;
    for (; i + 4 <= length; i += 4) {
      sum += memory.get(INT, at + i) & 0xFFFF_FFFFL;
    }
    if (i + 2 <= length) {
      sum += u16(memory, at + i);
      i += 2;
    }
    if (i < length) {
      sum += (long) u8(memory, at + i) << 8;
    }
    return sum;
  }

  private static int fold(long sum) {
    long folded = (sum >>> 32) + (sum & 0xFFFF_FFFFL);
    while (folded >>> 16 != 0) {
      folded = (folded >>> 16) + (folded & 0xFFFF);
    }
    return (int) folded;
  }

  private static int u8(MemorySegment memory, long at) {
    return memory.get(JAVA_BYTE, at) & 0xFF;
  }

  private static int u16(MemorySegment memory, long at) {
    return memory.get(SHORT, at) & 0xFFFF;
  }
}
