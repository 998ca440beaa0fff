package dev.understudy.forwarder.soft;

import static dev.understudy.forwarder.soft.TestFrames.BROADCAST;
import static dev.understudy.forwarder.soft.TestFrames.access;
import static dev.understudy.forwarder.soft.TestFrames.frame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.schema.LearnedInput;
import org.junit.jupiter.api.Test;

final class LearnedChangesTest {
  private static final long A = 0x0200_0000_0000L;

  private static SwitchUnderTest twoPorts() {
    return new SwitchUnderTest(new SwitchLimits(4_096, 4_096, 16, 1_024))
        .set(access(1, 1), access(2, 1))
        .open(1, 2);
  }

  private static void learn(SwitchUnderTest sw, int from, int to) {
    for (int i = from; i < to; i++) {
      sw.receive(1, frame(BROADCAST, A + i, i));
    }
  }

  @Test
  void batches_have_at_most_512_changes_and_numbers_go_on() {
    SwitchUnderTest sw = twoPorts();
    learn(sw, 0, 600);
    LearnedInput first = sw.learnedAfter(SwitchUnderTest.INCARNATION, 0);
    assertThat(first.getChangesCount()).isEqualTo(512);
    assertThat(first.getSequence()).isEqualTo(512);
    assertThat(first.getDumpBegin()).isFalse();
    LearnedInput second = sw.learnedAfter(SwitchUnderTest.INCARNATION, 512);
    assertThat(second.getChangesCount()).isEqualTo(88);
    assertThat(second.getSequence()).isEqualTo(600);
    LearnedInput third = sw.learnedAfter(SwitchUnderTest.INCARNATION, 600);
    assertThat(third.getChangesCount()).isZero();
    assertThat(third.getSequence()).isEqualTo(600);
  }

  @Test
  void who_asks_too_late_gets_a_dump_and_then_changes_again() {
    SwitchUnderTest sw = twoPorts();
    learn(sw, 0, 1_025);
    assertThat(sw.learnedAfter(SwitchUnderTest.INCARNATION, 0).getDumpBegin()).isTrue();
    assertThat(sw.follow()).isGreaterThanOrEqualTo(3);
    assertThat(sw.image).hasSize(1_025);
    learn(sw, 1_025, 1_030);
    assertThat(sw.follow()).isEqualTo(1);
    assertThat(sw.image).hasSize(1_030);
  }

  @Test
  void another_incarnation_means_a_dump_of_its_own_batches() {
    SwitchUnderTest sw = twoPorts();
    learn(sw, 0, 1_300);
    LearnedInput first = sw.learnedAfter(SwitchUnderTest.INCARNATION - 1, 1_300);
    assertThat(first.getDumpBegin()).isTrue();
    assertThat(first.getDumpEnd()).isFalse();
    assertThat(first.getIncarnation()).isEqualTo(SwitchUnderTest.INCARNATION);
    learn(sw, 5_000, 5_005);
    LearnedInput second = sw.learnedAfter(SwitchUnderTest.INCARNATION, first.getSequence());
    assertThat(second.getDumpBegin()).isFalse();
    assertThat(second.getDumpEnd()).isFalse();
    assertThat(sw.learnedAfter(SwitchUnderTest.INCARNATION, first.getSequence()))
        .as("asked again, as after a takeover")
        .isEqualTo(second);
    LearnedInput third = sw.learnedAfter(SwitchUnderTest.INCARNATION, second.getSequence());
    assertThat(third.getDumpEnd()).isTrue();
    assertThat(first.getChangesCount() + second.getChangesCount() + third.getChangesCount())
        .isEqualTo(1_300);
    LearnedInput after = sw.learnedAfter(SwitchUnderTest.INCARNATION, third.getSequence());
    assertThat(after.getChangesCount()).as("what was learned during the dump").isEqualTo(5);
  }

  @Test
  void a_dump_of_nothing_is_one_batch() {
    LearnedInput only = twoPorts().learnedAfter(1, 99);
    assertThat(only.getDumpBegin()).isTrue();
    assertThat(only.getDumpEnd()).isTrue();
    assertThat(only.getChangesCount()).isZero();
  }

  @Test
  void one_who_is_behind_a_dump_of_another_still_gets_all_changes() {
    SwitchUnderTest sw = twoPorts();
    learn(sw, 0, 10);
    sw.follow();
    learn(sw, 10, 20);
    sw.learnedAfter(SwitchUnderTest.INCARNATION - 1, 0);
    learn(sw, 20, 30);
    sw.follow();
    assertThat(sw.image).hasSize(30);
  }
}
