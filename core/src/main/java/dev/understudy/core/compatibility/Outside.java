package dev.understudy.core.compatibility;

import java.util.Map;

/** What an observer outside may notice when a table or field does not come through a takeover. */
final class Outside {
  private static final String HANDSHAKE =
      "the port proposes again; its neighbour answers within a hello, no port leaves forwarding";

  private static final Map<String, String> FIELDS =
      Map.ofEntries(
          Map.entry("stp-tree-port.agree", HANDSHAKE),
          Map.entry("stp-tree-port.agreed", HANDSHAKE),
          Map.entry("stp-tree-port.proposed", HANDSHAKE),
          Map.entry("stp-tree-port.proposing", HANDSHAKE),
          Map.entry("stp-tree-port.synced", HANDSHAKE),
          Map.entry("stp-tree-port.sync", HANDSHAKE),
          Map.entry("stp-port.send_rstp", "one legacy BPDU or RST BPDU where the other is right"),
          Map.entry("stp-port.tx_count", "up to the transmit hold count of BPDUs more in a second"),
          Map.entry("port.link_changes", "a counter that goes back"),
          Map.entry("counter.value", "a counter that goes back"));

  private static final Map<String, String> TABLES =
      Map.of(
          "stp-bridge", "roles are computed anew: topology changes, seconds of loss",
          "stp-port", "a port may change its role: a topology change",
          "stp-tree-port", "a port may leave forwarding for twice the forward delay",
          "timer", "something that is due happens at another time",
          "port-state", "the port is closed and opened by the protocol again",
          "learned", "frames are flooded until addresses are learned again",
          "static-mac", "frames to that address are flooded",
          "vlan", "frames of that VLAN are dropped",
          "bridge-port", "the port's VLANs may change");

  private Outside() {}

  /** Empty for nothing. */
  static String of(String table, String field) {
    String first = field.contains(".") ? field.substring(0, field.indexOf('.')) : field;
    return FIELDS.getOrDefault(table + "." + first, TABLES.getOrDefault(table, ""));
  }
}
