package dev.understudy.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judges, judged with captures whose faults are known because scapy was told to write them. */
final class JudgeTest {
  private static final String SWITCH = "02:00:00:00:00:05";
  private static final String NEIGHBOUR = "02:00:00:00:00:06";
  private static final long START_NANOS = 1_700_000_000_000_000_000L;

  @TempDir private static Path scripts;
  private static Planted.@Nullable Planter running;
  @TempDir private Path folder;
  private final Planted.Planter planter = Objects.requireNonNull(running);

  @BeforeAll
  static void parts() {
    LabNeeds.check();
    running = new Planted.Planter(scripts);
  }

  @AfterAll
  static void end() {
    if (running != null) {
      running.close();
    }
  }

  @Test
  void what_comes_in_and_goes_out_in_order_is_clean() {
    Path in = new Planted().numbers(1, 0, 1, 2, 3, 4).write(planter, folder, "in");
    Path out = new Planted().numbers(1, 0, 1, 2, 3, 4).write(planter, folder, "out");

    NumbersJudge.Verdict verdict = NumbersJudge.judge(in, out, 1);

    assertThat(verdict).isEqualTo(new NumbersJudge.Verdict(5, 0, 0, 0, 0, 0, 0, 0));
    assertThat(verdict.clean()).isTrue();
  }

  @Test
  void a_lost_number_is_found_with_its_time() {
    Path in = new Planted().numbers(1, 0, 1, 2, 3, 4, 5).write(planter, folder, "in");
    Path out = new Planted().numbers(1, 0, 1, 5).write(planter, folder, "out");

    NumbersJudge.Verdict verdict = NumbersJudge.judge(in, out, 1);

    assertThat(verdict.lost()).isEqualTo(3);
    assertThat(verdict.firstLostNanos()).isEqualTo(START_NANOS + 2_000_000);
    assertThat(verdict.lastLostNanos()).isEqualTo(START_NANOS + 4_000_000);
    assertThat(verdict.clean()).isFalse();
  }

  @Test
  void a_number_lost_before_the_switch_is_not_its_loss() {
    Path in = new Planted().numbers(1, 0, 1, 4, 5).write(planter, folder, "in");
    Path out = new Planted().numbers(1, 0, 1, 4, 5).write(planter, folder, "out");

    assertThat(NumbersJudge.judge(in, out, 1).clean()).isTrue();
  }

  @Test
  void a_number_that_goes_out_twice_is_found() {
    Path in = new Planted().numbers(1, 0, 1, 2).write(planter, folder, "in");
    Path out = new Planted().numbers(1, 0, 1, 1, 2).write(planter, folder, "out");

    NumbersJudge.Verdict verdict = NumbersJudge.judge(in, out, 1);

    assertThat(verdict.duplicated()).isEqualTo(1);
    assertThat(verdict.clean()).isFalse();
  }

  @Test
  void a_number_that_comes_in_twice_betrays_a_loop() {
    Path in = new Planted().numbers(1, 0, 1, 2, 1).write(planter, folder, "in");
    Path out = new Planted().numbers(1, 0, 1, 2).write(planter, folder, "out");

    assertThat(NumbersJudge.judge(in, out, 1).duplicatedIn()).isEqualTo(1);
  }

  @Test
  void a_number_overtaken_by_a_later_one_is_found() {
    Path in = new Planted().numbers(1, 0, 1, 2, 3).write(planter, folder, "in");
    Path out = new Planted().numbers(1, 0, 2, 1, 3).write(planter, folder, "out");

    NumbersJudge.Verdict verdict = NumbersJudge.judge(in, out, 1);

    assertThat(verdict.reordered()).isEqualTo(1);
    assertThat(verdict.clean()).isFalse();
  }

  @Test
  void a_number_that_nobody_sent_is_found() {
    Path in = new Planted().numbers(1, 0, 1).write(planter, folder, "in");
    Path out = new Planted().numbers(1, 0, 1, 77).write(planter, folder, "out");

    assertThat(NumbersJudge.judge(in, out, 1).strangers()).isEqualTo(1);
  }

  @Test
  void nothing_to_judge_is_not_clean() {
    Path in = new Planted().numbers(2, 0, 1).write(planter, folder, "in");

    assertThat(NumbersJudge.judge(in, in, 1).clean()).isFalse();
  }

  @Test
  void streams_are_told_apart_and_tags_do_not_matter() {
    Path in = new Planted().numbers(1, 0, 1).numbers(2, 0).write(planter, folder, "in");
    Path out =
        new Planted()
            .frame("tagged 1 1 0")
            .frame("tagged 2 2 0")
            .frame("tagged 3 1 1")
            .write(planter, folder, "out");

    assertThat(NumbersJudge.judge(in, out, 1).clean()).isTrue();
    assertThat(NumbersJudge.judge(in, out, 2).clean()).isTrue();
  }

  @Test
  void only_what_came_in_during_the_span_is_judged() {
    Path in = new Planted().numbers(1, 0, 1, 2, 3, 4).write(planter, folder, "in");
    Path out = new Planted().numbers(1, 0, 2, 4).write(planter, folder, "out");
    TimeSpan span = new TimeSpan(START_NANOS + 2_000_000, START_NANOS + 4_000_000);

    NumbersJudge.Verdict verdict = NumbersJudge.judge(in, out, 1, span);

    assertThat(verdict.in()).isEqualTo(2);
    assertThat(verdict.lost()).isEqualTo(1);
  }

  @Test
  void flags_roles_and_senders_are_read_by_tshark() {
    BpduJudge judge =
        BpduJudge.of(
            new Planted()
                .frame("rapid 0 " + SWITCH + " 0x0e")
                .frame("rapid 10 " + NEIGHBOUR + " 0x78")
                .frame("rapid 20 " + SWITCH + " 0x3d")
                .frame("configuration 30 " + NEIGHBOUR + " 0x81")
                .frame("tcn 40 " + NEIGHBOUR)
                .write(planter, folder, "bpdus"));

    assertThat(judge.sources()).isEqualTo(Map.of(SWITCH, 2L, NEIGHBOUR, 3L));
    assertThat(judge.proposals()).isEqualTo(1);
    assertThat(judge.agreements()).isEqualTo(1);
    assertThat(judge.from(SWITCH).topologyChanges()).isEqualTo(1);
    assertThat(judge.notFrom(SWITCH).topologyChanges()).isEqualTo(2);
    assertThat(judge.topologyChangeAcknowledgments()).isEqualTo(1);
    assertThat(judge.bpdus().get(1).flags().role()).isEqualTo(Bpdu.Role.ROOT);
    assertThat(judge.bpdus().getFirst().timeNanos()).isEqualTo(START_NANOS);
    assertThat(judge.bpdus().getFirst().helloTimeSeconds()).isEqualTo(1);
  }

  @Test
  void repeated_news_of_one_topology_change_is_one_episode() {
    BpduJudge judge =
        BpduJudge.of(
            new Planted()
                .frame("rapid 0 " + SWITCH + " 0x3d")
                .frame("rapid 1000 " + SWITCH + " 0x3d")
                .frame("rapid 2000 " + SWITCH + " 0x3c")
                .frame("rapid 3000 " + SWITCH + " 0x3c")
                .frame("rapid 4000 " + SWITCH + " 0x3d")
                .write(planter, folder, "bpdus"));

    assertThat(judge.topologyChanges()).isEqualTo(3);
    assertThat(judge.topologyChangeEpisodes(Duration.ofSeconds(2))).isEqualTo(2);
  }

  @Test
  void a_changed_state_bit_or_port_number_is_another_chapter() {
    BpduJudge judge =
        BpduJudge.of(
            new Planted()
                .frame("rapid 0 " + SWITCH + " 0x3c")
                .frame("rapid 1000 " + SWITCH + " 0x3c")
                .frame("rapid 2000 " + SWITCH + " 0x1c")
                .frame("rapid 3000 " + SWITCH + " 0x3c")
                .frame("rapid 4000 " + SWITCH + " 0x3c 0x8002")
                .write(planter, folder, "bpdus"));

    assertThat(judge.story()).hasSize(4);
    assertThat(judge.story().get(1)).contains("DESIGNATED learning").doesNotContain("forwarding");
  }

  @Test
  void who_agreed_and_goes_on_saying_so_has_not_changed() {
    Planted settled =
        new Planted()
            .frame("rapid 0 " + SWITCH + " 0x3c")
            .frame("rapid 1000 " + SWITCH + " 0x7c")
            .frame("rapid 2000 " + SWITCH + " 0x7c")
            .frame("rapid 3000 " + SWITCH + " 0x7c");

    assertThat(BpduJudge.of(settled.write(planter, folder, "bpdus")).lastChangeNanos())
        .isEqualTo(START_NANOS + 1_000_000_000L);
  }

  @Test
  void the_longest_silence_counts_from_the_span_beginning_to_its_end() {
    BpduJudge judge =
        BpduJudge.of(
            new Planted()
                .frame("rapid 500 " + SWITCH + " 0x3c")
                .frame("rapid 1500 " + SWITCH + " 0x3c")
                .frame("rapid 2700 " + SWITCH + " 0x3c")
                .write(planter, folder, "bpdus"));

    assertThat(judge.longestGap(new TimeSpan(START_NANOS, START_NANOS + 3_000_000_000L)))
        .isEqualTo(Duration.ofMillis(1200));
    assertThat(judge.longestGap(new TimeSpan(START_NANOS, START_NANOS + 5_000_000_000L)))
        .isEqualTo(Duration.ofMillis(2300));
    assertThat(judge.during(new TimeSpan(0, 1)).longestGap(new TimeSpan(0, 9))).hasNanos(9);
  }

  @Test
  void bursts_beyond_the_hold_count_are_found() {
    Planted planted = new Planted();
    for (int i = 0; i < 9; i++) {
      planted.frame("rapid %d %s 0x3c".formatted(i < 7 ? i * 10 : i * 1000, SWITCH));
    }

    assertThat(
            BpduJudge.of(planted.write(planter, folder, "bpdus")).mostWithin(Duration.ofSeconds(1)))
        .isEqualTo(7);
  }

  @Test
  void a_second_speaker_is_too_many_frames_and_a_longer_time_is_not() {
    // With a hello a second, 10 are heard in 10.9 s, and 13 in 12.4 s if it begins just before one.
    assertThat(Round.LinkReport.framesMax(10, 10.9, 12.4))
        .isGreaterThanOrEqualTo(13)
        .isLessThan(15);
    assertThat(Round.LinkReport.framesMax(10, 10.9, 10.9)).isLessThan(20);
  }

  @Test
  void a_frame_that_is_no_bpdu_is_not_passed_over() {
    Path capture = new Planted().frame("junk 0").write(planter, folder, "bpdus");

    assertThatThrownBy(() -> BpduJudge.of(capture)).hasMessageContaining("not a BPDU");
  }
}
