package dev.understudy.launcher.demo;

import dev.understudy.core.EngineType;
import dev.understudy.schema.Config;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.SpanningTreeConfig;
import dev.understudy.schema.SpanningTreePortConfig;
import dev.understudy.wire.MacAddress;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The network around the redundant switch.
 *
 * <pre>
 *   alice ─ h1┐        ┌h2 ─ bob
 *            [   sw1    ]              root of the spanning tree, two supervisors
 *          n1 │        │ n2
 *             │        │
 *            [n1]────[n2]              this link is blocked at one end
 *             │        │
 *           carol     dave
 * </pre>
 */
final class Ring implements AutoCloseable {
  static final String NAME = "sw1";
  static final int HELLO_SECONDS = 1;
  static final int MAX_AGE_SECONDS = 6;
  static final int FORWARD_DELAY_SECONDS = 4;
  static final int SILENCE_LIMIT_MILLIS = 100;

  /** LAB.md's bound for the time between two BPDUs, in milliseconds. */
  static final long BPDU_GAP_MILLIS_MAX = HELLO_SECONDS * 1_000L + SILENCE_LIMIT_MILLIS + 50;

  private static final long SEND_INTERVAL_NANOS = 7_000_000L;
  private static final long BEHIND_NANOS_MAX = 50_000_000L;

  private final Reactor reactor;
  private final Reactor.Socket toN1;
  private final Reactor.Socket toN2;
  private final Reactor.Socket toAlice;
  private final Reactor.Socket toBob;
  private final Map<String, Integer> switchPorts = new TreeMap<>();
  private final InProcessSwitch n1;
  private final InProcessSwitch n2;
  private final List<Host> hosts = new ArrayList<>();
  private final List<Flow> flows = new ArrayList<>();
  private final List<BpduWatch> fromSwitch = new ArrayList<>();
  private final List<BpduWatch> toSwitch = new ArrayList<>();
  private final List<Pcapng> captures = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();

  /** One of the four that talk. */
  private record Host(
      String name, MacAddress mac, Optional<Pcapng> capture, Consumer<byte[]> cable) {}

  private record Flow(int index, Host from, Host to, FlowTally tally) {
    String name() {
      return from.name + " > " + to.name;
    }
  }

  /**
   * The network, its threads not started.
   *
   * @param captureDirectory empty: nothing is captured
   */
  Ring(List<EngineType> engines, Optional<Path> captureDirectory) throws IOException {
    reactor = new Reactor("demo-network");
    toN1 = reactor.open();
    toN2 = reactor.open();
    toAlice = reactor.open();
    toBob = reactor.open();
    try (FreePorts free = new FreePorts(4)) {
      switchPorts.put("n1", free.port(0));
      switchPorts.put("n2", free.port(1));
      switchPorts.put("h1", free.port(2));
      switchPorts.put("h2", free.port(3));
    }
    toN1.connect(switchPort("n1"));
    toN2.connect(switchPort("n2"));
    toAlice.connect(switchPort("h1"));
    toBob.connect(switchPort("h2"));
    n1 = neighbour("n1", "n2", engines);
    n2 = neighbour("n2", "n1", engines);
    cables(captureDirectory);
    people(captureDirectory);
  }

  private int switchPort(String name) {
    return java.util.Objects.requireNonNull(switchPorts.get(name));
  }

  /** Port numbers that were free a moment ago, all held until all are known. */
  private static final class FreePorts implements AutoCloseable {
    private final List<DatagramSocket> sockets = new ArrayList<>();

    FreePorts(int count) throws IOException {
      for (int i = 0; i < count; i++) {
        sockets.add(new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
      }
    }

    int port(int index) {
      return sockets.get(index).getLocalPort();
    }

    @Override
    public void close() {
      sockets.forEach(DatagramSocket::close);
    }
  }

  // ---- configuration

  /** The redundant switch's configuration file. */
  String configuration() throws IOException {
    StringBuilder yaml = new StringBuilder();
    yaml.append("name: ").append(NAME).append('\n');
    yaml.append("data-plane: soft\n");
    yaml.append("ports:\n");
    port(yaml, "n1", toN1);
    port(yaml, "n2", toN2);
    port(yaml, "h1", toAlice);
    port(yaml, "h2", toBob);
    yaml.append("spanning-tree:\n");
    yaml.append("  mode: rstp\n");
    yaml.append("  priority: 4096\n");
    yaml.append("  hello-time: ").append(HELLO_SECONDS).append('\n');
    yaml.append("  max-age: ").append(MAX_AGE_SECONDS).append('\n');
    yaml.append("  forward-delay: ").append(FORWARD_DELAY_SECONDS).append('\n');
    yaml.append("  ports:\n");
    yaml.append("    h1: {admin-edge: true}\n");
    yaml.append("    h2: {admin-edge: true}\n");
    return yaml.toString();
  }

  private void port(StringBuilder yaml, String name, Reactor.Socket peer) throws IOException {
    yaml.append(
        String.format(
            Locale.ROOT,
            "  %s: {udp: {listen: \"127.0.0.1:%d\", peer: \"127.0.0.1:%d\"}}%n",
            name,
            switchPort(name),
            peer.port()));
  }

  private InProcessSwitch neighbour(String name, String other, List<EngineType> engines) {
    Config config =
        Config.newBuilder()
            .setName(name)
            .addPorts(PortConfig.newBuilder().setName(NAME).setTap("in-process"))
            .addPorts(PortConfig.newBuilder().setName(other).setTap("in-process"))
            .addPorts(PortConfig.newBuilder().setName("host").setTap("in-process"))
            .setSpanningTree(
                SpanningTreeConfig.newBuilder()
                    .setHelloTimeSeconds(HELLO_SECONDS)
                    .setMaxAgeSeconds(MAX_AGE_SECONDS)
                    .setForwardDelaySeconds(FORWARD_DELAY_SECONDS)
                    .addPorts(
                        SpanningTreePortConfig.newBuilder().setPort("host").setAdminEdge(true)))
            .build();
    long suffix = name.equals("n1") ? 0x100 : 0x200;
    return new InProcessSwitch(
        config,
        new MacAddress(0x0200_5500_0000L + suffix),
        engines,
        text -> complaints.add(name + ": " + text));
  }

  // ---- cables

  private void cables(Optional<Path> directory) throws IOException {
    Reactor.Socket n1End = reactor.open();
    Reactor.Socket n2End = reactor.open();
    n1End.connect(n2End.port());
    n2End.connect(n1End.port());
    cable(n1, "n1", NAME, toN1, directory, true);
    cable(n2, "n2", NAME, toN2, directory, true);
    cable(n1, "n1", "n2", n1End, directory, false);
    cable(n2, "n2", "n1", n2End, directory, false);
  }

  private void cable(
      InProcessSwitch neighbour,
      String name,
      String port,
      Reactor.Socket socket,
      Optional<Path> directory,
      boolean watched)
      throws IOException {
    String end = name + "-" + port;
    Optional<Pcapng> record = capture(directory, end);
    BpduWatch in = new BpduWatch(end);
    BpduWatch out = new BpduWatch(end);
    if (watched) {
      fromSwitch.add(in);
      toSwitch.add(out);
    }
    socket.receiver((octets, notYetNanos, nowNanos) -> {
      record(record, Pcapng.Direction.IN, octets);
      in.frame(octets, notYetNanos, nowNanos);
      neighbour.received(port, octets);
    });
    neighbour.attach(
        port,
        octets -> {
          record(record, Pcapng.Direction.OUT, octets);
          long now = System.nanoTime();
          out.frame(octets, now, now);
          socket.send(octets);
        });
  }

  private Optional<Pcapng> capture(Optional<Path> directory, String end) throws IOException {
    if (directory.isEmpty()) {
      return Optional.empty();
    }
    Pcapng capture = new Pcapng(directory.get().resolve(end + ".pcapng"), List.of(end));
    captures.add(capture);
    return Optional.of(capture);
  }

  private static void record(Optional<Pcapng> capture, Pcapng.Direction direction, byte[] octets) {
    if (capture.isPresent()) {
      try {
        capture.get().packet(0, direction, unixNanos(), octets);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException("a capture can't be written", e);
      }
    }
  }

  private static long unixNanos() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  // ---- hosts

  private void people(Optional<Path> directory) throws IOException {
    Host alice = host("alice", directory, toAlice::send);
    Host bob = host("bob", directory, toBob::send);
    Host carol = host("carol", directory, octets -> n1.received("host", octets));
    Host dave = host("dave", directory, octets -> n2.received("host", octets));
    toAlice.receiver((octets, notYet, now) -> arrived(alice, octets, notYet, now));
    toBob.receiver((octets, notYet, now) -> arrived(bob, octets, notYet, now));
    n1.attach("host", octets -> arrived(carol, octets, reactor.drainedNanos(), System.nanoTime()));
    n2.attach("host", octets -> arrived(dave, octets, reactor.drainedNanos(), System.nanoTime()));
    flow(alice, bob);
    flow(bob, alice);
    flow(carol, dave);
    flow(dave, carol);
    flow(alice, carol);
    flow(dave, bob);
  }

  private Host host(String name, Optional<Path> directory, Consumer<byte[]> cable)
      throws IOException {
    MacAddress mac = new MacAddress(0x0200_5500_1000L + hosts.size() + 1);
    Host host = new Host(name, mac, capture(directory, name), cable);
    hosts.add(host);
    return host;
  }

  private void flow(Host from, Host to) {
    flows.add(new Flow(flows.size(), from, to, new FlowTally()));
  }

  private void arrived(Host host, byte[] octets, long notYetNanos, long nowNanos) {
    record(host.capture, Pcapng.Direction.IN, octets);
    Optional<NumberedFrame> frame = NumberedFrame.decode(octets);
    // A frame to somebody else was flooded: the switch didn't know the way yet.
    if (frame.isPresent() && frame.get().to().equals(host.mac)) {
      flows.get(frame.get().flow()).tally.arrived(frame.get().number(), notYetNanos, nowNanos);
    }
  }

  /** Sends one frame of every flow at each interval. */
  private final class Senders implements Reactor.Timed {
    private long nextNanos = System.nanoTime();

    @Override
    public long nextNanos() {
      return nextNanos;
    }

    @Override
    public void onTime(long nowNanos) {
      // After a pause of this process frames aren't sent in a burst: they were never sent.
      nextNanos =
          nowNanos - nextNanos > BEHIND_NANOS_MAX
              ? nowNanos + SEND_INTERVAL_NANOS
              : nextNanos + SEND_INTERVAL_NANOS;
      for (Flow flow : flows) {
        byte[] octets =
            new NumberedFrame(flow.to.mac, flow.from.mac, flow.index, flow.tally.send()).encode();
        record(flow.from.capture, Pcapng.Direction.OUT, octets);
        flow.from.cable.accept(octets);
      }
    }
  }

  // ---- the story's side

  void start() throws InterruptedException {
    reactor.add(n1);
    reactor.add(n2);
    reactor.start();
    reactor.call(() -> {
      n1.begin();
      n2.begin();
      return true;
    });
  }

  /** Hosts begin to talk. */
  void talk() throws InterruptedException {
    reactor.call(() -> {
      reactor.add(new Senders());
      return true;
    });
  }

  /** What may be seen of the neighbours at one moment. */
  record Neighbours(
      long topologyChanges,
      long portStateChanges,
      TreeMap<String, String> portStates,
      List<String> events) {

    /** Names of the ports that don't forward. */
    String notForwarding() {
      return portStates.entrySet().stream()
          .filter(port -> !port.getValue().endsWith("FORWARDING"))
          .map(java.util.Map.Entry::getKey)
          .collect(java.util.stream.Collectors.joining(", "));
    }

    /** Exactly one end of the ring is blocked, all other ports forward. */
    boolean isSettled() {
      long blocked = portStates.values().stream().filter(s -> s.endsWith("DISCARDING")).count();
      long forwarding = portStates.values().stream().filter(s -> s.endsWith("FORWARDING")).count();
      return blocked == 1 && forwarding == portStates.size() - 1 && portStates.size() == 6;
    }
  }

  Neighbours neighbours() throws InterruptedException {
    return reactor.call(this::neighboursNow);
  }

  private Neighbours neighboursNow() {
    TreeMap<String, String> states = new TreeMap<>();
    n1.portStates().forEach((port, state) -> states.put("n1:" + port, state));
    n2.portStates().forEach((port, state) -> states.put("n2:" + port, state));
    return new Neighbours(
        n1.topologyChanges() + n2.topologyChanges(),
        n1.portStateChanges() + n2.portStateChanges(),
        states,
        List.copyOf(complaints));
  }

  /** Numbers of frames sent so far, by flow. */
  long[] sent() throws InterruptedException {
    return reactor.call(() -> flows.stream().mapToLong(flow -> flow.tally.sent()).toArray());
  }

  /** What became of frames between two moments, all flows together. */
  FlowTally.Count count(long[] from, long[] to) throws InterruptedException {
    return reactor.call(() -> all(flows(from, to)));
  }

  private static FlowTally.Count all(List<FlowSeen> flows) {
    return flows.stream()
        .map(FlowSeen::count)
        .reduce(FlowTally.Count.NOTHING, FlowTally.Count::plus);
  }

  private List<FlowSeen> flows(long[] from, long[] to) {
    return flows.stream()
        .map(flow ->
            new FlowSeen(
                flow.name(),
                from[flow.index],
                to[flow.index],
                flow.tally.count(from[flow.index], to[flow.index])))
        .toList();
  }

  /**
   * What became of one flow's frames {@code first} to {@code end}, exclusive.
   *
   * @param name sender and receiver, {@code alice > bob}
   */
  record FlowSeen(String name, long first, long end, FlowTally.Count count) {}

  /**
   * What was seen since the last look.
   *
   * @param unixNanos when, by the clock of the captures
   * @param flows of the frames asked for
   * @param longestSilenceNanos longest time without an arrival in any flow
   * @param fromSwitch BPDUs that the redundant switch sent, by link
   * @param toSwitch BPDUs that its neighbours sent it, by link
   */
  record Seen(
      long unixNanos,
      List<FlowSeen> flows,
      long longestSilenceNanos,
      Neighbours neighbours,
      List<BpduWatch.Seen> fromSwitch,
      List<BpduWatch.Seen> toSwitch) {

    FlowTally.Count frames() {
      return all(flows);
    }

    /** BPDUs with the topology change flag, both directions. */
    long topologyChanges() {
      return Stream.concat(fromSwitch.stream(), toSwitch.stream())
          .mapToLong(BpduWatch.Seen::topologyChanges)
          .sum();
    }

    /** Longest time between two BPDUs of the switch on one link. */
    long longestBpduGapNanos() {
      return fromSwitch.stream().mapToLong(BpduWatch.Seen::longestGapNanos).max().orElse(0);
    }
  }

  /** Everything at one moment; what was seen once isn't seen again. */
  Seen look(long[] from, long[] to) throws InterruptedException {
    return reactor.call(() ->
        new Seen(
            unixNanos(),
            flows(from, to),
            flows.stream().mapToLong(flow -> flow.tally.takeLongestGapNanos()).max().orElse(0),
            neighboursNow(),
            take(fromSwitch),
            take(toSwitch)));
  }

  private List<BpduWatch.Seen> take(List<BpduWatch> watches) {
    long drained = reactor.drainedNanos();
    return watches.stream().map(watch -> watch.take(drained)).toList();
  }

  @Override
  public void close() {
    reactor.close();
    for (Pcapng capture : captures) {
      try {
        capture.close();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException("a capture can't be finished", e);
      }
    }
  }
}
