package dev.understudy.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The rounds, judged with somebody else's switch in the place of Understudy: with nothing done to
 * it nothing may be found, and when its only brain is killed and restarted, much must be.
 */
final class StandInTest {
  @BeforeAll
  static void parts() {
    LabNeeds.check();
  }

  @Test
  void rounds_find_nothing_when_nothing_happens_and_much_when_the_only_brain_is_killed() {
    try (Lab lab = Lab.open("stand-in")) {
      Network network = Network.ring(lab, Network.Part.AS_DESIGNATED);
      OpenVSwitch standIn = network.startStandIn(lab);
      Round.Plan change = new Round.Plan(Round.Event.TOPOLOGY_CHANGE, Duration.ZERO);

      Round.Report twin = Round.run(lab, network, change, Round.NO_STRIKE);
      Round.Report again = Round.run(lab, network, change, Round.NO_STRIKE);
      Round.Report struck = Round.run(lab, network, change, standIn::killAndRestart);

      assertThat(again.link("p1").ofNeighbour().topologyChanges()).isPositive();
      // It may lose frames when a topology change makes it forget its addresses; that is no fault
      // of the lab's.
      assertThat(again.hits(twin, network.helloTime()))
          .as("a round without a strike is its twin's twin")
          .allMatch(hit -> hit.startsWith("left to right") || hit.startsWith("right to left"));
      assertThat(struck.leftToRight().lost())
          .isGreaterThan(twin.leftToRight().lost() + again.leftToRight().lost());
      assertThat(struck.hits(twin, network.helloTime()))
          .anyMatch(hit -> hit.contains("lost"))
          .anyMatch(hit -> hit.contains("topology changes"))
          .anyMatch(hit -> hit.contains("told"));
    }
  }
}
