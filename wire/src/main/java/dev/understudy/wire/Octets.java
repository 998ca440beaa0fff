package dev.understudy.wire;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * An immutable run of octets with value semantics: what a {@code byte[]} in a record would not be.
 * Octets are copied in and out; a {@link #slice} shares them, as nobody can change them.
 */
public final class Octets implements Comparable<Octets> {
  public static final Octets EMPTY = new Octets(new byte[0], 0, 0);

  private static final HexFormat HEX = HexFormat.of();

  private final byte[] octets;
  private final int offset;
  private final int length;

  private Octets(byte[] octets, int offset, int length) {
    this.octets = octets;
    this.offset = offset;
    this.length = length;
  }

  /** A copy of all of {@code octets}. */
  public static Octets of(byte... octets) {
    return copyOf(octets, 0, octets.length);
  }

  /** A copy of {@code length} octets from {@code offset}. */
  public static Octets copyOf(byte[] octets, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, octets.length);
    return length == 0
        ? EMPTY
        : new Octets(Arrays.copyOfRange(octets, offset, offset + length), 0, length);
  }

  /**
   * From hexadecimal digits in either case; blanks, line ends and colons between octets are
   * ignored.
   *
   * @throws IllegalArgumentException if there is anything else, or half an octet
   */
  public static Octets fromHex(String text) {
    StringBuilder digits = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != ':' && !Character.isWhitespace(c)) {
        digits.append(c);
      }
    }
    byte[] octets = HEX.parseHex(digits);
    return octets.length == 0 ? EMPTY : new Octets(octets, 0, octets.length);
  }

  public int length() {
    return length;
  }

  public boolean isEmpty() {
    return length == 0;
  }

  /** The octet at {@code index}, 0 to 255. */
  public int get(int index) {
    return octets[offset + Objects.checkIndex(index, length)] & 0xFF;
  }

  /** {@code sliceLength} octets from {@code from}, not copied. */
  public Octets slice(int from, int sliceLength) {
    Objects.checkFromIndexSize(from, sliceLength, length);
    if (sliceLength == length) {
      return this;
    }
    return sliceLength == 0 ? EMPTY : new Octets(octets, offset + from, sliceLength);
  }

  /** All octets from {@code from} on, not copied. */
  public Octets slice(int from) {
    return slice(from, length - from);
  }

  /** Writes all octets into {@code target} from {@code at}. */
  public void copyTo(byte[] target, int at) {
    System.arraycopy(octets, offset, target, at, length);
  }

  /** A copy that is the caller's own. */
  public byte[] toByteArray() {
    return Arrays.copyOfRange(octets, offset, offset + length);
  }

  /** Two lower-case digits an octet, nothing between them. */
  public String hex() {
    return HEX.formatHex(octets, offset, offset + length);
  }

  /** Unsigned, first octet first; a prefix comes before what it begins. */
  @Override
  public int compareTo(Octets other) {
    return Arrays.compareUnsigned(
        octets, offset, offset + length, other.octets, other.offset, other.offset + other.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Octets that
        && Arrays.equals(
            octets, offset, offset + length, that.octets, that.offset, that.offset + that.length);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = offset; i < offset + length; i++) {
      hash = 31 * hash + octets[i];
    }
    return hash;
  }

  /** As {@link #hex}. */
  @Override
  public String toString() {
    return hex();
  }
}
