package dev.understudy.forwarder.dataplane;

import static dev.understudy.forwarder.soft.TestFrames.BRIDGE_GROUP;
import static dev.understudy.forwarder.soft.TestFrames.BROADCAST;
import static dev.understudy.forwarder.soft.TestFrames.forwarding;
import static dev.understudy.forwarder.soft.TestFrames.frame;
import static dev.understudy.forwarder.soft.TestFrames.port;
import static dev.understudy.forwarder.soft.TestFrames.tagged;
import static dev.understudy.forwarder.soft.TestFrames.takeBpdus;
import static dev.understudy.forwarder.soft.TestFrames.vlans;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.linux.FrameBatch;
import dev.understudy.linux.FrameFilter;
import dev.understudy.linux.FrameSize;
import dev.understudy.linux.Link;
import dev.understudy.linux.Links;
import dev.understudy.linux.MacAddress;
import dev.understudy.linux.PacketOptions;
import dev.understudy.linux.PacketSocket;
import dev.understudy.linux.SendTally;
import dev.understudy.linux.SendVector;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortState;
import dev.understudy.schema.SendFrame;
import dev.understudy.schema.SetPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The soft data plane on veth interfaces with the kernel's own hosts at their other ends. */
@SuppressWarnings("NullAway.Init") // setUp
final class VethDataPlaneTest {
  private static final long A = 0x0200_0000_000AL;
  private static final int DATA = 0x88B5;

  private Lab lab;
  private Judgement judgement;

  @BeforeEach
  void setUp() {
    lab = new Lab(3);
    judgement = new Judgement();
  }

  @AfterEach
  void tearDown() {
    judgement.close();
    lab.close();
  }

  private static SetPort.Builder veth(int number) {
    return port(number).setInterface("p" + number).setAccessVlan(1);
  }

  private static Output output(SetPort.Builder port) {
    return Output.newBuilder().setSetPort(port).build();
  }

  private void open(int... numbers) {
    for (int number : numbers) {
      judgement.set(output(veth(number)));
      judgement.until("port " + number + " up", () -> judgement.isUp(number));
      judgement.set(forwarding(number));
    }
  }

  /** A raw socket at a host's end. */
  private final class Wire implements AutoCloseable {
    private final PacketSocket socket;
    private final FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 64);
    private final SendVector vector = SendVector.of(64);
    private final SendTally tally = new SendTally();
    private final List<String> seen = new ArrayList<>();

    Wire(int host, FrameFilter filter) {
      socket =
          lab.in(
              host,
              () -> {
                try (Links links = Links.open()) {
                  Link link = links.link("eth0").orElseThrow();
                  return PacketSocket.open(
                      link.index(), PacketOptions.standard().withFilter(filter));
                }
              });
    }

    void send(byte[]... frames) {
      batch.clear();
      for (byte[] frame : frames) {
        vector.add(batch, batch.append(frame));
      }
      assertThat(vector.flush(socket, tally)).isEqualTo(frames.length);
    }

    /** Frames that came, tags put back. */
    List<String> seen() {
      int count = socket.receive(batch, 64);
      for (int i = 0; i < count; i++) {
        int tag = batch.tag(i);
        byte[] octets = batch.octets(i);
        seen.add(HexFormat.of().formatHex(tag < 0 ? octets : tagged(octets, tag)));
      }
      return seen;
    }

    void until(byte[] frame) {
      String wanted = HexFormat.of().formatHex(frame);
      judgement.until("frame " + wanted, () -> seen().contains(wanted));
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  private static FrameFilter data() {
    return FrameFilter.only(List.of(FrameFilter.Match.etherType(DATA)));
  }

  private static FrameFilter bpdus() {
    return FrameFilter.only(List.of(FrameFilter.Match.destination(new MacAddress(BRIDGE_GROUP))));
  }

  @Test
  void hosts_ping_each_other_over_ipv4_and_ipv6() {
    open(1, 2, 3);
    assertThat(lab.at(1, "ping -c 3 -i 0.05 -W 5 10.0.0.2")).contains(" 0% packet loss");
    assertThat(lab.at(3, "ping -6 -c 3 -i 0.05 -W 5 fd00::1")).contains(" 0% packet loss");
    assertThat(judgement.plane.learnedCount()).isEqualTo(3);
  }

  @Test
  void checksums_that_the_sender_left_to_its_card_are_completed() throws IOException {
    open(1, 2);
    for (String address : List.of("10.0.0.2", "fd00::2")) {
      DatagramSocket server =
          lab.in(2, () -> new DatagramSocket(new InetSocketAddress(address, 5_000)));
      server.setSoTimeout(10_000);
      byte[] payload = new byte[777];
      payload[5] = 42;
      lab.in(
          1,
          () -> {
            try (DatagramSocket client = new DatagramSocket()) {
              client.send(
                  new DatagramPacket(
                      payload, payload.length, InetAddress.getByName(address), 5_000));
            }
            return true;
          });
      DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
      server.receive(packet);
      assertThat(packet.getLength()).isEqualTo(777);
      assertThat(packet.getData()[5]).isEqualTo((byte) 42);
      server.close();
    }
    assertThat(judgement.counter("drop-checksum", 0)).isZero();
  }

  @Test
  void hosts_talk_tcp() {
    open(1, 2);
    ServerSocket server =
        lab.in(2, () -> new ServerSocket(5_000, 1, InetAddress.getByName("10.0.0.2")));
    FutureTask<String> answer =
        lab.start(
            1,
            () -> {
              try (Socket socket = new Socket("10.0.0.2", 5_000)) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream().write("hello".getBytes(UTF_8));
                socket.shutdownOutput();
                return new String(socket.getInputStream().readAllBytes(), UTF_8);
              }
            });
    try (Socket accepted = server.accept()) {
      byte[] question = accepted.getInputStream().readAllBytes();
      accepted.getOutputStream().write(question);
      accepted.getOutputStream().write(" to you".getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(Lab.result(answer)).isEqualTo("hello to you");
  }

  @Test
  void a_lost_carrier_closes_the_port_and_its_return_opens_nothing() {
    open(1, 2);
    lab.at(1, "ping -c 1 -W 5 10.0.0.2");
    assertThat(judgement.plane.learnedCount()).isEqualTo(2);
    lab.ip(1, "link set eth0 down");
    judgement.until("port 1 down", () -> !judgement.isUp(1));
    assertThat(judgement.downCount(1)).isEqualTo(1);
    assertThat(judgement.plane.learnedCount()).isEqualTo(1);
    lab.ip(1, "link set eth0 up");
    judgement.until("port 1 up", () -> judgement.isUp(1));
    assertThat(judgement.downCount(1)).isEqualTo(1);
    assertThat(judgement.plane.portStates().get(0).getState())
        .isEqualTo(PortState.PORT_STATE_DISCARDING);
    judgement.set(forwarding(1));
    assertThat(lab.at(1, "ping -c 1 -W 5 10.0.0.2")).contains(" 0% packet loss");
  }

  @Test
  void an_interface_that_is_made_again_is_bound_again() {
    open(1, 2);
    lab.at(1, "ping -c 1 -W 5 10.0.0.2");
    lab.ip(1, "link del eth0");
    judgement.until("port 1 gone", () -> !judgement.linkOf(1).getPresent());
    assertThat(judgement.linkOf(1).getUp()).isFalse();
    assertThat(judgement.linkOf(1).getError()).contains("p1");
    lab.connect(1);
    judgement.until("port 1 up", () -> judgement.isUp(1));
    assertThat(judgement.downCount(1)).isEqualTo(1);
    judgement.set(forwarding(1));
    assertThat(lab.at(1, "ping -c 1 -W 5 10.0.0.2")).contains(" 0% packet loss");
  }

  @Test
  void an_interface_swapped_between_two_looks_is_a_loss() {
    open(1, 2);
    lab.ip(1, "link del eth0");
    lab.connect(1);
    judgement.until("a loss and up", () -> judgement.downCount(1) == 1 && judgement.isUp(1));
    assertThat(judgement.plane.portStates().get(0).getState())
        .isEqualTo(PortState.PORT_STATE_DISCARDING);
  }

  @Test
  void an_interface_may_come_later() {
    lab.ip(1, "link del eth0");
    assertThat(judgement.plane.carryOut(output(veth(1)))).hasValue("no interface p1");
    judgement.plane.drainControl(judgement);
    assertThat(judgement.linkOf(1).getPresent()).isFalse();
    lab.connect(1);
    judgement.until("port 1 up", () -> judgement.isUp(1));
    assertThat(judgement.linkOf(1).getError()).isEmpty();
  }

  @Test
  void an_interface_with_addresses_is_refused() {
    lab.ip("addr add 192.0.2.1/24 dev p1");
    assertThat(judgement.plane.carryOut(output(veth(1)))).get().asString().contains("192.0.2.1/24");
    lab.ip("addr del 192.0.2.1/24 dev p1");
    assertThat(judgement.plane.carryOut(output(veth(1)))).isEmpty();
    assertThat(judgement.plane.carryOut(output(veth(2).setInterface("p1"))))
        .hasValue("p1 is attached to port 1 already");
  }

  @Test
  void the_hosts_stack_is_silent_on_a_port_and_put_back_on_release() throws IOException {
    Path ipv6 = Path.of("/proc/sys/net/ipv6/conf/p1/disable_ipv6");
    assertThat(Files.readString(ipv6).strip()).isEqualTo("0");
    open(1);
    assertThat(Files.readString(ipv6).strip()).isEqualTo("1");
    assertThat(lab.ip("link show p1")).contains("NOARP");
    judgement.set(
        Output.newBuilder()
            .setRemovePort(dev.understudy.schema.RemovePort.newBuilder().setPort(1))
            .build());
    assertThat(Files.readString(ipv6).strip()).isEqualTo("0");
    assertThat(lab.ip("link show p1")).doesNotContain("NOARP");
  }

  @Test
  void what_a_killed_forwarder_left_switched_off_is_put_back_by_the_next_one(
      @TempDir Path directory) throws IOException {
    Path ipv6 = Path.of("/proc/sys/net/ipv6/conf/p1/disable_ipv6");
    Path remembered = directory.resolve("interfaces");
    byte[] atTheKill;
    try (Judgement killed = new Judgement(Optional.of(remembered))) {
      killed.set(output(veth(1)));
      atTheKill = Files.readAllBytes(remembered);
    }
    assertThat(Files.readString(ipv6).strip()).isEqualTo("0");
    Files.write(remembered, atTheKill);
    Files.writeString(ipv6, "1");
    lab.ip("link set p1 arp off");

    try (Judgement next = new Judgement(Optional.of(remembered))) {
      next.set(output(veth(1)));
      assertThat(Files.readString(ipv6).strip()).isEqualTo("1");
    }
    assertThat(Files.readString(ipv6).strip()).isEqualTo("0");
    assertThat(lab.ip("link show p1")).doesNotContain("NOARP");

    Files.write(remembered, atTheKill);
    Files.writeString(ipv6, "1");
    lab.ip("link set p1 arp off");
    SoftDataPlane.putBackInterfaces(directory);
    assertThat(Files.readString(ipv6).strip()).isEqualTo("0");
    assertThat(lab.ip("link show p1")).doesNotContain("NOARP");
    Files.writeString(ipv6, "1"); // by somebody else: nothing is remembered any more
    SoftDataPlane.putBackInterfaces(directory);
    assertThat(Files.readString(ipv6).strip()).isEqualTo("1");
  }

  @Test
  void an_administratively_closed_port_takes_the_carrier_from_its_neighbour() {
    open(1);
    judgement.set(output(veth(1).setAdminUp(false)));
    assertThat(judgement.isUp(1)).isFalse();
    judgement.until("no carrier", () -> lab.ip(1, "link show eth0").contains("NO-CARRIER"));
    judgement.set(output(veth(1)));
    judgement.until("port 1 up", () -> judgement.isUp(1));
    assertThat(judgement.downCount(1)).isEqualTo(1);
  }

  @Test
  void bpdus_have_a_socket_of_their_own_and_survive_a_flood() {
    open(1, 2);
    judgement.set(takeBpdus());
    try (Wire flooder = new Wire(1, data());
        Wire neighbour = new Wire(1, bpdus())) {
      byte[][] flood = new byte[64][];
      for (int i = 0; i < flood.length; i++) {
        flood[i] = frame(BROADCAST, A, i);
      }
      int bpdus = 50;
      for (int i = 0; i < bpdus; i++) {
        for (int round = 0; round < 20; round++) {
          flooder.send(flood);
        }
        flooder.send(frame(BRIDGE_GROUP, A, i));
      }
      judgement.until("all BPDUs", () -> judgement.frames.size() == bpdus);
      assertThat(judgement.frames.getLast().frame())
          .isEqualTo(ByteString.copyFrom(frame(BRIDGE_GROUP, A, bpdus - 1)));
      assertThat(judgement.counter("rx-control-frames", 1)).isEqualTo(bpdus);
      byte[] answer = frame(BRIDGE_GROUP, A + 1, 99);
      judgement.set(
          Output.newBuilder()
              .setSendFrame(SendFrame.newBuilder().setPort(1).setFrame(ByteString.copyFrom(answer)))
              .build());
      neighbour.until(answer);
    }
  }

  @Test
  void a_flood_of_control_frames_on_one_port_costs_the_judgement_a_bounded_share() {
    open(1, 2);
    judgement.set(takeBpdus());
    try (Wire flooder = new Wire(1, data());
        Wire neighbour = new Wire(2, data())) {
      byte[][] flood = new byte[64][];
      for (int i = 0; i < flood.length; i++) {
        flood[i] = frame(BRIDGE_GROUP, A, i);
      }
      int rounds = 25;
      long begun = System.nanoTime();
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < 64; i++) {
          flooder.send(flood);
        }
        neighbour.send(frame(BRIDGE_GROUP, A + 1, round));
        int told = round + 1;
        judgement.until("the neighbour's BPDU", () -> fromPort(2) == told);
      }
      long drains = 2 + (System.nanoTime() - begun) / ControlFrames.REST_NANOS;
      long sent = rounds * 64L * flood.length;
      assertThat(judgement.counter("rx-frames", 1))
          .isLessThanOrEqualTo(drains * ControlFrames.FRAMES_MAX)
          .isLessThan(sent);
      assertThat(judgement.counter("drop-control-policed", 1)).isPositive();
    }
  }

  private long fromPort(int number) {
    return judgement.frames.stream().filter(one -> one.port() == number).count();
  }

  @Test
  void bpdus_that_nobody_asked_for_are_dropped_and_counted() {
    open(1, 2);
    try (Wire host = new Wire(1, data())) {
      host.send(frame(BRIDGE_GROUP, A, 1), frame(BRIDGE_GROUP + 14, A, 2));
      judgement.until("drops", () -> judgement.counter("drop-reserved-address", 1) == 2);
      judgement.set(takeBpdus());
      host.send(frame(BRIDGE_GROUP + 14, A, 2), frame(BRIDGE_GROUP, A, 1));
      judgement.until("drop", () -> judgement.counter("drop-reserved-address", 1) == 3);
      judgement.until("a BPDU", () -> judgement.frames.size() == 1);
    }
  }

  @Test
  void tags_pass_the_kernel_both_ways() {
    judgement.set(
        vlans(1, 10),
        output(veth(1).setAccessVlan(0).addTrunkVlans(10)),
        output(veth(2).setAccessVlan(10)),
        output(veth(3).setAccessVlan(0).addTrunkVlans(10)));
    for (int number = 1; number <= 3; number++) {
      int wanted = number;
      judgement.until("port up", () -> judgement.isUp(wanted));
      judgement.set(forwarding(number));
    }
    try (Wire one = new Wire(1, data());
        Wire two = new Wire(2, data());
        Wire three = new Wire(3, data());
        Wire all = new Wire(3, FrameFilter.allBut(List.of()))) {
      byte[] plain = frame(BROADCAST, A, 1);
      byte[] tagged = tagged(plain, 0xA000 | 10);
      one.send(tagged);
      two.until(plain);
      three.until(tagged);
      byte[] other = frame(BROADCAST, A + 1, 2);
      two.send(other);
      one.until(tagged(other, 10));
      three.until(tagged(other, 10));
      byte[] service = tagged(frame(BROADCAST, A + 2, 3), 10);
      service[12] = (byte) 0x88;
      service[13] = (byte) 0xA8;
      two.send(service);
      all.until(tagged(service, 10));
    }
  }

  @Test
  void a_tap_is_a_port() {
    open(1);
    judgement.set(output(port(4).setTap("tap4").setAccessVlan(1)));
    judgement.until("tap up", () -> judgement.isUp(4));
    judgement.set(forwarding(4));
    try (Links links = Links.open();
        PacketSocket host =
            PacketSocket.open(
                links.link("tap4").orElseThrow().index(),
                PacketOptions.standard().withFilter(data()));
        Wire wire = new Wire(1, data())) {
      byte[] in = frame(BROADCAST, A, 1);
      wire.send(in);
      FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 8);
      judgement.until("frame at the tap", () -> host.receive(batch, 8) == 1);
      assertThat(batch.octets(0)).isEqualTo(in);
      byte[] out = frame(BROADCAST, A + 1, 2);
      batch.clear();
      SendVector vector = SendVector.of(1);
      vector.add(batch, batch.append(out));
      vector.flush(host, new SendTally());
      wire.until(out);
      lab.ip("link set tap4 down");
      judgement.until("tap down", () -> !judgement.isUp(4));
      assertThat(judgement.downCount(4)).isEqualTo(1);
    }
  }

  @Test
  void the_host_itself_may_be_behind_a_tap() {
    open(1);
    judgement.set(output(port(4).setTap("tap4").setAccessVlan(1)));
    judgement.until("tap up", () -> judgement.isUp(4));
    judgement.set(forwarding(4));
    lab.ip("addr add 10.0.0.4/24 dev tap4");
    assertThat(lab.at(1, "ping -c 3 -i 0.05 -W 5 10.0.0.4")).contains(" 0% packet loss");
  }

  @Test
  void a_flap_between_two_looks_is_a_loss() {
    open(1, 2);
    lab.ip(1, "link set eth0 down");
    lab.ip(1, "link set eth0 up");
    judgement.until("a loss and up", () -> judgement.downCount(1) == 1 && judgement.isUp(1));
    assertThat(judgement.plane.portStates().get(0).getState())
        .isEqualTo(PortState.PORT_STATE_DISCARDING);
  }

  @Test
  void frames_longer_than_the_way_out_are_dropped_and_counted() {
    open(1, 2);
    lab.ip("link set p2 mtu 1000");
    judgement.until("mtu", () -> judgement.linkOf(2).getMtu() == 1_000);
    try (Wire one = new Wire(1, data())) {
      byte[] longFrame = new byte[1_200];
      System.arraycopy(frame(BROADCAST, A, 1), 0, longFrame, 0, 60);
      one.send(longFrame);
      judgement.until("drop", () -> judgement.counter("drop-too-long", 2) == 1);
    }
  }
}
