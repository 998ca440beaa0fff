package dev.understudy.wire.ethernet;

import dev.understudy.wire.BigEndian;
import dev.understudy.wire.MacAddress;

/**
 * The header of a frame without a tag, for who writes one; {@link EthernetFrame} reads.
 *
 * @param typeOrLength an EtherType, or the length of an LLC header and what follows it
 */
public record EthernetHeader(MacAddress destination, MacAddress source, int typeOrLength) {
  /** Octets of this header. */
  public static final int LENGTH = EthernetFrame.HEADER_LENGTH;

  public EthernetHeader {
    boolean isType = typeOrLength >= EtherType.LOWEST && typeOrLength <= 0xFFFF;
    boolean isLength = typeOrLength >= 0 && typeOrLength <= EthernetFrame.LENGTH_FIELD_MAX;
    if (!isType && !isLength) {
      throw new IllegalArgumentException("neither EtherType nor length: " + typeOrLength);
    }
  }

  /** Writes 14 octets at {@code at} and returns their number. */
  public int write(byte[] octets, int at) {
    destination.write(octets, at + EthernetFrame.DESTINATION_OFFSET);
    source.write(octets, at + EthernetFrame.SOURCE_OFFSET);
    BigEndian.put16(octets, at + EthernetFrame.TYPE_OFFSET, typeOrLength);
    return LENGTH;
  }
}
