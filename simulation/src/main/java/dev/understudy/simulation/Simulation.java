package dev.understudy.simulation;

import dev.understudy.core.Image;
import dev.understudy.protocols.stp.StpView;
import dev.understudy.replication.Role;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.HistoryRow;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LearnedRow;
import dev.understudy.schema.PortState;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.StpPortRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Runs one world once, from its beginning to its end, and says what came of it. */
final class Simulation {
  private static final long STEP_NANOS = 100_000_000L;
  private static final long SECOND = 1_000_000_000L;

  private final World world;
  private final Network network;
  private final List<String> problems = new ArrayList<>();
  private final TreeMap<String, Long> silentSince = new TreeMap<>();

  private Simulation(World world, boolean keepLines, Tampering tampering) {
    this.world = world;
    this.network = new Network(world, keepLines, tampering);
  }

  /**
   * Runs a world.
   *
   * @param tailNanos that go on after the last change and fault
   * @param keepLines keep the whole trace as text
   */
  static Outcome run(World world, long tailNanos, boolean keepLines, Tampering tampering) {
    Simulation run = null;
    try {
      run = new Simulation(world, keepLines, tampering);
      run.toTheEnd(tailNanos);
      return run.outcome();
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      return stopped(run, e);
    }
  }

  private static Outcome stopped(@Nullable Simulation run, Throwable why) {
    StackTraceElement[] stack = why.getStackTrace();
    String where = stack.length > 1 ? " (" + stack[0] + " of " + stack[1] + ")" : "";
    String problem = "stopped: " + why.getMessage() + where;
    if (run == null) {
      return new Outcome(Map.of(), List.of(), List.of(problem), 0, 0);
    }
    run.problems.add(problem);
    return run.outcome();
  }

  /** What must pass before a judgement: neighbours and history rows react late. */
  static long tail(World world) {
    long hello = 1;
    long settle = 0;
    for (World.Bridge bridge : world.bridges()) {
      hello = Math.max(hello, bridge.knob(Knob.HELLO, 1));
      settle =
          Math.max(
              settle, bridge.knob(Knob.MAX_AGE, 6) + 2 * bridge.knob(Knob.FORWARD_DELAY, 4) + 2);
    }
    return Math.max(3 * hello + 1, world.harmless() ? 0 : settle) * SECOND;
  }

  private void toTheEnd(long tailNanos) {
    Scheduler scheduler = network.scheduler();
    long end = network.beginsNanos() + world.runNanos();
    while (scheduler.nanos() < end) {
      scheduler.runUntil(Math.min(end, scheduler.nanos() + STEP_NANOS));
      nobodyHome();
    }
    network.bridges().values().forEach(bridge -> bridge.device().plan().stop());
    long last = end + tailNanos;
    while (scheduler.nanos() < last) {
      scheduler.runUntil(Math.min(last, scheduler.nanos() + STEP_NANOS));
      nobodyHome();
    }
    network.bridges().values().forEach(this::alive);
  }

  // ---- invariants that need the world

  /**
   * 15: no port with a bridge behind it forwards longer than the hold time with nobody behind it.
   */
  private void nobodyHome() {
    long now = network.scheduler().nanos();
    for (Network.Bridge bridge : network.bridges().values()) {
      SimulatedSwitch device = bridge.device();
      String name = bridge.spec().name();
      if (!device.forwarderAlive() || device.border().holderAlive()) {
        silentSince.remove(name);
        continue;
      }
      long since = silentSince.computeIfAbsent(name, n -> now);
      long hold = 2 * bridge.spec().knob(Knob.HELLO, 1) * SECOND + 2 * STEP_NANOS;
      if (now - since > hold) {
        for (SetPortState state : bridge.plane().portStates()) {
          World.End end = new World.End(name, state.getBridgePort());
          if (state.getState() != PortState.PORT_STATE_DISCARDING && toBridge(end)) {
            problems.add("15: " + end + " forwards with nobody behind it");
          }
        }
      }
    }
  }

  private boolean toBridge(World.End end) {
    return world.links().stream()
        .anyMatch(link ->
            (link.a().equals(end) && world.bridge(link.b().name()).isPresent())
                || (link.b().equals(end) && world.bridge(link.a().name()).isPresent()));
  }

  /** 16: faults have stopped: one active, one standby in sync, everything answered. */
  private void alive(Network.Bridge bridge) {
    SimulatedSwitch device = bridge.device();
    String name = bridge.spec().name();
    long actives =
        device.supervisors().values().stream()
            .filter(supervisor -> supervisor.core().role() == Role.ACTIVE)
            .count();
    if (actives != 1 || !device.border().holderAlive()) {
      problems.add("16: " + name + " has " + actives + " active supervisors at the end");
    }
    if (bridge.spec().redundant() && !device.healed()) {
      problems.add("16: " + name + " is not redundant at the end");
    }
    if (device.requests().waiting()) {
      problems.add(name + " has not answered every request");
    }
    device
        .answers()
        .forEach((id, answer) -> {
          if (id.startsWith("request") && !answer.startsWith("yes")) {
            problems.add(name + " answered " + id + ": " + answer);
          }
        });
    for (String code : List.of("REHEARSAL", "ENGINE_EXCEPTION", "ROW_DAMAGED")) {
      String text = device.newestByCode().get(code);
      if (text != null) {
        problems.add(name + " told " + code + ": " + text);
      }
    }
  }

  // ---- the end

  private Outcome outcome() {
    TreeMap<String, Outcome.OfBridge> bridges = new TreeMap<>();
    network.bridges().forEach((name, bridge) -> bridges.put(name, outcome(bridge)));
    return new Outcome(
        bridges,
        network.flows(),
        problems,
        network.scheduler().nanos() - network.beginsNanos(),
        network.scheduler().executed());
  }

  private Outcome.OfBridge outcome(Network.Bridge bridge) {
    SimulatedSwitch device = bridge.device();
    TreeMap<String, String> end = new TreeMap<>();
    Image image = device.active().map(active -> active.core().image()).orElseGet(Image::new);
    StpView stp = StpView.of(image);
    stp.ports()
        .forEach((name, port) ->
            end.put(
                "port " + name,
                port.role()
                    + " "
                    + port.state()
                    + (port.edge() ? " edge" : "")
                    + (port.legacy() ? " legacy" : "")
                    + " cost "
                    + port.cost()));
    end.put("root", stp.rootId() + " at " + stp.rootPathCost() + " by " + stp.rootPort());
    tables(bridge, image, end);
    Trace trace = bridge.trace();
    return new Outcome.OfBridge(
        trace.hash(),
        trace.lines(),
        trace.moves(),
        stp.topologyChanges(),
        end,
        List.copyOf(device.takeovers()),
        image.rows(HistoryRow.getDefaultInstance()),
        device.events(),
        device.plan().strikes().stream()
            .map(one -> new FaultPlan.Strike(one.nanos() - network.beginsNanos(), one.fault()))
            .toList(),
        device.longestGapNanos(),
        device.boundaries());
  }

  /** What the data plane holds, and what the image says of it. */
  private void tables(Network.Bridge bridge, Image image, Map<String, String> end) {
    SwitchPlane plane = bridge.plane();
    TreeMap<Integer, PortState> states = new TreeMap<>();
    plane.portStates().forEach(state -> states.put(state.getBridgePort(), state.getState()));
    end.put("states", states.toString());
    end.put("vlans", plane.vlans().toString());
    end.put("statics", plane.staticMacs().toString());
    end.put("ports", plane.ports().toString());
    end.put("links", links(image));
    end.put(
        "configuration",
        image
            .row(ConfigRow.newBuilder().setKey(ConfigRow.Key.getDefaultInstance()).build())
            .map(row -> row.getVersion() + " " + Trace.hash(row.getConfig().toByteArray()))
            .orElse("none"));
    String learned = learned(plane).toString();
    end.put("learned", learned);
    TreeSet<String> rows = new TreeSet<>();
    image
        .rows(LearnedRow.getDefaultInstance())
        .forEach(row -> rows.add(entry(row.getKey().getMac(), row.getBridgePort())));
    if (problems.isEmpty() && !rows.toString().equals(learned)) {
      problems.add(
          bridge.spec().name() + " has learned " + learned + ", and its image says " + rows);
    }
  }

  private static String links(Image image) {
    TreeMap<String, Long> counts = new TreeMap<>();
    image
        .rows(StpPortRow.getDefaultInstance())
        .forEach(row -> counts.put(row.getName(), row.getDownCount()));
    return counts.toString();
  }

  private static Set<String> learned(SwitchPlane plane) {
    TreeSet<String> result = new TreeSet<>();
    LearnedInput batch = plane.learnedAfter(-1, 0);
    for (LearnedChange change : batch.getChangesList()) {
      result.add(entry(change.getMac(), change.getBridgePort()));
    }
    return result;
  }

  private static String entry(com.google.protobuf.ByteString mac, int port) {
    return java.util.HexFormat.of().formatHex(mac.toByteArray()) + "@" + port;
  }
}
