package dev.understudy.simulation;

import dev.understudy.core.Image;
import dev.understudy.core.RowKey;
import dev.understudy.core.Tables;
import dev.understudy.protocols.stp.StpView;
import dev.understudy.replication.Role;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.HistoryRow;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LearnedRow;
import dev.understudy.schema.RequestRow;
import dev.understudy.schema.StpPortRow;
import dev.understudy.schema.TermRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Runs one world once, from its beginning to its end, and says what came of it. */
final class Simulation {
  static final long STEP_NANOS = 100_000_000L;
  private static final long SECOND = 1_000_000_000L;

  /** Tables that are not the same after takeovers. */
  private static final Set<Integer> OF_TAKEOVERS =
      Set.of(
          Tables.number(TermRow.getDefaultInstance()),
          Tables.number(HistoryRow.getDefaultInstance()),
          Tables.number(RequestRow.getDefaultInstance()));

  private final World world;
  private final Network network;
  private final List<String> problems = new ArrayList<>();
  private final NobodyHome nobodyHome;

  private Simulation(World world, boolean keepLines, Tampering tampering) {
    this.world = world;
    this.network = new Network(world, keepLines, tampering);
    this.nobodyHome = new NobodyHome(world, network, problems);
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

  /**
   * What must pass before a judgement: neighbours and history rows react late, and whoever died
   * last must be there again and in sync.
   */
  static long tail(World world) {
    long hello = 1;
    long back = 0;
    for (World.Bridge bridge : world.bridges()) {
      hello = Math.max(hello, bridge.knob(Knob.HELLO, 1));
      back = Math.max(back, bridge.redundant() ? bridge.restartNanos() + SECOND : 0);
    }
    return Math.max(Math.max(back, (3 * hello + 1) * SECOND), world.harmless() ? 0 : settle(world));
  }

  /** The longest that spanning trees may take to come to rest: old information, then states. */
  static long settle(World world) {
    long settle = 0;
    for (World.Bridge bridge : world.bridges()) {
      settle =
          Math.max(
              settle, bridge.knob(Knob.MAX_AGE, 6) + 2 * bridge.knob(Knob.FORWARD_DELAY, 4) + 2);
    }
    return settle * SECOND;
  }

  private void toTheEnd(long tailNanos) {
    Scheduler scheduler = network.scheduler();
    long end = network.beginsNanos() + world.runNanos();
    while (scheduler.nanos() < end) {
      scheduler.runUntil(Math.min(end, scheduler.nanos() + STEP_NANOS));
      nobodyHome.check();
    }
    network.bridges().values().forEach(bridge -> bridge.device().plan().stop());
    long last = end + tailNanos;
    while (scheduler.nanos() < last) {
      scheduler.runUntil(Math.min(last, scheduler.nanos() + STEP_NANOS));
      nobodyHome.check();
    }
    network.bridges().values().forEach(this::alive);
  }

  // ---- invariants that need the world

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
      boolean onPurpose =
          code.equals("ENGINE_EXCEPTION")
              && (device.plan().struck(FaultKind.FAULTY_ENGINE)
                  || device.witness().inputsSkipped());
      if (text != null && !onPurpose) {
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
    if (world.instant()) {
      rows(image, end);
    }
    Trace trace = bridge.trace();
    return new Outcome.OfBridge(
        trace.hash(),
        trace.lines(),
        trace.moves(),
        trace.movedNanos().stream().map(nanos -> nanos - network.beginsNanos()).toList(),
        stp.topologyChanges(),
        end,
        List.copyOf(device.witness().takeovers()),
        image.rows(HistoryRow.getDefaultInstance()),
        device.events(),
        device.plan().strikes().stream()
            .map(one -> new FaultPlan.Strike(one.nanos() - network.beginsNanos(), one.fault()))
            .toList(),
        device.witness().longestGapNanos(),
        device.witness().inputsLost(),
        device.witness().inputsSkipped(),
        device.newestByCode().containsKey("FAIL_SAFE"),
        device.boundaries());
  }

  /** All rows, but those that takeovers and their requests leave. */
  private static void rows(Image image, Map<String, String> end) {
    for (int table : image.tables()) {
      if (!OF_TAKEOVERS.contains(table)) {
        end.put("table " + Tables.name(table), image.digest(RowKey.first(table), null).toString());
      }
    }
  }

  /** What the data plane holds, and what the image says of it. */
  private void tables(Network.Bridge bridge, Image image, Map<String, String> end) {
    SwitchPlane plane = bridge.plane();
    plane
        .portStates()
        .forEach(state ->
            end.put("state p" + bridge.end(state.getBridgePort()).port(), state.getState().name()));
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
    String learned = learned(bridge).toString();
    end.put("learned", learned);
    TreeSet<String> rows = new TreeSet<>();
    image
        .rows(LearnedRow.getDefaultInstance())
        .forEach(row -> rows.add(entry(bridge, row.getKey().getMac(), row.getBridgePort())));
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

  private static Set<String> learned(Network.Bridge bridge) {
    TreeSet<String> result = new TreeSet<>();
    LearnedInput batch = bridge.plane().learnedAfter(-1, 0);
    for (LearnedChange change : batch.getChangesList()) {
      result.add(entry(bridge, change.getMac(), change.getBridgePort()));
    }
    return result;
  }

  private static String entry(
      Network.Bridge bridge, com.google.protobuf.ByteString mac, int number) {
    return java.util.HexFormat.of().formatHex(mac.toByteArray()) + "@" + bridge.end(number).port();
  }
}
