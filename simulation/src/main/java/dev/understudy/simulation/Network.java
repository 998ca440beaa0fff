package dev.understudy.simulation;

import com.google.protobuf.ByteString;
import dev.understudy.core.EngineType;
import dev.understudy.core.Input;
import dev.understudy.protocols.configuration.ConfigurationEngine;
import dev.understudy.protocols.configuration.StoredConfigurations;
import dev.understudy.protocols.fdb.FdbEngine;
import dev.understudy.protocols.ports.PortsEngine;
import dev.understudy.protocols.stp.StpEngine;
import dev.understudy.schema.Config;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.SpanningTreePortConfig;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.UdpAttachment;
import dev.understudy.wire.MacAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** A world's bridges, hosts and links at work, all on one scheduler. */
final class Network {
  /** The engines of a bridge, in the order in which they get inputs. */
  static final List<EngineType> ENGINES =
      List.of(ConfigurationEngine.TYPE, PortsEngine.TYPE, StpEngine.TYPE, FdbEngine.TYPE);

  /** A data frame that passes links more often than this is in a loop. */
  static final int PASSES_MAX = 400;

  /** Of a port; more than come in within some seconds. */
  private static final int BPDUS_REMEMBERED = 64;

  private static final long BRIDGE_MAC_BASE = 0x0200_0000_0000L;
  private static final long HOST_MAC_BASE = 0x0a00_0000_0000L;
  private static final int HOST_ETHER_TYPE = 0x88b5;
  private static final int PPM = 1_000_000;

  /** Lanes: changes of the world, then hosts, then links. */
  private static final int CHANGES = 1;

  private static final int FLOWS = 2;

  private final Scheduler scheduler = new Scheduler();
  private final long beginsNanos = scheduler.nanos();
  private final World world;
  private final Tampering tampering;
  private final boolean keepLines;
  private final TreeMap<String, Bridge> bridges = new TreeMap<>();
  private final TreeMap<String, Long> hosts = new TreeMap<>();
  private final TreeMap<World.End, Wire> wires = new TreeMap<>();
  private final List<FlowState> flows = new ArrayList<>();

  /** One direction of a link. */
  private final class Wire {
    final World.End far;
    final World.Link link;
    final int lane;
    boolean plugged = true;

    /** As the near end's port tells it; 0: not known. */
    int speedMbps;

    /** How often the same octets were sent: what becomes of them depends on nothing else. */
    private final Map<Long, Integer> sent = new HashMap<>();

    Wire(World.End far, World.Link link, int lane) {
      this.far = far;
      this.link = link;
      this.lane = lane;
    }

    void transmit(byte[] octets) {
      if (!plugged || !mayGoOn(octets)) {
        return;
      }
      if (!link.impaired()) {
        deliver(octets, link.delayNanos());
        return;
      }
      long content = Trace.hash(octets);
      int times = sent.merge(content, 1, Integer::sum);
      long fate = Trace.mix(world.seed() ^ Trace.mix(content + 31L * times + 1_009L * lane));
      if (Long.remainderUnsigned(fate, PPM) < link.lossPpm()) {
        return;
      }
      fate = Trace.mix(fate);
      boolean late = Long.remainderUnsigned(fate, PPM) < link.reorderPpm();
      fate = Trace.mix(fate);
      long delay = link.delayNanos() * (late ? 2 + Long.remainderUnsigned(fate, 20) : 1);
      deliver(octets, delay);
      fate = Trace.mix(fate);
      if (Long.remainderUnsigned(fate, PPM) < link.duplicatePpm()) {
        deliver(octets, delay + link.delayNanos());
      }
    }

    private void deliver(byte[] octets, long delayNanos) {
      scheduler.at(scheduler.nanos() + delayNanos, lane, () -> arrive(octets));
    }

    private void arrive(byte[] octets) {
      if (plugged) {
        Bridge bridge = bridges.get(far.name());
        if (bridge != null) {
          bridge.receive(far.port(), octets);
        } else {
          received(far.name(), octets);
        }
      }
    }
  }

  /** A flow's frames: how often each arrived, and how often it passed a link. */
  static final class FlowState {
    final World.Flow flow;
    final List<Integer> arrived = new ArrayList<>();
    final List<Integer> passed = new ArrayList<>();
    final List<Long> sentNanos = new ArrayList<>();

    FlowState(World.Flow flow) {
      this.flow = flow;
    }

    /** Whether a frame was in a loop. */
    boolean looped(int frame) {
      return passed.get(frame) > PASSES_MAX;
    }
  }

  /** A switch of the network and what the outside saw of it. */
  final class Bridge {
    private final World.Bridge spec;
    private final Trace trace = new Trace(keepLines);
    private final SimulatedSwitch device;
    private Config config;
    private SwitchPlane plane;
    private final TreeMap<Integer, TakenOut> takenOut = new TreeMap<>();

    /** The world's ports in the order of the numbers that the switch gives them, from 1 on. */
    private final List<Integer> ports;

    /** What a port lived through lately. */
    private final TreeMap<Integer, Heard> heard = new TreeMap<>();

    private int configurations;

    private static final class Heard {
      private final ArrayDeque<Long> bpdus = new ArrayDeque<>();
      private long lastDownNanos = Long.MIN_VALUE;
    }

    /** What the configuration said of a port that it doesn't name now. */
    private record TakenOut(PortConfig port, SpanningTreePortConfig stp) {}

    private Bridge(World.Bridge spec, int number) {
      this.spec = spec;
      this.ports =
          wires.keySet().stream()
              .filter(end -> end.name().equals(spec.name()))
              .map(World.End::port)
              .toList();
      this.config = firstConfig(spec);
      this.plane = newPlane(1);
      StoredConfiguration seed =
          StoredConfigurations.seed(
              config, uuid(number), new MacAddress(BRIDGE_MAC_BASE + ((long) number << 16)));
      this.device =
          new SimulatedSwitch(
              scheduler,
              new SimulatedSwitch.Build(
                  spec.name(),
                  ENGINES,
                  incarnation -> {
                    plane = newPlane(incarnation);
                    return plane;
                  },
                  disk -> new Homes(disk, seed),
                  spec.delayNanos(),
                  spec.restartNanos(),
                  spec.redundant(),
                  world.instant(),
                  world.instant() ? FaultPlan.FIRST_NANOS : FaultPlan.FIRST_TIMED_NANOS,
                  world.faults().stream()
                      .filter(fault -> fault.bridge().equals(spec.name()))
                      .toList(),
                  spec.redundant() ? tampering : Tampering.NONE));
    }

    private SwitchPlane newPlane(long incarnation) {
      SwitchPlane fresh =
          new SwitchPlane(
              incarnation,
              (port, octets) -> {
                trace.frame(scheduler.nanos(), port, octets);
                wire(end(port)).transmit(octets);
              },
              output -> trace.write(scheduler.nanos(), output),
              spec.redundant() ? tampering : Tampering.NONE);
      for (int number = 1; number <= ports.size(); number++) {
        Wire wire = wire(end(number));
        fresh.speed(number, wire.speedMbps);
        fresh.cable(number, wire.plugged);
      }
      return fresh;
    }

    /** What the switch's port of this number is in the world. */
    World.End end(int number) {
      return new World.End(spec.name(), ports.get(number - 1));
    }

    /** The switch's number of a port of the world. */
    private int number(int port) {
      return ports.indexOf(port) + 1;
    }

    SimulatedSwitch device() {
      return device;
    }

    World.Bridge spec() {
      return spec;
    }

    Trace trace() {
      return trace;
    }

    SwitchPlane plane() {
      return plane;
    }

    /** BPDUs came in by a port after a time and before another, since it had a link last. */
    boolean heardBpdu(int port, long afterNanos, long beforeNanos) {
      return heard(port).bpdus.stream().anyMatch(at -> at > afterNanos && at < beforeNanos);
    }

    /** When a port lost its link last, or was taken out of the configuration or put back. */
    long lastDownNanos(int port) {
      return heard(port).lastDownNanos;
    }

    private Heard heard(int port) {
      return heard.computeIfAbsent(port, p -> new Heard());
    }

    private void receive(int port, byte[] octets) {
      if (Frames.isBpdu(octets)) {
        ArrayDeque<Long> bpdus = heard(port).bpdus;
        bpdus.add(scheduler.nanos());
        if (bpdus.size() > BPDUS_REMEMBERED) {
          bpdus.remove();
        }
      }
      plane.receive(number(port), octets, scheduler.nanos());
      device.planeChanged();
    }

    private void cable(int port, boolean plugged) {
      if (!plugged) {
        heard(port).bpdus.clear();
        heard(port).lastDownNanos = scheduler.nanos();
      }
      plane.cable(number(port), plugged);
      device.planeChanged();
    }

    private void speed(int port, int mbps) {
      plane.speed(number(port), mbps);
      device.planeChanged();
    }

    /** Takes a port out of the configuration, or puts it back as it was, but before all others. */
    private void configured(Config.Builder next, int port, boolean wanted) {
      heard(port).lastDownNanos = scheduler.nanos();
      TakenOut taken = takenOut.remove(port);
      if (taken != null && wanted) {
        next.addPorts(0, taken.port);
        next.getSpanningTreeBuilder().addPorts(0, taken.stp);
        return;
      }
      int at = indexOf(next, port);
      if (!wanted && at >= 0) {
        takenOut.put(port, new TakenOut(next.getPorts(at), next.getSpanningTree().getPorts(at)));
        next.removePorts(at);
        next.getSpanningTreeBuilder().removePorts(at);
      }
    }

    private void set(int port, String knobName, long value) {
      Knob knob = Knob.of(knobName, port != 0).orElseThrow();
      Config.Builder next = config.toBuilder();
      heard(port).bpdus.clear(); // the port may begin anew
      if (port == 0) {
        knob.turn(next, value);
      } else if (knob == Knob.CONFIGURED) {
        configured(next, port, value != 0);
      } else {
        turnPort(next, port, knob, value);
      }
      config = next.build();
      device.ask(
          new Input.ApplyConfiguration("request-" + ++configurations, config, 0, "a change"));
    }
  }

  Network(World world, boolean keepLines, Tampering tampering) {
    this.world = world;
    this.keepLines = keepLines;
    this.tampering = tampering;
    int lane = FLOWS + 1 + world.flows().size();
    for (World.Link link : world.links()) {
      wires.put(link.a(), new Wire(link.b(), link, lane++));
      wires.put(link.b(), new Wire(link.a(), link, lane++));
    }
    for (String host : world.hosts()) {
      hosts.put(host, hostMac(hosts.size()));
    }
    for (World.Bridge bridge : world.bridges()) {
      bridges.put(bridge.name(), new Bridge(bridge, bridges.size() + 1));
    }
    for (World.Change change : world.changes()) {
      scheduler.at(beginsNanos + change.atNanos(), CHANGES, () -> happen(change));
    }
    for (World.Flow flow : world.flows()) {
      FlowState state = new FlowState(flow);
      flows.add(state);
      // Hosts begin one after the other, and late enough for most trees to be there.
      scheduler.at(
          beginsNanos + FaultPlan.FIRST_NANOS / 2 + 1_000L * flows.size(),
          FLOWS,
          () -> send(state, flows.indexOf(state)));
    }
  }

  /** The address of a host, by its place in the world's list. */
  static long hostMac(int index) {
    return HOST_MAC_BASE + index + 1;
  }

  private Config firstConfig(World.Bridge spec) {
    Config.Builder config = Config.newBuilder().setName(spec.name());
    config
        .getSpanningTreeBuilder()
        .setHelloTimeSeconds(1)
        .setMaxAgeSeconds(6)
        .setForwardDelaySeconds(4);
    spec.knobs().forEach((name, value) -> Knob.of(name, false).orElseThrow().turn(config, value));
    for (World.End end : wires.keySet()) {
      if (end.name().equals(spec.name())) {
        String name = "p" + end.port();
        config.addPorts(
            PortConfig.newBuilder()
                .setName(name)
                .setUdp(
                    UdpAttachment.newBuilder()
                        .setListen("127.0.0.1:" + (9_000 + end.port()))
                        .setPeer("127.0.0.1:" + (9_100 + end.port()))));
        config.getSpanningTreeBuilder().addPorts(SpanningTreePortConfig.newBuilder().setPort(name));
      }
    }
    for (World.Port port : world.ports()) {
      if (port.end().name().equals(spec.name())) {
        port.knobs()
            .forEach((name, value) ->
                turnPort(config, port.end().port(), Knob.of(name, true).orElseThrow(), value));
      }
    }
    return config.build();
  }

  private static void turnPort(Config.Builder config, int port, Knob knob, long value) {
    int at = indexOf(config, port);
    if (at >= 0) {
      knob.turn(
          config.getPortsBuilder(at), config.getSpanningTreeBuilder().getPortsBuilder(at), value);
    }
  }

  /** Where the configuration says something of a port; -1: nowhere. */
  private static int indexOf(Config.Builder config, int port) {
    for (int i = 0; i < config.getPortsCount(); i++) {
      if (config.getPorts(i).getName().equals("p" + port)) {
        return i;
      }
    }
    return -1;
  }

  // ---- the world goes on

  Scheduler scheduler() {
    return scheduler;
  }

  long beginsNanos() {
    return beginsNanos;
  }

  Map<String, Bridge> bridges() {
    return bridges;
  }

  Bridge bridge(String name) {
    return Objects.requireNonNull(bridges.get(name));
  }

  List<FlowState> flows() {
    return flows;
  }

  private void happen(World.Change change) {
    switch (change.what()) {
      case PULL -> plug(change.end(), false);
      case PLUG -> plug(change.end(), true);
      case SPEED -> speed(change.end(), (int) change.value());
      case SET ->
          bridge(change.end().name()).set(change.end().port(), change.knob(), change.value());
      case ROGUE -> bridge(change.end().name()).receive(change.end().port(), Frames.rogue());
      case FLOOD -> {
        Bridge bridge = bridge(change.end().name());
        for (int i = 0; i < change.value(); i++) {
          bridge.plane.receive(
              bridge.number(change.end().port()), Frames.noBpdu(i), scheduler.nanos());
        }
        bridge.device.planeChanged();
      }
    }
  }

  private void plug(World.End near, boolean plugged) {
    Wire wire = wire(near);
    wire.plugged = plugged;
    wire(wire.far).plugged = plugged;
    for (World.End end : List.of(near, wire.far)) {
      Bridge bridge = bridges.get(end.name());
      if (bridge != null) {
        bridge.cable(end.port(), plugged);
      }
    }
  }

  private void speed(World.End near, int mbps) {
    for (World.End end : List.of(near, wire(near).far)) {
      wire(end).speedMbps = mbps;
      Bridge bridge = bridges.get(end.name());
      if (bridge != null) {
        bridge.speed(end.port(), mbps);
      }
    }
  }

  boolean plugged(World.End end) {
    return wire(end).plugged;
  }

  private Wire wire(World.End end) {
    Wire wire = wires.get(end);
    if (wire == null) {
      throw new IllegalArgumentException("nothing is linked to " + end);
    }
    return wire;
  }

  // ---- hosts

  private void send(FlowState state, int index) {
    if (scheduler.nanos() > beginsNanos + world.runNanos()) {
      return;
    }
    World.Flow flow = state.flow;
    byte[] octets =
        Frames.data(
            Objects.requireNonNull(hosts.get(flow.to())),
            Objects.requireNonNull(hosts.get(flow.from())),
            HOST_ETHER_TYPE,
            index,
            state.arrived.size());
    state.arrived.add(0);
    state.passed.add(0);
    state.sentNanos.add(scheduler.nanos() - beginsNanos);
    Wire wire = wires.get(new World.End(flow.from(), 1));
    if (wire != null) {
      wire.transmit(octets);
    }
    scheduler.at(scheduler.nanos() + flow.everyNanos(), FLOWS + index, () -> send(state, index));
  }

  private void received(String host, byte[] octets) {
    if (Frames.get(octets, 0, 6) == hosts.getOrDefault(host, 0L) && isData(octets)) {
      FlowState state = flows.get((int) Frames.get(octets, 14, 2));
      int number = (int) Frames.get(octets, 16, 8);
      state.arrived.set(number, state.arrived.get(number) + 1);
    }
  }

  private static boolean isData(byte[] octets) {
    return Frames.get(octets, 12, 2) == HOST_ETHER_TYPE;
  }

  /** Counts a data frame's pass over a link. One that goes round and round is taken out. */
  private boolean mayGoOn(byte[] octets) {
    if (!isData(octets)) {
      return true;
    }
    FlowState state = flows.get((int) Frames.get(octets, 14, 2));
    int number = (int) Frames.get(octets, 16, 8);
    state.passed.set(number, state.passed.get(number) + 1);
    return !state.looped(number);
  }

  private static ByteString uuid(int number) {
    byte[] octets = new byte[16];
    octets[15] = (byte) number;
    return ByteString.copyFrom(octets);
  }
}
