package dev.understudy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.wire.Decoded.Reason;
import org.junit.jupiter.api.Test;

final class DecodeCountersTest {

  @Test
  void every_reason_has_a_counter_of_its_own() {
    DecodeCounters counters = new DecodeCounters();
    int n = 0;
    for (Reason reason : Reason.values()) {
      n++;
      for (int i = 0; i < n; i++) {
        counters.count(Decoded.bad(reason, i));
      }
      assertThat(counters.bad(reason)).isEqualTo(n);
    }
    assertThat(counters.bad()).isEqualTo(n * (n + 1) / 2);
    assertThat(counters.ok()).isZero();
    assertThat(counters.badByReason()).hasSize(n);
  }

  @Test
  void what_went_well_is_counted_apart() {
    DecodeCounters counters = new DecodeCounters();
    counters.count(Decoded.ok("value"));
    counters.count(Decoded.bad(Reason.LLC, 14));
    assertThat(counters.ok()).isEqualTo(1);
    assertThat(counters.badByReason()).containsOnlyKeys(Reason.LLC).containsEntry(Reason.LLC, 1L);
  }

  @Test
  void a_mapped_answer_keeps_its_reason() {
    Decoded<String> ok = Decoded.ok("four");
    Decoded<String> bad = Decoded.bad(Reason.VERSION, 2);
    assertThat(ok.map(String::length)).isEqualTo(Decoded.ok(4));
    assertThat(ok.toOptional()).contains("four");
    assertThat(bad.map(String::length)).isEqualTo(Decoded.bad(Reason.VERSION, 2));
    assertThat(bad.toOptional()).isEmpty();
  }
}
