package dev.understudy.protocols.stp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.core.SwitchTime;
import dev.understudy.protocols.stp.TextNetwork.Sent;
import dev.understudy.protocols.stp.TextNetwork.TestPort;
import dev.understudy.schema.PortState;
import dev.understudy.wire.bpdu.Bpdu;
import dev.understudy.wire.bpdu.BpduPortRole;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rapid spanning tree: roles, and how fast they come. */
class RapidTest {
  private static final String RING =
      """
      bridge 1 0x111 = a c
      bridge 2 0x222 = a b
      bridge 3 0x333 = b c
      """;

  @Test
  void two_bridges_agree_who_is_root() {
    TextNetwork.of(
            """
            bridge 1 0x111 = a
            bridge 2 0x222 = a
            run 1s
            check 1 = designated:a
            check 2 = root:a
            """)
        .checkTree();
  }

  @Test
  void a_ring_of_three_blocks_one_port_within_a_tenth_of_a_second() {
    TextNetwork.of(RING)
        .then(
            """
            run 100ms
            check 1 = designated:a designated:c
            check 2 = root:a designated:b
            check 3 = alternate:b root:c
            """)
        .checkTree();
  }

  @Test
  void a_ring_whose_link_is_cut_is_whole_again_within_a_tenth_of_a_second() {
    TextNetwork network =
        TextNetwork.of(RING)
            .then(
                """
                run 20s
                cut c
                run 100ms
                check 1 = designated:a disabled:c
                check 2 = root:a designated:b
                check 3 = root:b disabled:c
                """);
    network.checkTree();
    network.then(
        """
        run 20s
        join c
        run 100ms
        check 3 = alternate:b root:c
        """);
    network.checkTree();
  }

  @Test
  void a_root_that_falls_silent_is_given_up_after_three_hello_times() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 = a c
            bridge 2 0x222 = a b
            bridge 3 0x333 = b c
            run 20s
            stop 1
            run 3900ms
            check 2 = root:a designated:b
            run 2500ms
            check 2 = designated:a designated:b
            check 3 = root:b designated:c/learning
            run 4s
            check 3 = root:b designated:c
            """);
    assertThat(network.bridge("3").view().rootId()).startsWith("32768.00:00:00:00:02:22");
  }

  @Test
  void a_proposal_is_agreed_to_at_once_after_all_other_ports_are_in_step() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 = a
            bridge 2 0x222 = a b c edge:edge
            bridge 3 0x333 = b
            bridge 4 0x444 = c
            run 10s
            mute 4.c
            cut a
            run 1s
            check 2 = disabled:a designated:b designated:c designated:edge
            """);
    long joined = network.now();
    network.then("join a\nrun 2ms");
    List<Bpdu> proposals = network.port("1.a").sentSince(joined);
    assertThat(((Bpdu.Rst) proposals.getFirst()).flags().proposal()).isTrue();
    Bpdu.Rst agreement = (Bpdu.Rst) network.port("2.a").sentSince(joined).getLast();
    assertThat(agreement.flags().role()).isEqualTo(BpduPortRole.ROOT);
    assertThat(agreement.flags().agreement()).isTrue();
    network.then(
        """
        check 1 = designated:a
        check 2 = root:a designated:b designated:c/discarding designated:edge
        check 3 = root:b
        """);
    assertThat(network.port("2.c").stateSinceNanos)
        .as("its neighbour has not agreed to anything since the root was lost: it closed first")
        .isGreaterThan(joined);
    assertThat(network.port("2.b").stateSinceNanos)
        .as("its neighbour has agreed to something worse: it stayed open")
        .isLessThan(joined);
    assertThat(network.port("2.edge").stateSinceNanos)
        .as("there is no bridge behind it: it stayed open")
        .isLessThan(joined);
  }

  @Test
  void hellos_come_exactly_one_hello_time_apart_although_ticks_come_every_20_ms() {
    for (int hello : new int[] {1, 2}) {
      TextNetwork network =
          TextNetwork.of(
              """
              bridge 1 0x111 hello %d = a:edge
              run 5s
              """
                  .formatted(hello));
      List<Sent> before = List.copyOf(network.port("1.a").sent);
      network.then("run 60s");
      List<Sent> sent =
          network.port("1.a").sent.subList(before.size(), network.port("1.a").sent.size());
      assertThat(sent).hasSize(60 / hello);
      for (int i = 1; i < sent.size(); i++) {
        assertThat(sent.get(i).atNanos() - sent.get(i - 1).atNanos())
            .isEqualTo(hello * SwitchTime.NANOS_PER_SECOND);
      }
    }
  }

  @Test
  void a_late_tick_does_not_make_up_for_hellos_that_were_missed() {
    TextNetwork network = TextNetwork.of("bridge 1 0x111 = a:edge\nrun 5s\nstop 1\nrun 11s");
    int before = network.port("1.a").sent.size();
    network.then("start 1\nrun 100ms");
    assertThat(network.port("1.a").sent).hasSize(before + 1);
    network.then("run 4s");
    assertThat(network.port("1.a").sent).hasSize(before + 3);
  }

  @Test
  void a_shared_lan_gives_no_agreement_so_its_port_waits() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 = s:half
            bridge 2 0x222 = s:half
            run 19s
            check 1 = designated:s/discarding
            check 2 = root:s
            run 1500ms
            check 1 = designated:s/learning
            run 2s
            check 1 = designated:s
            """);
    network.checkTree();
  }

  @Test
  void a_point_to_point_link_by_configuration_is_as_good_as_a_full_duplex_one() {
    TextNetwork.of(
            """
            bridge 1 0x111 = s:half,p2p=true
            bridge 2 0x222 = s:half,p2p=true
            run 100ms
            check 1 = designated:s
            check 2 = root:s
            """)
        .checkTree();
    TextNetwork.of(
        """
        bridge 1 0x111 = s:p2p=false
        bridge 2 0x222 = s:p2p=false
        run 1s
        check 1 = designated:s/discarding
        """);
  }

  @Test
  void two_ports_of_one_bridge_on_a_cable_are_designated_and_backup() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 = x@s y@s
            run 60s
            check 1 = designated:x backup:y
            """);
    network.checkTree();
    network.then(
        """
        cut 1.x
        run 10s
        check 1 = disabled:x designated:y
        """);
  }

  @Test
  void a_port_that_hears_itself_never_forwards_until_it_hears_itself_no_more() {
    for (String hello : new String[] {"1", "2", "10"}) {
      TextNetwork network = TextNetwork.of("bridge 1 0x111 hello " + hello + " = a b:edge");
      network.then("reflect 1.a");
      network.then("run 100s");
      assertThat(network.port("1.a").sent).hasSizeGreaterThan(9);
      network.then("check 1 = designated:a/discarding designated:b");
      assertThat(network.openedSince("1.a", 0))
          .as("the port was never forwarding, hello time %s", hello)
          .isFalse();
      network.then("unreflect 1.a");
      network.then("run 45s\ncheck 1 = designated:a designated:b");
    }
  }

  @Test
  void a_forwarding_port_that_begins_to_hear_itself_closes_with_its_next_hello() {
    TextNetwork network = TextNetwork.of("bridge 1 0x111 = a\nrun 10s\ncheck 1 = designated:a");
    network.then("reflect 1.a");
    network.then("run 2100ms\ncheck 1 = designated:a/discarding\nrun 60s");
    network.then("check 1 = designated:a/discarding");
  }

  @Test
  void information_of_a_lost_root_circles_only_until_its_message_age_ends_it() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 = z
            bridge 2 0x222 max-age 6 hello 2 = z a d
            bridge 3 0x333 max-age 6 hello 2 = a b
            bridge 4 0x444 max-age 6 hello 2 = b c
            bridge 5 0x555 max-age 6 hello 2 = c d
            run 20s
            """);
    long cut = network.now();
    network.then("cut z\nrun 40s");
    for (String bridge : List.of("2", "3", "4", "5")) {
      assertThat(network.bridge(bridge).view().rootId()).endsWith("02:22");
    }
    long lastMention = 0;
    for (List<TestPort> lan : network.lans.values()) {
      for (TestPort port : lan) {
        for (Sent sent : port.sent) {
          if (!port.bridge.name.equals("1")
              && sent.bpdu() instanceof Bpdu.Rst rst
              && rst.rootId().address().bits() == 0x111) {
            lastMention = Math.max(lastMention, sent.atNanos());
          }
        }
      }
    }
    assertThat(lastMention - cut).isLessThan(20 * SwitchTime.NANOS_PER_SECOND);
    Oracle.check(network);
    network.checkTree();
  }

  @Test
  void a_bridge_that_is_told_the_wrong_thing_by_a_one_way_link_closes_it() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 = a
            bridge 2 0x222 = a:no-auto-edge
            run 10s
            check 1 = designated:a
            check 2 = root:a
            mute 1.a
            run 30s
            check 2 = designated:a
            """);
    // Bridge 2 hears nobody and believes it is root; its inferior BPDUs say that it is learning.
    assertThat(network.port("1.a").state).isEqualTo(PortState.PORT_STATE_DISCARDING);
    network.then("unmute 1.a\nrun 10s\ncheck 1 = designated:a\ncheck 2 = root:a");
    network.checkTree();
  }

  @Test
  void a_better_path_and_a_better_bridge_take_over() {
    TextNetwork network =
        TextNetwork.of(RING)
            .then(
                """
                run 5s
                set 3.b cost=5
                set 2.a cost=5
                run 5s
                check 3 = root:b alternate:c
                set 3 priority 4096
                run 5s
                check 1 = root:c designated:a
                check 3 = designated:b designated:c
                check 2 = alternate:a root:b
                """);
    assertThat(network.bridge("1").view().rootId()).isEqualTo("4096.00:00:00:00:03:33");
    network.checkTree();
    Oracle.check(network);
  }

  @Test
  void parallel_links_are_chosen_by_the_neighbours_port_priority_then_by_its_number() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 = a b
            bridge 2 0x222 = a b
            run 5s
            check 2 = root:a alternate:b
            set 1.b priority=16
            run 5s
            check 2 = alternate:a root:b
            """);
    network.checkTree();
  }

  @Test
  void cost_follows_the_speed_of_the_link() {
    TextNetwork network =
        TextNetwork.of(
            """
            bridge 1 0x111 = a b
            bridge 2 0x222 = a:speed=100 b:speed=10000 c:speed=0 d:speed=10
            run 5s
            check 2 = alternate:a root:b designated:c designated:d
            """);
    StpView view = network.bridge("2").view();
    assertThat(view.rootPathCost()).isEqualTo(2_000);
    assertThat(network.seen("2.a").cost()).isEqualTo(200_000);
    assertThat(network.seen("2.c").cost()).isEqualTo(20_000);
    assertThat(network.seen("2.d").cost()).isEqualTo(2_000_000);
  }
}
