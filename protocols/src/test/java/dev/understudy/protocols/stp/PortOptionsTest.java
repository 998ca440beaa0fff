package dev.understudy.protocols.stp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.core.Input;
import dev.understudy.schema.CounterRow;
import dev.understudy.schema.PortState;
import dev.understudy.wire.bpdu.BpduFlags;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Edge ports, guards, the transmit hold count, modes. */
class PortOptionsTest {
  @Test
  void an_edge_port_by_configuration_forwards_at_once() {
    TextNetwork network =
        TextNetwork.of("bridge 1 0x111 = a:edge\nrun 1ms\ncheck 1 = designated:a");
    assertThat(network.seen("1.a").edge()).isTrue();
    assertThat(network.bridge("1").failSafe.getPortStatesList()).isEmpty();
  }

  @Test
  void a_port_where_nobody_answers_for_three_seconds_is_an_edge_port() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 = a
            run 2900ms
            check 1 = designated:a/discarding
            run 200ms
            check 1 = designated:a
            """);
    assertThat(network.seen("1.a").edge()).isTrue();
  }

  @Test
  void without_auto_edge_it_waits_for_the_timers() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 = a:no-auto-edge
            run 19900ms
            check 1 = designated:a/discarding
            run 1s
            check 1 = designated:a/learning
            run 2s
            check 1 = designated:a
            """);
    assertThat(network.seen("1.a").edge()).isFalse();
  }

  @Test
  void an_edge_port_that_hears_a_bridge_is_none_any_more_and_belongs_to_the_fail_safe() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 = a:edge b:edge
            bridge 2 0x222 = a:edge b:edge
            run 5s
            check 1 = designated:a designated:b
            check 2 = root:a alternate:b
            """);
    assertThat(network.seen("1.a").edge()).isFalse();
    assertThat(network.seen("2.a").edge()).isFalse();
    assertThat(network.bridge("2").failSafe.getPortStatesList())
        .extracting("bridgePort_")
        .containsExactly(1, 2);
  }

  @Test
  void a_port_made_an_edge_port_while_it_is_up_is_one_at_once() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 = a:no-auto-edge
            run 10s
            check 1 = designated:a/discarding
            set 1.a edge
            run 1ms
            check 1 = designated:a
            """);
    network.then("set 1.a no-edge\nrun 1ms");
    assertThat(network.seen("1.a").edge()).isFalse();
  }

  @Test
  void bpdu_guard_takes_the_port_out_of_service_with_the_first_bpdu() {
    TextNetwork network =
        TextNetwork.of(
            "bridge 1 0x111 = a:edge,guard b\nrun 5s\ncheck 1 = designated:a designated:b");
    network.inject("1.a", Bpdus.proposal(0x1, 1));
    network.then("run 1ms\ncheck 1 = disabled:a designated:b");
    assertThat(network.port("1.a").errDisabled).isTrue();
    assertThat(network.bridge("1").view().rootPort()).as("its BPDU was not believed").isEmpty();
    assertThat(counter(network, "bpdu-guard")).isEqualTo(1);
    network.then("join 1.a\nrun 1ms\ncheck 1 = designated:a designated:b");
  }

  @Test
  void root_guard_blocks_a_port_as_long_as_it_hears_a_better_root() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 = a b:root-guard
            bridge 2 0x222 = a
            bridge 3 0x033 = b
            cut b
            run 5s
            check 1 = designated:a disabled:b
            join b
            run 1s
            check 1 = designated:a alternate:b
            check 2 = root:a
            """);
    assertThat(network.bridge("2").view().rootId()).endsWith("01:11");
    network.then(
        "set 3 priority 61440\nrun 10s\ncheck 1 = designated:a designated:b\ncheck 3 = root:b");
    network.then("set 3 priority 0\nrun 1s\ncheck 1 = designated:a alternate:b");
    network.then("set 1.b no-root-guard\nrun 1s\ncheck 1 = designated:a root:b");
  }

  @Test
  void no_more_than_the_hold_count_of_bpdus_leaves_a_port_in_a_second() {
    for (int hold : new int[] {1, 6, 10}) {
      TextNetwork network =
          TextNetwork.of("bridge 1 0x999 hold " + hold + " = a b:no-auto-edge\nrun 30s");
      long begin = network.now();
      for (int i = 0; i < 200; i++) {
        // A better root each time: a new agreement is due for each.
        network.inject("1.a", Bpdus.proposal(0x900 - i, 1));
        network.then("run 10ms");
      }
      int sent = network.port("1.a").sentSince(begin).size();
      assertThat(sent).as("in two seconds, hold count %d", hold).isBetween(hold + 1, hold + 2);
      List<dev.understudy.wire.bpdu.Bpdu> b = network.port("1.b").sentSince(begin);
      assertThat(b.size()).isBetween(hold + 1, hold + 2);
      network.then("run 1500ms");
      assertThat(network.port("1.b").sentSince(begin).getLast())
          .as("what had to wait is said in the end, as it is then")
          .extracting("rootId")
          .isEqualTo(Bpdus.bridge(0x900 - 199));
    }
  }

  @Test
  void without_a_protocol_every_port_forwards_and_bpdus_are_dropped() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 mode off = a b
            bridge 2 0x222 = a
            run 5s
            """);
    assertThat(network.port("1.a").state).isEqualTo(PortState.PORT_STATE_FORWARDING);
    assertThat(network.port("1.b").state).isEqualTo(PortState.PORT_STATE_FORWARDING);
    assertThat(network.port("1.a").sent).isEmpty();
    assertThat(network.bridge("1").puntRules.getRulesList()).isEmpty();
    assertThat(network.bridge("1").failSafe.getPortStatesList()).isEmpty();
    assertThat(network.bridge("1").view().mode()).isEqualTo("off");
    network.then("cut 1.a\nrun 1s");
    assertThat(network.port("1.a").state).isEqualTo(PortState.PORT_STATE_DISCARDING);
    network.then("join 1.a\nflap 1.b\nrun 1s");
    assertThat(network.port("1.a").state).isEqualTo(PortState.PORT_STATE_FORWARDING);
    assertThat(network.port("1.b").state).isEqualTo(PortState.PORT_STATE_FORWARDING);
    network.then("set 1 mode rstp\nrun 1s\ncheck 1 = designated:a designated:b/discarding");
    assertThat(network.bridge("1").puntRules.getRulesList()).hasSize(1);
    network.then("set 1 mode off\nrun 1s");
    assertThat(network.port("1.b").state).isEqualTo(PortState.PORT_STATE_FORWARDING);
    assertThat(network.bridge("1").puntRules.getRulesList()).isEmpty();
  }

  @Test
  void the_fail_safe_follows_ports_and_hello_time() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 = a b c:edge
            bridge 2 0x222 = a
            run 5s
            """);
    TestBridge bridge = network.bridge("1");
    assertThat(bridge.failSafe.getPortStatesList()).extracting("bridgePort_").containsExactly(1);
    assertThat(bridge.failSafe.getHoldNanos()).isEqualTo(4_000_000_000L);
    network.then("set 1 hello 1\nrun 1ms");
    assertThat(bridge.failSafe.getHoldNanos()).isEqualTo(2_000_000_000L);
    assertThat(bridge.failSafe.getPortStates(0).getState())
        .isEqualTo(PortState.PORT_STATE_DISCARDING);
    network.then("cut 1.a\nrun 1ms");
    assertThat(bridge.failSafe.getPortStatesList()).isEmpty();
  }

  @Test
  void a_port_that_is_removed_leaves_nothing_behind() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 = a b
            bridge 2 0x222 = a b
            run 5s
            check 2 = root:a alternate:b
            """);
    TestBridge two = network.bridge("2");
    network.inject("2.a", Bpdus.designated(0x111, 9, BpduFlags.NONE));
    two.on(new Input.BridgePortRemoved(1));
    assertThat(two.rows())
        .noneMatch(row -> row.contains("bridge_port: 1\n") && !row.startsWith("stp-bridge"));
    network.then("run 100ms\ncheck 2 = root:b");
    assertThat(two.failSafe.getPortStatesList()).extracting("bridgePort_").containsExactly(2);
    two.on(new Input.BridgePortRemoved(1));
  }

  private static long counter(TextNetwork network, String name) {
    return network.bridge("1").image.rows(CounterRow.getDefaultInstance()).stream()
        .filter(row -> row.getKey().getName().equals(name))
        .mapToLong(CounterRow::getValue)
        .sum();
  }
}
