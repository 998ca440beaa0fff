package dev.understudy.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.launcher.demo.FlowTally.Count;
import dev.understudy.launcher.demo.Verdict.Event;
import dev.understudy.launcher.demo.Verdict.Takeover;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final Count CLEAN = new Count(1_000, 0, 0, 0);
  private static final Traces NO_TRACES = new Traces(0, 0, List.of(), List.of());
  private static final Takeover TAKEOVER =
      new Takeover("A", "B", "failure", "silence", 31.5, "yes", List.of(), 2, 100);

  private static Verdict kill(
      Count frames, long onWire, long counted, long states, double bpduGap) {
    return new Verdict(
        Event.KILL,
        frames,
        onWire,
        counted,
        states,
        bpduGap,
        9,
        List.of(TAKEOVER),
        0,
        "A",
        "B",
        1,
        2,
        120,
        NO_TRACES,
        List.of());
  }

  private static Verdict of(
      Event event, List<Takeover> takeovers, String after, long term, long refused) {
    return new Verdict(
        event, CLEAN, 0, 0, 0, 1_000, 9, takeovers, refused, "A", after, 1, term, 120, NO_TRACES,
        List.of());
  }

  @Test
  void a_takeover_that_nobody_noticed_is_hitless() {
    assertThat(kill(CLEAN, 0, 0, 0, 1_100).complaints()).isEmpty();
    assertThat(kill(CLEAN, 0, 0, 0, 1_100).isHitless()).isTrue();
  }

  @Test
  void whatever_is_planted_is_found() {
    assertThat(kill(new Count(1_000, 1, 0, 0), 0, 0, 0, 1_000).complaints())
        .containsExactly("1 frames lost");
    assertThat(kill(new Count(1_000, 0, 2, 0), 0, 0, 0, 1_000).complaints())
        .containsExactly("2 frames duplicated");
    assertThat(kill(new Count(1_000, 0, 0, 3), 0, 0, 0, 1_000).complaints())
        .containsExactly("3 frames reordered");
    assertThat(kill(CLEAN, 4, 0, 0, 1_000).complaints())
        .containsExactly("4 BPDUs with a topology change");
    assertThat(kill(CLEAN, 0, 5, 0, 1_000).complaints())
        .containsExactly("neighbours counted 5 topology changes");
    assertThat(kill(CLEAN, 0, 0, 6, 1_000).complaints())
        .containsExactly("ports of neighbours changed state 6 times");
    assertThat(kill(CLEAN, 0, 0, 0, 1_200).complaints())
        .containsExactly("1200 ms without a BPDU (bound 1150)");
    assertThat(kill(Count.NOTHING, 0, 0, 0, 1_000).complaints())
        .containsExactly("no frames were sent");
  }

  @Test
  void a_takeover_that_did_not_happen_is_found() {
    assertThat(of(Event.KILL, List.of(), "A", 1, 0).complaints())
        .containsExactly("nobody took over from A");
  }

  @Test
  void what_the_switch_says_against_itself_counts() {
    Takeover hit =
        new Takeover(
            "A", "B", "failure", "silence", 31.5, "no", List.of("INPUT_LOST 3 frames"), 2, 100);
    assertThat(of(Event.KILL, List.of(hit), "B", 2, 0).complaints())
        .containsExactly("the switch itself says hitless: no INPUT_LOST 3 frames");
  }

  @Test
  void a_further_takeover_is_remarked_and_judged_like_the_first() {
    Takeover back = new Takeover("B", "A", "failure", "no bracket", 90, "yes", List.of(), 3, 130);
    Verdict quiet = of(Event.KILL, List.of(TAKEOVER, back), "A", 3, 0);
    assertThat(quiet.isHitless()).isTrue();
    assertThat(quiet.remarks()).singleElement().asString().contains("B to A: no bracket");
    Takeover hit = new Takeover("B", "A", "failure", "x", 90, "no", List.of("Y"), 3, 130);
    assertThat(of(Event.KILL, List.of(TAKEOVER, hit), "A", 3, 0).isHitless()).isFalse();
  }

  @Test
  void a_cut_between_the_modules_must_not_be_a_takeover() {
    assertThat(of(Event.CUT, List.of(), "A", 1, 0).isHitless()).isTrue();
    assertThat(of(Event.CUT, List.of(TAKEOVER), "B", 2, 0).complaints())
        .containsExactly("there was a takeover (A to B)");
  }

  @Test
  void a_stopped_active_that_wakes_must_meet_the_fence() {
    assertThat(of(Event.STOP, List.of(TAKEOVER), "B", 2, 3).isHitless()).isTrue();
    assertThat(of(Event.STOP, List.of(TAKEOVER), "B", 2, 0).complaints())
        .containsExactly("the old active was not fenced: the forwarder has refused no write");
  }

  @Test
  void the_report_is_hitless_only_if_every_event_was() {
    Verdict clean = kill(CLEAN, 0, 0, 0, 1_000);
    Verdict lossy = kill(new Count(1_000, 1, 0, 0), 0, 0, 0, 1_000);
    assertThat(new Report(List.of(clean, clean), 60, "").isHitless()).isTrue();
    assertThat(new Report(List.of(clean, lossy), 60, "").isHitless()).isFalse();
    assertThat(new Report(List.of(), 60, "").isHitless()).isFalse();
    assertThat(new Report(List.of(lossy), 60, "").text(false))
        .contains("kill -9 of the active: 1 frames lost")
        .contains("Somebody outside could tell.");
    assertThat(new Report(List.of(clean), 60, "").json()).contains("\"framesLost\" : 0");
  }
}
