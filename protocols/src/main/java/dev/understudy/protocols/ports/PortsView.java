package dev.understudy.protocols.ports;

import dev.understudy.core.ImageView;
import dev.understudy.schema.BridgePortRow;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.PortIdentityRow;
import dev.understudy.schema.PortRow;
import dev.understudy.schema.VlanRow;
import dev.understudy.wire.MacAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What {@code show interfaces} and {@code show vlans} say, from an image alone. */
public final class PortsView {
  private PortsView() {}

  /**
   * One port.
   *
   * @param speedMbps 0: unknown
   * @param errDisabled empty, or the reason
   * @param error empty, or why the forwarder can't use it
   * @param lastChange ISO 8601, UTC; empty: never
   * @param attachment for example {@code interface eth4}, {@code tap tap0}, {@code udp
   *     127.0.0.1:9001 to 127.0.0.1:9101}
   */
  public record Interface(
      String name,
      int number,
      String mac,
      String attachment,
      boolean adminUp,
      boolean present,
      boolean linkUp,
      boolean operational,
      int speedMbps,
      boolean fullDuplex,
      int mtu,
      String errDisabled,
      String error,
      long linkChanges,
      long downCount,
      String lastChange,
      long outputFailures,
      String lastOutputFailure) {}

  /** One VLAN with the names of the ports on which its frames leave. */
  public record Vlan(int vid, String name, List<String> tagged, List<String> untagged) {}

  /** By number. */
  public static List<Interface> interfaces(ImageView image) {
    Map<String, String> macs = new TreeMap<>();
    image
        .rows(PortIdentityRow.getDefaultInstance())
        .forEach(row -> macs.put(row.getKey().getName(), mac(row)));
    Map<String, String> attachments = attachments(image);
    Map<Integer, BridgePortRow> bridgePorts = bridgePorts(image);
    List<Interface> interfaces = new ArrayList<>();
    for (PortRow row : ports(image).values()) {
      BridgePortRow bridgePort =
          bridgePorts.getOrDefault(row.getBridgePort(), BridgePortRow.getDefaultInstance());
      interfaces.add(
          new Interface(
              row.getName(),
              row.getKey().getPort(),
              macs.getOrDefault(row.getName(), ""),
              attachments.getOrDefault(row.getName(), ""),
              row.getAdminUp(),
              row.getPresent(),
              row.getLinkUp(),
              bridgePort.getOperational(),
              row.getSpeedMbps(),
              row.getFullDuplex(),
              row.getMtu(),
              row.getErrDisabled(),
              row.getError(),
              row.getLinkChanges(),
              row.getDownCount(),
              time(row.getLastChangeWallMillis()),
              row.getOutputFailures(),
              row.getLastOutputFailure()));
    }
    return interfaces;
  }

  /** By VID. */
  public static List<Vlan> vlans(ImageView image) {
    TreeMap<Integer, Vlan> vlans = new TreeMap<>();
    for (VlanRow row : image.rows(VlanRow.getDefaultInstance())) {
      int vid = row.getKey().getVid();
      vlans.put(vid, new Vlan(vid, row.getName(), new ArrayList<>(), new ArrayList<>()));
    }
    Vlan none = new Vlan(0, "", new ArrayList<>(), new ArrayList<>());
    Map<Integer, BridgePortRow> bridgePorts = bridgePorts(image);
    for (PortRow port : ports(image).values()) {
      BridgePortRow row =
          bridgePorts.getOrDefault(port.getBridgePort(), BridgePortRow.getDefaultInstance());
      int untagged = row.getTrunkVlansCount() > 0 ? row.getNativeVlan() : row.getAccessVlan();
      vlans.getOrDefault(untagged, none).untagged.add(port.getName());
      row.getTrunkVlansList()
          .forEach(vid -> vlans.getOrDefault(vid, none).tagged.add(port.getName()));
    }
    return List.copyOf(vlans.values());
  }

  private static NavigableMap<Integer, PortRow> ports(ImageView image) {
    TreeMap<Integer, PortRow> ports = new TreeMap<>();
    image.rows(PortRow.getDefaultInstance()).forEach(row -> ports.put(row.getKey().getPort(), row));
    return ports;
  }

  private static NavigableMap<Integer, BridgePortRow> bridgePorts(ImageView image) {
    TreeMap<Integer, BridgePortRow> bridgePorts = new TreeMap<>();
    image
        .rows(BridgePortRow.getDefaultInstance())
        .forEach(row -> bridgePorts.put(row.getKey().getBridgePort(), row));
    return bridgePorts;
  }

  private static Map<String, String> attachments(ImageView image) {
    Map<String, String> attachments = new TreeMap<>();
    image
        .row(ConfigRow.newBuilder().setKey(ConfigRow.Key.getDefaultInstance()).build())
        .ifPresent(row ->
            row.getConfig()
                .getPortsList()
                .forEach(port -> attachments.put(port.getName(), attachment(port))));
    return attachments;
  }

  private static String attachment(PortConfig port) {
    return switch (port.getAttachmentCase()) {
      case INTERFACE -> "interface " + port.getInterface();
      case TAP -> "tap " + port.getTap();
      case UDP -> "udp " + port.getUdp().getListen() + " to " + port.getUdp().getPeer();
      case ATTACHMENT_NOT_SET -> "";
    };
  }

  private static String mac(PortIdentityRow row) {
    return row.getMac().size() == MacAddress.LENGTH
        ? MacAddress.read(row.getMac().toByteArray(), 0).toString()
        : "";
  }

  private static String time(long wallMillis) {
    return wallMillis == 0 ? "" : Instant.ofEpochMilli(wallMillis).toString();
  }
}
