package dev.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Worlds in which something was wrong once, cut down to what matters. */
final class FoundWorldsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "learning-after-a-resumed-session",
        "forwarder-restart-with-a-bracket-to-send-again",
        "forwarder-restart-that-the-standby-wins",
        "restart-of-everything",
        "forwarder-restart-that-the-one-behind-wins",
        "switchover-after-a-resumed-session",
        "silent-bridge-behind-an-edge-port",
        "edge-port-without-link-and-engine",
        "learning-amid-a-change",
        "power-lost-while-the-modules-meet",
        "short-life-between-two-silences",
        "crash-at-the-very-end",
        "root-that-becomes-a-worse-one",
        "forwarder-restart-with-a-faulty-engine",
        "crash-amid-a-switchover",
        "crash-in-a-snapshot",
        "claim-before-the-backlog",
        "topology-changes-told-on-for-long",
        "learned-addresses-at-which-an-engine-fails",
        "links-at-which-an-engine-fails",
        "ports-closed-before-a-takeover",
        "switchover-that-a-new-forwarder-overtakes"
      })
  void what_was_wrong_once_stays_right(String name) {
    assertThat(Twin.run(Worlds.resource(name), true, Tampering.NONE).problems()).isEmpty();
  }
}
