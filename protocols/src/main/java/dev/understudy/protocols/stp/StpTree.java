package dev.understudy.protocols.stp;

import dev.understudy.protocols.stp.StpStates.Prs;
import dev.understudy.protocols.stp.StpStates.Role;
import dev.understudy.wire.bpdu.BridgeId;
import dev.understudy.wire.bpdu.PortId;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Working memory: the bridge's variables in one tree (802.1Q-2018 13.26). */
final class StpTree {
  final StpBridge bridge;

  /** 0 is the CIST. */
  final int number;

  final TreeMap<Integer, StpTreePort> ports = new TreeMap<>();

  BridgeId bridgeIdentifier = new BridgeId(0);
  Times bridgeTimes = Times.DEFAULT;
  Priority rootPriority = Priority.NONE;
  Times rootTimes = Times.DEFAULT;
  PortId rootPortId = Priority.NO_PORT;
  Prs prs = Prs.INIT_TREE;

  long topologyChanges;
  long lastTopologyChangeWallMillis;
  int lastTopologyChangePort;

  // Of the input at work.
  /** Some port's reselect is set, or something else that role selection looks at has changed. */
  boolean reselect;

  /** A tcWhile was started. */
  boolean topologyChanged;

  /** Where the topology change was detected or received. */
  int topologyChangePort;

  private boolean allSyncedMayBeTrue;
  private int unsettled;
  private int unsynced;

  StpTree(StpBridge bridge, int number) {
    this.bridge = bridge;
    this.number = number;
  }

  boolean isCist() {
    return number == 0;
  }

  /** 13.26 BridgePriority. */
  Priority bridgePriority() {
    return Priority.ofBridge(bridgeIdentifier);
  }

  void add(StpTreePort port) {
    ports.put(port.port.number, port);
    count(port, 1);
  }

  void remove(StpTreePort port) {
    ports.remove(port.port.number);
    count(port, -1);
    reselect = true;
  }

  /** The port with the role, if any. */
  @Nullable StpTreePort rootPort() {
    for (StpTreePort port : ports.values()) {
      if (port.role() == Role.ROOT) {
        return port;
      }
    }
    return null;
  }

  /** A port is about to change one of the variables that the counts below are about. */
  void before(StpTreePort port) {
    count(port, -1);
  }

  /** It has changed. Ports whose allSynced may have become true are looked at again. */
  void after(StpTreePort port) {
    count(port, 1);
    if (unsettled == 0 && unsynced <= 1) {
      allSyncedMayBeTrue = true;
    }
  }

  void settled() {
    allSyncedMayBeTrue = false;
  }

  /** Marks the ports that wait for allSynced, if it may have become true since the last call. */
  void wakeWaiting() {
    if (allSyncedMayBeTrue) {
      allSyncedMayBeTrue = false;
      for (StpTreePort port : ports.values()) {
        if (!port.agree || port.proposed) {
          bridge.markDirty(port.port);
        }
      }
    }
  }

  /** Ports that are between two roles. */
  int unsettled() {
    return unsettled;
  }

  /** Ports whose synced is false. */
  int unsynced() {
    return unsynced;
  }

  private void count(StpTreePort port, int by) {
    unsettled += port.isSettled() ? 0 : by;
    unsynced += port.synced() ? 0 : by;
  }
}
