package dev.understudy.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The rounds, judged with somebody else's switch in the place of Understudy: with nothing done to
 * it nothing may be found, and when its only brain is killed and restarted, much must be.
 */
@Execution(ExecutionMode.CONCURRENT)
final class StandInTest {
  @BeforeAll
  static void parts() {
    LabNeeds.checkForLongTest();
  }

  @Test
  void rounds_find_nothing_when_nothing_happens_and_much_when_the_only_brain_is_killed() {
    try (Lab lab = Lab.open("stand-in")) {
      Network network = Network.ring(lab, Network.Part.AS_DESIGNATED);
      OpenVSwitch standIn = network.startStandIn(lab).ovs();
      Round.Plan change = new Round.Plan(Round.Event.TOPOLOGY_CHANGE, Duration.ZERO);

      Round.Report twin = Round.run(lab, network, change, Round.NOTHING_ASKED, Round.NOTHING);
      Round.Report again = Round.run(lab, network, change, Round.NOTHING_ASKED, Round.NOTHING);
      Round.Report struck =
          Round.run(lab, network, change, Round.NOTHING_ASKED, standIn::killAndRestart);

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

  @ParameterizedTest
  @EnumSource(Network.Part.class)
  void a_ring_comes_out_as_its_part_says(Network.Part part) {
    try (Lab lab = Lab.open("ring-" + part)) {
      Network network = Network.ring(lab, part);
      network.startStandIn(lab);

      NumberedTraffic traffic = NumberedTraffic.start(lab, network.left(), network.right(), 1_000);
      traffic.awaitFlow(500, Duration.ofSeconds(10));
    }
  }

  @Test
  void a_capture_outlives_its_link_and_a_proposal_is_seen_when_the_link_is_back() {
    try (Lab lab = Lab.open("link-up")) {
      Network network = Network.ring(lab, Network.Part.WITH_ALTERNATE);
      network.startStandIn(lab);
      Round.Plan plan = new Round.Plan(Round.Event.LINK_UP, Duration.ZERO);

      Round.Report report = Round.run(lab, network, plan, Round.NOTHING_ASKED, Round.NOTHING);

      assertThat(report.link("p2").ofNeighbour().proposals()).isPositive();
      assertThat(report.neighboursAsBefore()).isTrue();
      assertThat(report.invalid()).isEmpty();
      assertThat(report.converged()).isPositive().isLessThan(Duration.ofSeconds(8));
    }
  }

  @Test
  void the_kernel_bridge_blocks_its_second_link_as_long_as_the_root_speaks() {
    try (Lab lab = Lab.open("kernel")) {
      Network network = Network.besideKernel(lab);
      Network.StandIn standIn = network.startStandIn(lab);
      int changes = network.neighbourChanges().get().size();

      // Nobody speaks: after max-age the kernel opens its second link.
      standIn.ovs().killAndLeave();

      Await.until(
          "the kernel's blocked port leaves blocking",
          Duration.ofSeconds(20),
          () -> !network.neighbourStatus().get().contains("u2=blocking"));
      assertThat(network.neighbourChanges().get()).hasSizeGreaterThan(changes);
    }
  }

  @Test
  void a_root_made_with_scapy_is_taken_for_the_root() {
    try (Lab lab = Lab.open("scapy-root")) {
      Network network = Network.besideScapy(lab);
      ScapyNeighbour neighbour = ScapyNeighbour.start(lab, network.link("p1").neighbourEnd(), 0, 1);
      Network.StandIn standIn = network.startStandIn(lab);
      neighbour.propose();

      assertThat(standIn.bridge().rstp().isRoot()).isFalse();
      assertThat(standIn.bridge().rstp().rootId()).startsWith("0.");
    }
  }
}
