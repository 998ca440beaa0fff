package dev.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * The same ring twice, with and without a failover: real spanning tree, real soft switch, real
 * frames. Takeovers take no virtual time here, so all that leaves any port must be the same, octet
 * by octet, at the same time.
 */
final class RingTwinTest {
  /** A fault after every so many messages; a prime, so that all kinds of messages are met. */
  private static final int STRIDE = 23;

  /** So many messages are sent while the ring changes. */
  private static final int MESSAGES = 2_300;

  private static final World RING = Worlds.resource("ring");
  private static final Outcome BASE =
      Simulation.run(RING, Simulation.tail(RING), true, Tampering.NONE);

  @Test
  void the_story_without_faults_converges_and_loses_nothing_but_what_the_pulled_link_costs() {
    assertThat(BASE.problems()).isEmpty();
    assertThat(bridge(BASE, "sw").traceLines())
        .anyMatch(line -> line.contains("0180c2000000"))
        .anyMatch(line -> line.contains("PORT_STATE_FORWARDING"));
    assertThat(bridge(BASE, "left").end().get("root")).startsWith("4096.");
    assertThat(BASE.flows().get(2).arrived.stream().filter(times -> times == 1).count())
        .isGreaterThan(80);
  }

  @Test
  void the_active_may_crash_after_any_message_and_nobody_outside_can_tell() {
    assertThat(strike(FaultKind.CRASH_ACTIVE)).isGreaterThan(90);
  }

  private static Outcome.OfBridge bridge(Outcome outcome, String name) {
    return Objects.requireNonNull(outcome.bridges().get(name));
  }

  /** Returns how many failovers there were. */
  private static long strike(FaultKind kind) {
    long failovers = 0;
    for (int after = 0; after < MESSAGES; after += STRIDE) {
      World world = RING.withFaults(List.of(new World.Fault("sw", false, after, kind, 0)));
      Outcome faulty = Simulation.run(world, Simulation.tail(RING), true, Tampering.NONE);
      assertThat(Twin.compare(world, BASE, faulty).problems())
          .as("%s after message %d%n%s", kind, after, bridge(faulty, "sw").events())
          .isEmpty();
      failovers += faulty.failovers();
    }
    return failovers;
  }
}
