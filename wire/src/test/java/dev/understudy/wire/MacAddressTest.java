package dev.understudy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MacAddressTest {

  @Test
  void text_and_octets_are_the_address_both_ways() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      MacAddress address = new MacAddress(random.nextLong(1L << 48));
      assertThat(MacAddress.parse(address.toString())).isEqualTo(address);
      assertThat(MacAddress.parse(address.toString().toUpperCase(java.util.Locale.ROOT)))
          .isEqualTo(address);
      assertThat(address.octets().hex()).isEqualTo(address.toString().replace(":", ""));
      byte[] octets = new byte[8];
      address.write(octets, 1);
      assertThat(MacAddress.read(octets, 1)).isEqualTo(address);
    }
  }

  @Test
  void the_format_is_that_of_the_field() {
    assertThat(new MacAddress(0x0011_22AA_BBCCL)).hasToString("00:11:22:aa:bb:cc");
    assertThat(MacAddress.parse("00-11-22-AA-bb-cc").bits()).isEqualTo(0x0011_22AA_BBCCL);
    assertThat(MacAddress.BROADCAST).hasToString("ff:ff:ff:ff:ff:ff");
    assertThat(MacAddress.NEAREST_BRIDGE).hasToString("01:80:c2:00:00:0e");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00:11:22:33:44",
        "00:11:22:33:44:5",
        "00:11:22:33:44:555",
        "00:11:22:33:44:5g",
        "00:11-22:33:44:55",
        "00.11.22.33.44.55",
        "001122334455",
        " 00:11:22:33:44:55",
        "0:011:22:33:44:55",
        "00:11:22:33:44:+5"
      })
  void other_text_is_no_address(String text) {
    assertThat(MacAddress.tryParse(text)).isEmpty();
    assertThatThrownBy(() -> MacAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text);
  }

  @Test
  void exactly_the_sixteen_bridge_addresses_are_reserved() {
    long first = MacAddress.BRIDGE_GROUP_ADDRESS.bits();
    for (long bits = first - 32; bits < first + 48; bits++) {
      assertThat(new MacAddress(bits).isReserved()).isEqualTo(bits >= first && bits < first + 16);
    }
    assertThat(new MacAddress(first | 1L << 47).isReserved()).isFalse();
    assertThat(new MacAddress(first & ~(1L << 40)).isReserved()).isFalse();
  }

  @Test
  void group_and_local_are_the_two_low_bits_of_the_first_octet() {
    assertThat(MacAddress.parse("01:00:00:00:00:00").isGroup()).isTrue();
    assertThat(MacAddress.parse("fe:ff:ff:ff:ff:ff").isGroup()).isFalse();
    assertThat(MacAddress.parse("02:00:00:00:00:00").isLocallyAdministered()).isTrue();
    assertThat(MacAddress.parse("fd:ff:ff:ff:ff:ff").isLocallyAdministered()).isFalse();
  }

  @Test
  void the_lower_first_octet_comes_first() {
    assertThat(MacAddress.parse("00:ff:ff:ff:ff:ff"))
        .isLessThan(MacAddress.parse("80:00:00:00:00:00"));
    assertThat(MacAddress.ZERO).isLessThan(MacAddress.BROADCAST);
  }

  @Test
  void more_than_48_bits_are_refused() {
    assertThatThrownBy(() -> new MacAddress(1L << 48)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new MacAddress(-1)).isInstanceOf(IllegalArgumentException.class);
  }
}
