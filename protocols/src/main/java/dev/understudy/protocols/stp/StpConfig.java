package dev.understudy.protocols.stp;

import dev.understudy.schema.PointToPoint;
import dev.understudy.schema.SpanningTreeConfig;
import dev.understudy.schema.SpanningTreeMode;
import dev.understudy.schema.SpanningTreePortConfig;
import java.util.Map;
import java.util.TreeMap;

/**
 * The management parameters of 802.1Q-2018 12.8 and 13.25, from the configuration in force. Ranges
 * were checked when the configuration was applied.
 */
final class StpConfig {
  /** 802.1Q-2018 Table 13-4: 20 Tbit/s divided by the speed. */
  private static final long COST_AT_1_MBIT = 20_000_000L;

  /** A link that doesn't know its speed (veth, TAP, UDP) costs as much as one of 1 Gbit/s. */
  private static final int SPEED_UNKNOWN_MBPS = 1_000;

  /** 802.1Q-2018 Table 13-4. */
  static final long PORT_PATH_COST_MAX = 200_000_000L;

  private static final int BRIDGE_PRIORITY_MASK = 0xF000;
  private static final int PORT_PRIORITY_MASK = 0xF0;

  private final SpanningTreeConfig config;
  private final Map<String, SpanningTreePortConfig> ports = new TreeMap<>();

  StpConfig(SpanningTreeConfig config) {
    this.config = config;
    config.getPortsList().forEach(port -> ports.put(port.getPort(), port));
  }

  /**
   * What a port is to be.
   *
   * @param priority 0 to 240 in steps of 16
   * @param externalPortPathCost 1 to 200,000,000
   */
  record PortParameters(
      int priority,
      long externalPortPathCost,
      boolean adminEdge,
      boolean autoEdge,
      boolean operPointToPointMac,
      boolean restrictedRole,
      boolean bpduGuard) {}

  /** A link's properties that parameters depend on; speed 0 means unknown. */
  record Link(int speedMbps, boolean fullDuplex) {}

  SpanningTreeMode mode() {
    return known(config.getMode());
  }

  /** A mode of another release is taken as the default. */
  static SpanningTreeMode known(SpanningTreeMode mode) {
    return switch (mode) {
      case SPANNING_TREE_MODE_STP -> SpanningTreeMode.SPANNING_TREE_MODE_STP;
      case SPANNING_TREE_MODE_OFF -> SpanningTreeMode.SPANNING_TREE_MODE_OFF;
      case SPANNING_TREE_MODE_RSTP, SPANNING_TREE_MODE_UNSPECIFIED, UNRECOGNIZED ->
          SpanningTreeMode.SPANNING_TREE_MODE_RSTP;
    };
  }

  /** 0 to 61,440 in steps of 4,096. */
  int bridgePriority() {
    return config.getPriority() & BRIDGE_PRIORITY_MASK;
  }

  Times bridgeTimes() {
    return new Times(
        0,
        config.getMaxAgeSeconds(),
        config.getForwardDelaySeconds(),
        config.getHelloTimeSeconds(),
        Times.MAX_HOPS_DEFAULT);
  }

  int txHoldCount() {
    return config.getTxHoldCount();
  }

  PortParameters port(String name, Link link) {
    SpanningTreePortConfig port =
        ports.getOrDefault(name, SpanningTreePortConfig.getDefaultInstance());
    return new PortParameters(
        port.getPriority() & PORT_PRIORITY_MASK,
        port.getCost() == 0 ? costBySpeed(link.speedMbps()) : port.getCost(),
        port.getAdminEdge(),
        port.getAutoEdge(),
        operPointToPointMac(port.getPointToPoint(), link.fullDuplex()),
        port.getRootGuard(),
        port.getBpduGuard());
  }

  private static long costBySpeed(int speedMbps) {
    int known = speedMbps <= 0 ? SPEED_UNKNOWN_MBPS : speedMbps;
    return Math.clamp(COST_AT_1_MBIT / known, 1, PORT_PATH_COST_MAX);
  }

  /** 802.1AC-2016 12.4: a full duplex link has two ends. */
  private static boolean operPointToPointMac(PointToPoint configured, boolean fullDuplex) {
    return switch (configured) {
      case POINT_TO_POINT_TRUE -> true;
      case POINT_TO_POINT_FALSE -> false;
      case POINT_TO_POINT_AUTO, POINT_TO_POINT_UNSPECIFIED, UNRECOGNIZED -> fullDuplex;
    };
  }
}
