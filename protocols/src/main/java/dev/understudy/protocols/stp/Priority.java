package dev.understudy.protocols.stp;

import dev.understudy.wire.bpdu.BridgeId;
import dev.understudy.wire.bpdu.PortId;
import java.util.Comparator;

/**
 * A spanning tree priority vector (802.1Q-2018 13.10), lower is better. The bridge port identifier
 * only matters in a root path priority vector and is {@link #NO_PORT} in all others.
 *
 * @param externalRootPathCost 0 to 2<sup>32</sup> - 1
 * @param internalRootPathCost 0 to 2<sup>32</sup> - 1; 0 outside of MST regions
 */
record Priority(
    BridgeId rootId,
    long externalRootPathCost,
    BridgeId regionalRootId,
    long internalRootPathCost,
    BridgeId designatedBridgeId,
    PortId designatedPortId,
    PortId bridgePortId)
    implements Comparable<Priority> {
  static final PortId NO_PORT = new PortId(0);

  /** A sum of costs stays here: whoever claims more is no better for it. */
  static final long COST_MAX = 0xFFFF_FFFFL;

  static final Priority NONE = ofBridge(new BridgeId(0));

  private static final Comparator<Priority> ORDER =
      Comparator.comparing(Priority::rootId)
          .thenComparingLong(Priority::externalRootPathCost)
          .thenComparing(Priority::regionalRootId)
          .thenComparingLong(Priority::internalRootPathCost)
          .thenComparing(Priority::designatedBridgeId)
          .thenComparing(Priority::designatedPortId)
          .thenComparing(Priority::bridgePortId);

  /** The bridge priority vector (13.10): what a bridge says that believes itself the root. */
  static Priority ofBridge(BridgeId bridge) {
    return new Priority(bridge, 0, bridge, 0, bridge, NO_PORT, NO_PORT);
  }

  /** The message priority vector of a BPDU from another region: its sender is its region's root. */
  static Priority ofMessage(BridgeId root, long cost, BridgeId sender, PortId senderPort) {
    return new Priority(root, cost, sender, 0, sender, senderPort, NO_PORT);
  }

  /** The root path priority vector of a port that received this vector (13.10). */
  Priority rootPath(BridgeId receiver, PortId receiverPort, long externalPortPathCost) {
    return new Priority(
        rootId,
        Math.min(COST_MAX, externalRootPathCost + externalPortPathCost),
        receiver,
        0,
        designatedBridgeId,
        designatedPortId,
        receiverPort);
  }

  /** The designated priority vector of a port of the bridge whose root priority this is (13.10). */
  Priority designated(BridgeId bridge, PortId port) {
    return new Priority(
        rootId, externalRootPathCost, regionalRootId, internalRootPathCost, bridge, port, NO_PORT);
  }

  boolean isBetterThan(Priority other) {
    return compareTo(other) < 0;
  }

  /**
   * Supersedes {@code port}, although it may be worse: it is better, or comes from the same
   * designated port (13.10).
   */
  boolean isSuperiorTo(Priority port) {
    return isBetterThan(port) || (!sameAs(port) && comesFromSamePortAs(port));
  }

  /** It names this bridge and port as designated. */
  boolean isFrom(BridgeId bridge, PortId port) {
    return designatedBridgeId.equals(bridge) && designatedPortId.equals(port);
  }

  boolean sameAs(Priority other) {
    return compareTo(other) == 0;
  }

  private boolean comesFromSamePortAs(Priority other) {
    return designatedBridgeId.address().equals(other.designatedBridgeId.address())
        && designatedPortId.number() == other.designatedPortId.number();
  }

  @Override
  public int compareTo(Priority other) {
    return ORDER.compare(this, other);
  }
}
