package dev.understudy.supervisor.management;

import dev.understudy.core.Image;
import dev.understudy.core.ImageView;
import dev.understudy.protocols.fdb.FdbView;
import dev.understudy.protocols.ports.PortsView;
import dev.understudy.schema.BridgePortRow;
import dev.understudy.schema.PortRow;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Interfaces, VLANs and addresses. */
final class PortDocuments {
  private PortDocuments() {}

  static JsonNode interfaces(Image image) {
    Map<String, BridgePortRow> bridgePorts = bridgePorts(image);
    ObjectNode document = Json.object();
    ObjectNode ports = document.putObject("ports");
    for (PortsView.Interface port : PortsView.interfaces(image)) {
      BridgePortRow bridgePort =
          bridgePorts.getOrDefault(port.name(), BridgePortRow.getDefaultInstance());
      ObjectNode object =
          ports
              .putObject(port.name())
              .put("number", port.number())
              .put("mac", Json.textOrNull(port.mac()))
              .put("attachment", port.attachment().replace(" to ", " -> "))
              .put("adminUp", port.adminUp())
              .put("present", port.present())
              .put("linkUp", port.linkUp())
              .put("operational", port.operational())
              .put("speedMbps", port.speedMbps() == 0 ? null : port.speedMbps())
              .put("fullDuplex", port.fullDuplex())
              .put("mtu", port.mtu() == 0 ? null : port.mtu())
              .put("errDisabled", Json.textOrNull(port.errDisabled()))
              .put("error", Json.textOrNull(port.error()))
              .put("linkChanges", port.linkChanges())
              .put("downCount", port.downCount())
              .put("lastChange", Json.textOrNull(port.lastChange()))
              .put("outputFailures", port.outputFailures())
              .put("lastOutputFailure", Json.textOrNull(port.lastOutputFailure()));
      vlans(object, bridgePort);
    }
    return document;
  }

  private static void vlans(ObjectNode port, BridgePortRow row) {
    boolean trunk = row.getTrunkVlansCount() > 0;
    port.put("accessVlan", trunk ? null : row.getAccessVlan());
    ArrayNode trunkVlans = port.putArray("trunkVlans");
    row.getTrunkVlansList().forEach(trunkVlans::add);
    port.put("nativeVlan", trunk && row.getNativeVlan() != 0 ? row.getNativeVlan() : null);
  }

  private static Map<String, BridgePortRow> bridgePorts(ImageView image) {
    Map<Integer, BridgePortRow> byNumber = new TreeMap<>();
    image
        .rows(BridgePortRow.getDefaultInstance())
        .forEach(row -> byNumber.put(row.getKey().getBridgePort(), row));
    Map<String, BridgePortRow> byName = new TreeMap<>();
    for (PortRow port : image.rows(PortRow.getDefaultInstance())) {
      BridgePortRow row = byNumber.get(port.getBridgePort());
      if (row != null) {
        byName.put(port.getName(), row);
      }
    }
    return byName;
  }

  static JsonNode vlans(Image image) {
    ObjectNode document = Json.object();
    ObjectNode vlans = document.putObject("vlans");
    for (PortsView.Vlan vlan : PortsView.vlans(image)) {
      ObjectNode object = vlans.putObject(Integer.toString(vlan.vid())).put("name", vlan.name());
      ObjectNode ports = object.putObject("ports");
      vlan.untagged().forEach(port -> ports.put(port, "untagged"));
      vlan.tagged().forEach(port -> ports.put(port, "tagged"));
    }
    return document;
  }

  static JsonNode macAddressTable(Image image) {
    ObjectNode document = Json.object();
    ArrayNode entries = document.putArray("entries");
    for (FdbView.MacAddressEntry entry : FdbView.macAddressTable(image)) {
      entries
          .addObject()
          .put("vlan", entry.vid())
          .put("mac", entry.mac())
          .put("port", entry.port())
          .put("type", entry.type().equals("static") ? "static" : "learned");
    }
    return document;
  }
}
