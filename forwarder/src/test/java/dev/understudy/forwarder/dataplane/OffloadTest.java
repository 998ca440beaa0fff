package dev.understudy.forwarder.dataplane;

import static dev.understudy.forwarder.soft.TestFrames.forwarding;
import static dev.understudy.forwarder.soft.TestFrames.port;
import static dev.understudy.forwarder.soft.TestFrames.vlans;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.schema.Output;
import dev.understudy.schema.SetPort;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two hosts whose kernels leave checksums and segments to their network cards, behind every pair of
 * port kinds: TCP and UDP over IPv4 and IPv6, bare and in VXLAN, both ways, at a rate that lost
 * frames would not allow, and with next to no retransmission.
 */
@SuppressWarnings("NullAway.Init") // setUp
final class OffloadTest {
  /**
   * What retransmission alone carries is under 1 Mbit/s; a machine that has other things to do
   * still carries this.
   */
  private static final long MEGABITS_MIN = 20;

  /** iperf3 sends so many octets; at 1,448 a segment. */
  private static final long OCTETS = 24 << 20;

  /**
   * TCP finds out how much the kernel's queues hold by overfilling them; with less than this under
   * way it doesn't.
   */
  private static final String WINDOW = "128K";

  /** One in a hundred. Rows that arrive as rubbish are sent again all the time. */
  private static final long RETRANSMITTED_MAX = OCTETS / 1_448 / 100;

  private static final Pattern NOT_NOW = Pattern.compile("unable to connect|server is busy");
  private static final Pattern SENT =
      Pattern.compile("\"sum_sent\":\\s*\\{.*?\"retransmits\":\\s*(\\d+)", Pattern.DOTALL);
  private static final Pattern RECEIVED =
      Pattern.compile(
          "\"sum_received\":\\s*\\{.*?\"bits_per_second\":\\s*([\\d.]+)", Pattern.DOTALL);

  /** What a host is behind. */
  enum Kind {
    UDP,
    TAP,
    INTERFACE
  }

  @TempDir Path directory;
  private Lab lab;
  private final List<Judgement> judgements = new ArrayList<>();
  private Judgement middle;

  @BeforeEach
  void setUp() throws IOException {
    lab = new Lab(2);
    lab.serve(2, "iperf3 -s");
    middle = judgement();
    try (InputStream in =
        Objects.requireNonNull(OffloadTest.class.getResourceAsStream("datagrams.py"))) {
      Files.copy(in, directory.resolve("datagrams.py"));
    }
  }

  @AfterEach
  void tearDown() {
    judgements.forEach(Judgement::close);
    lab.close();
  }

  private Judgement judgement() {
    Judgement made = new Judgement();
    judgements.add(made);
    return made;
  }

  private static void open(Judgement at, SetPort.Builder port) {
    at.set(Output.newBuilder().setSetPort(port).build());
    at.until("port up", () -> at.isUp(port.getPort()));
    at.set(forwarding(port.getPort()));
  }

  /** Puts a host behind port {@code number} of the switch in the middle. */
  private void attach(int number, Kind kind) {
    switch (kind) {
      case INTERFACE -> open(middle, port(number).setInterface("p" + number).setAccessVlan(1));
      case TAP -> {
        // The kernel's bridge carries segments whole, so that the TAP gets them whole.
        open(middle, port(number).setTap("t" + number).setAccessVlan(1));
        lab.ip("link add b" + number + " type bridge stp_state 0 mcast_snooping 0");
        lab.ip("link set p" + number + " up master b" + number);
        lab.ip("link set t" + number + " up master b" + number);
        lab.ip("link set b" + number + " up");
      }
      case UDP -> {
        int here = freePort();
        int there = freePort();
        open(middle, udp(number, here, there));
        Judgement remote = judgement();
        open(remote, udp(number, there, here));
        open(remote, port(9).setInterface("p" + number).setAccessVlan(1));
      }
    }
  }

  private SetPort.Builder udp(int number, int listen, int peer) {
    return port(number)
        .setUdpListen("127.0.0.1:" + listen)
        .setUdpPeer("127.0.0.1:" + peer)
        .setAccessVlan(1);
  }

  private static int freePort() {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void tunnels() {
    for (int host = 1; host <= 2; host++) {
      int other = 3 - host;
      lab.ip(host, tunnel("vx4", 42, 4789, "10.0.0." + host, "10.0.0." + other));
      lab.ip(host, tunnel("vx6", 43, 4790, "fd00::" + host, "fd00::" + other));
      lab.ip(host, "addr add 10.4.0." + host + "/24 dev vx4");
      lab.ip(host, "addr add fd04::" + host + "/64 dev vx4 nodad");
      lab.ip(host, "addr add 10.6.0." + host + "/24 dev vx6");
      lab.ip(host, "addr add fd06::" + host + "/64 dev vx6 nodad");
      lab.ip(host, "link set vx4 up");
      lab.ip(host, "link set vx6 up");
    }
  }

  private static String tunnel(String name, int id, int udpPort, String local, String remote) {
    return "link add %s type vxlan id %d dstport %d local %s remote %s dev eth0"
        .formatted(name, id, udpPort, local, remote);
  }

  @ParameterizedTest(name = "{0} and {1}")
  @CsvSource({
    "INTERFACE, INTERFACE",
    "TAP, TAP",
    "UDP, UDP",
    "INTERFACE, TAP",
    "INTERFACE, UDP",
    "TAP, UDP"
  })
  void every_pair_of_port_kinds_carries_what_kernels_leave_to_their_cards(Kind one, Kind two)
      throws IOException {
    lab.ip("link set lo up");
    attach(1, one);
    attach(2, two);
    tunnels();
    for (String prefix : List.of("10.0.0.", "fd00::", "10.4.0.", "fd04::", "10.6.0.", "fd06::")) {
      tcp(prefix);
    }
    for (String prefix : List.of("10.0.0.", "fd00::", "10.4.0.", "fd06::")) {
      datagrams(prefix, 1, 2);
      datagrams(prefix, 2, 1);
    }
    for (Judgement judgement : judgements) {
      for (String reason :
          List.of("drop-segmented", "drop-checksum", "drop-too-long", "drop-truncated")) {
        assertThat(judgement.counter(reason, 0)).as(reason).isZero();
      }
    }
    boolean whole = one != Kind.UDP && two != Kind.UDP;
    assertThat(middle.counter("tx-segments-whole", 0) > 1_000).as("whole").isEqualTo(whole);
    // A TAP has no form for tunnels either, so that the kernel cuts those before it.
    boolean cut = one != Kind.TAP || two != Kind.TAP;
    assertThat(total("tx-segments-cut") > 0).as("cut").isEqualTo(cut);
  }

  private long total(String counter) {
    return judgements.stream().mapToLong(one -> one.counter(counter, 0)).sum();
  }

  @Test
  void rows_of_segments_pass_a_trunk_with_their_tag() throws IOException {
    lab.ip("link set lo up");
    lab.ip("link add trunk1 type veth peer name trunk2");
    Judgement other = judgement();
    for (Judgement judgement : List.of(middle, other)) {
      judgement.set(vlans(1, 10));
    }
    open(middle, port(1).setInterface("p1").setAccessVlan(10));
    open(other, port(2).setInterface("p2").setAccessVlan(10));
    middle.set(
        Output.newBuilder().setSetPort(port(3).setInterface("trunk1").addTrunkVlans(10)).build());
    open(other, port(3).setInterface("trunk2").addTrunkVlans(10));
    middle.until("port up", () -> middle.isUp(3));
    middle.set(forwarding(3));
    tunnels();
    for (String prefix : List.of("10.0.0.", "fd00::", "10.4.0.", "fd06::")) {
      tcp(prefix);
    }
    datagrams("10.0.0.", 1, 2);
    datagrams("fd00::", 2, 1);
    assertThat(middle.counter("tx-segments-whole", 3)).isGreaterThan(100);
    assertThat(other.counter("tx-segments-whole", 3)).isGreaterThan(100);
  }

  @Test
  void segments_that_are_longer_than_the_way_out_are_dropped_and_counted() throws IOException {
    attach(1, Kind.INTERFACE);
    attach(2, Kind.INTERFACE);
    lab.ip("link set p2 mtu 1000");
    middle.until("mtu", () -> middle.linkOf(2).getMtu() == 1_000);
    FutureTask<String> listener = listener("10.0.0.", 2);
    offerDatagrams("10.0.0.", 1, 2);
    middle.until("drops", () -> middle.counter("drop-too-long", 2) > 0);
    assertThat(Lab.result(listener)).contains("received 0 wrong 0");
    lab.ip("link set p2 mtu 1500");
    middle.until("mtu", () -> middle.linkOf(2).getMtu() == 1_500);
    datagrams("10.0.0.", 1, 2);
  }

  private String script() {
    return directory.resolve("datagrams.py").toString();
  }

  // Traffic.

  /** Both ways. */
  private void tcp(String prefix) {
    for (String way : List.of("", " -R")) {
      String report = iperf(prefix, way);
      Matcher sent = SENT.matcher(report);
      Matcher received = RECEIVED.matcher(report);
      assertThat(sent.find() && received.find()).as(report).isTrue();
      long megabits = (long) (Double.parseDouble(received.group(1)) / 1e6);
      long retransmitted = Long.parseLong(sent.group(1));
      assertThat(megabits).as("Mbit/s to %s2%s", prefix, way).isGreaterThan(MEGABITS_MIN);
      assertThat(retransmitted)
          .as("sent again to %s2%s", prefix, way)
          .isLessThan(RETRANSMITTED_MAX);
    }
  }

  /**
   * The server may not listen yet, or be at the end of what was before. With {@code -J}, iperf3
   * ends well even then.
   */
  private String iperf(String prefix, String way) {
    String command =
        "timeout 25 iperf3 -J -c %s2 -B %s1 -n %d -w %s%s"
            .formatted(prefix, prefix, OCTETS, WINDOW, way);
    String report = lab.at(1, command);
    for (int attempt = 1; attempt < 40 && NOT_NOW.matcher(report).find(); attempt++) {
      LockSupport.parkNanos(50_000_000);
      report = lab.at(1, command);
    }
    return report;
  }

  /** Rows of datagrams (UDP_SEGMENT), each of which must come whole and right. */
  private void datagrams(String prefix, int from, int to) {
    FutureTask<String> listener = listener(prefix, to);
    offerDatagrams(prefix, from, to);
    assertThat(Lab.result(listener)).as("to %s%d", prefix, to).contains("received 2000 wrong 0");
  }

  private FutureTask<String> listener(String prefix, int at) {
    String command = "timeout 28 python3 %s listen %s%d 2000".formatted(script(), prefix, at);
    return lab.start(at, () -> lab.at(at, command));
  }

  private void offerDatagrams(String prefix, int from, int to) {
    lab.at(from, "timeout 28 python3 %s send %s%d 2000".formatted(script(), prefix, to));
  }
}
