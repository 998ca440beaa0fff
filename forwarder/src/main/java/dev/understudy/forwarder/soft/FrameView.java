package dev.understudy.forwarder.soft;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.understudy.wire.ethernet.EtherType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A frame where it lies, in heap or off-heap memory, from destination address to the last octet
 * before the FCS. One object is reused for every frame, so that none is allocated.
 *
 * <pre>
 *   0            6            12     14     16          18
 *   | destination | source     | 8100 | TCI  | EtherType | …     tag in line
 *   | destination | source     | EtherType | …                   no tag, or the kernel took it out
 * </pre>
 *
 * A tag that the kernel took out comes beside the octets, as its TCI; then a tag in line is a
 * second one and belongs to the payload.
 */
public final class FrameView {
  /** Instead of a TCI: there is no tag. */
  public static final int NO_TAG = -1;

  /** Two addresses and an EtherType. */
  public static final int HEADER_LENGTH = 14;

  /** A customer VLAN tag. */
  public static final int TAG_LENGTH = 4;

  /** The VLAN identifier in a tag's control information. */
  public static final int VID_MASK = 0xFFF;

  static final int ADDRESSES_LENGTH = 12;

  private static final ValueLayout.OfShort SHORT =
      JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int PROTOCOL_IPV4 = 9;
  private static final int NEXT_HEADER_IPV6 = 6;
  private static final int HEADER_LENGTH_IPV6 = 40;
  private static final int HOP_BY_HOP = 0;

  private MemorySegment memory = MemorySegment.NULL;
  private long offset;
  private int length;
  private int tci;
  private int inlineTagLength;
  private int longestLength;

  /**
   * Points at another frame.
   *
   * @param length octets from {@code offset}, at least {@link #HEADER_LENGTH} for anything but
   *     {@link #length()} to be asked
   * @param tciBeside the TCI of a tag that isn't among the octets, or {@link #NO_TAG}
   */
  public FrameView set(MemorySegment memory, long offset, int length, int tciBeside) {
    this.memory = memory;
    this.offset = offset;
    this.length = length;
    tci = tciBeside;
    inlineTagLength = 0;
    longestLength = length;
    if (tciBeside == NO_TAG
        && length >= HEADER_LENGTH + TAG_LENGTH
        && u16(ADDRESSES_LENGTH) == EtherType.C_TAG) {
      tci = u16(HEADER_LENGTH);
      inlineTagLength = TAG_LENGTH;
    }
    return this;
  }

  /**
   * Says that the frame is a row of segments that nobody has cut yet.
   *
   * @param segmentLengthMax octets of the longest frame that will become of it, counted as {@link
   *     #length()}
   */
  public void segments(int segmentLengthMax) {
    longestLength = Math.min(length, segmentLengthMax);
  }

  public MemorySegment memory() {
    return memory;
  }

  public long offset() {
    return offset;
  }

  /** Octets in memory: with a tag in line, without one beside. */
  public int length() {
    return length;
  }

  /** The outer tag's TCI, in line or beside, or {@link #NO_TAG}. */
  public int tci() {
    return tci;
  }

  /** Octets of the outer tag that lie in line after the addresses: 0 or {@link #TAG_LENGTH}. */
  public int inlineTagLength() {
    return inlineTagLength;
  }

  /** Octets without any tag that 802.1Q is about; of a row of segments, those of the longest. */
  public int untaggedLength() {
    return longestLength - inlineTagLength;
  }

  /** Octets on the wire, without FCS, when sent with this TCI or with {@link #NO_TAG}. */
  public int lengthWith(int sentTci) {
    return length - inlineTagLength + (sentTci == NO_TAG ? 0 : TAG_LENGTH);
  }

  /** Writes the frame as it is to be sent; {@link #lengthWith} octets. */
  public void copyTo(MemorySegment target, long at, int sentTci) {
    if (sentTci == (inlineTagLength == 0 ? NO_TAG : tci)) {
      MemorySegment.copy(memory, offset, target, at, length);
      return;
    }
    MemorySegment.copy(memory, offset, target, at, ADDRESSES_LENGTH);
    int tagLength = 0;
    if (sentTci != NO_TAG) {
      target.set(INT, at + ADDRESSES_LENGTH, EtherType.C_TAG << 16 | sentTci);
      tagLength = TAG_LENGTH;
    }
    int rest = ADDRESSES_LENGTH + inlineTagLength;
    MemorySegment.copy(
        memory, offset + rest, target, at + ADDRESSES_LENGTH + tagLength, length - rest);
  }

  /** The octets as they are to be sent, copied. */
  public byte[] toByteArray(int sentTci) {
    byte[] octets = new byte[lengthWith(sentTci)];
    copyTo(MemorySegment.ofArray(octets), 0, sentTci);
    return octets;
  }

  long destination() {
    return u48(0);
  }

  long source() {
    return u48(6);
  }

  /** The EtherType after the outer tag; 0 when it is a length. */
  int etherType() {
    int type = u16(ADDRESSES_LENGTH + inlineTagLength);
    return type < EtherType.LOWEST ? 0 : type;
  }

  /** The IP protocol number, behind an IPv6 hop-by-hop header too; -1 when there is none. */
  int ipProtocol() {
    int ip = HEADER_LENGTH + inlineTagLength;
    return switch (etherType()) {
      case EtherType.IPV4 -> length > ip + PROTOCOL_IPV4 ? u8(ip + PROTOCOL_IPV4) : -1;
      case EtherType.IPV6 -> ipv6Protocol(ip);
      default -> -1;
    };
  }

  private int ipv6Protocol(int ip) {
    if (length <= ip + NEXT_HEADER_IPV6) {
      return -1;
    }
    int next = u8(ip + NEXT_HEADER_IPV6);
    return next == HOP_BY_HOP && length > ip + HEADER_LENGTH_IPV6
        ? u8(ip + HEADER_LENGTH_IPV6)
        : next;
  }

  private int u8(int at) {
    return memory.get(JAVA_BYTE, offset + at) & 0xFF;
  }

  private int u16(int at) {
    return memory.get(SHORT, offset + at) & 0xFFFF;
  }

  private long u48(int at) {
    return (long) u16(at) << 32 | (memory.get(INT, offset + at + 2) & 0xFFFF_FFFFL);
  }
}
