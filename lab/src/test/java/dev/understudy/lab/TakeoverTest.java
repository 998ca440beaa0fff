package dev.understudy.lab;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The main job on real frames: the active supervisor is killed, stopped, replaced on purpose and
 * cut off, and nobody outside can tell. Sides alternate by themselves, because each takeover
 * changes them.
 */
@Isolated
final class TakeoverTest {
  @BeforeAll
  static void parts() {
    LabNeeds.checkWithProduct();
  }

  /**
   * The rounds of each strike are dealt out to the three parts that the switch can play in the
   * ring.
   */
  @ParameterizedTest
  @EnumSource(Network.Part.class)
  void nobody_in_a_ring_with_open_vswitch_notices_a_takeover(Network.Part part) {
    List<Network.Part> parts = List.of(Network.Part.values());
    int count = (LabNeeds.ROUNDS + parts.size() - 1 - parts.indexOf(part)) / parts.size();
    Assumptions.assumeTrue(count > 0, "no round for this part: UNDERSTUDY_LAB_ROUNDS=3 has some");
    try (Lab lab = Lab.open("ring-" + part)) {
      Network network = Network.ring(lab, part);
      Rounds rounds = new Rounds(lab, network, network.startUnderstudy(lab));
      for (Strike strike : Strike.values()) {
        rounds.play(strike, count, count == 1 ? List.of(part.oneEvent()) : network.events());
      }
      rounds.verdict();
    }
  }

  @Test
  void the_kernel_bridge_does_not_notice_a_takeover() {
    LabNeeds.checkForLongTest();
    int count = Math.max(1, LabNeeds.ROUNDS / 3);
    try (Lab lab = Lab.open("kernel")) {
      Network network = Network.besideKernel(lab);
      Rounds rounds = new Rounds(lab, network, network.startUnderstudy(lab));
      for (Strike strike : Strike.values()) {
        // Where there are few rounds, cuts are the rings' part.
        for (int i = count > 1 || strike.isTakeover() ? 0 : count; i < count; i++) {
          rounds.play(
              strike,
              new Round.Plan(
                  i % 2 == 0 ? Round.Event.HELLO_DUE : Round.Event.NONE,
                  Duration.ofMillis(7L * i % 20)));
        }
      }
      // A port of the kernel's is in learning: it went to listening with the link, and 4 s later to
      // learning.
      rounds.play(Strike.KILL, new Round.Plan(Round.Event.LINK_UP, Duration.ofMillis(4_010)));
      rounds.verdict();
    }
  }
}
