package dev.understudy.simulation;

import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Where each host is, seen from each bridge: by which port, along the ports that forward at the
 * end.
 *
 * <p>Frames to an address that was just flushed are flooded, and whoever gets them learns. Which
 * frames those are depends on the order of frames and flushes, which a takeover that takes time
 * amid a change may move. So a bridge may know an address afterwards that it would not have known,
 * or the other way round; but what it knows must be right.
 */
final class Directions {
  private final World world;
  private final Map<String, Outcome.OfBridge> bridges;
  private final TreeMap<World.End, World.End> links = new TreeMap<>();

  /** By bridge, what is right to be learned there. */
  private final TreeMap<String, TreeSet<String>> right = new TreeMap<>();

  Directions(World world, Map<String, Outcome.OfBridge> bridges) {
    this.world = world;
    this.bridges = bridges;
    for (World.Link link : world.links()) {
      links.put(link.a(), link.b());
      links.put(link.b(), link.a());
    }
    List<String> hosts = world.hosts();
    for (int i = 0; i < hosts.size(); i++) {
      walk(hosts.get(i), HexFormat.of().toHexDigits(Network.hostMac(i), 12));
    }
  }

  /** A learned address, as outcomes have it. */
  static String entry(String mac, int port) {
    return mac + "@" + port;
  }

  /** Whether one of two lists of learned addresses has one that is wrong, or both differ in one. */
  boolean agree(String bridge, String one, String other) {
    Set<String> different = entries(one);
    Set<String> others = entries(other);
    TreeSet<String> same = new TreeSet<>(different);
    same.retainAll(others);
    different.addAll(others);
    different.removeAll(same);
    return right.getOrDefault(bridge, new TreeSet<>()).containsAll(different);
  }

  private static Set<String> entries(String list) {
    Set<String> entries = new TreeSet<>(List.of(list.substring(1, list.length() - 1).split(", ")));
    entries.remove("");
    return entries;
  }

  /** From a host through all bridges that its frames can reach. */
  private void walk(String host, String mac) {
    ArrayDeque<World.End> arrivals = new ArrayDeque<>();
    TreeSet<String> been = new TreeSet<>();
    arrive(new World.End(host, 1), arrivals);
    while (!arrivals.isEmpty()) {
      World.End in = arrivals.remove();
      if (!been.add(in.name())) {
        continue;
      }
      right.computeIfAbsent(in.name(), name -> new TreeSet<>()).add(entry(mac, in.port()));
      for (World.End out : links.keySet()) {
        if (out.name().equals(in.name()) && out.port() != in.port() && forwards(out)) {
          arrive(out, arrivals);
        }
      }
    }
  }

  private void arrive(World.End from, ArrayDeque<World.End> arrivals) {
    World.End to = links.get(from);
    boolean fromHost = world.bridge(from.name()).isEmpty();
    // A host whose link is down is still known where it was.
    if (to != null && world.bridge(to.name()).isPresent() && (fromHost || forwards(to))) {
      arrivals.add(to);
    }
  }

  private boolean forwards(World.End end) {
    return Objects.requireNonNull(bridges.get(end.name()))
        .end()
        .getOrDefault("state p" + end.port(), "")
        .equals("PORT_STATE_FORWARDING");
  }
}
