package dev.understudy.protocols.stp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.wire.bpdu.Bpdu;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Legacy operation: by configuration, and beside a neighbour that knows nothing else. */
class LegacyTest {
  @Test
  void a_legacy_bridge_that_starts_waits_for_max_age_and_a_forward_delay() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 mode stp = a
            bridge 2 0x222 mode stp = a
            run 19900ms
            check 1 = designated:a/discarding
            check 2 = root:a/discarding
            run 200ms
            check 1 = designated:a/learning
            check 2 = root:a/learning
            run 14s
            check 1 = designated:a/learning
            run 1s
            check 1 = designated:a
            check 2 = root:a
            """);
    network.checkTree();
    assertThat(network.port("1.a").sentSince(0)).allMatch(bpdu -> bpdu instanceof Bpdu.Config);
    assertThat(network.seen("1.a").legacy()).isTrue();
  }

  @Test
  void a_blocked_port_in_a_legacy_ring_opens_after_two_forward_delays() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 mode stp forward-delay 5 max-age 8 = a c
            bridge 2 0x222 mode stp = a b
            bridge 3 0x333 mode stp = b c
            run 40s
            check 3 = alternate:b root:c
            cut c
            run 100ms
            check 3 = root:b/discarding disabled:c
            run 5s
            check 3 = root:b/learning disabled:c
            run 5s
            check 3 = root:b disabled:c
            """);
    network.checkTree();
  }

  @Test
  void the_roots_timers_hold_for_all_bridges() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 mode stp forward-delay 4 max-age 6 hello 1 = a
            bridge 2 0x222 mode stp = a b
            bridge 3 0x333 mode stp = b
            run 30s
            """);
    StpView far = network.bridge("3").view();
    assertThat(far.forwardDelaySeconds()).isEqualTo(4);
    assertThat(far.maxAgeSeconds()).isEqualTo(6);
    Bpdu.Config relayed = (Bpdu.Config) network.port("2.b").sentSince(0).getLast();
    assertThat(relayed.times().messageAgeSeconds()).isEqualTo(1);
  }

  @Test
  void a_port_speaks_the_language_of_its_neighbour_and_only_that_port() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 = a b
            bridge 2 0x222 mode stp = a
            bridge 3 0x333 = b
            run 60s
            check 1 = designated:a designated:b
            check 2 = root:a
            check 3 = root:b
            """);
    assertThat(network.seen("1.b").legacy()).isFalse();
    assertThat(network.port("2.a").sentSince(0)).allMatch(bpdu -> !(bpdu instanceof Bpdu.Rst));
  }

  @Test
  void a_root_port_towards_a_legacy_root_becomes_legacy_and_rapid_again_with_its_neighbour() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 mode stp = a
            bridge 2 0x222 = a b
            bridge 3 0x333 = b
            run 60s
            check 2 = root:a designated:b
            """);
    assertThat(network.seen("2.a").legacy()).isTrue();
    assertThat(network.seen("2.b").legacy()).isFalse();
    network.then("set 1 mode rstp\nrun 10s");
    assertThat(network.seen("2.a").legacy()).isFalse();
    network.then(
        """
        check 1 = designated:a
        check 2 = root:a designated:b
        check 3 = root:b
        """);
  }

  @Test
  void a_rapid_port_waits_three_seconds_before_it_changes_its_language() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 mode stp = a
            bridge 2 0x222 = a
            run 2900ms
            """);
    assertThat(network.seen("2.a").legacy()).isFalse();
    network.then("run 3s");
    assertThat(network.seen("2.a").legacy()).isTrue();
  }

  @Test
  void a_legacy_topology_change_is_notified_to_the_root_and_acknowledged() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 mode stp = a
            bridge 2 0x222 mode stp = a b
            bridge 3 0x333 mode stp = b c d
            bridge 4 0x444 mode stp = c
            run 100s
            """);
    long before = network.now();
    int flushes = network.port("1.a").flushes;
    network.then("cut 4.c\nrun 1s\njoin 4.c\nrun 45s");
    assertThat(network.port("3.b").sentSince(before)).anyMatch(b -> b instanceof Bpdu.Tcn);
    assertThat(network.port("2.a").sentSince(before)).anyMatch(b -> b instanceof Bpdu.Tcn);
    List<Bpdu> toThree = network.port("2.b").sentSince(before);
    assertThat(toThree)
        .anyMatch(b -> b instanceof Bpdu.Config config && config.flags().topologyChangeAck());
    assertThat(network.port("1.a").sentSince(before))
        .anyMatch(b -> b instanceof Bpdu.Config config && config.flags().topologyChange());
    assertThat(network.port("1.a").flushes).as("nothing behind but the change").isEqualTo(flushes);
    network.then("run 60s");
    assertThat(network.port("3.b").sentSince(network.now() - 30_000_000_000L))
        .as("acknowledged, so not repeated for ever")
        .isEmpty();
    assertThat(((Bpdu.Config) network.port("1.a").sentSince(0).getLast()).flags().topologyChange())
        .isFalse();
  }

  @Test
  void legacy_root_ports_on_one_lan_do_not_answer_each_others_notifications() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 mode stp = s
            bridge 2 0x222 mode stp = s x
            bridge 3 0x333 mode stp = s y
            run 200s
            """);
    long quiet = network.now();
    network.then("run 60s");
    assertThat(network.port("2.s").sentSince(quiet)).isEmpty();
    assertThat(network.port("3.s").sentSince(quiet)).isEmpty();
  }

  @Test
  void proposals_are_not_answered_where_stp_is_configured() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 2 0x222 mode stp = a b:no-auto-edge
            run 60s
            check 2 = designated:a designated:b
            """);
    Bpdu.Rst proposal = Bpdus.proposal(0x111, 1);
    network.inject("2.a", proposal);
    network.then("run 100ms\ncheck 2 = root:a designated:b");
    assertThat(network.port("2.a").sentSince(0)).allMatch(bpdu -> !(bpdu instanceof Bpdu.Rst));
  }
}
