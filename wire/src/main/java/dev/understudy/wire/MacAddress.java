package dev.understudy.wire;

import java.util.HexFormat;
import java.util.Optional;

/**
 * A MAC address: 48 bits, the first octet on the wire in bits 47 to 40.
 *
 * @param bits 0 to 2<sup>48</sup> - 1
 */
public record MacAddress(long bits) implements Comparable<MacAddress> {
  /** Octets of an address. */
  public static final int LENGTH = 6;

  public static final MacAddress ZERO = new MacAddress(0);
  public static final MacAddress BROADCAST = new MacAddress(0xFFFF_FFFF_FFFFL);

  // 802.1Q-2018 Table 8-1.
  /** Bridge Group Address, also Nearest Customer Bridge: BPDUs of customer bridges. */
  public static final MacAddress BRIDGE_GROUP_ADDRESS = new MacAddress(0x0180_C200_0000L);

  /** IEEE MAC-specific control protocols: PAUSE and priority flow control. */
  public static final MacAddress MAC_CONTROL = new MacAddress(0x0180_C200_0001L);

  /** IEEE 802.3 Slow_Protocols_Multicast: LACP. */
  public static final MacAddress SLOW_PROTOCOLS = new MacAddress(0x0180_C200_0002L);

  /** Nearest non-TPMR Bridge: 802.1X, LLDP. */
  public static final MacAddress NEAREST_NON_TPMR_BRIDGE = new MacAddress(0x0180_C200_0003L);

  /** Provider Bridge Group Address: BPDUs of provider bridges. */
  public static final MacAddress PROVIDER_BRIDGE_GROUP_ADDRESS = new MacAddress(0x0180_C200_0008L);

  /** Nearest Bridge, individual LAN scope: LLDP, PTP. */
  public static final MacAddress NEAREST_BRIDGE = new MacAddress(0x0180_C200_000EL);

  private static final long BITS_MAX = 0xFFFF_FFFF_FFFFL;
  private static final long GROUP_BIT = 1L << 40;
  private static final long LOCAL_BIT = 1L << 41;
  private static final long RESERVED_PREFIX = 0x0180_C200_000L;
  private static final int TEXT_LENGTH = 17;
  private static final HexFormat HEX = HexFormat.of();

  public MacAddress {
    if ((bits & ~BITS_MAX) != 0) {
      throw new IllegalArgumentException("not 48 bits: 0x" + Long.toHexString(bits));
    }
  }

  /** The address whose six octets begin at {@code at}. */
  public static MacAddress read(byte[] octets, int at) {
    return new MacAddress(BigEndian.u48(octets, at));
  }

  /** {@code 00:11:22:33:44:55}, or with hyphens; either case; nothing else. */
  public static Optional<MacAddress> tryParse(String text) {
    if (text.length() != TEXT_LENGTH) {
      return Optional.empty();
    }
    char separator = text.charAt(2);
    if (separator != ':' && separator != '-') {
      return Optional.empty();
    }
    long bits = 0;
    for (int i = 0; i < TEXT_LENGTH; i++) {
      char c = text.charAt(i);
      if (i % 3 == 2) {
        if (c != separator) {
          return Optional.empty();
        }
      } else if (HexFormat.isHexDigit(c)) {
        bits = (bits << 4) | HexFormat.fromHexDigit(c);
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(new MacAddress(bits));
  }

  /**
   * As {@link #tryParse}.
   *
   * @throws IllegalArgumentException if the text is no address
   */
  public static MacAddress parse(String text) {
    return tryParse(text)
        .orElseThrow(() -> new IllegalArgumentException("not a MAC address: " + text));
  }

  /** Multicast or broadcast, the I/G bit. */
  public boolean isGroup() {
    return isGroup(bits);
  }

  /** As {@link #isGroup()}, without an object. */
  public static boolean isGroup(long bits) {
    return (bits & GROUP_BIT) != 0;
  }

  /** The U/L bit. */
  public boolean isLocallyAdministered() {
    return (bits & LOCAL_BIT) != 0;
  }

  /** 01:80:c2:00:00:00 to 0f, which a bridge never forwards (802.1Q-2018 8.6.3). */
  public boolean isReserved() {
    return isReserved(bits);
  }

  /** As {@link #isReserved()}, without an object. */
  public static boolean isReserved(long bits) {
    return bits >>> 4 == RESERVED_PREFIX;
  }

  /** Writes the six octets at {@code at}. */
  public void write(byte[] octets, int at) {
    BigEndian.put48(octets, at, bits);
  }

  public Octets octets() {
    byte[] octets = new byte[LENGTH];
    write(octets, 0);
    return Octets.of(octets);
  }

  /** By value, first octet first: the order in which bridges prefer addresses, lowest best. */
  @Override
  public int compareTo(MacAddress other) {
    return Long.compare(bits, other.bits);
  }

  /** {@code 00:11:22:aa:bb:cc}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(TEXT_LENGTH);
    for (int shift = 40; shift >= 0; shift -= 8) {
      HEX.toHexDigits(text, (byte) (bits >>> shift));
      if (shift > 0) {
        text.append(':');
      }
    }
    return text.toString();
  }
}
