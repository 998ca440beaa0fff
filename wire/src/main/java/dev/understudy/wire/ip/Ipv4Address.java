package dev.understudy.wire.ip;

import dev.understudy.wire.BigEndian;
import java.util.Optional;

/**
 * An IPv4 address.
 *
 * @param bits 0 to 2<sup>32</sup> - 1, the first octet in bits 31 to 24
 */
public record Ipv4Address(long bits) implements Comparable<Ipv4Address> {
  /** Octets of an address. */
  public static final int LENGTH = 4;

  public static final Ipv4Address ANY = new Ipv4Address(0);

  private static final int PARTS = 4;
  private static final int DIGITS_MAX = 3;

  public Ipv4Address {
    if (bits < 0 || bits > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException("not 32 bits: 0x" + Long.toHexString(bits));
    }
  }

  /** The address whose four octets begin at {@code at}. */
  public static Ipv4Address read(byte[] octets, int at) {
    return new Ipv4Address(BigEndian.u32(octets, at));
  }

  /** {@code 192.0.2.1}: four decimal numbers without leading zeros, which some read as octal. */
  public static Optional<Ipv4Address> tryParse(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != PARTS) {
      return Optional.empty();
    }
    long bits = 0;
    for (String part : parts) {
      int value = octet(part);
      if (value < 0) {
        return Optional.empty();
      }
      bits = (bits << 8) | value;
    }
    return Optional.of(new Ipv4Address(bits));
  }

  /**
   * As {@link #tryParse}.
   *
   * @throws IllegalArgumentException if the text is no address
   */
  public static Ipv4Address parse(String text) {
    return tryParse(text)
        .orElseThrow(() -> new IllegalArgumentException("not an IPv4 address: " + text));
  }

  /** Writes the four octets at {@code at}. */
  public void write(byte[] octets, int at) {
    BigEndian.put32(octets, at, bits);
  }

  @Override
  public int compareTo(Ipv4Address other) {
    return Long.compare(bits, other.bits);
  }

  /** {@code 192.0.2.1}. */
  @Override
  public String toString() {
    return (bits >> 24)
        + "."
        + ((bits >> 16) & 0xFF)
        + "."
        + ((bits >> 8) & 0xFF)
        + "."
        + (bits & 0xFF);
  }

  /** 0 to 255, or -1. */
  private static int octet(String part) {
    if (part.isEmpty()
        || part.length() > DIGITS_MAX
        || (part.length() > 1 && part.charAt(0) == '0')) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + (c - '0');
    }
    return value > 0xFF ? -1 : value;
  }
}
