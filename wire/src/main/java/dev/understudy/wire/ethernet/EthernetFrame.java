package dev.understudy.wire.ethernet;

import dev.understudy.wire.BigEndian;
import dev.understudy.wire.Decoded;
import dev.understudy.wire.Decoded.Reason;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.Octets;
import java.util.Objects;
import java.util.Optional;

/**
 * A view over an Ethernet frame in a {@code byte[]}; it copies nothing and sees what is written
 * there later.
 *
 * <pre>
 *   0          5 6         11 12  13  14  15  16  17
 * +-------------+------------+-------+-------+-------+---- - -
 * | destination | source     | 81 00 |  TCI  |type or| payload     with a tag
 * |             |            |       |       |length |
 * +-------------+------------+-------+-------+-------+---- - -
 * | destination | source     |type or| payload                     without
 * |             |            |length |
 * +-------------+------------+-------+-------- - -
 * </pre>
 */
public final class EthernetFrame {
  /** Octets before the payload of a frame without a tag. */
  public static final int HEADER_LENGTH = 14;

  /** The shortest frame on a real link, without its check sequence; virtual ones have shorter. */
  public static final int LENGTH_MIN = 60;

  /** The longest length in place of an EtherType. */
  public static final int LENGTH_FIELD_MAX = 1500;

  public static final int DESTINATION_OFFSET = 0;
  public static final int SOURCE_OFFSET = 6;

  /** Where the EtherType, the length, or a tag begins. */
  public static final int TYPE_OFFSET = 12;

  private static final int TCI_OFFSET = 14;

  private final byte[] octets;
  private final int offset;
  private final int length;

  private EthernetFrame(byte[] octets, int offset, int length) {
    this.octets = octets;
    this.offset = offset;
    this.length = length;
  }

  /** A view over {@code length} octets from {@code offset}, if they are a frame. */
  public static Decoded<EthernetFrame> decode(byte[] octets, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, octets.length);
    if (length < HEADER_LENGTH) {
      return Decoded.bad(Reason.TRUNCATED, length);
    }
    int typeAt = TYPE_OFFSET;
    if (BigEndian.u16(octets, offset + typeAt) == EtherType.C_TAG) {
      typeAt += VlanTag.LENGTH;
      if (length < HEADER_LENGTH + VlanTag.LENGTH) {
        return Decoded.bad(Reason.TRUNCATED, length);
      }
    }
    int typeOrLength = BigEndian.u16(octets, offset + typeAt);
    if (typeOrLength < EtherType.LOWEST) {
      if (typeOrLength > LENGTH_FIELD_MAX) {
        return Decoded.bad(Reason.LENGTH, typeAt);
      }
      if (typeOrLength > length - typeAt - 2) {
        return Decoded.bad(Reason.TRUNCATED, length);
      }
    }
    return Decoded.ok(new EthernetFrame(octets, offset, length));
  }

  public MacAddress destination() {
    return new MacAddress(destinationBits());
  }

  public MacAddress source() {
    return new MacAddress(sourceBits());
  }

  public long destinationBits() {
    return destinationBits(octets, offset);
  }

  public long sourceBits() {
    return sourceBits(octets, offset);
  }

  /** The destination of the frame at {@code offset}, without a view. */
  public static long destinationBits(byte[] octets, int offset) {
    return BigEndian.u48(octets, offset + DESTINATION_OFFSET);
  }

  /** The source of the frame at {@code offset}, without a view. */
  public static long sourceBits(byte[] octets, int offset) {
    return BigEndian.u48(octets, offset + SOURCE_OFFSET);
  }

  /** Has a C-tag. */
  public boolean isTagged() {
    return isTagged(octets, offset);
  }

  /** As {@link #isTagged()}, of a frame of at least 14 octets at {@code offset}. */
  public static boolean isTagged(byte[] octets, int offset) {
    return BigEndian.u16(octets, offset + TYPE_OFFSET) == EtherType.C_TAG;
  }

  /** The outer C-tag, if any. */
  public Optional<VlanTag> tag() {
    return isTagged() ? Optional.of(VlanTag.ofTci(tci(octets, offset))) : Optional.empty();
  }

  /** Tag Control Information of the tagged frame at {@code offset}, of at least 18 octets. */
  public static int tci(byte[] octets, int offset) {
    return BigEndian.u16(octets, offset + TCI_OFFSET);
  }

  /** EtherType or length, behind the tag if there is one. */
  public int typeOrLength() {
    return BigEndian.u16(octets, payloadOffset() - 2);
  }

  /** Has a length in place of an EtherType, so an LLC header follows. */
  public boolean isLlc() {
    return typeOrLength() < EtherType.LOWEST;
  }

  /** The array under the view, for readers of the payload; not a copy. */
  public byte[] octets() {
    return octets;
  }

  /** Where the frame begins in {@link #octets}. */
  public int offset() {
    return offset;
  }

  /** Octets of the whole frame, padding included. */
  public int length() {
    return length;
  }

  /** Where the payload begins in {@link #octets}. */
  public int payloadOffset() {
    return offset + HEADER_LENGTH + (isTagged() ? VlanTag.LENGTH : 0);
  }

  /** Octets of the payload: what the length field says, else all there is, padding included. */
  public int payloadLength() {
    int typeOrLength = typeOrLength();
    return typeOrLength < EtherType.LOWEST ? typeOrLength : offset + length - payloadOffset();
  }

  /** A copy of the payload. */
  public Octets payload() {
    return Octets.copyOf(octets, payloadOffset(), payloadLength());
  }

  /** For example {@code 01:80:c2:00:00:00 < 00:11:22:33:44:55 0x0026, 60 octets}. */
  @Override
  public String toString() {
    return "%s < %s%s 0x%04x, %d octets"
        .formatted(
            destination(),
            source(),
            tag().map(tag -> " " + tag).orElse(""),
            typeOrLength(),
            length);
  }
}
