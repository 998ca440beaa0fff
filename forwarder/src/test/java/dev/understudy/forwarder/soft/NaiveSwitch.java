package dev.understudy.forwarder.soft;

import dev.understudy.schema.PortState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A switch as one would explain it, with maps and lists, made to be compared with {@link
 * SoftSwitch}. Each VLAN has its own FID of the same number.
 */
final class NaiveSwitch {
  /** A port. */
  static final class Port {
    final Set<Integer> vlans = new TreeSet<>();
    int untagged;
    boolean up;
    final Map<Integer, PortState> states = new HashMap<>();

    PortState state(int tree) {
      return states.getOrDefault(tree, PortState.PORT_STATE_DISCARDING);
    }
  }

  /** Where an address was seen last, and when. */
  record Seen(int port, long atNanos) {}

  /** What happened to a frame. */
  record Fate(List<String> sent, List<String> punted, String drop) {}

  final Map<Integer, Port> ports = new TreeMap<>();
  final Map<Integer, Integer> treeOfVlan = new TreeMap<>();
  final Map<String, Seen> learned = new TreeMap<>();
  final Map<String, Integer> statics = new HashMap<>();
  long ageingNanos = 300_000_000_000L;
  boolean takesBpdus;

  void link(int number, boolean up) {
    Port port = ports.get(number);
    if (port != null) {
      port.up = up;
      if (!up) {
        port.states.clear();
        forget(number, -1);
      }
    }
  }

  /** Forgets addresses of a port (0: all) in a VLAN (-1: all). */
  void forget(int port, int vlan) {
    learned
        .entrySet()
        .removeIf(entry ->
            (port == 0 || entry.getValue().port() == port)
                && (vlan == -1 || vlanOf(entry.getKey()) == vlan));
  }

  private static int vlanOf(String key) {
    return Integer.parseInt(key.substring(0, key.indexOf(' ')));
  }

  Fate receive(int number, byte[] frame, long now) {
    Port in = ports.get(number);
    if (in == null) {
      return dropped("no-port");
    }
    String octets = HexFormat.of().formatHex(frame);
    if (frame.length < 14) {
      return dropped("drop-too-short");
    }
    if (!in.up) {
      return dropped("drop-port-down");
    }
    String destination = octets.substring(0, 12);
    String source = octets.substring(12, 24);
    if ((frame[6] & 1) != 0) {
      return dropped("drop-source-group");
    }
    String tag = "";
    String rest = octets.substring(24);
    if (rest.startsWith("8100") && frame.length >= 18) {
      tag = rest.substring(4, 8);
      rest = rest.substring(8);
    }
    int vid = tag.isEmpty() ? 0 : Integer.parseInt(tag, 16) & 0xFFF;
    if (destination.startsWith("0180c200000")) {
      if (takesBpdus && destination.endsWith("0000") && vid == 0) {
        return new Fate(List.of(), List.of(number + " stp " + destination + source + rest), "");
      }
      return dropped("drop-reserved-address");
    }
    if (vid == 0) {
      vid = in.untagged;
    }
    if (vid == 0) {
      return dropped("drop-untagged");
    }
    Integer tree = treeOfVlan.get(vid);
    if (tree == null) {
      return dropped("drop-vlan-unknown");
    }
    if (!in.vlans.contains(vid)) {
      return dropped("drop-vlan-not-member");
    }
    if (in.state(tree) == PortState.PORT_STATE_DISCARDING) {
      return dropped("drop-port-discarding");
    }
    if (!statics.containsKey(key(vid, source)) && !source.equals("000000000000")) {
      learned.put(key(vid, source), new Seen(number, now));
    }
    if (in.state(tree) == PortState.PORT_STATE_LEARNING) {
      return dropped("drop-port-learning");
    }
    Map<Integer, Port> candidates = new TreeMap<>(ports);
    String drop = "drop-no-egress";
    if ((frame[0] & 1) == 0) {
      Integer known = statics.get(key(vid, destination));
      if (known == null) {
        Seen seen = learned.get(key(vid, destination));
        if (seen != null && now - seen.atNanos() < ageingNanos) {
          known = seen.port();
        }
      }
      if (known != null) {
        candidates.keySet().retainAll(Set.of(known));
        drop = known == number ? "drop-same-port" : "drop-egress-blocked";
      }
    }
    candidates.remove(number);
    List<String> sent = new ArrayList<>();
    for (Map.Entry<Integer, Port> candidate : candidates.entrySet()) {
      Port out = candidate.getValue();
      if (out.up && out.vlans.contains(vid) && out.state(tree) == PortState.PORT_STATE_FORWARDING) {
        String priority = tag.isEmpty() ? "0" : tag.substring(0, 1);
        String outTag = out.untagged == vid ? "" : "8100" + priority + String.format("%03x", vid);
        sent.add(candidate.getKey() + " " + destination + source + outTag + rest);
      }
    }
    return new Fate(sent, List.of(), sent.isEmpty() ? drop : "");
  }

  private static Fate dropped(String reason) {
    return new Fate(List.of(), List.of(), reason);
  }

  static String key(int vid, String mac) {
    return vid + " " + Long.toHexString(Long.parseLong(mac, 16));
  }

  void vlans(int port, int untagged, Integer... tagged) {
    Port changed = ports.computeIfAbsent(port, _ -> new Port());
    Set<Integer> before = new TreeSet<>(changed.vlans);
    final int untaggedBefore = changed.untagged;
    changed.vlans.clear();
    changed.vlans.addAll(Arrays.asList(tagged));
    changed.untagged = untagged;
    if (untagged != 0) {
      changed.vlans.add(untagged);
    }
    before.removeAll(changed.vlans);
    if (untaggedBefore != untagged) {
      before.add(untaggedBefore);
    }
    before.forEach(vlan -> forget(port, vlan));
  }
}
