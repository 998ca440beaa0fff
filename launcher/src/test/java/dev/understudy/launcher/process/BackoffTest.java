package dev.understudy.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void short_lives_wait_longer_and_longer_up_to_a_bound() {
    Backoff backoff = new Backoff();
    long[] waits = new long[9];
    for (int i = 0; i < waits.length; i++) {
      waits[i] = backoff.waitMillis(1);
    }
    assertThat(waits).containsExactly(0, 100, 500, 1_000, 2_000, 5_000, 10_000, 10_000, 10_000);
  }

  @Test
  void a_decent_life_makes_good() {
    Backoff backoff = new Backoff();
    for (int i = 0; i < 5; i++) {
      assertThat(backoff.waitMillis(1)).isGreaterThanOrEqualTo(0);
    }
    assertThat(backoff.waitMillis(Backoff.SHORT_LIFE_NANOS)).isZero();
    assertThat(backoff.shortLives()).isZero();
  }
}
