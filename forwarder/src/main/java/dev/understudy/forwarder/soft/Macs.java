package dev.understudy.forwarder.soft;

import com.google.protobuf.ByteString;
import dev.understudy.core.Check;
import dev.understudy.wire.MacAddress;

/** Addresses between the schema's octets and the 48 bits that tables hold. */
final class Macs {
  private Macs() {}

  static long bits(ByteString octets) {
    Check.that(octets.size() == MacAddress.LENGTH, "an address has six octets", octets.size());
    long bits = 0;
    for (int i = 0; i < MacAddress.LENGTH; i++) {
      bits = bits << 8 | (octets.byteAt(i) & 0xFF);
    }
    return bits;
  }

  static ByteString octets(long bits) {
    return ByteString.copyFrom(new MacAddress(bits).octets().toByteArray());
  }
}
