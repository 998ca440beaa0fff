package dev.understudy.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A network and what happens to it, in a few lines of text.
 *
 * <pre>
 * seed 7
 * run 12s
 * bridge sw redundant priority 4096 delay 0ns restart 30ms
 * bridge left priority 28672
 * host h1
 * host h2
 * link sw:1 left:1 delay 5us loss 10000ppm
 * link sw:2 left:2
 * link h1:1 sw:3
 * link h2:1 left:3
 * port sw:3 edge 1
 * flow h1 h2 every 7ms
 * at 3s pull sw:1
 * at 4s set sw:2 cost 100
 * fault sw after 37 crash active
 * fault sw at-once after 3 hang active for 230ms
 * </pre>
 *
 * Everything else follows from the seed. Times are counted from the beginning of the world.
 *
 * @param seed of what links do to frames
 */
public record World(
    long seed,
    long runNanos,
    List<Bridge> bridges,
    List<String> hosts,
    List<Link> links,
    List<Port> ports,
    List<Flow> flows,
    List<Change> changes,
    List<Fault> faults) {

  public World {
    bridges = List.copyOf(bridges);
    hosts = List.copyOf(hosts);
    links = List.copyOf(links);
    ports = List.copyOf(ports);
    flows = List.copyOf(flows);
    changes = List.copyOf(changes);
    faults = List.copyOf(faults);
  }

  /** One end of a link: a bridge's or host's port. */
  public record End(String name, int port) implements Comparable<End> {
    @Override
    public int compareTo(End other) {
      int byName = name.compareTo(other.name);
      return byName != 0 ? byName : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
      return name + ":" + port;
    }
  }

  /**
   * A bridge.
   *
   * @param delayNanos of its internal connections; with 0 takeovers take no time
   * @param restartNanos until a supervisor that ended is there again
   */
  public record Bridge(
      String name, boolean redundant, long delayNanos, long restartNanos, Map<String, Long> knobs) {
    public Bridge {
      knobs = java.util.Collections.unmodifiableMap(new TreeMap<>(knobs));
    }

    long knob(Knob knob, long otherwise) {
      return knobs.getOrDefault(knob.text, otherwise);
    }
  }

  /** A link; what it does to frames is in parts of a million. */
  public record Link(End a, End b, long delayNanos, int lossPpm, int duplicatePpm, int reorderPpm) {
    boolean impaired() {
      return lossPpm + duplicatePpm + reorderPpm > 0;
    }
  }

  /** A port's configuration, where it isn't the default. */
  public record Port(End end, Map<String, Long> knobs) {
    public Port {
      knobs = java.util.Collections.unmodifiableMap(new TreeMap<>(knobs));
    }
  }

  /** Numbered frames from a host to another. */
  public record Flow(String from, String to, long everyNanos) {}

  /** What happens to the network; with and without faults. */
  public record Change(long atNanos, What what, End end, String knob, long value) {
    /** What happens. */
    public enum What {
      PULL,
      PLUG,
      /** A configuration of a bridge (port 0) or of its port. */
      SET,
      /** So many octet strings that are no BPDUs come in by a port, all at once. */
      FLOOD,
      /** A link runs at another speed without having been down. */
      SPEED,
      /** A BPDU of somebody who would be root comes in by a port. */
      ROGUE
    }
  }

  /**
   * What happens within a redundant bridge. Faults of a bridge come one after the other.
   *
   * @param atOnce doesn't wait until the bridge is redundant again and rows have changed
   * @param after so many messages later
   * @param durationNanos 0 where it doesn't apply
   */
  public record Fault(
      String bridge, boolean atOnce, long after, FaultKind kind, long durationNanos) {}

  /** Without its faults: what an observer compares with. */
  public World withoutFaults() {
    return withFaults(List.of());
  }

  World withFaults(List<Fault> others) {
    return new World(seed, runNanos, bridges, hosts, links, ports, flows, changes, others);
  }

  World withChanges(List<Change> others) {
    return new World(seed, runNanos, bridges, hosts, links, ports, flows, others, faults);
  }

  Optional<Bridge> bridge(String name) {
    return bridges.stream().filter(bridge -> bridge.name.equals(name)).findFirst();
  }

  /**
   * True if nothing in this world makes a takeover take time: then nothing at all may be different
   * outside, octet by octet.
   */
  public boolean instant() {
    return bridges.stream().allMatch(bridge -> bridge.delayNanos == 0)
        && faults.stream().allMatch(fault -> fault.kind.instant() && !fault.atOnce);
  }

  /** True if every fault finds the bridge redundant and leaves one supervisor that knows all. */
  public boolean harmless() {
    return faults.stream().allMatch(fault -> fault.kind.harmless() && !fault.atOnce);
  }

  /** The text of this world; {@link WorldParser} reads it back. */
  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    lines.add("seed " + seed);
    lines.add("run " + WorldParser.duration(runNanos));
    for (Bridge bridge : bridges) {
      lines.add(
          "bridge "
              + bridge.name
              + (bridge.redundant ? " redundant" : "")
              + " delay "
              + WorldParser.duration(bridge.delayNanos)
              + " restart "
              + WorldParser.duration(bridge.restartNanos)
              + knobs(bridge.knobs));
    }
    hosts.forEach(host -> lines.add("host " + host));
    for (Link link : links) {
      lines.add(
          "link "
              + link.a
              + " "
              + link.b
              + " delay "
              + WorldParser.duration(link.delayNanos)
              + ppm(" loss ", link.lossPpm)
              + ppm(" duplicate ", link.duplicatePpm)
              + ppm(" reorder ", link.reorderPpm));
    }
    ports.forEach(port -> lines.add("port " + port.end + knobs(port.knobs)));
    flows.forEach(flow ->
        lines.add(
            "flow "
                + flow.from
                + " "
                + flow.to
                + " every "
                + WorldParser.duration(flow.everyNanos)));
    changes.stream()
        .sorted(Comparator.comparingLong(Change::atNanos))
        .forEach(change -> lines.add(line(change)));
    faults.forEach(fault -> lines.add(line(fault)));
    return String.join("\n", lines) + "\n";
  }

  private static String ppm(String name, int value) {
    return value == 0 ? "" : name + value + "ppm";
  }

  private static String knobs(Map<String, Long> knobs) {
    StringBuilder text = new StringBuilder();
    knobs.forEach((name, value) -> text.append(' ').append(name).append(' ').append(value));
    return text.toString();
  }

  private static String line(Change change) {
    String at = "at " + WorldParser.duration(change.atNanos) + " ";
    return switch (change.what) {
      case PULL -> at + "pull " + change.end;
      case PLUG -> at + "plug " + change.end;
      case FLOOD -> at + "flood " + change.end + " " + change.value;
      case SPEED -> at + "speed " + change.end + " " + change.value;
      case ROGUE -> at + "rogue " + change.end;
      case SET ->
          at
              + "set "
              + (change.end.port == 0 ? change.end.name : change.end.toString())
              + " "
              + change.knob
              + " "
              + change.value;
    };
  }

  static String line(Fault fault) {
    return "fault "
        + fault.bridge
        + (fault.atOnce ? " at-once" : "")
        + " after "
        + fault.after
        + " "
        + fault.kind.text()
        + (fault.durationNanos == 0 ? "" : " for " + WorldParser.duration(fault.durationNanos));
  }
}
