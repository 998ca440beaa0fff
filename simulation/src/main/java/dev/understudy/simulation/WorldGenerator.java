package dev.understudy.simulation;

import dev.understudy.simulation.World.Bridge;
import dev.understudy.simulation.World.Change;
import dev.understudy.simulation.World.End;
import dev.understudy.simulation.World.Fault;
import dev.understudy.simulation.World.Flow;
import dev.understudy.simulation.World.Link;
import dev.understudy.simulation.World.Port;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Makes a world of a seed: at least three bridges with loops, hosts that talk, changes under way,
 * and faults. The same seed makes the same world wherever it is.
 */
public final class WorldGenerator {
  private static final long MICRO = 1_000L;
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000_000_000L;

  private final Random random;
  private final long seed;
  private final List<Bridge> bridges = new ArrayList<>();
  private final List<String> hosts = new ArrayList<>();
  private final List<Link> links = new ArrayList<>();
  private final TreeMap<End, Map<String, Long>> ports = new TreeMap<>();
  private final List<Flow> flows = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();
  private final TreeMap<String, Integer> lastPort = new TreeMap<>();
  private final Style style;
  private long runNanos;

  /** What kind of faults a world has, and how they are judged. */
  public enum Style {
    /** Takeovers that take no time: everything outside must be identical. */
    INSTANT,
    /** Takeovers that take time. */
    TIMED,
    /** Faults that may be noticed, with a cause. */
    HARMFUL
  }

  private WorldGenerator(long seed) {
    this.seed = seed;
    this.random = new Random(Trace.mix(seed));
    int dice = random.nextInt(10);
    this.style = dice < 6 ? Style.INSTANT : dice < 8 ? Style.TIMED : Style.HARMFUL;
  }

  public static World world(long seed) {
    return new WorldGenerator(seed).make();
  }

  private World make() {
    boolean legacy = chance(15);
    runNanos = (legacy ? 28 : 10 + random.nextInt(8)) * SECOND;
    int count = 3 + random.nextInt(3);
    long hello = chance(80) ? 1 : 2;
    for (int i = 0; i < count; i++) {
      bridges.add(bridge(i, legacy && i == count - 1, hello));
    }
    linkBridges();
    addHosts();
    impair();
    if (style != Style.TIMED || chance(50)) {
      addChanges();
    }
    addFaults();
    List<Port> portList = new ArrayList<>();
    ports.forEach((end, knobs) -> portList.add(new Port(end, knobs)));
    return new World(seed, runNanos, bridges, hosts, links, portList, flows, changes, faults);
  }

  private Bridge bridge(int index, boolean legacy, long hello) {
    TreeMap<String, Long> knobs = new TreeMap<>();
    knobs.put(Knob.PRIORITY.text, 4096L * random.nextInt(16));
    if (hello != 1) {
      knobs.put(Knob.HELLO.text, hello);
    }
    if (legacy) {
      knobs.put(Knob.LEGACY.text, 1L);
    }
    if (chance(50)) {
      knobs.put(Knob.RECOVERY.text, 1L + random.nextInt(4));
    }
    if (chance(15)) {
      knobs.put(Knob.TX_HOLD.text, 1L + random.nextInt(3));
    }
    boolean redundant = index == 0 || (!legacy && chance(30));
    // What isn't looked at closely may tick more slowly.
    knobs.put(Knob.TICK.text, redundant ? pick(20L, 20L, 20L, 10L, 40L) : 100L);
    long delay = style == Style.INSTANT || !redundant ? 0 : pick(20L, 100L, 500L) * MICRO;
    long restart =
        style == Style.INSTANT
            ? pick(5L, 10L, 40L) * MILLI
            : style == Style.TIMED ? pick(30L, 300L) * MILLI : pick(30L, 300L, 5_000L) * MILLI;
    return new Bridge(index == 0 ? "sw" : "b" + index, redundant, delay, restart, knobs);
  }

  private void linkBridges() {
    int count = bridges.size();
    for (int i = 0; i < count; i++) {
      link(i, (i + 1) % count);
    }
    int more = random.nextInt(3);
    for (int i = 0; i < more; i++) {
      int one = random.nextInt(count);
      link(one, (one + 1 + random.nextInt(count - 1)) % count);
    }
  }

  private void link(int one, int other) {
    link(nextEnd(bridges.get(one).name()), nextEnd(bridges.get(other).name()));
  }

  private void link(End a, End b) {
    links.add(new Link(a, b, (1 + random.nextInt(500)) * MICRO, 0, 0, 0));
  }

  private End nextEnd(String name) {
    return new End(name, lastPort.merge(name, 1, Integer::sum));
  }

  private void addHosts() {
    int count = 2 + random.nextInt(2);
    for (int i = 0; i < count; i++) {
      String host = "h" + (i + 1);
      hosts.add(host);
      End end = nextEnd(bridges.get(i == 0 ? 0 : random.nextInt(bridges.size())).name());
      link(new End(host, 1), end);
      if (chance(70) || style == Style.TIMED) {
        knob(end, Knob.EDGE, 1);
      }
      if (chance(20)) {
        knob(end, Knob.BPDU_GUARD, 1);
      }
    }
    for (int i = 0; i < count; i++) {
      flows.add(
          new Flow(
              hosts.get(i),
              hosts.get((i + 1) % count),
              (10 + random.nextInt(60)) * MILLI + random.nextInt(1_000) * MICRO));
    }
  }

  private void knob(End end, Knob knob, long value) {
    ports.computeIfAbsent(end, e -> new TreeMap<>()).put(knob.text, value);
  }

  private void impair() {
    if (!chance(30)) {
      return;
    }
    for (int i = 0; i < links.size(); i++) {
      Link link = links.get(i);
      if (chance(40)) {
        links.set(
            i,
            new Link(
                link.a(),
                link.b(),
                link.delayNanos(),
                random.nextInt(20_000),
                random.nextInt(10_000),
                random.nextInt(50_000)));
      }
    }
  }

  private void addChanges() {
    int count = random.nextInt(7);
    for (int i = 0; i < count; i++) {
      long at = between(3_500, runNanos / MILLI - 4_000) * MILLI + random.nextInt(1_000) * MICRO;
      switch (random.nextInt(10)) {
        case 0, 1 -> flap(at);
        case 2 -> set(at, new End(anyBridge(), 0), Knob.PRIORITY, 4096L * random.nextInt(16));
        case 3 -> set(at, anyBridgeLink().a(), Knob.COST, pick(100L, 2_000L, 20_000L, 200_000L));
        case 4 -> set(at, anyBridgeLink().b(), Knob.PORT_PRIORITY, 16L * random.nextInt(16));
        case 5, 6 -> rogue(at);
        case 7 -> speed(at);
        case 8 -> leaveOut(at);
        default -> flood(at);
      }
    }
    if (chance(30)) {
      leave();
    }
  }

  /** A link runs faster or slower, maybe after it was down; what it costs follows. */
  private void speed(long at) {
    Link link = links.get(random.nextInt(links.size()));
    if (at / MILLI % 2 == 0) {
      changes.add(new Change(at - 900 * MILLI, Change.What.PULL, link.a(), "", 0));
      changes.add(new Change(at - 400 * MILLI, Change.What.PLUG, link.a(), "", 0));
    }
    changes.add(new Change(at, Change.What.SPEED, link.a(), "", pick(10L, 100L, 1_000L)));
  }

  /** A port is left out of the configuration for a while. */
  private void leaveOut(long at) {
    End end = hostLink(bridges.getFirst().name()).b();
    set(at, end, Knob.CONFIGURED, 0);
    set(at + between(1, 2_000) * MILLI, end, Knob.CONFIGURED, 1);
  }

  /** A host goes, and its addresses with it. */
  private void leave() {
    Link link = hostLink(anyBridge());
    changes.add(new Change(runNanos - 2 * SECOND, Change.What.PULL, link.a(), "", 0));
  }

  private void flap(long at) {
    Link link = links.get(random.nextInt(links.size()));
    long away = between(1, 2_500) * MILLI;
    changes.add(new Change(at, Change.What.PULL, link.a(), "", 0));
    changes.add(new Change(at + away, Change.What.PLUG, link.a(), "", 0));
  }

  private void set(long at, End end, Knob knob, long value) {
    changes.add(new Change(at, Change.What.SET, end, knob.text, value));
  }

  private void flood(long at) {
    changes.add(
        new Change(at, Change.What.FLOOD, anyBridgeLink().a(), "", 1 + random.nextInt(400)));
  }

  /** Somebody who would be root at a host's port, which is guarded more often than not. */
  private void rogue(long at) {
    End end = hostLink(chance(70) ? bridges.getFirst().name() : anyBridge()).b();
    if (chance(70)) {
      knob(end, Knob.BPDU_GUARD, 1);
    }
    changes.add(new Change(at, Change.What.ROGUE, end, "", 0));
  }

  /** A link of a host to a bridge, or of any host where none is there. */
  private Link hostLink(String bridge) {
    List<Link> among = links.stream().filter(link -> hosts.contains(link.a().name())).toList();
    List<Link> there = among.stream().filter(link -> link.b().name().equals(bridge)).toList();
    return there.isEmpty()
        ? among.get(random.nextInt(among.size()))
        : there.get(random.nextInt(there.size()));
  }

  private Link anyBridgeLink() {
    List<Link> among =
        links.stream()
            .filter(link -> !hosts.contains(link.a().name()) && !hosts.contains(link.b().name()))
            .toList();
    return among.get(random.nextInt(among.size()));
  }

  private String anyBridge() {
    return bridges.get(random.nextInt(bridges.size())).name();
  }

  // ---- faults

  private void addFaults() {
    for (Bridge bridge : bridges) {
      if (bridge.redundant()) {
        switch (style) {
          case INSTANT -> instant(bridge.name());
          case TIMED -> timed(bridge.name());
          case HARMFUL -> harmful(bridge.name());
        }
      }
    }
  }

  private void instant(String name) {
    FaultKind[] kinds = {
      FaultKind.CRASH_STANDBY, FaultKind.CRASH_IN_BRACKET, FaultKind.CRASH_AFTER_CLOSE,
      FaultKind.LOSE_ACTIVE, FaultKind.LOSE_ACTIVE, FaultKind.CUT_MODULES,
      FaultKind.SWITCHOVER, FaultKind.SWITCHOVER, FaultKind.CRASH_IN_SWITCHOVER,
      FaultKind.CRASH_STANDBY_IN_SNAPSHOT, FaultKind.FULL_DISK, FaultKind.LOSE_DISK
    };
    for (int i = 0; i < 300; i++) {
      FaultKind kind = chance(70) ? FaultKind.CRASH_ACTIVE : kinds[random.nextInt(kinds.length)];
      fault(name, kind, kind.lasts() ? between(1, 50) * MILLI : 0);
    }
  }

  private void timed(String name) {
    List<FaultKind> kinds = Arrays.stream(FaultKind.values()).filter(FaultKind::harmless).toList();
    int count = 3 + random.nextInt(10);
    for (int i = 0; i < count; i++) {
      FaultKind kind =
          chance(20) ? FaultKind.CRASH_ACTIVE : kinds.get(random.nextInt(kinds.size()));
      fault(name, kind, kind.lasts() ? between(5, 600) * MILLI : 0);
    }
  }

  private void harmful(String name) {
    FaultKind[] kinds = FaultKind.values();
    int count = 1 + random.nextInt(8);
    for (int i = 0; i < count; i++) {
      FaultKind kind = kinds[random.nextInt(kinds.length)];
      boolean atOnce = i > 0 && chance(50);
      faults.add(new Fault(name, atOnce, random.nextInt(atOnce ? 60 : 200), kind, howLong(kind)));
    }
  }

  private long howLong(FaultKind kind) {
    return switch (kind) {
      case FAULTY_ENGINE -> between(100, 5_000) * MILLI;
      case FULL_LOG -> between(1_200, 1_900) * MILLI;
      default -> kind.lasts() ? between(5, 1_500) * MILLI : 0;
    };
  }

  private void fault(String name, FaultKind kind, long durationNanos) {
    faults.add(new Fault(name, false, random.nextInt(60), kind, durationNanos));
  }

  private long between(long least, long most) {
    return least + random.nextLong(most - least + 1);
  }

  private long pick(long... values) {
    return values[random.nextInt(values.length)];
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }
}
