package dev.understudy.protocols.stp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.core.SwitchTime;
import dev.understudy.schema.PointToPoint;
import dev.understudy.schema.PortState;
import dev.understudy.schema.SpanningTreeConfig;
import dev.understudy.schema.SpanningTreeMode;
import dev.understudy.schema.SpanningTreePortConfig;
import dev.understudy.wire.Decoded;
import dev.understudy.wire.Decoded.Reason;
import dev.understudy.wire.bpdu.Bpdu;
import dev.understudy.wire.bpdu.BpduCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A network of bridges as text, on a virtual clock.
 *
 * <pre>
 * bridge 1 0x111 = a b            bridge 1 has ports on the LANs a and b, named like them
 * bridge 2 0x222 hello 1 = a:edge x@b:cost=5     options; port x on LAN b
 * run 30s                         (or 500ms)
 * check 1 = designated:a root:b   roles; root and designated ports forward, unless root:b/learning
 * cut a · join a                  every port on the LAN loses or gets its link
 * cut 1.a · join 1.a              only this one
 * mute 1.a · unmute 1.a           what this port sends is lost
 * flap 1.a                        down and up between two inputs
 * reflect 1.a · unreflect 1.a     what this port sends comes back to it, too
 * stop 1 · start 1                nobody drives the bridge; its ports stay as they are
 * set 1 priority 4096             and hello, max-age, forward-delay, hold, mode
 * set 1.a cost=5 edge             port options: cost, priority, edge, no-auto-edge, guard,
 *                                 root-guard, p2p=true|false|auto, speed, half
 * </pre>
 */
final class TextNetwork {
  static final long TICK_NANOS = 20 * SwitchTime.NANOS_PER_MILLI;
  private static final long LINK_DELAY_NANOS = 100_000;

  final TreeMap<String, TestBridge> bridges = new TreeMap<>();
  final TreeMap<String, List<TestPort>> lans = new TreeMap<>();

  /** All that left the bridges: time, bridge, output. */
  final List<String> trace = new ArrayList<>();

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::order));
  private long order;
  private long nowNanos = 1_000 * SwitchTime.NANOS_PER_SECOND;
  private Restoring restoring = Restoring.never();
  private boolean started;

  private record Event(long atNanos, long order, Runnable what) {}

  /** When engines are thrown away and made anew from their rows. */
  interface Restoring {
    boolean now();

    static Restoring never() {
      return () -> false;
    }

    static Restoring always() {
      return () -> true;
    }

    static Restoring sometimes(long seed) {
      Random random = new Random(seed);
      return () -> random.nextInt(20) == 0;
    }
  }

  /** A port of a bridge on a LAN. */
  static final class TestPort {
    final TestBridge bridge;
    final int number;
    final String name;
    final String lan;
    boolean up = true;
    boolean mute;
    boolean reflects;
    boolean errDisabled;
    long downCount;
    int speedMbps = 1_000;
    boolean fullDuplex = true;
    PortState state = PortState.PORT_STATE_DISCARDING;

    /** When it last changed its state. */
    long stateSinceNanos;

    /** When it was last told to forward; 0: never. */
    long openedNanos;

    final List<Sent> sent = new ArrayList<>();
    int flushes;

    TestPort(TestBridge bridge, int number, String name, String lan) {
      this.bridge = bridge;
      this.number = number;
      this.name = name;
      this.lan = lan;
    }

    boolean operational() {
      return up && !errDisabled;
    }

    boolean forwards() {
      return operational() && state == PortState.PORT_STATE_FORWARDING;
    }

    /** BPDUs sent since a time. */
    List<Bpdu> sentSince(long nanos) {
      return sent.stream().filter(s -> s.atNanos >= nanos).map(Sent::bpdu).toList();
    }

    @Override
    public String toString() {
      return bridge.name + "." + name;
    }
  }

  /** A BPDU that left a port. */
  record Sent(long atNanos, Bpdu bpdu) {}

  static TextNetwork of(String text) {
    return new TextNetwork().then(text);
  }

  TextNetwork() {}

  TextNetwork(Restoring restoring) {
    this.restoring = restoring;
  }

  TextNetwork then(String text) {
    text.lines()
        .map(line -> line.replaceFirst("#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .forEach(this::command);
    return this;
  }

  long now() {
    return nowNanos;
  }

  SwitchTime time() {
    return new SwitchTime(nowNanos);
  }

  TestBridge bridge(String name) {
    return require(bridges, name);
  }

  TestPort port(String path) {
    String[] parts = path.split("\\.", 2);
    return require(bridge(parts[0]).byName, parts[1]);
  }

  /** What people see of a port. */
  StpView.Port seen(String path) {
    TestPort port = port(path);
    return require(port.bridge.view().ports(), port.name);
  }

  boolean restoreNow() {
    return restoring.now();
  }

  private static <T> T require(Map<String, T> map, String name) {
    T found = map.get(name);
    if (found == null) {
      throw new IllegalArgumentException("there is no " + name + " in " + map.keySet());
    }
    return found;
  }

  // ---- commands

  private void command(String line) {
    String[] words = line.split("\\s+", -1);
    switch (words[0]) {
      case "bridge" -> addBridge(line);
      case "run" -> run(nanos(words[1]));
      case "check" -> check(words);
      case "cut" -> ports(words[1]).forEach(port -> port.bridge.link(port, false));
      case "join" -> ports(words[1]).forEach(port -> port.bridge.link(port, true));
      case "flap" -> ports(words[1]).forEach(port -> port.bridge.flap(port));
      case "mute" -> ports(words[1]).forEach(port -> port.mute = true);
      case "unmute" -> ports(words[1]).forEach(port -> port.mute = false);
      case "reflect" -> ports(words[1]).forEach(port -> port.reflects = true);
      case "unreflect" -> ports(words[1]).forEach(port -> port.reflects = false);
      case "stop" -> bridge(words[1]).stopped = true;
      case "start" -> bridge(words[1]).stopped = false;
      case "set" -> set(words);
      default -> throw new IllegalArgumentException("unknown: " + line);
    }
  }

  private List<TestPort> ports(String what) {
    return what.contains(".") ? List.of(port(what)) : require(lans, what);
  }

  private static long nanos(String text) {
    return text.endsWith("ms")
        ? Long.parseLong(text.replace("ms", "")) * SwitchTime.NANOS_PER_MILLI
        : Long.parseLong(text.replace("s", "")) * SwitchTime.NANOS_PER_SECOND;
  }

  private void addBridge(String line) {
    String[] sides = line.split("=", 2);
    String[] head = sides[0].strip().split("\\s+", -1);
    SpanningTreeConfig.Builder config = SpanningTreeConfig.newBuilder();
    for (int i = 3; i < head.length; i += 2) {
      setBridge(config, head[i], head[i + 1]);
    }
    TestBridge bridge =
        new TestBridge(this, head[1], Long.decode(head[2]), bridges.size() * 3_000_000L);
    int number = 1;
    for (String word : sides[1].strip().split("\\s+", -1)) {
      String[] parts = word.split(":", 2);
      String name = parts[0].replaceFirst("@.*", "");
      String lan = parts[0].replaceFirst(".*@", "");
      TestPort port = new TestPort(bridge, number++, name, lan);
      bridge.add(port);
      lans.computeIfAbsent(lan, l -> new ArrayList<>()).add(port);
      SpanningTreePortConfig.Builder portConfig = SpanningTreePortConfig.newBuilder().setPort(name);
      if (parts.length > 1) {
        for (String option : parts[1].split(",", -1)) {
          setPort(portConfig, port, option);
        }
      }
      config.addPorts(portConfig);
    }
    bridge.config = config.build();
    bridges.put(bridge.name, bridge);
  }

  private static void setBridge(SpanningTreeConfig.Builder config, String key, String value) {
    switch (key) {
      case "priority" -> config.setPriority(Integer.parseInt(value));
      case "hello" -> config.setHelloTimeSeconds(Integer.parseInt(value));
      case "max-age" -> config.setMaxAgeSeconds(Integer.parseInt(value));
      case "forward-delay" -> config.setForwardDelaySeconds(Integer.parseInt(value));
      case "hold" -> config.setTxHoldCount(Integer.parseInt(value));
      case "mode" ->
          config.setMode(
              switch (value) {
                case "stp" -> SpanningTreeMode.SPANNING_TREE_MODE_STP;
                case "rstp" -> SpanningTreeMode.SPANNING_TREE_MODE_RSTP;
                case "off" -> SpanningTreeMode.SPANNING_TREE_MODE_OFF;
                default -> throw new IllegalArgumentException(value);
              });
      default -> throw new IllegalArgumentException("unknown bridge option: " + key);
    }
  }

  private static void setPort(SpanningTreePortConfig.Builder config, TestPort port, String option) {
    String[] parts = option.split("=", 2);
    String value = parts.length > 1 ? parts[1] : "";
    switch (parts[0]) {
      case "cost" -> config.setCost(Integer.parseInt(value));
      case "priority" -> config.setPriority(Integer.parseInt(value));
      case "edge" -> config.setAdminEdge(true);
      case "no-edge" -> config.setAdminEdge(false);
      case "no-auto-edge" -> config.setAutoEdge(false);
      case "guard" -> config.setBpduGuard(true);
      case "no-guard" -> config.setBpduGuard(false);
      case "root-guard" -> config.setRootGuard(true);
      case "no-root-guard" -> config.setRootGuard(false);
      case "speed" -> port.speedMbps = Integer.parseInt(value);
      case "half" -> port.fullDuplex = false;
      case "p2p" ->
          config.setPointToPoint(
              switch (value) {
                case "true" -> PointToPoint.POINT_TO_POINT_TRUE;
                case "false" -> PointToPoint.POINT_TO_POINT_FALSE;
                default -> PointToPoint.POINT_TO_POINT_AUTO;
              });
      default -> throw new IllegalArgumentException("unknown port option: " + option);
    }
  }

  private void set(String[] words) {
    start();
    String[] path = words[1].split("\\.", 2);
    TestBridge bridge = bridge(path[0]);
    SpanningTreeConfig.Builder config = bridge.config.toBuilder();
    if (path.length == 1) {
      setBridge(config, words[2], words[3]);
    } else {
      TestPort port = port(words[1]);
      for (SpanningTreePortConfig.Builder portConfig : config.getPortsBuilderList()) {
        if (portConfig.getPort().equals(port.name)) {
          for (int i = 2; i < words.length; i++) {
            setPort(portConfig, port, words[i]);
          }
        }
      }
    }
    bridge.configure(config.build());
  }

  private void check(String[] words) {
    TestBridge bridge = bridge(words[1]);
    LinkedHashMap<String, String> expected = new LinkedHashMap<>();
    LinkedHashMap<String, String> actual = new LinkedHashMap<>();
    for (int i = 3; i < words.length; i++) {
      String[] parts = words[i].split("[:/]", -1);
      String open =
          parts[0].equals("root") || parts[0].equals("designated") ? "forwarding" : "discarding";
      expected.put(parts[1], parts[0] + "/" + (parts.length > 2 ? parts[2] : open));
      StpView.Port seen = require(bridge.view().ports(), parts[1]);
      actual.put(parts[1], seen.role() + "/" + seen.state());
      assertThat(port(bridge.name + "." + parts[1]).state.name())
          .as("state in the data plane of %s.%s", bridge.name, parts[1])
          .isEqualTo("PORT_STATE_" + seen.state().toUpperCase(java.util.Locale.ROOT));
    }
    assertThat(actual).as("bridge %s at %s", bridge.name, time()).isEqualTo(expected);
  }

  // ---- time

  void run(long nanos) {
    start();
    long until = nowNanos + nanos;
    while (!events.isEmpty() && events.peek().atNanos <= until) {
      Event event = events.remove();
      nowNanos = event.atNanos;
      event.what.run();
    }
    nowNanos = until;
  }

  void start() {
    if (started) {
      return;
    }
    started = true;
    for (TestBridge bridge : bridges.values()) {
      bridge.start();
      at(nowNanos + bridge.phaseNanos, () -> tick(bridge));
    }
  }

  private void tick(TestBridge bridge) {
    bridge.tick();
    at(nowNanos + TICK_NANOS, () -> tick(bridge));
  }

  void at(long atNanos, Runnable what) {
    events.add(new Event(atNanos, order++, what));
  }

  /** A frame leaves a port: all others on the LAN get it. */
  void send(TestPort from, ByteString frame) {
    byte[] octets = frame.toByteArray();
    switch (BpduCodec.decodeFrame(octets, 0, octets.length)) {
      case Decoded.Ok<Bpdu>(Bpdu bpdu) -> from.sent.add(new Sent(nowNanos, bpdu));
      // The last bridge that information of this age reaches still says it; nobody takes it.
      case Decoded.Bad<Bpdu> bad -> assertThat(bad.reason()).isEqualTo(Reason.MESSAGE_AGE);
    }
    if (from.mute || !from.operational()) {
      return;
    }
    for (TestPort to : require(lans, from.lan)) {
      if (to != from || from.reflects) {
        at(nowNanos + LINK_DELAY_NANOS, () -> to.bridge.receive(to, frame));
      }
    }
  }

  /** Whether the port was told to forward at this time or later. */
  boolean openedSince(String path, long nanos) {
    return port(path).openedNanos > nanos;
  }

  /** A BPDU out of nowhere. */
  void inject(String path, Bpdu bpdu) {
    TestPort to = port(path);
    to.bridge.receive(
        to,
        ByteString.copyFrom(
            BpduCodec.encodeFrame(bpdu, new dev.understudy.wire.MacAddress(0x0200_0000_0FFFL))
                .toByteArray()));
  }

  // ---- what must hold

  /**
   * Seen from the data plane there is exactly one way between any two LANs that are connected at
   * all.
   */
  void checkTree() {
    // Nodes are bridges and LANs, edges are forwarding ports.
    TreeMap<String, List<String>> all = new TreeMap<>();
    TreeMap<String, List<String>> forwarding = new TreeMap<>();
    for (TestBridge bridge : bridges.values()) {
      for (TestPort port : bridge.byName.values()) {
        if (port.operational()) {
          link(all, "bridge " + bridge.name, "lan " + port.lan);
        }
        if (port.forwards()) {
          link(forwarding, "bridge " + bridge.name, "lan " + port.lan);
        }
      }
    }
    for (String node : all.keySet()) {
      Set<String> reached = reach(forwarding, node);
      assertThat(reached).as("what forwarding reaches from %s", node).isEqualTo(reach(all, node));
      int edges =
          reached.stream().mapToInt(n -> forwarding.getOrDefault(n, List.of()).size()).sum();
      assertThat(edges / 2).as("links of the tree around %s", node).isEqualTo(reached.size() - 1);
    }
  }

  private static void link(Map<String, List<String>> graph, String a, String b) {
    graph.computeIfAbsent(a, n -> new ArrayList<>()).add(b);
    graph.computeIfAbsent(b, n -> new ArrayList<>()).add(a);
  }

  private static Set<String> reach(Map<String, List<String>> graph, String from) {
    TreeSet<String> reached = new TreeSet<>(List.of(from));
    ArrayDeque<String> queue = new ArrayDeque<>(List.of(from));
    while (!queue.isEmpty()) {
      for (String next : graph.getOrDefault(queue.remove(), List.of())) {
        if (reached.add(next)) {
          queue.add(next);
        }
      }
    }
    return reached;
  }
}
