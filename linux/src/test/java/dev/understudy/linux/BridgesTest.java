package dev.understudy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.linux.Bridges.Opening;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** A bridge of the kernel between two veth pairs, in a namespace of the test's own: root only. */
class BridgesTest {
  private static final long LIMIT_NANOS = 5_000_000_000L;
  private static final MacAddress BRIDGE = MacAddress.parse("02:00:00:00:00:b0");

  /**
   * {@code p0}–{@code a} and {@code b}–{@code p1}, where a and b are ports of bridge {@code br}.
   */
  private static final class Between implements AutoCloseable {
    final Lab lab = Lab.empty();
    final Bridges bridges = lab.in(Bridges::open);
    final Links links = lab.in(Links::open);
    final int bridge;
    final int a;
    final int b;

    Between() {
      lab.ip("link add p0 type veth peer name a");
      lab.ip("link add p1 type veth peer name b");
      bridges.create("br", BRIDGE, "understudy test");
      for (String each : List.of("p0", "p1", "a", "b", "br")) {
        lab.silence(each);
      }
      bridge = lab.indexOf("br");
      a = lab.indexOf("a");
      b = lab.indexOf("b");
      links.setUp(bridge);
      for (int port : new int[] {a, b}) {
        bridges.enslave(port, bridge);
        bridges.set(port, Opening.CLOSED);
        links.setUp(port);
      }
      lab.ip("link set p0 up");
      lab.ip("link set p1 up");
      await(
          "carrier",
          () -> links.link("a").orElseThrow().up() && links.link("b").orElseThrow().up());
    }

    void open() {
      bridges.set(a, Opening.OPEN);
      bridges.set(b, Opening.OPEN);
    }

    @Override
    public void close() {
      bridges.close();
      links.close();
      lab.close();
    }
  }

  private static void await(String what, BooleanSupplier wanted) {
    long deadline = System.nanoTime() + LIMIT_NANOS;
    while (!wanted.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what + " in time").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  /** How many of a number of broadcast frames, sent for a time, cross from p0 to p1. */
  private static int cross(Lab lab, Runnable meanwhile, MacAddress destination) {
    try (PacketSocket sender = lab.open("p0", PacketOptions.standard());
        PacketSocket receiver = // hears what was sent here, and not what the kernel says itself
            lab.open(
                "p1",
                PacketOptions.standard()
                    .withFilter(FrameFilter.only(List.of(FrameFilter.Match.etherType(0x88B5)))));
        Epoll epoll = Epoll.open(1)) {
      epoll.add(new Epoll.Interest(receiver.fd(), Epoll.IN, 0));
      FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 1);
      byte[] frame = FrameTest.frame("02:00:00:00:00:01", 60);
      for (int i = 0; i < 6; i++) {
        frame[i] = destination.octet(i);
      }
      frame[12] = (byte) 0x88; // Not IP: br_netfilter drops what has no right header.
      frame[13] = (byte) 0xB5;
      batch.append(frame);
      SendVector vector = SendVector.of(1);
      FrameBatch in = FrameBatch.of(FrameSize.STANDARD, 64);
      int seen = 0;
      Thread acting = Thread.ofPlatform().start(meanwhile);
      long end = System.nanoTime() + 300_000_000L;
      while (System.nanoTime() < end || acting.isAlive()) {
        vector.add(batch, 0);
        vector.flush(sender, new SendTally());
        epoll.await(1_000_000);
        seen += Math.max(0, receiver.receive(in, 64));
      }
      return seen;
    }
  }

  private static final MacAddress BROADCAST = MacAddress.parse("ff:ff:ff:ff:ff:ff");

  @Test
  void a_bridge_has_the_address_and_mark_it_was_given_and_is_made_once() {
    try (Between net = new Between()) {
      assertThat(net.bridges.alias(net.bridge)).contains("understudy test");
      assertThat(net.bridges.alias(net.a)).isEmpty();
      assertThat(net.links.link("br").orElseThrow().address()).contains(BRIDGE);
      assertThat(net.links.link("br").orElseThrow().kind()).contains("bridge");
      assertThat(net.links.link("a").orElseThrow().master()).hasValue(net.bridge);
      assertThatThrownBy(() -> net.bridges.create("br", BRIDGE, "another"))
          .isInstanceOf(ErrnoException.class)
          .hasMessageContaining("EEXIST");
      assertThat(net.bridges.alias(net.bridge)).contains("understudy test");
    }
  }

  @Test
  void frames_cross_open_ports_only() {
    try (Between net = new Between()) {
      assertThat(net.bridges.opening(net.a)).contains(Opening.CLOSED);
      assertThat(cross(net.lab, () -> {}, BROADCAST)).isZero();
      net.open();
      assertThat(net.bridges.opening(net.a)).contains(Opening.OPEN);
      assertThat(cross(net.lab, () -> {}, BROADCAST)).isPositive();
      net.bridges.set(net.b, Opening.CLOSED);
      assertThat(cross(net.lab, () -> {}, BROADCAST)).isZero();
      assertThat(net.bridges.opening(net.bridge)).isEmpty();
    }
  }

  @Test
  void a_closed_port_stays_closed_when_its_link_flaps() {
    try (Between net = new Between()) {
      net.bridges.set(net.b, Opening.OPEN);
      Runnable flaps =
          () -> {
            for (int i = 0; i < 5; i++) {
              net.lab.ip("link set a down");
              net.lab.ip("link set a up");
              net.lab.ip("link set br down");
              net.lab.ip("link set br up");
            }
          };
      assertThat(cross(net.lab, flaps, BROADCAST)).isZero();
      assertThat(net.lab.ip("-d link show a")).contains("state forwarding");
      assertThat(net.bridges.opening(net.a)).contains(Opening.CLOSED);
    }
  }

  @Test
  void frames_to_a_kept_group_are_not_flooded() {
    try (Between net = new Between()) {
      net.open();
      MacAddress bpdu = MacAddress.parse("01:80:c2:00:00:00");
      assertThat(cross(net.lab, () -> {}, bpdu)).isPositive();
      net.bridges.keep(net.bridge, bpdu);
      net.bridges.keep(net.bridge, bpdu);
      assertThat(cross(net.lab, () -> {}, bpdu)).isZero();
      assertThat(cross(net.lab, () -> {}, BROADCAST)).isPositive();
    }
  }

  @Test
  void addresses_are_learned_told_flushed_and_put_there() {
    try (Between net = new Between();
        BridgeMonitor monitor = net.lab.in(() -> BridgeMonitor.open(net.bridge))) {
      net.open();
      cross(net.lab, () -> {}, BROADCAST);
      MacAddress seen = MacAddress.parse("02:03:04:05:06:07");
      BridgeAddress learned = new BridgeAddress(net.a, seen, false);
      assertThat(net.bridges.addresses(net.bridge)).contains(learned);
      BridgeMonitor.News news = monitor.poll();
      assertThat(news.complete()).isTrue();
      assertThat(news.changes()).contains(new BridgeMonitor.Change(learned, true));
      BridgeAddress fixed = new BridgeAddress(net.b, MacAddress.parse("02:00:00:00:00:99"), true);
      net.bridges.addStatic(net.b, fixed.address());
      net.bridges.flush(net.a);
      net.bridges.flush(net.b);
      assertThat(net.bridges.addresses(net.bridge)).containsExactly(fixed);
      assertThat(monitor.poll().changes())
          .contains(
              new BridgeMonitor.Change(learned, false), new BridgeMonitor.Change(fixed, true));
      net.bridges.removeAddress(net.b, fixed.address());
      net.bridges.removeAddress(net.b, fixed.address());
      assertThat(net.bridges.addresses(net.bridge)).isEmpty();
    }
  }

  @Test
  void lost_notifications_are_said_to_be_lost() {
    try (Between net = new Between();
        BridgeMonitor monitor = net.lab.in(() -> BridgeMonitor.open(net.bridge, 1))) {
      for (int i = 0; i < 500; i++) {
        net.bridges.addStatic(net.a, new MacAddress(0x0200_0000_1000L + i));
      }
      assertThat(monitor.poll().complete()).isFalse();
      assertThat(monitor.overruns()).isPositive();
      assertThat(monitor.poll().complete()).isTrue();
      assertThat(net.bridges.addresses(net.bridge)).hasSize(500);
    }
  }

  @Test
  void the_kernels_own_words_are_in_the_error() {
    try (Between net = new Between()) {
      assertThatThrownBy(() -> net.bridges.enslave(net.bridge, net.bridge))
          .isInstanceOf(ErrnoException.class)
          .hasMessageContaining("IFLA_MASTER")
          .hasMessageMatching("(?s).*: .*ridge.*");
    }
  }

  @Test
  void ageing_is_in_seconds() {
    try (Between net = new Between()) {
      net.bridges.setAgeing(net.bridge, 77);
      assertThat(net.lab.ip("-d link show br")).contains("ageing_time 7700 ");
    }
  }

  @Test
  void an_entry_cut_off_anywhere_is_none() {
    ByteBuffer whole =
        ByteBuffer.wrap(
                HexFormat.of()
                    .parseHex(
                        "07000000050000000200040000"
                            + "0000000a0002000200000000010000"
                            + "0800090004000000"))
            .order(ByteOrder.LITTLE_ENDIAN);
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      return;
    }
    for (int length = 0; length < whole.limit(); length++) {
      assertThat(BridgeAddress.decode(whole.slice(0, length).order(whole.order()), 4)).isEmpty();
    }
    Random random = new Random(6);
    for (int i = 0; i < 10_000; i++) {
      byte[] octets = new byte[random.nextInt(80)];
      random.nextBytes(octets);
      ByteBuffer any = ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
      BridgeAddress.decode(any, 4);
      Bridges.decodeOpening(any);
    }
  }

  @Test
  void a_request_with_an_attribute_left_open_is_not_sent() {
    NetlinkRequest request = NetlinkRequest.bridgePort(1).begin(Constants.IFLA_PROTINFO, "info");
    assertThatThrownBy(() -> request.encode(0, 1)).isInstanceOf(IllegalStateException.class);
  }
}
