package dev.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The same ring twice, with and without a failover: real spanning tree, real soft switch, real
 * frames. Takeovers take no virtual time here, so all that leaves any port must be the same, octet
 * by octet, at the same time.
 */
final class RingTwinTest {
  /** A fault after every so many messages; a prime, so that all kinds of messages are met. */
  private static final int STRIDE = 23;

  private static final RingWorld BASE = run(-1);

  private static RingWorld run(long boundary) {
    RingWorld world = new RingWorld(32768, 0).untilRedundant().story();
    if (boundary >= 0) {
      world.device.device().faultAt(boundary, () -> crash(world));
    }
    world.runStory();
    return world;
  }

  private static void crash(RingWorld world) {
    world.device.device().crash(world.device.device().border().holder());
  }

  @Test
  void the_story_without_faults_converges_and_loses_nothing_but_what_the_pulled_link_costs() {
    assertThat(BASE.device.device().answers().get("request-1")).startsWith("yes");
    assertThat(BASE.device.device().answers().get("request-2")).startsWith("yes");
    assertThat(BASE.trace()).anyMatch(line -> line.contains("0180c2000000"));
    assertThat(BASE.trace()).anyMatch(line -> line.contains("PORT_STATE_FORWARDING"));
    assertThat(BASE.hostRight.received().size()).isGreaterThan(80);
    assertThat(BASE.hostDevice.received().values()).containsOnly(1);
  }

  @Test
  void the_active_may_crash_after_any_message_and_the_trace_is_identical() {
    Map<String, Integer> struck = new TreeMap<>();
    for (long boundary = BASE.storyFirstBoundary;
        boundary < BASE.device.device().boundaries();
        boundary += STRIDE) {
      RingWorld world = run(boundary);
      assertThat(world.trace())
          .as(
              "crash after message %d%n%s",
              boundary, String.join("\n", world.device.device().events()))
          .isEqualTo(BASE.trace());
      assertThat(world.hostDevice.received()).isEqualTo(BASE.hostDevice.received());
      assertThat(world.hostLeft.received()).isEqualTo(BASE.hostLeft.received());
      assertThat(world.hostRight.received()).isEqualTo(BASE.hostRight.received());
      world.untilRedundant();
      struck.merge("term " + world.device.device().border().term(), 1, Integer::sum);
    }
    assertThat(struck.values().stream().mapToInt(i -> i).sum()).isGreaterThan(20);
  }
}
