package dev.understudy.forwarder.dataplane;

import static dev.understudy.forwarder.soft.TestFrames.BRIDGE_GROUP;
import static dev.understudy.forwarder.soft.TestFrames.BROADCAST;
import static dev.understudy.forwarder.soft.TestFrames.forwarding;
import static dev.understudy.forwarder.soft.TestFrames.frame;
import static dev.understudy.forwarder.soft.TestFrames.port;
import static dev.understudy.forwarder.soft.TestFrames.state;
import static dev.understudy.forwarder.soft.TestFrames.tagged;
import static dev.understudy.forwarder.soft.TestFrames.takeBpdus;
import static dev.understudy.forwarder.soft.TestFrames.vlans;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortState;
import dev.understudy.schema.RemovePort;
import dev.understudy.schema.SendFrame;
import dev.understudy.schema.SetPort;
import dev.understudy.wire.BigEndian;
import java.lang.management.ManagementFactory;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The soft data plane on UDP ports of the loopback interface; needs no privileges. */
final class UdpDataPlaneTest {
  private static final long A = 0x0200_0000_000AL;
  private static final long B = 0x0200_0000_000BL;

  private final Judgement judgement = new Judgement();
  private final List<UdpPeer> peers = List.of(new UdpPeer(), new UdpPeer(), new UdpPeer());

  @AfterEach
  void close() {
    judgement.close();
    peers.forEach(UdpPeer::close);
  }

  private UdpPeer peer(int port) {
    return peers.get(port - 1);
  }

  private SetPort.Builder udp(int number) {
    return port(number)
        .setUdpListen(peer(number).listen())
        .setUdpPeer(peer(number).peer())
        .setAccessVlan(1);
  }

  private static Output output(SetPort.Builder port) {
    return Output.newBuilder().setSetPort(port).build();
  }

  private static Output send(int port, byte[] frame, boolean obeyPortState) {
    return Output.newBuilder()
        .setSendFrame(
            SendFrame.newBuilder()
                .setPort(port)
                .setFrame(ByteString.copyFrom(frame))
                .setObeyPortState(obeyPortState))
        .build();
  }

  private void threeOpenPorts() {
    for (int number = 1; number <= 3; number++) {
      judgement.set(output(udp(number)), forwarding(number));
    }
  }

  private static String hex(byte[] octets) {
    return HexFormat.of().formatHex(octets);
  }

  @Test
  void frames_are_flooded_and_then_forwarded_to_where_the_address_was_learned() {
    threeOpenPorts();
    byte[] first = frame(B, A, 1);
    peer(1).send(first);
    assertThat(peer(2).receiveHex()).isEqualTo(hex(first));
    assertThat(peer(3).receiveHex()).isEqualTo(hex(first));
    byte[] answer = frame(A, B, 2);
    peer(2).send(answer);
    assertThat(peer(1).receiveHex()).isEqualTo(hex(answer));
    byte[] broadcast = frame(BROADCAST, B, 3);
    peer(2).send(broadcast);
    assertThat(peer(3).receiveHex()).as("and not the answer before it").isEqualTo(hex(broadcast));
    judgement.until("addresses told", () -> judgement.learnedTold > 0);
    LearnedInput learned = judgement.plane.learnedAfter(7, 0);
    assertThat(learned.getChangesList())
        .extracting(change -> change.getBridgePort())
        .containsExactly(1, 2);
    assertThat(judgement.plane.learnedCount()).isEqualTo(2);
  }

  @Test
  void tags_are_pushed_and_popped() {
    judgement.set(
        vlans(1, 10, 20),
        output(udp(1).setAccessVlan(10)),
        output(udp(2).setAccessVlan(0).addTrunkVlans(10).addTrunkVlans(20).setNativeVlan(20)),
        output(udp(3).setAccessVlan(20)),
        forwarding(1),
        forwarding(2),
        forwarding(3));
    byte[] plain = frame(BROADCAST, A, 1);
    peer(1).send(plain);
    assertThat(peer(2).receiveHex()).isEqualTo(hex(tagged(plain, 10)));
    byte[] prioritized = tagged(frame(BROADCAST, B, 2), 0xE000 | 10);
    peer(2).send(prioritized);
    assertThat(peer(1).receiveHex()).isEqualTo(hex(frame(BROADCAST, B, 2)));
    byte[] priorityTagged = tagged(frame(BROADCAST, B, 3), 0xE000);
    peer(2).send(priorityTagged);
    assertThat(peer(3).receiveHex()).isEqualTo(hex(frame(BROADCAST, B, 3)));
  }

  @Test
  void a_write_is_effective_when_it_returns() {
    threeOpenPorts();
    for (int round = 0; round < 50; round++) {
      judgement.set(state(2, 0, PortState.PORT_STATE_DISCARDING));
      byte[] hidden = frame(BROADCAST, A, 2 * round);
      peer(1).send(hidden);
      assertThat(peer(3).receiveHex()).isEqualTo(hex(hidden));
      judgement.set(forwarding(2));
      byte[] seen = frame(BROADCAST, A, 2 * round + 1);
      peer(1).send(seen);
      assertThat(peer(2).receiveHex()).as("round %d", round).isEqualTo(hex(seen));
      assertThat(peer(3).receiveHex()).isEqualTo(hex(seen));
    }
  }

  @Test
  void control_frames_come_to_the_judgement_and_leave_from_there() {
    threeOpenPorts();
    judgement.set(takeBpdus(), state(1, 0, PortState.PORT_STATE_DISCARDING));
    byte[] bpdu = frame(BRIDGE_GROUP, A, 1);
    peer(1).send(bpdu);
    judgement.until("a BPDU", () -> !judgement.frames.isEmpty());
    assertThat(judgement.frames)
        .containsExactly(new Judgement.Control(1, ByteString.copyFrom(bpdu), "stp"));
    assertThat(judgement.plane.carryOut(send(1, bpdu, false))).isEmpty();
    assertThat(peer(1).receiveHex()).isEqualTo(hex(bpdu));
    assertThat(judgement.plane.carryOut(send(1, bpdu, true))).hasValue("port 1 doesn't forward");
    assertThat(judgement.plane.carryOut(send(9, bpdu, false))).hasValue("no port 9");
    assertThat(judgement.counter("rx-control-frames", 1)).isEqualTo(1);
    assertThat(judgement.counter("tx-control-frames", 1)).isEqualTo(1);
  }

  @Test
  void a_flood_of_control_frames_is_policed_and_counted() {
    threeOpenPorts();
    judgement.set(takeBpdus());
    int sent = 500;
    for (int i = 0; i < sent; i++) {
      peer(1).send(frame(BRIDGE_GROUP, A, i));
    }
    judgement.until("all of them", () -> judgement.counter("rx-frames", 1) == sent);
    judgement.plane.drainControl(judgement);
    long policed = judgement.counter("drop-control-policed", 1);
    assertThat(judgement.frames).hasSize((int) (sent - policed)).hasSizeGreaterThanOrEqualTo(64);
    assertThat(policed).isPositive();
  }

  @Test
  void a_pulled_cable_closes_the_port_and_says_so() {
    threeOpenPorts();
    judgement.until("links up", () -> judgement.isUp(1) && judgement.isUp(2));
    peer(1).send(frame(BROADCAST, A, 1));
    assertThat(peer(2).receive()).isNotEmpty();
    assertThat(peer(3).receive()).isNotEmpty();
    judgement.plane.cable(1, false);
    assertThat(judgement.plane.learnedCount()).as("at once").isZero();
    judgement.plane.cable(1, true);
    judgement.plane.drainControl(judgement);
    assertThat(judgement.links.subList(judgement.links.size() - 2, judgement.links.size()))
        .extracting(link -> link.getUp() + " " + link.getDownCount())
        .containsExactly("false 1", "true 1");
    peer(1).send(frame(BROADCAST, A, 2));
    judgement.until("the drop", () -> judgement.counter("drop-port-discarding", 1) == 1);
    judgement.set(forwarding(1));
    byte[] seen = frame(BROADCAST, A, 3);
    peer(1).send(seen);
    assertThat(peer(2).receiveHex()).isEqualTo(hex(seen));
  }

  @Test
  void an_administratively_closed_port_is_down_and_comes_back_discarding() {
    threeOpenPorts();
    judgement.set(output(udp(1).setAdminUp(false)));
    assertThat(judgement.isUp(1)).isFalse();
    assertThat(judgement.downCount(1)).isEqualTo(1);
    judgement.set(output(udp(1)));
    assertThat(judgement.isUp(1)).isTrue();
    assertThat(judgement.plane.portStates().get(0).getState())
        .isEqualTo(PortState.PORT_STATE_DISCARDING);
  }

  @Test
  void a_port_that_cannot_be_attached_is_there_and_says_why() {
    judgement.set(output(udp(1)));
    Output taken = output(udp(2).setUdpListen(peer(1).listen()));
    assertThat(judgement.plane.carryOut(taken)).get().asString().contains("EADDRINUSE");
    judgement.plane.drainControl(judgement);
    assertThat(judgement.linkOf(2).getPresent()).isFalse();
    assertThat(judgement.linkOf(2).getError()).contains("EADDRINUSE");
    assertThat(judgement.plane.ports()).hasSize(2);
    assertThat(judgement.plane.carryOut(output(udp(3).setUdpListen("nowhere:1"))))
        .get()
        .asString()
        .contains("address and port expected");
    assertThat(judgement.plane.carryOut(output(port(3)))).isPresent();
    judgement.set(Output.newBuilder().setRemovePort(RemovePort.newBuilder().setPort(1)).build());
    assertThat(judgement.plane.carryOut(taken)).as("free now").isEmpty();
  }

  @Test
  void a_port_can_move_to_another_address() {
    threeOpenPorts();
    judgement.set(
        output(udp(2).setUdpListen(peer(2).listen().replaceFirst("^127.0.0.1", "127.0.0.2"))));
    assertThat(judgement.plane.portStates().get(1).getState())
        .as("closed by the move")
        .isEqualTo(PortState.PORT_STATE_DISCARDING);
    judgement.set(forwarding(2));
    byte[] seen = frame(BROADCAST, A, 1);
    peer(1).send(seen);
    // From 127.0.0.2, which the peer doesn't mind.
    assertThat(peer(2).receiveHex()).isEqualTo(hex(seen));
    assertThat(judgement.downCount(2)).isEqualTo(1);
  }

  @Test
  void nobody_at_the_other_end_is_a_counter_and_no_link_event() {
    threeOpenPorts();
    peer(2).close();
    for (int i = 0; i < 200; i++) {
      byte[] seen = frame(BROADCAST, A, i);
      peer(1).send(seen);
      assertThat(peer(3).receiveHex()).isEqualTo(hex(seen));
    }
    assertThat(judgement.isUp(2)).isTrue();
    judgement.plane.drainControl(judgement);
    assertThat(judgement.downCount(2)).isZero();
  }

  @Test
  void frames_too_long_for_the_buffers_are_dropped_and_counted() {
    threeOpenPorts();
    byte[] tooLong = new byte[3_000];
    System.arraycopy(frame(BROADCAST, A, 1), 0, tooLong, 0, 60);
    peer(1).send(tooLong);
    judgement.until("the drop", () -> judgement.counter("drop-truncated", 1) == 1);
    peer(1).send(new byte[5]);
    judgement.until("the drop", () -> judgement.counter("drop-too-short", 1) == 1);
  }

  @Test
  void ten_thousand_frames_go_through_in_order() {
    threeOpenPorts();
    peer(2).send(frame(BROADCAST, B, 0));
    assertThat(peer(1).receive()).isNotEmpty();
    int window = 50;
    for (int number = 0; number < 10_000; number += window) {
      for (int i = 0; i < window; i++) {
        peer(1).send(frame(B, A, number + i));
      }
      for (int i = 0; i < window; i++) {
        assertThat(BigEndian.u32(peer(2).receive(), 14)).isEqualTo(number + i);
      }
    }
    assertThat(judgement.counter("tx-frames", 2)).isEqualTo(10_000);
    assertThat(judgement.counter("tx-octets", 2)).isEqualTo(600_000);
  }

  /** Each frame follows at once upon the one before it, so there would be a round for each. */
  @Test
  void rounds_for_few_frames_in_quick_succession_are_apart() {
    threeOpenPorts();
    peer(2).send(frame(BROADCAST, B, 0));
    assertThat(peer(1).receive()).isNotEmpty();
    int frames = 2_000;
    long begun = System.nanoTime();
    for (int i = 0; i < frames; i++) {
      peer(1).send(frame(B, A, i));
      assertThat(peer(2).receive()).isNotEmpty();
    }
    assertThat(System.nanoTime() - begun)
        .isGreaterThanOrEqualTo((frames - 1) * DataThread.GATHER_NANOS);
  }

  @Test
  void frames_that_are_gathered_and_frames_of_commands_between_them_come_once_each() {
    threeOpenPorts();
    peer(2).send(frame(BROADCAST, B, 0));
    assertThat(peer(1).receive()).isNotEmpty();
    for (int i = 0; i < 200; i++) {
      peer(1).send(frame(B, A, i));
      judgement.set(send(2, frame(BRIDGE_GROUP, A, i), false));
      int number = i;
      assertThat(List.of(peer(2).receiveHex(), peer(2).receiveHex()))
          .as("each of the two once")
          .containsExactlyInAnyOrder(hex(frame(B, A, number)), hex(frame(BRIDGE_GROUP, A, number)));
    }
  }

  /** The compiler needs some rounds; then a round without an allocation has to come. */
  @Test
  void the_forwarding_thread_allocates_nothing_for_a_frame() {
    threeOpenPorts();
    peer(2).send(frame(BROADCAST, B, 0));
    assertThat(peer(1).receive()).isNotEmpty();
    assertThat(peer(3).receive()).isNotEmpty();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = judgement.plane.threadId();
    byte[] plain = frame(B, A, 1);
    byte[] priorityTagged = tagged(plain, 0xE000);
    int frames = 2_000;
    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < 100 && allocated > frames / 10; round++) {
      long before = threads.getThreadAllocatedBytes(id);
      for (int i = 0; i < frames / 2; i++) {
        peer(1).send(plain);
        peer(1).send(priorityTagged);
        assertThat(peer(2).receive()).hasSize(60);
        assertThat(peer(2).receive()).hasSize(60);
      }
      allocated = threads.getThreadAllocatedBytes(id) - before;
    }
    assertThat(allocated).as("octets for %d frames", frames).isLessThanOrEqualTo(frames / 10);
  }

  @Test
  void wakeup_ends_the_wait() throws InterruptedException {
    Thread waker = Thread.ofPlatform().start(judgement.plane::wakeup);
    judgement.plane.awaitControl(Long.MAX_VALUE);
    waker.join();
    judgement.plane.drainControl(judgement);
    long start = System.nanoTime();
    judgement.plane.awaitControl(1_000_000);
    assertThat(System.nanoTime() - start).as("drained: waits again").isGreaterThan(900_000);
  }

  @Test
  void a_forwarding_thread_that_ended_is_an_answer_and_no_silence() {
    assertThat(
            judgement.plane.attempt(thread -> {
              thread.stop();
              return java.util.Optional.empty();
            }))
        .isEmpty();
    while (judgement.plane.isAlive()) {
      Thread.onSpinWait();
    }
    assertThat(judgement.plane.carryOut(forwarding(1)))
        .hasValue("the forwarding thread doesn't answer");
  }
}
