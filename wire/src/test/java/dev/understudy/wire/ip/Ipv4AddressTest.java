package dev.understudy.wire.ip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class Ipv4AddressTest {

  @Test
  void text_and_octets_are_the_address_both_ways() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      Ipv4Address address = new Ipv4Address(random.nextLong(1L << 32));
      assertThat(Ipv4Address.parse(address.toString())).isEqualTo(address);
      byte[] octets = new byte[6];
      address.write(octets, 1);
      assertThat(Ipv4Address.read(octets, 1)).isEqualTo(address);
    }
    assertThat(new Ipv4Address(0xC000_0201L)).hasToString("192.0.2.1");
    assertThat(Ipv4Address.parse("255.255.255.255").bits()).isEqualTo(0xFFFF_FFFFL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "192.0.2",
        "192.0.2.1.",
        "192.0.2.256",
        "192.0.2.01",
        "192.0.2.-1",
        "192.0..1",
        "a.b.c.d"
      })
  void other_text_is_no_address(String text) {
    assertThat(Ipv4Address.tryParse(text)).isEmpty();
    assertThatThrownBy(() -> Ipv4Address.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void the_lower_first_octet_comes_first() {
    assertThat(Ipv4Address.parse("127.255.255.255")).isLessThan(Ipv4Address.parse("128.0.0.0"));
  }
}
