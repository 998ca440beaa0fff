package dev.understudy.protocols.stp;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.understudy.core.ImageView;
import dev.understudy.core.Timers;
import dev.understudy.protocols.stp.StpStates.Bdm;
import dev.understudy.protocols.stp.StpStates.InfoIs;
import dev.understudy.protocols.stp.StpStates.Pim;
import dev.understudy.protocols.stp.StpStates.Ppm;
import dev.understudy.protocols.stp.StpStates.Prs;
import dev.understudy.protocols.stp.StpStates.Prt;
import dev.understudy.protocols.stp.StpStates.Prx;
import dev.understudy.protocols.stp.StpStates.Pst;
import dev.understudy.protocols.stp.StpStates.Ptx;
import dev.understudy.protocols.stp.StpStates.Role;
import dev.understudy.protocols.stp.StpStates.Tcm;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.IdentityRow;
import dev.understudy.schema.PortState;
import dev.understudy.schema.PortStateRow;
import dev.understudy.schema.PriorityVector;
import dev.understudy.schema.StpBridgeRow;
import dev.understudy.schema.StpPortRow;
import dev.understudy.schema.StpTimes;
import dev.understudy.schema.StpTreePortRow;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.bpdu.BridgeId;
import dev.understudy.wire.bpdu.PortId;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows ↔ working memory. What is not here does not outlive an input, or is a row of the tables
 * timer, counter, punt and fail-safe.
 *
 * <p>Rows name each field, also where it has its default: who reads a row can tell a false from a
 * field that the writer didn't know.
 */
final class StpState {
  private StpState() {}

  /** Working memory as the image has it. */
  static StpBridge restore(ImageView image) {
    StpBridge bridge =
        new StpBridge(Timers.restore(StpBridge.ENGINE, image), StpCounters.restore(image));
    image
        .row(ConfigRow.newBuilder().setKey(ConfigRow.Key.getDefaultInstance()).build())
        .ifPresent(row -> bridge.config = new StpConfig(row.getConfig().getSpanningTree()));
    image.rows(StpBridgeRow.getDefaultInstance()).forEach(row -> restore(row, bridge));
    if (!bridge.hasAddress()) {
      image
          .row(IdentityRow.newBuilder().setKey(IdentityRow.Key.getDefaultInstance()).build())
          .ifPresent(row -> bridge.adoptAddress(row.getBridgeMac()));
    }
    for (StpPortRow row : image.rows(StpPortRow.getDefaultInstance())) {
      restore(row, bridge);
    }
    for (StpTreePortRow row : image.rows(StpTreePortRow.getDefaultInstance())) {
      bridge
          .treePort(row.getKey().getBridgePort(), row.getKey().getTree())
          .ifPresent(p -> restore(row, p));
    }
    for (PortStateRow row : image.rows(PortStateRow.getDefaultInstance())) {
      bridge
          .treePort(row.getKey().getBridgePort(), row.getKey().getTree())
          .ifPresent(p -> p.state = row.getState());
    }
    bridge.ports.values().forEach(port -> port.inFailSafe = port.belongsInFailSafe());
    bridge.settled(); // Whatever the image holds had settled.
    return bridge;
  }

  /** Every row of one port. */
  static List<Message> rows(StpPort port) {
    List<Message> rows = new ArrayList<>();
    rows.add(row(port));
    for (StpTreePort p : port.trees) {
      rows.add(row(p));
      rows.add(stateRow(p));
    }
    return rows;
  }

  // ---- the bridge

  static StpBridgeRow row(StpTree tree) {
    return StpBridgeRow.newBuilder()
        .setKey(StpBridgeRow.Key.newBuilder().setTree(tree.number))
        .setRootPriority(vector(tree.rootPriority))
        .setRootTimes(times(tree.rootTimes))
        .setRootPortId(tree.rootPortId.bits())
        .setTopologyChanges(tree.topologyChanges)
        .setLastTopologyChangeWallMillis(tree.lastTopologyChangeWallMillis)
        .setLastTopologyChangePort(tree.lastTopologyChangePort)
        .setMode(tree.bridge.mode)
        .setBridgeIdentifier(tree.bridgeIdentifier.bits())
        .setBridgeTimes(times(tree.bridgeTimes))
        .setTxHoldCount(tree.bridge.txHoldCount)
        .setPrsState(tree.prs.row())
        .build();
  }

  private static void restore(StpBridgeRow row, StpBridge bridge) {
    for (StpTree tree : bridge.trees) {
      if (tree.number == row.getKey().getTree()) {
        bridge.recorded = true;
        tree.rootPriority = vector(row.getRootPriority());
        tree.rootTimes = times(row.getRootTimes());
        tree.rootPortId = new PortId(row.getRootPortId());
        tree.topologyChanges = row.getTopologyChanges();
        tree.lastTopologyChangeWallMillis = row.getLastTopologyChangeWallMillis();
        tree.lastTopologyChangePort = row.getLastTopologyChangePort();
        bridge.mode = StpConfig.known(row.getMode());
        tree.bridgeIdentifier = new BridgeId(row.getBridgeIdentifier());
        tree.bridgeTimes = times(row.getBridgeTimes());
        bridge.txHoldCount = row.getTxHoldCount();
        tree.prs = StpStates.of(Prs.values(), row.getPrsState());
      }
    }
  }

  // ---- a port

  static StpPortRow row(StpPort port) {
    return StpPortRow.newBuilder()
        .setKey(StpPortRow.Key.newBuilder().setBridgePort(port.number))
        .setName(port.name)
        .setMac(ByteString.copyFrom(port.mac.octets().toByteArray()))
        .setOperational(port.operational)
        .setDownCount(port.downCount)
        .setSpeedMbps(port.speedMbps)
        .setFullDuplex(port.fullDuplex)
        .setExternalPortPathCost((int) port.externalPortPathCost)
        .setAdminEdge(port.adminEdge)
        .setAutoEdge(port.autoEdge)
        .setRestrictedRole(port.restrictedRole)
        .setBpduGuard(port.bpduGuard)
        .setOperPointToPointMac(port.operPointToPointMac)
        .setPortEnabled(port.portEnabled)
        .setOperEdge(port.operEdge)
        .setRcvdRstp(port.rcvdRstp)
        .setRcvdStp(port.rcvdStp)
        .setSendRstp(port.sendRstp)
        .setNewInfo(port.newInfo)
        .setTcAck(port.tcAck)
        .setRcvdTcn(port.rcvdTcn)
        .setRcvdTcAck(port.rcvdTcAck)
        .setTxCount(port.txCountBase())
        .setTxCountDeadlineNanos(port.txCountDeadlineNanos())
        .setReflected(port.reflected)
        .setPrxState(port.prx.row())
        .setPpmState(port.ppm.row())
        .setBdmState(port.bdm.row())
        .setPtxState(port.ptx.row())
        .setRxBpdus(port.rxBpdus)
        .setTxBpdus(port.txBpdus)
        .build();
  }

  private static void restore(StpPortRow row, StpBridge bridge) {
    StpPort port = new StpPort(bridge, row.getKey().getBridgePort());
    bridge.ports.put(port.number, port);
    port.name = row.getName();
    port.mac = mac(row.getMac());
    port.operational = row.getOperational();
    port.downCount = row.getDownCount();
    port.speedMbps = row.getSpeedMbps();
    port.fullDuplex = row.getFullDuplex();
    port.externalPortPathCost = Integer.toUnsignedLong(row.getExternalPortPathCost());
    port.adminEdge = row.getAdminEdge();
    port.autoEdge = row.getAutoEdge();
    port.restrictedRole = row.getRestrictedRole();
    port.bpduGuard = row.getBpduGuard();
    port.operPointToPointMac = row.getOperPointToPointMac();
    port.portEnabled = row.getPortEnabled();
    port.operEdge = row.getOperEdge();
    port.rcvdRstp = row.getRcvdRstp();
    port.rcvdStp = row.getRcvdStp();
    port.sendRstp = row.getSendRstp();
    port.newInfo = row.getNewInfo();
    port.tcAck = row.getTcAck();
    port.rcvdTcn = row.getRcvdTcn();
    port.rcvdTcAck = row.getRcvdTcAck();
    port.setTxCount(row.getTxCount(), row.getTxCountDeadlineNanos());
    port.reflected = row.getReflected();
    port.prx = StpStates.of(Prx.values(), row.getPrxState());
    port.ppm = StpStates.of(Ppm.values(), row.getPpmState());
    port.bdm = StpStates.of(Bdm.values(), row.getBdmState());
    port.ptx = StpStates.of(Ptx.values(), row.getPtxState());
    port.rxBpdus = row.getRxBpdus();
    port.txBpdus = row.getTxBpdus();
  }

  // ---- a port in a tree

  static StpTreePortRow row(StpTreePort p) {
    return StpTreePortRow.newBuilder()
        .setKey(StpTreePortRow.Key.newBuilder().setBridgePort(p.port.number).setTree(p.tree.number))
        .setPortId(p.portId.bits())
        .setInfoIs(p.infoIs.row())
        .setRole(p.role().row())
        .setSelectedRole(p.selectedRole().row())
        .setPortPriority(vector(p.portPriority))
        .setPortTimes(times(p.portTimes))
        .setDesignatedPriority(vector(p.designatedPriority))
        .setDesignatedTimes(times(p.designatedTimes))
        .setAgree(p.agree)
        .setAgreed(p.agreed)
        .setDisputed(p.disputed)
        .setForward(p.forward)
        .setForwarding(p.forwarding)
        .setLearn(p.learn)
        .setLearning(p.learning)
        .setProposed(p.proposed)
        .setProposing(p.proposing)
        .setRcvdTc(p.rcvdTc)
        .setReRoot(p.reRoot)
        .setReselect(p.reselect)
        .setSelected(p.selected())
        .setSync(p.sync)
        .setSynced(p.synced())
        .setTcProp(p.tcProp)
        .setUpdtInfo(p.updtInfo())
        .setPimState(p.pim.row())
        .setPrtState(p.prt.row())
        .setPstState(p.pst.row())
        .setTcmState(p.tcm.row())
        .build();
  }

  private static void restore(StpTreePortRow row, StpTreePort p) {
    p.portId = new PortId(row.getPortId());
    p.infoIs = StpStates.of(InfoIs.values(), row.getInfoIs());
    p.role(StpStates.of(Role.values(), row.getRole()));
    p.selectedRole(StpStates.of(Role.values(), row.getSelectedRole()));
    p.portPriority = vector(row.getPortPriority());
    p.portTimes = times(row.getPortTimes());
    p.designatedPriority = vector(row.getDesignatedPriority());
    p.designatedTimes = times(row.getDesignatedTimes());
    p.agree = row.getAgree();
    p.agreed = row.getAgreed();
    p.disputed = row.getDisputed();
    p.forward = row.getForward();
    p.forwarding = row.getForwarding();
    p.learn = row.getLearn();
    p.learning = row.getLearning();
    p.proposed = row.getProposed();
    p.proposing = row.getProposing();
    p.rcvdTc = row.getRcvdTc();
    p.reRoot = row.getReRoot();
    p.reselect = row.getReselect();
    p.selected(row.getSelected());
    p.sync = row.getSync();
    p.synced(row.getSynced());
    p.tcProp = row.getTcProp();
    p.updtInfo(row.getUpdtInfo());
    p.pim = StpStates.of(Pim.values(), row.getPimState());
    p.prt = StpStates.of(Prt.values(), row.getPrtState());
    p.pst = StpStates.of(Pst.values(), row.getPstState());
    p.tcm = StpStates.of(Tcm.values(), row.getTcmState());
  }

  private static PortStateRow stateRow(StpTreePort p) {
    return PortStateRow.newBuilder()
        .setKey(PortStateRow.Key.newBuilder().setBridgePort(p.port.number).setTree(p.tree.number))
        .setState(p.state == PortState.UNRECOGNIZED ? PortState.PORT_STATE_DISCARDING : p.state)
        .build();
  }

  // ---- values

  private static PriorityVector vector(Priority priority) {
    return PriorityVector.newBuilder()
        .setRootId(priority.rootId().bits())
        .setExternalRootPathCost((int) priority.externalRootPathCost())
        .setRegionalRootId(priority.regionalRootId().bits())
        .setInternalRootPathCost((int) priority.internalRootPathCost())
        .setDesignatedBridgeId(priority.designatedBridgeId().bits())
        .setDesignatedPortId(priority.designatedPortId().bits())
        .setBridgePortId(priority.bridgePortId().bits())
        .build();
  }

  private static Priority vector(PriorityVector vector) {
    return new Priority(
        new BridgeId(vector.getRootId()),
        Integer.toUnsignedLong(vector.getExternalRootPathCost()),
        new BridgeId(vector.getRegionalRootId()),
        Integer.toUnsignedLong(vector.getInternalRootPathCost()),
        new BridgeId(vector.getDesignatedBridgeId()),
        new PortId(vector.getDesignatedPortId()),
        new PortId(vector.getBridgePortId()));
  }

  private static StpTimes times(Times times) {
    return StpTimes.newBuilder()
        .setMessageAgeSeconds(times.messageAgeSeconds())
        .setMaxAgeSeconds(times.maxAgeSeconds())
        .setForwardDelaySeconds(times.forwardDelaySeconds())
        .setHelloTimeSeconds(times.helloTimeSeconds())
        .setRemainingHops(times.remainingHops())
        .build();
  }

  private static Times times(StpTimes times) {
    return new Times(
        times.getMessageAgeSeconds(),
        times.getMaxAgeSeconds(),
        times.getForwardDelaySeconds(),
        times.getHelloTimeSeconds(),
        times.getRemainingHops());
  }

  static MacAddress mac(ByteString octets) {
    return octets.size() == MacAddress.LENGTH
        ? MacAddress.read(octets.toByteArray(), 0)
        : MacAddress.ZERO;
  }
}
