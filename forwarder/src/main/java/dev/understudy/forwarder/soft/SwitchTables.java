package dev.understudy.forwarder.soft;

import dev.understudy.schema.FlushLearned;
import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.PortState;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetPuntRules;
import dev.understudy.schema.SetStaticMac;
import dev.understudy.schema.SetVlans;
import dev.understudy.wire.MacAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the supervisor writes: ports, bridge ports, VLANs, static entries, punt rules; and what
 * follows from a write for the learned addresses. A write that changes nothing has no effect.
 */
final class SwitchTables {
  private static final int AGEING_SECONDS_MAX = 1_000_000;
  private static final short NO_VLAN = -1;
  private static final PortCounter[] PORT_COUNTERS = PortCounter.values();

  private final LearnedTable learned;
  private final @Nullable SoftPort[] ports = new SoftPort[SoftSwitch.PORT_MAX + 1];
  private final @Nullable BridgePort[] bridgePorts = new BridgePort[SoftSwitch.BRIDGE_PORT_MAX + 1];
  private BridgePort[] dense = new BridgePort[0];

  // A port's counters outlive it: numbers are for life.
  private final long[] @Nullable [] counters = new long[SoftSwitch.PORT_MAX + 1][];
  private long orphans;

  private final short[] fids = new short[SoftSwitch.VID_MAX + 2];
  private final short[] trees = new short[SoftSwitch.VID_MAX + 2];
  private List<SetVlans.Vlan> vlans = List.of();

  private final LongTable statics;
  private final NavigableMap<Long, SetStaticMac> staticsByKey = new TreeMap<>();
  private PuntTable punts = PuntTable.EMPTY;

  SwitchTables(SwitchLimits limits, LearnedTable learned) {
    this.learned = learned;
    statics = new LongTable(limits.staticMax());
    Arrays.fill(fids, NO_VLAN);
    setVlans(
        SetVlans.newBuilder()
            .addVlans(SetVlans.Vlan.newBuilder().setVid(1).setFid(1).setTree(0))
            .build());
  }

  // Asked for each frame.

  @Nullable SoftPort port(int number) {
    return number > 0 && number < ports.length ? ports[number] : null;
  }

  @Nullable BridgePort bridgePort(int number) {
    return bridgePorts[number];
  }

  int bridgePortCount() {
    return dense.length;
  }

  BridgePort bridgePortByPlace(int place) {
    return dense[place];
  }

  boolean hasVlan(int vid) {
    return fids[vid] != NO_VLAN;
  }

  int fid(int vid) {
    return fids[vid];
  }

  int tree(int vid) {
    return trees[vid];
  }

  boolean isStatic(int vid, long mac) {
    return statics.count() != 0 && statics.find(staticKey(vid, mac)) >= 0;
  }

  /** The bridge port of an address in a VLAN, or 0. */
  int staticOrLearned(int vid, long mac, long nowNanos) {
    if (statics.count() != 0) {
      int slot = statics.find(staticKey(vid, mac));
      if (slot >= 0) {
        return (int) statics.valueAt(slot);
      }
    }
    return learned.find(fids[vid], mac, nowNanos);
  }

  PuntTable punts() {
    return punts;
  }

  void countOrphan() {
    orphans++;
  }

  long orphans() {
    return orphans;
  }

  // Writes.

  Optional<String> setPort(SetPort set) {
    Optional<String> refusal = refusal(set);
    if (refusal.isPresent()) {
      return refusal;
    }
    SoftPort port = ports[set.getPort()];
    if (port != null && port.bridgePort.number != set.getBridgePort()) {
      removePort(set.getPort());
      port = null;
    }
    if (port == null) {
      port = new SoftPort(set, counters(set.getPort()));
      ports[set.getPort()] = port;
      bridgePorts[set.getBridgePort()] = port.bridgePort;
      rebuildDense();
    }
    if (!isSameAttachment(port.settings, set)) {
      close(port.bridgePort);
    }
    if (!set.getAdminUp()) {
      port.up = false;
      close(port.bridgePort);
    }
    port.settings = set;
    BitSet left = port.bridgePort.vlans(set);
    BitSet fidsLeft = new BitSet();
    left.stream().filter(this::hasVlan).forEach(vid -> fidsLeft.set(fids[vid]));
    fidsLeft.stream().forEach(fid -> learned.flush(set.getBridgePort(), fid));
    return Optional.empty();
  }

  /** Is a port still attached to what it was attached to? */
  static boolean isSameAttachment(SetPort one, SetPort other) {
    return one.getInterface().equals(other.getInterface())
        && one.getTap().equals(other.getTap())
        && one.getUdpListen().equals(other.getUdpListen())
        && one.getUdpPeer().equals(other.getUdpPeer());
  }

  private Optional<String> refusal(SetPort set) {
    if (set.getPort() < 1 || set.getPort() > SoftSwitch.PORT_MAX) {
      return Optional.of("port number " + set.getPort());
    }
    if (set.getBridgePort() < 1 || set.getBridgePort() > SoftSwitch.BRIDGE_PORT_MAX) {
      return Optional.of("bridge port number " + set.getBridgePort());
    }
    BridgePort taken = bridgePorts[set.getBridgePort()];
    if (taken != null && taken.member.number != set.getPort()) {
      return Optional.of(
          "bridge port " + set.getBridgePort() + " has port " + taken.member.number + " already");
    }
    List<Integer> named = new ArrayList<>(set.getTrunkVlansList());
    named.add(Math.max(1, set.getAccessVlan()));
    named.add(Math.max(1, set.getNativeVlan()));
    for (int vid : named) {
      if (vid < 1 || vid > SoftSwitch.VID_MAX) {
        return Optional.of("VLAN " + vid);
      }
    }
    return set.getAccessVlan() < 0 || set.getNativeVlan() < 0
        ? Optional.of("a VLAN over " + SoftSwitch.VID_MAX)
        : Optional.empty();
  }

  Optional<String> removePort(int number) {
    SoftPort port = port(number);
    if (port == null) {
      return Optional.of("no port " + number);
    }
    close(port.bridgePort);
    ports[number] = null;
    bridgePorts[port.bridgePort.number] = null;
    rebuildDense();
    return Optional.empty();
  }

  private void rebuildDense() {
    List<BridgePort> all = new ArrayList<>();
    for (BridgePort bridgePort : bridgePorts) {
      if (bridgePort != null) {
        all.add(bridgePort);
      }
    }
    dense = all.toArray(BridgePort[]::new);
  }

  /** Discards in every tree and forgets what was learned. */
  void close(BridgePort bridgePort) {
    bridgePort.discardAll();
    learned.flush(bridgePort.number, 0);
  }

  Optional<String> setPortState(SetPortState set) {
    BridgePort bridgePort =
        set.getBridgePort() < 1 || set.getBridgePort() >= bridgePorts.length
            ? null
            : bridgePorts[set.getBridgePort()];
    if (bridgePort == null) {
      return Optional.of("no bridge port " + set.getBridgePort());
    }
    if (set.getTree() < 0 || set.getTree() > SoftSwitch.TREE_MAX) {
      return Optional.of("tree " + set.getTree());
    }
    if (set.getState() == PortState.PORT_STATE_UNSPECIFIED
        || set.getState() == PortState.UNRECOGNIZED) {
      return Optional.of("no port state that is known here");
    }
    bridgePort.state(set.getTree(), set.getState());
    return Optional.empty();
  }

  Optional<String> setVlans(SetVlans set) {
    BitSet named = new BitSet();
    for (SetVlans.Vlan vlan : set.getVlansList()) {
      boolean inRange =
          vlan.getVid() >= 1
              && vlan.getVid() <= SoftSwitch.VID_MAX
              && vlan.getFid() >= 1
              && vlan.getFid() <= SoftSwitch.VID_MAX
              && vlan.getTree() >= 0
              && vlan.getTree() <= SoftSwitch.TREE_MAX;
      if (!inRange || named.get(vlan.getVid())) {
        return Optional.of(
            "VLAN %d with FID %d and tree %d"
                .formatted(vlan.getVid(), vlan.getFid(), vlan.getTree()));
      }
      named.set(vlan.getVid());
    }
    short[] fidsBefore = fids.clone();
    Arrays.fill(fids, NO_VLAN);
    Arrays.fill(trees, (short) 0);
    for (SetVlans.Vlan vlan : set.getVlansList()) {
      fids[vlan.getVid()] = (short) vlan.getFid();
      trees[vlan.getVid()] = (short) vlan.getTree();
    }
    vlans = List.copyOf(set.getVlansList());
    BitSet changed = new BitSet();
    for (int vid = 1; vid <= SoftSwitch.VID_MAX; vid++) {
      if (fidsBefore[vid] != NO_VLAN && fidsBefore[vid] != fids[vid]) {
        changed.set(fidsBefore[vid]);
      }
    }
    changed.stream().forEach(fid -> learned.flush(0, fid));
    return Optional.empty();
  }

  Optional<String> setPuntRules(SetPuntRules set) {
    Optional<String> refusal = punts.refusal(set);
    if (refusal.isEmpty()) {
      punts = punts.with(set);
    }
    return refusal;
  }

  Optional<String> flush(FlushLearned flush) {
    int bridgePort = flush.getBridgePort();
    if (bridgePort < 0 || bridgePort > SoftSwitch.BRIDGE_PORT_MAX) {
      return Optional.of("no bridge port " + bridgePort);
    }
    if (flush.getVid() != 0) {
      if (flush.getVid() < 0 || flush.getVid() > SoftSwitch.VID_MAX || !hasVlan(flush.getVid())) {
        return Optional.of("no VLAN " + flush.getVid());
      }
      learned.flush(bridgePort, fids[flush.getVid()]);
      return Optional.empty();
    }
    BitSet inTree = new BitSet();
    BitSet all = new BitSet();
    for (SetVlans.Vlan vlan : vlans) {
      all.set(vlan.getFid());
      if (vlan.getTree() == flush.getTree()) {
        inTree.set(vlan.getFid());
      }
    }
    if (inTree.equals(all)) {
      learned.flush(bridgePort, 0);
    } else {
      inTree.stream().forEach(fid -> learned.flush(bridgePort, fid));
    }
    return Optional.empty();
  }

  Optional<String> setStaticMac(SetStaticMac set) {
    if (set.getVid() < 1 || set.getVid() > SoftSwitch.VID_MAX) {
      return Optional.of("VLAN " + set.getVid());
    }
    if (set.getMac().size() != MacAddress.LENGTH || MacAddress.isGroup(Macs.bits(set.getMac()))) {
      return Optional.of("not an individual address");
    }
    if (set.getBridgePort() < 0 || set.getBridgePort() > SoftSwitch.BRIDGE_PORT_MAX) {
      return Optional.of("no bridge port " + set.getBridgePort());
    }
    long mac = Macs.bits(set.getMac());
    long key = staticKey(set.getVid(), mac);
    int slot = statics.find(key);
    if (set.getBridgePort() == 0) {
      if (slot >= 0) {
        statics.removeAt(slot);
        staticsByKey.remove(key);
      }
      return Optional.empty();
    }
    if (slot >= 0) {
      statics.setValueAt(slot, set.getBridgePort());
    } else if (statics.isFull()) {
      return Optional.of("the table of static addresses is full");
    } else {
      statics.add(key, set.getBridgePort());
    }
    staticsByKey.put(key, set);
    if (hasVlan(set.getVid())) {
      learned.remove(fids[set.getVid()], mac);
    }
    return Optional.empty();
  }

  Optional<String> setAgeing(int seconds) {
    if (seconds < 1 || seconds > AGEING_SECONDS_MAX) {
      return Optional.of("ageing of " + seconds + " s");
    }
    learned.ageing(seconds);
    return Optional.empty();
  }

  private static long staticKey(int vid, long mac) {
    return 1L << 62 | (long) vid << 48 | mac;
  }

  // Read back.

  /** A port's counters, made when first asked for. */
  long[] counters(int port) {
    long[] ofPort = counters[port];
    if (ofPort == null) {
      ofPort = new long[PortCounter.COUNT];
      counters[port] = ofPort;
    }
    return ofPort;
  }

  void addCounters(List<ForwarderCounter> all) {
    long[] sums = new long[PortCounter.COUNT];
    for (int port = 1; port < counters.length; port++) {
      long[] ofPort = counters[port];
      if (ofPort == null) {
        continue;
      }
      for (PortCounter counter : PORT_COUNTERS) {
        long value = ofPort[counter.index()];
        sums[counter.index()] += value;
        if (value != 0) {
          all.add(counter(counter.text(), port, value));
        }
      }
    }
    for (PortCounter counter : PORT_COUNTERS) {
      all.add(counter(counter.text(), 0, sums[counter.index()]));
    }
  }

  private static ForwarderCounter counter(String name, int port, long value) {
    return ForwarderCounter.newBuilder().setName(name).setPort(port).setValue(value).build();
  }

  List<SetPortState> portStates() {
    List<SetPortState> all = new ArrayList<>();
    for (BridgePort bridgePort : dense) {
      bridgePort.addStates(all);
    }
    return all;
  }

  List<SetStaticMac> staticMacs() {
    return List.copyOf(staticsByKey.values());
  }

  List<SetVlans.Vlan> vlans() {
    return vlans;
  }

  List<SetPort> ports() {
    List<SetPort> all = new ArrayList<>();
    for (SoftPort port : ports) {
      if (port != null) {
        all.add(port.settings);
      }
    }
    return all;
  }
}
