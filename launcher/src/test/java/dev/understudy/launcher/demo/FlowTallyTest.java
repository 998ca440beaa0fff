package dev.understudy.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.launcher.demo.FlowTally.Count;
import org.junit.jupiter.api.Test;

class FlowTallyTest {
  private final FlowTally tally = new FlowTally();

  private void send(int frames) {
    for (int i = 0; i < frames; i++) {
      var _ = tally.send();
    }
  }

  @Test
  void frames_that_arrive_once_and_in_order_are_clean() {
    send(10_000);
    for (int i = 0; i < 10_000; i++) {
      tally.arrived(i, i, i);
    }
    assertThat(tally.count(0, 10_000)).isEqualTo(new Count(10_000, 0, 0, 0));
    assertThat(tally.count(0, 10_000).isClean()).isTrue();
  }

  @Test
  void a_planted_loss_is_found_in_its_range_and_in_no_other() {
    send(100);
    for (int i = 0; i < 100; i++) {
      if (i != 50) {
        tally.arrived(i, i, i);
      }
    }
    assertThat(tally.count(0, 50)).isEqualTo(new Count(50, 0, 0, 0));
    assertThat(tally.count(50, 51)).isEqualTo(new Count(1, 1, 0, 0));
    assertThat(tally.count(51, 100)).isEqualTo(new Count(49, 0, 0, 0));
  }

  @Test
  void a_planted_duplicate_is_no_reordering() {
    send(10);
    for (int i = 0; i < 10; i++) {
      tally.arrived(i, i, i);
    }
    tally.arrived(3, 10, 10);
    tally.arrived(3, 11, 11);
    assertThat(tally.count(0, 10)).isEqualTo(new Count(10, 0, 2, 0));
  }

  @Test
  void a_frame_that_was_overtaken_is_reordered_and_not_lost() {
    send(4);
    tally.arrived(0, 0, 0);
    tally.arrived(2, 1, 1);
    tally.arrived(3, 2, 2);
    tally.arrived(1, 3, 3);
    assertThat(tally.count(0, 4)).isEqualTo(new Count(4, 0, 0, 1));
  }

  @Test
  void the_longest_silence_is_told_once() {
    send(3);
    tally.arrived(0, 1_000, 1_000);
    tally.arrived(1, 1_500, 1_500);
    tally.arrived(2, 1_600, 1_600);
    assertThat(tally.takeLongestGapNanos()).isEqualTo(500);
    assertThat(tally.takeLongestGapNanos()).isZero();
  }

  @Test
  void a_number_that_was_never_sent_is_a_broken_invariant() {
    send(1);
    assertThatThrownBy(() -> tally.arrived(1, 0, 0)).hasMessageContaining("only what was sent");
  }
}
