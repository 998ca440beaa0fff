package dev.understudy.wire.bpdu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class BpduTimesTest {

  @Test
  void seconds_are_rounded_to_the_nearest() {
    for (int units = 0; units <= 0xFFFF; units++) {
      BpduTimes times = BpduTimes.DEFAULT.withMessageAge256ths(units);
      assertThat(times.messageAgeSeconds()).isEqualTo((int) Math.round(units / 256.0));
    }
  }

  @Test
  void each_time_keeps_its_place() {
    BpduTimes times = BpduTimes.ofSeconds(1, 20, 2, 15);
    assertThat(times).isEqualTo(new BpduTimes(256, 5_120, 512, 3_840));
    assertThat(times.messageAgeSeconds()).isEqualTo(1);
    assertThat(times.maxAgeSeconds()).isEqualTo(20);
    assertThat(times.helloTimeSeconds()).isEqualTo(2);
    assertThat(times.forwardDelaySeconds()).isEqualTo(15);
    assertThat(times.withMessageAge256ths(0)).isEqualTo(BpduTimes.DEFAULT);
  }

  @Test
  void what_two_octets_cannot_say_is_refused() {
    assertThatThrownBy(() -> BpduTimes.ofSeconds(0, 256, 2, 15))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxAge");
    assertThatThrownBy(() -> new BpduTimes(-1, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
