package dev.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the checker excuses, and that it excuses no more. */
final class TwinTest {
  private static final World.Flow FLOW = new World.Flow("h1", "h2", 1_000_000);

  /** A timed world: nothing has to be the same frame by frame. */
  private static final World WORLD =
      WorldParser.parse(
          """
          seed 1
          run 4s
          bridge sw redundant delay 20us restart 30ms
          bridge b1 delay 0ns restart 30ms
          link sw:1 b1:1
          fault sw after 3 crash both
          """);

  /** A run in which frames of one flow passed so many links each. */
  private static Outcome run(Integer... passed) {
    Network.FlowState state = new Network.FlowState(FLOW);
    for (int links : passed) {
      state.passed.add(links);
      state.arrived.add(1);
      state.sentNanos.add(1L);
    }
    return new Outcome(Map.of(), List.of(state), List.of(), 1, 1);
  }

  private static List<String> problems(Outcome base, Outcome faulty) {
    return Twin.compare(WORLD, base, faulty).problems();
  }

  @Test
  void a_frame_that_goes_round_without_faults_says_nothing_of_takeovers() {
    int round = Network.PASSES_MAX + 1;
    assertThat(problems(run(3, round, 3), run(3, round, 3))).isEmpty();
    assertThat(problems(run(3, round, 3), run(3, 3, 3))).isEmpty();
  }

  @Test
  void another_frame_that_goes_round_is_a_loop_even_where_one_does_without_faults() {
    int round = Network.PASSES_MAX + 1;
    assertThat(problems(run(3, round, 3), run(3, round, round)))
        .containsExactly("1 frames of h1 to h2 went round and round");
    assertThat(problems(run(3, Network.PASSES_MAX, 3), run(3, round, 3)))
        .containsExactly("1 frames of h1 to h2 went round and round");
  }
}
