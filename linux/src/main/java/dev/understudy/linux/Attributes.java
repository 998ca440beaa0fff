package dev.understudy.linux;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The attributes of a netlink message (struct nlattr, include/uapi/linux/netlink.h):
 *
 * <pre>
 *   | length 2 (header counted) | type 2 | value | padding to 4 octets | next …
 * </pre>
 *
 * <p>Any octets can be parsed. Where a length does not fit, parsing ends and {@link #malformed}
 * says so; what stood before is kept. A value of another length than its reader expects is as if it
 * were not there. Types nobody asks for are kept and do no harm. The last of a type counts.
 */
final class Attributes {
  private static final int HEADER = (int) Structs.NLATTR.byteSize();

  /** NLA_TYPE_MASK: without the flags for nested and for network order. */
  private static final int TYPE_MASK = 0x3FFF;

  private final TreeMap<Integer, ByteBuffer> values = new TreeMap<>();
  private boolean malformed;

  private Attributes() {}

  /** From position to limit of a buffer in the host's order; both stay as they are. */
  static Attributes parse(ByteBuffer octets) {
    Attributes attributes = new Attributes();
    int at = octets.position();
    int end = octets.limit();
    while (end - at >= HEADER) {
      int length = octets.getShort(at) & 0xFFFF;
      if (length < HEADER || length > end - at) {
        attributes.malformed = true;
        return attributes;
      }
      int type = octets.getShort(at + 2) & TYPE_MASK;
      attributes.values.put(type, octets.slice(at + HEADER, length - HEADER).order(octets.order()));
      at += Netlink.align(length);
    }
    // Padding may be cut off behind the last one, anything else is no attribute.
    attributes.malformed = end > at;
    return attributes;
  }

  boolean malformed() {
    return malformed;
  }

  int count() {
    return values.size();
  }

  private Optional<ByteBuffer> value(int type) {
    return Optional.ofNullable(values.get(type));
  }

  OptionalInt int32(int type) {
    Optional<ByteBuffer> value = value(type).filter(v -> v.remaining() == Integer.BYTES);
    return value.isPresent() ? OptionalInt.of(value.get().getInt(0)) : OptionalInt.empty();
  }

  OptionalInt uint8(int type) {
    Optional<ByteBuffer> value = value(type).filter(v -> v.remaining() == 1);
    return value.isPresent() ? OptionalInt.of(value.get().get(0) & 0xFF) : OptionalInt.empty();
  }

  /** Text up to the first zero octet or the end. */
  Optional<String> text(int type) {
    return octets(type)
        .map(octets -> {
          int length = 0;
          while (length < octets.length && octets[length] != 0) {
            length++;
          }
          return new String(octets, 0, length, StandardCharsets.UTF_8);
        });
  }

  Optional<MacAddress> mac(int type) {
    return value(type)
        .filter(v -> v.remaining() == 6)
        .map(v -> {
          long bits = 0;
          for (int i = 0; i < 6; i++) {
            bits = (bits << 8) | (v.get(i) & 0xFF);
          }
          return new MacAddress(bits);
        });
  }

  Optional<byte[]> octets(int type) {
    return value(type)
        .map(v -> {
          byte[] octets = new byte[v.remaining()];
          v.get(v.position(), octets);
          return octets;
        });
  }

  /** The attributes inside an attribute; none if it is not there. */
  Attributes nested(int type) {
    return value(type).map(Attributes::parse).orElseGet(Attributes::new);
  }
}
