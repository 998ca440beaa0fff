package dev.understudy.protocols.stp;

import com.google.protobuf.ByteString;
import dev.understudy.core.SwitchTime;
import dev.understudy.core.Timers;
import dev.understudy.schema.SpanningTreeConfig;
import dev.understudy.schema.SpanningTreeMode;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.bpdu.BridgeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Working memory: the bridge (802.1Q-2018 13.25), its trees, its ports, and which of them must be
 * looked at again by the machines.
 */
final class StpBridge {
  static final String ENGINE = "stp";

  final Timers timers;
  final StpCounters counters;

  /** From the configuration engine's row; this engine has none of its own for it. */
  StpConfig config = new StpConfig(SpanningTreeConfig.getDefaultInstance());

  SpanningTreeMode mode = SpanningTreeMode.SPANNING_TREE_MODE_RSTP;
  int txHoldCount = SpanningTreeConfig.getDefaultInstance().getTxHoldCount();

  final TreeMap<Integer, StpPort> ports = new TreeMap<>();
  final StpTree cist = new StpTree(this, 0);

  /** In ascending order; the CIST is the first. */
  final List<StpTree> trees = List.of(cist);

  /** Rows of the bridge itself are in the image. */
  boolean recorded;

  // Of the input at work.
  SwitchTime now = SwitchTime.ZERO;
  StpStep step = new StpStep();

  private final TreeMap<Integer, StpPort> dirty = new TreeMap<>();

  StpBridge(Timers timers, StpCounters counters) {
    this.timers = timers;
    this.counters = counters;
  }

  /** False while no spanning tree protocol runs at all. */
  boolean runsProtocol() {
    return mode != SpanningTreeMode.SPANNING_TREE_MODE_OFF;
  }

  /** 13.28.21 rstpVersion: ForceProtocolVersion is 2 or more. */
  boolean rstpVersion() {
    return mode == SpanningTreeMode.SPANNING_TREE_MODE_RSTP;
  }

  MacAddress address() {
    return cist.bridgeIdentifier.address();
  }

  boolean hasAddress() {
    return address().bits() != 0;
  }

  void setIdentifier(int priority, MacAddress address) {
    cist.bridgeIdentifier = BridgeId.of(priority, address);
  }

  /** The address of this bridge is in {@code id}, with whatever priority. */
  boolean isOwn(BridgeId id) {
    return id.address().equals(address());
  }

  /** An address of other length is none. */
  void adoptAddress(ByteString octets) {
    MacAddress mac = StpState.mac(octets);
    if (mac.bits() != 0) {
      setIdentifier(config.bridgePriority(), mac);
    }
  }

  Optional<StpTreePort> treePort(int port, int tree) {
    return tree >= 0 && tree < trees.size()
        ? Optional.ofNullable(ports.get(port)).map(found -> found.trees.get(tree))
        : Optional.empty();
  }

  void markDirty(StpPort port) {
    dirty.put(port.number, port);
  }

  void markAllDirty() {
    dirty.putAll(ports);
  }

  boolean hasDirty() {
    return !dirty.isEmpty();
  }

  /** Nothing is left to be looked at. */
  void settled() {
    dirty.clear();
    trees.forEach(StpTree::settled);
  }

  List<StpPort> takeDirty() {
    List<StpPort> taken = new ArrayList<>(dirty.values());
    dirty.clear();
    return taken;
  }

  void remove(StpPort port) {
    ports.remove(port.number);
    dirty.remove(port.number);
    for (StpTreePort treePort : port.trees) {
      treePort.tree.remove(treePort);
    }
  }
}
