package dev.understudy.wire.bpdu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PortIdTest {

  @Test
  void each_of_them_has_priority_number_text_and_place_in_the_order() {
    for (int bits = 0; bits <= 0xFFFF; bits++) {
      PortId id = new PortId(bits);
      assertThat(id.priority()).isEqualTo(bits / 4_096 * 16);
      assertThat(id.number()).isEqualTo(bits % 4_096);
      assertThat(PortId.parse(id.toString())).isEqualTo(id);
      if (id.number() > 0) {
        assertThat(PortId.of(id.priority(), id.number())).isEqualTo(id);
      }
      if (bits > 0) {
        assertThat(new PortId(bits - 1)).isLessThan(id);
      }
    }
  }

  @Test
  void the_text_is_priority_and_number() {
    assertThat(PortId.of(128, 3)).isEqualTo(new PortId(0x8003)).hasToString("128.3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "128", "128.", ".3", "129.3", "256.3", "128.4096", "128.-1", "128.3.4"})
  void other_text_is_no_identifier(String text) {
    assertThat(PortId.tryParse(text)).isEmpty();
    assertThatThrownBy(() -> PortId.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_port_has_a_number_and_a_whole_priority() {
    assertThatThrownBy(() -> PortId.of(128, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PortId.of(128, 4_096)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PortId.of(8, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PortId.of(256, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PortId(0x1_0000)).isInstanceOf(IllegalArgumentException.class);
  }
}
