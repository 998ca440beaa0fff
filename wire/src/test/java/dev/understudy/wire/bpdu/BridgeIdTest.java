package dev.understudy.wire.bpdu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.wire.MacAddress;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BridgeIdTest {
  private static final MacAddress ADDRESS = MacAddress.parse("00:11:22:33:44:55");

  @Test
  void the_text_is_priority_and_address() {
    assertThat(BridgeId.of(32_768, ADDRESS)).hasToString("32768.00:11:22:33:44:55");
    assertThat(BridgeId.of(32_768, ADDRESS, 10)).hasToString("32778.00:11:22:33:44:55");
    assertThat(BridgeId.of(0, MacAddress.ZERO)).hasToString("0.00:00:00:00:00:00");
  }

  @Test
  void text_is_the_identifier_both_ways() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      BridgeId id = new BridgeId(random.nextLong());
      assertThat(BridgeId.parse(id.toString())).isEqualTo(id);
      assertThat(BridgeId.of(id.priority(), id.address(), id.systemIdExtension())).isEqualTo(id);
    }
  }

  @Test
  void a_higher_priority_number_is_worse_and_then_a_higher_address() {
    BridgeId best = BridgeId.of(0, MacAddress.BROADCAST);
    BridgeId middle = BridgeId.of(61_440, MacAddress.ZERO);
    BridgeId worst = BridgeId.of(61_440, ADDRESS);
    assertThat(best).isLessThan(middle);
    assertThat(middle).isLessThan(worst);
    assertThat(BridgeId.of(32_768, ADDRESS, 1)).isGreaterThan(BridgeId.of(32_768, ADDRESS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "32768",
        "32768.",
        ".00:11:22:33:44:55",
        "65536.00:11:22:33:44:55",
        "-1.00:11:22:33:44:55",
        "0x8000.00:11:22:33:44:55",
        "32768.00:11:22:33:44",
        "8.000.00:11:22:33:44:55",
        "99999999999.00:11:22:33:44:55"
      })
  void other_text_is_no_identifier(String text) {
    assertThat(BridgeId.tryParse(text)).isEmpty();
    assertThatThrownBy(() -> BridgeId.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void only_the_sixteen_priorities_exist() {
    for (int priority = -1; priority <= 65_536; priority++) {
      int p = priority;
      if (p >= 0 && p <= 61_440 && p % 4_096 == 0) {
        assertThat(BridgeId.of(p, ADDRESS).priority()).isEqualTo(p);
      } else if (p % 4_096 < 3) {
        assertThatThrownBy(() -> BridgeId.of(p, ADDRESS))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
    assertThatThrownBy(() -> BridgeId.of(0, ADDRESS, 4_096))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
