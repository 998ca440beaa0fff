package dev.understudy.linux;

/**
 * A 48-bit address in the low bits of a long, first octet highest, as {@link FrameBatch#macAt}
 * gives it.
 */
public record MacAddress(long bits) implements Comparable<MacAddress> {
  public MacAddress {
    if (bits >>> 48 != 0) {
      throw new IllegalArgumentException("more than 48 bits: 0x" + Long.toHexString(bits));
    }
  }

  /** From {@code 01:80:c2:00:00:00}. */
  public static MacAddress parse(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length != 6) {
      throw new IllegalArgumentException("not a MAC address: " + text);
    }
    long bits = 0;
    for (String part : parts) {
      int octet = Integer.parseInt(part, 16);
      if (part.length() > 2 || octet < 0) {
        throw new IllegalArgumentException("not a MAC address: " + text);
      }
      bits = (bits << 8) | octet;
    }
    return new MacAddress(bits);
  }

  /** Whether it is a group address (multicast or broadcast). */
  public boolean isGroup() {
    return (bits & 0x0100_0000_0000L) != 0;
  }

  /** The octet at {@code index}, 0 to 5. */
  byte octet(int index) {
    return (byte) (bits >>> (40 - 8 * index));
  }

  @Override
  public int compareTo(MacAddress other) {
    return Long.compare(bits, other.bits);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(17);
    for (int i = 0; i < 6; i++) {
      text.append(i == 0 ? "" : ":").append("%02x".formatted(octet(i)));
    }
    return text.toString();
  }
}
