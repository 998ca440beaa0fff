package dev.understudy.protocols.stp;

import dev.understudy.core.ImageView;
import dev.understudy.schema.PortState;
import dev.understudy.schema.PortStateRow;
import dev.understudy.schema.SpanningTreeMode;
import dev.understudy.schema.StpBridgeRow;
import dev.understudy.schema.StpPortRole;
import dev.understudy.schema.StpPortRow;
import dev.understudy.schema.StpTreePortRow;
import dev.understudy.wire.bpdu.BridgeId;
import dev.understudy.wire.bpdu.PortId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code show spanning-tree} says of the CIST, from an image alone.
 *
 * @param mode {@code rstp}, {@code stp} or {@code off}
 * @param bridgeId for example {@code 32768.00:11:22:33:44:55}
 * @param rootPort the port's name; empty if this bridge is the root
 * @param topologyChanges inputs at which a topology change, detected or received, began to be
 *     propagated
 * @param lastTopologyChangeWallMillis 0: never
 * @param lastTopologyChangePort the port's name; empty: never, or the port is gone
 * @param ports by name, in the order of their numbers
 */
public record StpView(
    String mode,
    String bridgeId,
    String rootId,
    String rootPort,
    long rootPathCost,
    int helloTimeSeconds,
    int maxAgeSeconds,
    int forwardDelaySeconds,
    long topologyChanges,
    long lastTopologyChangeWallMillis,
    String lastTopologyChangePort,
    Map<String, Port> ports) {

  public StpView {
    ports = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(ports));
  }

  /**
   * A port.
   *
   * @param role {@code root}, {@code designated}, {@code alternate}, {@code backup} or {@code
   *     disabled}
   * @param state {@code discarding}, {@code learning} or {@code forwarding}
   * @param cost external port path cost
   * @param priority 0 to 240
   * @param legacy STP is spoken here, because of a neighbour or the configured mode
   */
  public record Port(
      String role,
      String state,
      boolean edge,
      boolean pointToPoint,
      boolean legacy,
      long cost,
      int priority,
      long rxBpdus,
      long txBpdus) {}

  /** From the rows of an image; without any, an empty view. */
  public static StpView of(ImageView image) {
    StpBridgeRow bridge =
        image
            .row(StpBridgeRow.newBuilder().setKey(StpBridgeRow.Key.newBuilder().setTree(0)).build())
            .orElse(StpBridgeRow.getDefaultInstance());
    Map<String, Port> ports = new LinkedHashMap<>();
    String rootPort = "";
    String lastChangePort = "";
    for (StpPortRow row : image.rows(StpPortRow.getDefaultInstance())) {
      int number = row.getKey().getBridgePort();
      StpTreePortRow tree = treePort(image, number);
      ports.put(row.getName(), port(row, tree, state(image, number)));
      if (tree.getRole() == StpPortRole.STP_PORT_ROLE_ROOT) {
        rootPort = row.getName();
      }
      if (number == bridge.getLastTopologyChangePort()) {
        lastChangePort = row.getName();
      }
    }
    return new StpView(
        mode(bridge.getMode()),
        new BridgeId(bridge.getBridgeIdentifier()).toString(),
        new BridgeId(bridge.getRootPriority().getRootId()).toString(),
        rootPort,
        Integer.toUnsignedLong(bridge.getRootPriority().getExternalRootPathCost()),
        bridge.getRootTimes().getHelloTimeSeconds(),
        bridge.getRootTimes().getMaxAgeSeconds(),
        bridge.getRootTimes().getForwardDelaySeconds(),
        bridge.getTopologyChanges(),
        bridge.getLastTopologyChangeWallMillis(),
        lastChangePort,
        ports);
  }

  private static StpTreePortRow treePort(ImageView image, int number) {
    Optional<StpTreePortRow> row =
        image.row(
            StpTreePortRow.newBuilder()
                .setKey(StpTreePortRow.Key.newBuilder().setBridgePort(number).setTree(0))
                .build());
    return row.orElse(StpTreePortRow.getDefaultInstance());
  }

  private static PortState state(ImageView image, int number) {
    return image
        .row(
            PortStateRow.newBuilder()
                .setKey(PortStateRow.Key.newBuilder().setBridgePort(number).setTree(0))
                .build())
        .map(PortStateRow::getState)
        .orElse(PortState.PORT_STATE_DISCARDING);
  }

  private static Port port(StpPortRow row, StpTreePortRow tree, PortState state) {
    return new Port(
        role(tree.getRole()),
        state(state),
        row.getOperEdge(),
        row.getOperPointToPointMac(),
        !row.getSendRstp(),
        Integer.toUnsignedLong(row.getExternalPortPathCost()),
        new PortId(tree.getPortId()).priority(),
        row.getRxBpdus(),
        row.getTxBpdus());
  }

  private static String mode(SpanningTreeMode mode) {
    return switch (StpConfig.known(mode)) {
      case SPANNING_TREE_MODE_STP -> "stp";
      case SPANNING_TREE_MODE_OFF -> "off";
      case SPANNING_TREE_MODE_RSTP, SPANNING_TREE_MODE_UNSPECIFIED, UNRECOGNIZED -> "rstp";
    };
  }

  private static String role(StpPortRole role) {
    return switch (role) {
      case STP_PORT_ROLE_ROOT -> "root";
      case STP_PORT_ROLE_DESIGNATED -> "designated";
      case STP_PORT_ROLE_ALTERNATE -> "alternate";
      case STP_PORT_ROLE_BACKUP -> "backup";
      case STP_PORT_ROLE_DISABLED, STP_PORT_ROLE_UNSPECIFIED, UNRECOGNIZED -> "disabled";
    };
  }

  private static String state(PortState state) {
    return switch (state) {
      case PORT_STATE_LEARNING -> "learning";
      case PORT_STATE_FORWARDING -> "forwarding";
      case PORT_STATE_DISCARDING, PORT_STATE_UNSPECIFIED, UNRECOGNIZED -> "discarding";
    };
  }
}
