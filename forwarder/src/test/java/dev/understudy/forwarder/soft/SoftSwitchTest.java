package dev.understudy.forwarder.soft;

import static dev.understudy.forwarder.soft.TestFrames.BRIDGE_GROUP;
import static dev.understudy.forwarder.soft.TestFrames.BROADCAST;
import static dev.understudy.forwarder.soft.TestFrames.access;
import static dev.understudy.forwarder.soft.TestFrames.flush;
import static dev.understudy.forwarder.soft.TestFrames.forwarding;
import static dev.understudy.forwarder.soft.TestFrames.frame;
import static dev.understudy.forwarder.soft.TestFrames.puntRules;
import static dev.understudy.forwarder.soft.TestFrames.rule;
import static dev.understudy.forwarder.soft.TestFrames.state;
import static dev.understudy.forwarder.soft.TestFrames.staticMac;
import static dev.understudy.forwarder.soft.TestFrames.tagged;
import static dev.understudy.forwarder.soft.TestFrames.takeBpdus;
import static dev.understudy.forwarder.soft.TestFrames.trunk;
import static dev.understudy.forwarder.soft.TestFrames.vlans;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.schema.Output;
import dev.understudy.schema.PortState;
import dev.understudy.schema.PuntAction;
import dev.understudy.schema.RemovePort;
import dev.understudy.schema.SendFrame;
import dev.understudy.schema.SetAgeing;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetVlans;
import org.junit.jupiter.api.Test;

final class SoftSwitchTest {
  private static final long A = 0x0200_0000_000AL;
  private static final long B = 0x0200_0000_000BL;
  private static final long C = 0x0200_0000_000CL;
  private static final long PVST = 0x0100_0CCC_CCCDL;
  private static final long SECOND = 1_000_000_000L;

  private static SwitchUnderTest threePorts() {
    return new SwitchUnderTest().set(access(1, 1), access(2, 1), access(3, 1)).open(1, 2, 3);
  }

  @Test
  void an_unknown_destination_is_flooded_and_a_learned_one_is_not() {
    SwitchUnderTest sw = threePorts();
    assertThat(sw.receive(1, frame(B, A, 1)).sentTo()).containsExactly(2, 3);
    assertThat(sw.receive(2, frame(A, B, 2)).sentTo()).containsExactly(1);
    assertThat(sw.receive(1, frame(B, A, 3)).sentTo()).containsExactly(2);
  }

  @Test
  void a_frame_never_leaves_by_the_port_it_came_in() {
    SwitchUnderTest sw = threePorts();
    sw.receive(1, frame(B, A, 1));
    assertThat(sw.receive(1, frame(A, B, 2)).sent).isEmpty();
    assertThat(sw.counter(PortCounter.DROP_SAME_PORT, 1)).isEqualTo(1);
    assertThat(sw.receive(1, frame(BROADCAST, C, 3)).sentTo()).containsExactly(2, 3);
  }

  @Test
  void octets_leave_as_they_came() {
    byte[] octets = frame(B, A, 4711);
    assertThat(threePorts().receive(1, octets).sent)
        .containsExactly("2 " + SwitchUnderTest.hex(octets), "3 " + SwitchUnderTest.hex(octets));
  }

  @Test
  void a_new_port_discards_until_an_output_opens_it() {
    SwitchUnderTest sw = threePorts().set(access(4, 1));
    assertThat(sw.receive(4, frame(B, A, 1)).sent).isEmpty();
    assertThat(sw.counter(PortCounter.DROP_PORT_DOWN, 4)).isEqualTo(1);
    sw.soft.link(4, true);
    assertThat(sw.receive(4, frame(B, A, 1)).sent).isEmpty();
    assertThat(sw.counter(PortCounter.DROP_PORT_DISCARDING, 4)).isEqualTo(1);
    assertThat(sw.receive(1, frame(BROADCAST, C, 1)).sentTo()).containsExactly(2, 3);
    assertThat(sw.set(forwarding(4)).receive(4, frame(BROADCAST, A, 1)).sentTo())
        .containsExactly(1, 2, 3);
  }

  @Test
  void a_learning_port_learns_and_does_not_forward() {
    SwitchUnderTest sw = threePorts().set(state(1, 0, PortState.PORT_STATE_LEARNING));
    assertThat(sw.receive(1, frame(BROADCAST, A, 1)).sent).isEmpty();
    assertThat(sw.counter(PortCounter.DROP_PORT_LEARNING, 1)).isEqualTo(1);
    assertThat(sw.receive(2, frame(A, B, 1)).sent).isEmpty();
    assertThat(sw.counter(PortCounter.DROP_EGRESS_BLOCKED, 2)).isEqualTo(1);
    assertThat(sw.set(forwarding(1)).receive(2, frame(A, B, 1)).sentTo()).containsExactly(1);
  }

  @Test
  void a_discarding_port_does_not_learn() {
    SwitchUnderTest sw = threePorts().set(state(1, 0, PortState.PORT_STATE_DISCARDING));
    sw.receive(1, frame(BROADCAST, A, 1));
    assertThat(sw.soft.learnedCount()).isZero();
  }

  @Test
  void link_loss_closes_every_tree_and_voids_addresses_and_its_return_opens_nothing() {
    SwitchUnderTest sw = threePorts().set(state(1, 5, PortState.PORT_STATE_FORWARDING));
    sw.receive(1, frame(BROADCAST, A, 1));
    sw.soft.link(1, false);
    assertThat(sw.soft.learnedCount()).isZero();
    sw.soft.link(1, true);
    assertThat(sw.soft.portStates())
        .filteredOn(port -> port.getBridgePort() == 1)
        .extracting(SetPortState::getTree, SetPortState::getState)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(0, PortState.PORT_STATE_DISCARDING),
            org.assertj.core.groups.Tuple.tuple(5, PortState.PORT_STATE_DISCARDING));
    assertThat(sw.receive(2, frame(A, B, 1)).sentTo()).containsExactly(3);
  }

  @Test
  void writing_a_port_again_keeps_it_open() {
    SwitchUnderTest sw = threePorts();
    sw.receive(1, frame(BROADCAST, A, 1));
    sw.set(access(1, 1));
    assertThat(sw.receive(2, frame(A, B, 1)).sentTo()).containsExactly(1);
  }

  @Test
  void a_port_with_another_attachment_is_closed() {
    SwitchUnderTest sw = threePorts();
    sw.receive(1, frame(BROADCAST, A, 1));
    sw.set(
        Output.newBuilder()
            .setSetPort(TestFrames.port(1).setAccessVlan(1).setInterface("eth9"))
            .build());
    assertThat(sw.soft.learnedCount()).isZero();
    assertThat(sw.receive(2, frame(A, B, 1)).sentTo()).containsExactly(3);
  }

  @Test
  void vlans_are_kept_apart_and_tags_are_pushed_and_popped() {
    SwitchUnderTest sw =
        new SwitchUnderTest()
            .set(vlans(1, 10, 20), access(1, 10), access(2, 20), trunk(3, 1, 10, 20))
            .open(1, 2, 3);
    byte[] plain = frame(BROADCAST, A, 1);
    assertThat(sw.receive(1, plain).sent)
        .containsExactly("3 " + SwitchUnderTest.hex(tagged(plain, 10)));
    byte[] prioritized = tagged(plain, 0xE000 | 20);
    assertThat(sw.receive(3, prioritized).sent).containsExactly("2 " + SwitchUnderTest.hex(plain));
    assertThat(sw.receiveStripped(3, plain, 0xE000 | 20).sent)
        .containsExactly("2 " + SwitchUnderTest.hex(plain));
  }

  @Test
  void a_tag_keeps_its_priority_from_trunk_to_trunk() {
    SwitchUnderTest sw =
        new SwitchUnderTest().set(vlans(1, 10), trunk(1, 0, 10), trunk(2, 0, 10)).open(1, 2);
    byte[] octets = tagged(frame(BROADCAST, A, 1), 0xB000 | 10);
    assertThat(sw.receive(1, octets).sent).containsExactly("2 " + SwitchUnderTest.hex(octets));
    assertThat(sw.receiveStripped(1, frame(BROADCAST, A, 1), 0xB000 | 10).sent)
        .containsExactly("2 " + SwitchUnderTest.hex(octets));
  }

  @Test
  void vid_zero_counts_as_untagged_and_keeps_its_priority() {
    SwitchUnderTest sw =
        new SwitchUnderTest().set(vlans(1, 10), access(1, 10), trunk(2, 0, 10)).open(1, 2);
    byte[] plain = frame(BROADCAST, A, 1);
    assertThat(sw.receive(1, tagged(plain, 0xA000)).sent)
        .containsExactly("2 " + SwitchUnderTest.hex(tagged(plain, 0xA000 | 10)));
  }

  @Test
  void a_tag_behind_one_that_the_kernel_took_out_is_payload() {
    SwitchUnderTest sw =
        new SwitchUnderTest().set(vlans(1, 10), trunk(1, 0, 10), access(2, 10)).open(1, 2);
    byte[] inner = tagged(frame(BROADCAST, A, 1), 99);
    assertThat(sw.receiveStripped(1, inner, 10).sent)
        .containsExactly("2 " + SwitchUnderTest.hex(inner));
  }

  @Test
  void ingress_filtering_drops_what_is_not_of_the_port() {
    SwitchUnderTest sw =
        new SwitchUnderTest()
            .set(vlans(1, 10, 20), access(1, 10), trunk(2, 0, 10), access(3, 20))
            .open(1, 2, 3);
    assertThat(sw.receive(1, tagged(frame(BROADCAST, A, 1), 20)).sent).isEmpty();
    assertThat(sw.counter(PortCounter.DROP_VLAN_NOT_MEMBER, 1)).isEqualTo(1);
    assertThat(sw.receive(2, frame(BROADCAST, A, 1)).sent).isEmpty();
    assertThat(sw.counter(PortCounter.DROP_UNTAGGED, 2)).isEqualTo(1);
    assertThat(sw.receive(1, tagged(frame(BROADCAST, A, 1), 30)).sent).isEmpty();
    assertThat(sw.receive(1, tagged(frame(BROADCAST, A, 1), 4095)).sent).isEmpty();
    assertThat(sw.counter(PortCounter.DROP_VLAN_UNKNOWN, 1)).isEqualTo(2);
    assertThat(sw.soft.learnedCount()).isZero();
  }

  @Test
  void the_same_address_may_be_elsewhere_in_another_vlan() {
    SwitchUnderTest sw =
        new SwitchUnderTest()
            .set(vlans(1, 10, 20), access(1, 10), access(2, 20), trunk(3, 0, 10, 20))
            .open(1, 2, 3);
    sw.receive(1, frame(BROADCAST, A, 1));
    sw.receive(2, frame(BROADCAST, A, 1));
    assertThat(sw.receive(3, tagged(frame(A, B, 1), 10)).sentTo()).containsExactly(1);
    assertThat(sw.receive(3, tagged(frame(A, B, 1), 20)).sentTo()).containsExactly(2);
  }

  @Test
  void a_vlan_that_is_gone_takes_its_addresses_along() {
    SwitchUnderTest sw =
        new SwitchUnderTest().set(vlans(1, 10), access(1, 10), access(2, 10)).open(1, 2);
    sw.receive(1, frame(BROADCAST, A, 1));
    sw.set(vlans(1));
    assertThat(sw.soft.learnedCount()).isZero();
    assertThat(sw.receive(1, frame(BROADCAST, A, 1)).sent).isEmpty();
  }

  @Test
  void a_port_that_leaves_a_vlan_forgets_only_that_vlans_addresses() {
    SwitchUnderTest sw =
        new SwitchUnderTest()
            .set(vlans(1, 10, 20), trunk(1, 0, 10, 20), trunk(2, 0, 10))
            .open(1, 2);
    sw.receive(1, tagged(frame(BROADCAST, A, 1), 10));
    sw.receive(1, tagged(frame(BROADCAST, B, 1), 20));
    sw.set(trunk(1, 0, 10));
    sw.follow();
    assertThat(sw.image).containsOnlyKeys(SwitchUnderTest.key(10, A));
  }

  @Test
  void reserved_addresses_are_punted_when_asked_for_and_never_forwarded() {
    SwitchUnderTest sw = threePorts();
    byte[] bpdu = frame(BRIDGE_GROUP, A, 1);
    assertThat(sw.receive(1, bpdu).sent).isEmpty();
    assertThat(sw.counter(PortCounter.DROP_RESERVED_ADDRESS, 1)).isEqualTo(1);
    sw.set(takeBpdus(), state(1, 0, PortState.PORT_STATE_DISCARDING));
    assertThat(sw.receive(1, bpdu).punted).containsExactly("1 stp " + SwitchUnderTest.hex(bpdu));
    assertThat(sw.sent).isEmpty();
    assertThat(sw.receive(1, tagged(bpdu, 0xE000)).punted)
        .as("priority-tagged")
        .containsExactly("1 stp " + SwitchUnderTest.hex(bpdu));
    assertThat(sw.receive(1, tagged(bpdu, 1)).punted).as("tagged").isEmpty();
    for (int last = 1; last < 16; last++) {
      assertThat(sw.receive(2, frame(BRIDGE_GROUP + last, A, 1)).sent).isEmpty();
      assertThat(sw.punted).isEmpty();
    }
    assertThat(sw.receive(2, frame(BRIDGE_GROUP + 16, A, 1)).sentTo()).containsExactly(3);
    sw.set(
        puntRules(
            "stp",
            rule(PuntAction.PUNT_ACTION_COPY, "stp").setDestination(Macs.octets(BRIDGE_GROUP))));
    assertThat(sw.receive(2, bpdu).sent).as("not even by a copying rule").isEmpty();
    assertThat(sw.punted).hasSize(1);
    assertThat(sw.soft.learnedCount()).as("the source of 01:80:c2:00:00:10 alone").isEqualTo(1);
  }

  @Test
  void foreign_spanning_trees_multicast_is_data() {
    assertThat(threePorts().set(takeBpdus()).receive(1, frame(PVST, A, 1)).sentTo())
        .containsExactly(2, 3);
  }

  @Test
  void data_rules_take_or_copy_by_ethertype_and_ip_protocol() {
    SwitchUnderTest sw =
        threePorts()
            .set(
                puntRules("arp", rule(PuntAction.PUNT_ACTION_COPY, "arp").setEtherType(0x0806)),
                puntRules("igmp", rule(PuntAction.PUNT_ACTION_TAKE, "igmp").setIpProtocol(2)));
    byte[] arp = TestFrames.withEtherType(frame(BROADCAST, A, 1), 0x0806);
    assertThat(sw.receive(1, arp).punted).containsExactly("1 arp " + SwitchUnderTest.hex(arp));
    assertThat(sw.sentTo()).containsExactly(2, 3);
    byte[] igmp = TestFrames.withEtherType(frame(0x0100_5E00_0001L, A, 1), 0x0800);
    igmp[14 + 9] = 2;
    assertThat(sw.receive(1, igmp).punted).containsExactly("1 igmp " + SwitchUnderTest.hex(igmp));
    assertThat(sw.sent).isEmpty();
    igmp[14 + 9] = 17;
    assertThat(sw.receive(1, igmp).punted).isEmpty();
    assertThat(sw.sentTo()).containsExactly(2, 3);
    byte[] mld = TestFrames.withEtherType(frame(0x3333_0000_0016L, A, 1), 0x86DD);
    mld[14 + 6] = 0;
    mld[14 + 40] = 58;
    sw.set(puntRules("mld", rule(PuntAction.PUNT_ACTION_TAKE, "mld").setIpProtocol(58)));
    assertThat(sw.receive(1, mld).punted).as("behind a hop-by-hop header").hasSize(1);
    sw.set(state(1, 0, PortState.PORT_STATE_DISCARDING));
    assertThat(sw.receive(1, arp).punted).as("data rules obey the port's state").isEmpty();
  }

  @Test
  void a_policer_lets_a_burst_through_and_then_its_rate() {
    SwitchUnderTest sw =
        threePorts()
            .set(
                puntRules(
                    "stp",
                    rule(PuntAction.PUNT_ACTION_TAKE, "stp")
                        .setDestination(Macs.octets(BRIDGE_GROUP))
                        .setRatePerSecond(10)
                        .setBurst(5)));
    int passed = 0;
    for (int i = 0; i < 20; i++) {
      passed += sw.receive(1, frame(BRIDGE_GROUP, A, i)).punted.size();
    }
    assertThat(passed).isEqualTo(5);
    assertThat(sw.counter(PortCounter.DROP_CONTROL_POLICED, 1)).isEqualTo(15);
    assertThat(sw.receive(2, frame(BRIDGE_GROUP, A, 0)).punted).as("another port").hasSize(1);
    for (int i = 0; i < 100; i++) {
      sw.now += SECOND / 100;
      passed += sw.receive(1, frame(BRIDGE_GROUP, A, i)).punted.size();
    }
    assertThat(passed).isEqualTo(15);
  }

  @Test
  void addresses_age_from_their_last_frame() {
    SwitchUnderTest sw =
        threePorts()
            .set(Output.newBuilder().setSetAgeing(SetAgeing.newBuilder().setSeconds(10)).build());
    sw.receive(1, frame(BROADCAST, A, 1));
    sw.now += 9 * SECOND;
    sw.receive(1, frame(BROADCAST, A, 1));
    sw.now += 9 * SECOND;
    assertThat(sw.receive(2, frame(A, B, 1)).sentTo()).containsExactly(1);
    sw.now += SECOND;
    assertThat(sw.receive(2, frame(A, B, 1)).sentTo()).as("aged, though not swept").hasSize(2);
    sw.now += 10 * SECOND;
    sw.soft.age(sw.now);
    assertThat(sw.soft.learnedCount()).isZero();
    sw.follow();
    assertThat(sw.image).isEmpty();
    assertThat(sw.counter("aged-out-addresses", 0)).isEqualTo(2);
  }

  @Test
  void an_address_that_moves_is_found_at_its_new_port() {
    SwitchUnderTest sw = threePorts();
    sw.receive(1, frame(BROADCAST, A, 1));
    sw.receive(2, frame(BROADCAST, A, 1));
    assertThat(sw.receive(3, frame(A, B, 1)).sentTo()).containsExactly(2);
    assertThat(sw.counter(PortCounter.LEARN_MOVED, 2)).isEqualTo(1);
  }

  @Test
  void limits_hold_for_a_port_and_for_all() {
    SwitchUnderTest sw =
        new SwitchUnderTest(new SwitchLimits(10, 6, 4, 1_024))
            .set(access(1, 1), access(2, 1), access(3, 1))
            .open(1, 2, 3);
    for (int i = 0; i < 8; i++) {
      sw.receive(1, frame(BROADCAST, A + 100 + i, i));
      sw.receive(2, frame(BROADCAST, A + 200 + i, i));
    }
    assertThat(sw.soft.learnedCount()).isEqualTo(10);
    assertThat(sw.counter(PortCounter.LEARN_TABLE_LIMIT, 0)).isEqualTo(6);
    sw.set(flush(2, 0, 0));
    sw.receive(1, frame(BROADCAST, A + 150, 1));
    sw.receive(1, frame(BROADCAST, A + 151, 1));
    assertThat(sw.counter(PortCounter.LEARN_PORT_LIMIT, 1)).isEqualTo(1);
    sw.receive(2, frame(BROADCAST, A + 200, 1));
    sw.receive(1, frame(BROADCAST, A + 200, 1));
    assertThat(sw.receive(3, frame(A + 200, B, 1)).sentTo())
        .as("moved to a full port: forgotten and flooded")
        .containsExactly(1, 2);
  }

  @Test
  void flush_is_by_bridge_port_tree_and_vlan() {
    SwitchUnderTest sw = new SwitchUnderTest();
    sw.set(
            Output.newBuilder()
                .setSetVlans(
                    SetVlans.newBuilder()
                        .addVlans(SetVlans.Vlan.newBuilder().setVid(1).setFid(1))
                        .addVlans(SetVlans.Vlan.newBuilder().setVid(10).setFid(10))
                        .addVlans(SetVlans.Vlan.newBuilder().setVid(20).setFid(20).setTree(2)))
                .build(),
            trunk(1, 1, 10, 20),
            trunk(2, 1, 10, 20))
        .open(1, 2)
        .set(
            state(1, 2, PortState.PORT_STATE_FORWARDING),
            state(2, 2, PortState.PORT_STATE_FORWARDING));
    for (int port = 1; port <= 2; port++) {
      for (int vid : new int[] {1, 10, 20}) {
        sw.receive(port, tagged(frame(BROADCAST, A + 256L * port + vid, 1), vid));
      }
    }
    sw.follow();
    assertThat(sw.image).hasSize(6);
    long before = sw.soft.learnedSequence();
    sw.set(flush(1, 2, 0));
    sw.follow();
    assertThat(sw.image).hasSize(5).doesNotContainKey(SwitchUnderTest.key(20, A + 256 + 20));
    sw.set(flush(2, 0, 10));
    sw.follow();
    assertThat(sw.image).hasSize(4).doesNotContainKey(SwitchUnderTest.key(10, A + 512 + 10));
    sw.set(flush(0, 0, 0));
    sw.follow();
    assertThat(sw.image).containsOnlyKeys(SwitchUnderTest.key(20, A + 512 + 20));
    assertThat(sw.soft.learnedSequence() - before)
        .as("one change for each FID and not for each address")
        .isEqualTo(4);
  }

  @Test
  void static_entries_go_before_learned_ones_and_are_not_learned() {
    SwitchUnderTest sw = threePorts();
    sw.receive(1, frame(BROADCAST, A, 1));
    sw.set(staticMac(1, A, 3));
    assertThat(sw.soft.learnedCount()).isZero();
    assertThat(sw.receive(2, frame(A, B, 1)).sentTo()).containsExactly(3);
    sw.receive(1, frame(BROADCAST, A, 1));
    assertThat(sw.receive(2, frame(A, B, 1)).sentTo()).containsExactly(3);
    assertThat(sw.soft.staticMacs()).hasSize(1);
    sw.set(staticMac(1, A, 0));
    assertThat(sw.receive(2, frame(A, B, 1)).sentTo()).containsExactly(1, 3);
    assertThat(sw.soft.staticMacs()).isEmpty();
  }

  @Test
  void what_cannot_be_is_refused_with_a_reason() {
    SwitchUnderTest sw = threePorts();
    assertThat(sw.soft.carryOut(forwarding(9))).hasValue("no bridge port 9");
    assertThat(sw.soft.carryOut(access(4, 4095))).hasValue("VLAN 4095");
    assertThat(sw.soft.carryOut(state(1, 65, PortState.PORT_STATE_FORWARDING))).hasValue("tree 65");
    assertThat(sw.soft.carryOut(staticMac(1, BROADCAST, 1))).isPresent();
    assertThat(sw.soft.carryOut(puntRules("x", rule(PuntAction.PUNT_ACTION_TAKE, "x"))))
        .hasValue("a punt rule fits every frame");
    assertThat(
            sw.soft.carryOut(
                Output.newBuilder().setSetPort(TestFrames.port(5).setBridgePort(1)).build()))
        .hasValue("bridge port 1 has port 1 already");
    assertThat(sw.soft.carryOut(Output.getDefaultInstance())).isPresent();
  }

  @Test
  void control_frames_out_obey_the_ports_state_when_told_to() {
    SwitchUnderTest sw = threePorts().set(state(1, 0, PortState.PORT_STATE_DISCARDING));
    SendFrame send =
        SendFrame.newBuilder()
            .setPort(1)
            .setFrame(TestFrames.octets(frame(BRIDGE_GROUP, A, 1)))
            .build();
    sw.set(Output.newBuilder().setSendFrame(send).build());
    assertThat(sw.sentTo()).containsExactly(1);
    assertThat(
            sw.soft.carryOut(
                Output.newBuilder().setSendFrame(send.toBuilder().setObeyPortState(true)).build()))
        .hasValue("port 1 doesn't forward");
    sw.soft.link(1, false);
    assertThat(sw.soft.carryOut(Output.newBuilder().setSendFrame(send).build()))
        .hasValue("port 1 is down");
  }

  @Test
  void frames_longer_than_the_port_carries_are_dropped_on_their_way_out() {
    SwitchUnderTest sw =
        new SwitchUnderTest().set(vlans(1, 10), access(1, 10), trunk(2, 0, 10)).open(1, 2);
    sw.soft.mtu(2, 46);
    assertThat(sw.receive(1, frame(BROADCAST, A, 1)).sentTo())
        .as("the tag doesn't count")
        .containsExactly(2);
    sw.soft.mtu(2, 45);
    assertThat(sw.receive(1, frame(BROADCAST, A, 1)).sent).isEmpty();
    assertThat(sw.counter(PortCounter.DROP_TOO_LONG, 2)).isEqualTo(1);
  }

  @Test
  void a_removed_port_is_silent_and_its_counters_stay() {
    SwitchUnderTest sw = threePorts();
    sw.receive(1, frame(BROADCAST, A, 1));
    sw.set(Output.newBuilder().setRemovePort(RemovePort.newBuilder().setPort(1)).build());
    assertThat(sw.receive(1, frame(BROADCAST, A, 1)).sent).isEmpty();
    assertThat(sw.counter("drop-no-port", 0)).isEqualTo(1);
    assertThat(sw.soft.learnedCount()).isZero();
    assertThat(sw.counter(PortCounter.RX_FRAMES, 1)).isEqualTo(1);
    assertThat(sw.counter(PortCounter.RX_FRAMES, 0)).isEqualTo(1);
  }

  @Test
  void a_group_source_and_a_short_frame_are_dropped() {
    SwitchUnderTest sw = threePorts();
    assertThat(sw.receive(1, frame(B, A | 1L << 40, 1)).sent).isEmpty();
    assertThat(sw.counter(PortCounter.DROP_SOURCE_GROUP, 1)).isEqualTo(1);
    assertThat(sw.receive(1, new byte[13]).sent).isEmpty();
    assertThat(sw.receive(1, new byte[0]).sent).isEmpty();
    assertThat(sw.counter(PortCounter.DROP_TOO_SHORT, 1)).isEqualTo(2);
  }
}
