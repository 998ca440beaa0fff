package dev.understudy.forwarder.kernel;

import static dev.understudy.forwarder.soft.TestFrames.forwarding;
import static dev.understudy.forwarder.soft.TestFrames.state;
import static dev.understudy.forwarder.soft.TestFrames.staticMac;
import static dev.understudy.forwarder.soft.TestFrames.takeBpdus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.understudy.border.DataPlaneListener;
import dev.understudy.edge.CannotStart;
import dev.understudy.forwarder.dataplane.Lab;
import dev.understudy.forwarder.dataplane.SoftDataPlane;
import dev.understudy.linux.FrameBatch;
import dev.understudy.linux.FrameSize;
import dev.understudy.linux.Links;
import dev.understudy.linux.PacketOptions;
import dev.understudy.linux.PacketSocket;
import dev.understudy.linux.SendTally;
import dev.understudy.linux.SendVector;
import dev.understudy.schema.FlushLearned;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortState;
import dev.understudy.schema.SendFrame;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetPortState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's bridge with the kernel's own hosts at its ports: root only. */
@SuppressWarnings("NullAway.Init") // setUp
final class KernelDataPlaneTest {
  private static final long PATIENCE_NANOS = 20_000_000_000L;
  private static final String BRIDGE = "br-test";

  @TempDir Path directory;
  private Lab lab;
  private Heard heard;
  private KernelDataPlane plane;

  /** What the judgement was told. */
  private static final class Heard implements DataPlaneListener {
    final List<ByteString> frames = new ArrayList<>();
    final Map<Integer, LinkInput> links = new HashMap<>();
    int learned;

    @Override
    public void frame(int port, ByteString frame, String trafficClass) {
      frames.add(frame);
    }

    @Override
    public void link(LinkInput link) {
      links.put(link.getPort(), link);
    }

    @Override
    public void learnedAvailable() {
      learned++;
    }

    boolean isUp(int port) {
      return links.getOrDefault(port, LinkInput.getDefaultInstance()).getUp();
    }
  }

  @BeforeEach
  void setUp() {
    lab = new Lab(2);
    start(7);
  }

  private void start(long incarnation) {
    heard = new Heard();
    plane = new KernelDataPlane(new KernelDataPlane.Options(BRIDGE, directory, incarnation));
  }

  @AfterEach
  void tearDown() {
    plane.close();
    KernelDataPlane.removeBridge(directory);
    lab.close();
  }

  private static Output port(int number) {
    return Output.newBuilder()
        .setSetPort(
            SetPort.newBuilder()
                .setPort(number)
                .setName("p" + number)
                .setBridgePort(number)
                .setInterface("p" + number)
                .setAdminUp(true)
                .setAccessVlan(1))
        .build();
  }

  private void set(Output... outputs) {
    for (Output output : outputs) {
      assertThat(plane.carryOut(output)).as("%s", output).isEmpty();
    }
  }

  private void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for: %s", what).isLessThan(deadline);
      plane.awaitControl(20_000_000);
      plane.drainControl(heard);
    }
  }

  private void bothPortsUp() {
    set(port(1), port(2));
    until("links", () -> heard.isUp(1) && heard.isUp(2));
  }

  private PortState stateOf(int bridgePort) {
    return plane.portStates().stream()
        .filter(each -> each.getBridgePort() == bridgePort)
        .map(SetPortState::getState)
        .findFirst()
        .orElseThrow();
  }

  private boolean pingAnswers() {
    return lab.in(
        1,
        () ->
            new ProcessBuilder("ping", "-n", "-c", "2", "-i", "0.2", "-W", "1", "10.0.0.2")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor()
                == 0);
  }

  @Test
  void hosts_reach_each_other_through_ports_that_were_opened_and_through_no_others() {
    bothPortsUp();
    assertThat(stateOf(1)).isEqualTo(PortState.PORT_STATE_DISCARDING);
    assertThat(pingAnswers()).isFalse();
    set(forwarding(1), state(2, 0, PortState.PORT_STATE_LEARNING));
    assertThat(pingAnswers()).isFalse();
    assertThat(stateOf(2)).isEqualTo(PortState.PORT_STATE_LEARNING);
    set(forwarding(2));
    awaitQuietly(this::pingAnswers); // A host that asked in vain waits before it asks again.
    until("addresses", () -> heard.learned > 0 && plane.learnedCount() >= 2);
    LearnedInput dump = plane.learnedAfter(0, 0);
    assertThat(dump.getDumpBegin()).isTrue();
    assertThat(dump.getDumpEnd()).isTrue();
    assertThat(dump.getChangesList()).hasSize((int) plane.learnedCount());
    set(Output.newBuilder().setFlushLearned(FlushLearned.getDefaultInstance()).build());
    until("all forgotten", () -> plane.learnedCount() == 0);
    LearnedInput changes = plane.learnedAfter(7, dump.getSequence());
    assertThat(changes.getDumpBegin()).isFalse();
    assertThat(changes.getChangesList()).allMatch(change -> change.getBridgePort() == 0);
    set(state(1, 0, PortState.PORT_STATE_DISCARDING));
    assertThat(pingAnswers()).isFalse();
  }

  @Test
  void a_port_whose_link_was_lost_stays_closed_until_it_is_opened_again() {
    bothPortsUp();
    set(forwarding(1), forwarding(2), staticMac(1, 0x0200_0000_00AAL, 1));
    lab.ip(1, "link set eth0 down");
    until("link down", () -> !heard.isUp(1));
    assertThat(stateOf(1)).isEqualTo(PortState.PORT_STATE_DISCARDING);
    assertThat(plane.carryOut(forwarding(1))).isPresent();
    lab.ip(1, "link set eth0 up");
    until("link up", () -> heard.isUp(1));
    assertThat(Objects.requireNonNull(heard.links.get(1)).getDownCount()).isPositive();
    assertThat(stateOf(1)).isEqualTo(PortState.PORT_STATE_DISCARDING);
    assertThat(pingAnswers()).isFalse();
    set(forwarding(1));
    awaitQuietly(this::pingAnswers);
  }

  @Test
  void a_new_forwarder_takes_ports_over_as_they_are_and_no_frame_is_lost() {
    bothPortsUp();
    set(forwarding(1), forwarding(2));
    awaitQuietly(this::pingAnswers);
    FutureTask<String> pings =
        lab.start(1, () -> lab.at(1, "ping -n -q -c 400 -i 0.01 -W 1 10.0.0.2"));
    for (int incarnation = 8; incarnation < 11; incarnation++) {
      plane.close();
      start(incarnation);
      bothPortsUp();
      assertThat(stateOf(1)).isEqualTo(PortState.PORT_STATE_FORWARDING);
      set(forwarding(1), forwarding(2));
    }
    assertThat(Lab.result(pings)).contains("400 received");
  }

  @Test
  void a_port_whose_link_was_lost_while_no_forwarder_ran_is_closed_first() {
    bothPortsUp();
    set(forwarding(1), forwarding(2));
    plane.close();
    lab.ip(1, "link set eth0 down");
    awaitQuietly(() -> lab.ip("link show p1").contains("NO-CARRIER"));
    lab.ip(1, "link set eth0 up");
    awaitQuietly(() -> !lab.ip("link show p1").contains("NO-CARRIER"));
    start(8);
    bothPortsUp();
    assertThat(stateOf(1)).isEqualTo(PortState.PORT_STATE_DISCARDING);
    assertThat(stateOf(2)).isEqualTo(PortState.PORT_STATE_FORWARDING);
    assertThat(Objects.requireNonNull(heard.links.get(1)).getDownCount()).isPositive();
  }

  private static void awaitQuietly(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
    }
  }

  @Test
  void bpdus_reach_the_judgement_and_leave_by_one_port_and_nobody_floods_them() {
    bothPortsUp();
    set(takeBpdus(), forwarding(1), forwarding(2));
    byte[] bpdu = new byte[60];
    byte[] head = {0x01, (byte) 0x80, (byte) 0xC2, 0, 0, 0, 2, 0, 0, 0, 0, 9, 0, 39, 0x42, 0x42, 3};
    System.arraycopy(head, 0, bpdu, 0, head.length);
    set(
        Output.newBuilder()
            .setSendFrame(SendFrame.newBuilder().setPort(1).setFrame(ByteString.copyFrom(bpdu)))
            .build());
    assertThat(heard.frames).isEmpty();
    lab.in(
        1,
        () -> {
          sendFrom(bpdu);
          return null;
        });
    until("a BPDU", () -> !heard.frames.isEmpty());
    awaitQuietly(this::pingAnswers);
    plane.drainControl(heard);
    assertThat(heard.frames).hasSize(1);
    assertThat(heard.frames.getFirst()).isEqualTo(ByteString.copyFrom(bpdu));
  }

  private static void sendFrom(byte[] frame) {
    try (Links links = Links.open();
        PacketSocket socket =
            PacketSocket.open(links.link("eth0").orElseThrow().index(), PacketOptions.standard())) {
      FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 1);
      batch.append(frame);
      SendVector vector = SendVector.of(1);
      vector.add(batch, 0);
      vector.flush(socket, new SendTally());
    }
  }

  @Test
  void what_somebody_changed_behind_our_back_is_seen_and_repaired() {
    bothPortsUp();
    set(forwarding(1));
    lab.ip("link set p2 type bridge_slave learning on flood on");
    lab.ip(
        "link set p1 type bridge_slave locked on learning off flood off mcast_flood off bcast_flood off");
    assertThat(stateOf(1)).isEqualTo(PortState.PORT_STATE_DISCARDING);
    assertThat(stateOf(2)).isEqualTo(PortState.PORT_STATE_FORWARDING);
    plane.audit();
    assertThat(stateOf(1)).isEqualTo(PortState.PORT_STATE_FORWARDING);
    assertThat(stateOf(2)).isEqualTo(PortState.PORT_STATE_DISCARDING);
    assertThat(plane.counters())
        .anyMatch(counter ->
            counter.getName().equals("kernel-port-states-repaired") && counter.getValue() == 2);
  }

  @Test
  void what_is_not_ours_is_left_alone() {
    lab.ip("link add br-other type bridge");
    assertThatThrownBy(() ->
            new KernelDataPlane(new KernelDataPlane.Options("br-other", directory, 1)).close())
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining("br-other is there and wasn't made for this switch");
    lab.ip("link set p1 master br-other");
    lab.ip("addr add 10.9.9.9/24 dev p2");
    assertThat(plane.carryOut(port(1)).orElseThrow()).contains("port of another bridge");
    assertThat(plane.carryOut(port(2)).orElseThrow()).contains("has IP addresses");
    assertThat(lab.ip("link show p1")).contains("master br-other");
  }

  @Test
  void an_interface_that_is_no_port_any_more_is_as_it_was() {
    lab.ip("link set p1 up");
    set(port(1));
    assertThat(lab.ip("link show p1")).contains("master " + BRIDGE);
    plane.close();
    KernelDataPlane.removeBridge(directory);
    SoftDataPlane.putBackInterfaces(directory);
    assertThat(lab.ip("link show p1"))
        .doesNotContain("master")
        .doesNotContain("NOARP")
        .contains("UP");
    assertThat(lab.ip("link")).doesNotContain(BRIDGE);
    start(8);
  }
}
