package dev.understudy.protocols.stp;

import com.google.protobuf.ByteString;
import dev.understudy.core.SwitchTime;
import dev.understudy.protocols.stp.StpStates.InfoIs;
import dev.understudy.protocols.stp.StpStates.RcvdInfo;
import dev.understudy.protocols.stp.StpStates.Role;
import dev.understudy.schema.PortState;
import dev.understudy.wire.bpdu.Bpdu;
import dev.understudy.wire.bpdu.BpduCodec;
import dev.understudy.wire.bpdu.BpduFlags;
import dev.understudy.wire.bpdu.BpduPortRole;
import dev.understudy.wire.bpdu.BridgeId;
import dev.understudy.wire.bpdu.PortId;
import org.jspecify.annotations.Nullable;

/**
 * State machine procedures, 802.1Q-2018 13.29 (802.1D-2004 17.21), in the standard's order. Those
 * about internal messages (from within an MST region) are not here: every bridge is a region of its
 * own.
 */
final class StpProcedures {
  private StpProcedures() {}

  /** 13.29.1. */
  static boolean betterorsameInfo(StpTreePort p, InfoIs newInfoIs) {
    if (newInfoIs != p.infoIs) {
      return false;
    }
    return switch (newInfoIs) {
      case RECEIVED -> !p.portPriority.isBetterThan(p.msgPriority);
      case MINE -> !p.portPriority.isBetterThan(p.designatedPriority);
      case DISABLED, AGED -> false;
    };
  }

  /** 13.29.2. */
  static void clearAllRcvdMsgs(StpPort port) {
    for (StpTreePort p : port.trees) {
      p.rcvdMsg = false;
    }
  }

  /** 13.29.3. */
  static void clearReselectTree(StpTree tree) {
    for (StpTreePort p : tree.ports.values()) {
      p.reselect = false;
    }
    tree.reselect = false;
  }

  /** 13.29.4 to 13.29.7: learning and forwarding as one state of the data plane. */
  static void tell(StpTreePort p, PortState state) {
    if (p.port.bridge.runsProtocol()) {
      tellAlways(p, state);
    }
  }

  /** As {@link #tell}, whether a protocol runs or not. */
  static void tellAlways(StpTreePort p, PortState state) {
    if (p.state != state) {
      tellAgain(p, state);
    }
  }

  /** As {@link #tellAlways}, even if the data plane should know already. */
  static void tellAgain(StpTreePort p, PortState state) {
    p.state = state;
    p.port.bridge.step.state(p, state);
    p.port.touch();
  }

  /**
   * fdbFlush is set here and cleared at once: the data plane has forgotten the addresses before the
   * next input. 13.27 asks for it in rapid operation; in legacy operation for short ageing, of
   * which this is the shortest. Nothing is forgotten on an edge port (13.27).
   */
  static void fdbFlush(StpTreePort p) {
    if (!p.port.operEdge) {
      p.port.bridge.step.flush(p);
    }
  }

  /** 13.29.10. */
  static void newTcWhile(StpTreePort p) {
    if (!p.tcWhile.isZero()) {
      return;
    }
    if (p.port.sendRstp) {
      p.tcWhile.start(now(p), StpConditions.helloTimeSeconds(p.port) + 1);
      p.port.newInfo = true;
    } else {
      Times times = p.tree.rootTimes;
      p.tcWhile.start(now(p), times.maxAgeSeconds() + times.forwardDelaySeconds());
    }
    p.tree.topologyChanged = true;
  }

  /** 13.29.12: what the message in msgPriority, msgTimes and msgRole is to this port. */
  static RcvdInfo rcvInfo(StpTreePort p) {
    return switch (p.msgRole) {
      // An unknown role is taken as in a Configuration BPDU (802.1D-2004 9.2.9).
      case DESIGNATED, UNKNOWN -> rcvDesignatedInfo(p);
      case ROOT, ALTERNATE_OR_BACKUP ->
          p.msgPriority.isBetterThan(p.portPriority)
              ? RcvdInfo.OTHER_INFO
              : RcvdInfo.INFERIOR_ROOT_ALTERNATE_INFO;
    };
  }

  private static RcvdInfo rcvDesignatedInfo(StpTreePort p) {
    boolean same = p.msgPriority.sameAs(p.portPriority);
    boolean sameTimes = p.msgTimes.equals(p.portTimes);
    if (p.msgPriority.isSuperiorTo(p.portPriority) || (same && !sameTimes)) {
      return RcvdInfo.SUPERIOR_DESIGNATED_INFO;
    }
    if (same) {
      return p.infoIs == InfoIs.RECEIVED ? RcvdInfo.REPEATED_DESIGNATED_INFO : RcvdInfo.OTHER_INFO;
    }
    return RcvdInfo.INFERIOR_DESIGNATED_INFO;
  }

  /**
   * 13.29.13: takes the received BPDU apart. A BPDU of this very port that came back tells nothing
   * about a neighbour, see {@link #reflected}.
   */
  static void rcvMsgs(StpPort port) {
    Bpdu bpdu = port.received;
    switch (bpdu) {
      case null -> {}
      case Bpdu.Tcn _ -> rcvTcn(port);
      case Bpdu.Config c ->
          rcvMsg(
              port,
              Priority.ofMessage(c.rootId(), c.rootPathCost(), c.bridgeId(), c.portId()),
              Times.of(c.times()),
              c.flags()
                  .withRole(BpduPortRole.DESIGNATED)
                  .withProposal(false)
                  .withAgreement(false)
                  .withLearning(false)
                  .withForwarding(false));
      case Bpdu.Rst r ->
          rcvMsg(
              port,
              Priority.ofMessage(r.rootId(), r.rootPathCost(), r.bridgeId(), r.portId()),
              Times.of(r.times()),
              r.flags().role() == BpduPortRole.UNKNOWN
                  ? r.flags().withProposal(false).withAgreement(false).withLearning(false)
                  : r.flags());
      case Bpdu.Unknown _ -> {}
    }
    port.received = null;
  }

  /**
   * The standard sets rcvdTcn whatever the port's role is. But on a LAN with several legacy bridges
   * each root port hears the notifications of the others, starts its own tcWhile, notifies in turn,
   * and is heard by them, without end. Notifications are meant for the designated port, which
   * acknowledges them; 802.1D-1998 8.6.14 and the Linux bridge take them there only.
   */
  private static void rcvTcn(StpPort port) {
    if (port.cist().role() == Role.DESIGNATED) {
      port.rcvdTcn = true;
    }
  }

  private static void rcvMsg(StpPort port, Priority priority, Times times, BpduFlags flags) {
    StpTreePort p = port.cist();
    if (isReflection(p, priority.designatedBridgeId(), priority.designatedPortId())) {
      reflected(p);
      return;
    }
    p.msgPriority = priority;
    p.msgTimes = times;
    p.msgFlags = flags;
    p.msgRole = flags.role();
    p.rcvdMsg = true;
  }

  private static boolean isReflection(StpTreePort p, BridgeId sender, PortId senderPort) {
    return p.port.bridge.isOwn(sender) && senderPort.number() == p.portId.number();
  }

  /**
   * The standard discards a Configuration BPDU that comes back to its port (802.1D-2004 9.3.4) and
   * is silent about an RST BPDU. But a port that hears itself has a loop behind it: as designated
   * port nobody would contradict it, and it would forward into that loop. So it discards, with the
   * long delays, for as long as its BPDUs come back. Others call this loop guard or self-loop
   * detection.
   */
  private static void reflected(StpTreePort p) {
    StpPort port = p.port;
    port.bridge.counters.add("reflected", port.number);
    if (p.role() != Role.DESIGNATED) {
      return;
    }
    port.reflected = true;
    if (p.learn || p.forward) {
      p.disputed = true;
      p.agreed = false;
    } else {
      p.fdWhile.start(now(p), StpConditions.fwdDelaySeconds(port));
    }
  }

  /** 13.29.15. */
  static void recordAgreement(StpTreePort p) {
    if (p.port.bridge.rstpVersion() && p.port.operPointToPointMac && p.msgFlags.agreement()) {
      p.agreed = true;
      p.proposing = false;
    } else {
      p.agreed = false;
    }
  }

  /** 13.29.16. */
  static void recordDispute(StpTreePort p) {
    if (p.msgFlags.learning()) {
      p.disputed = true;
      p.agreed = false;
    }
  }

  /** 13.29.18. */
  static void recordPriority(StpTreePort p) {
    p.portPriority = p.msgPriority;
  }

  /**
   * 13.29.19. Where the version is forced to STP a proposal can't be answered, as Configuration
   * BPDUs have no agreements; it would only cost the other ports their forwarding.
   */
  static void recordProposal(StpTreePort p) {
    if (p.msgFlags.proposal() && p.port.bridge.rstpVersion()) {
      p.proposed = true;
    }
  }

  /** 13.29.20; {@link Times#of} has seen to the minimum. */
  static void recordTimes(StpTreePort p) {
    p.portTimes = p.msgTimes;
  }

  /** 13.29.21. */
  static void setReRootTree(StpTree tree) {
    for (StpTreePort p : tree.ports.values()) {
      if (!p.reRoot) {
        p.reRoot = true;
        p.port.touch();
      }
    }
  }

  /** 13.29.22. */
  static void setSelectedTree(StpTree tree) {
    for (StpTreePort p : tree.ports.values()) {
      if (!p.selected()) {
        p.selected(true);
        p.port.touch();
      }
    }
  }

  /** 13.29.23. */
  static void setSyncTree(StpTree tree) {
    for (StpTreePort p : tree.ports.values()) {
      if (!p.sync) {
        p.sync = true;
        p.port.touch();
      }
    }
  }

  /** 13.29.24. */
  static void setTcFlags(StpTreePort p) {
    if (p.msgFlags.topologyChangeAck()) {
      p.port.rcvdTcAck = true;
    }
    if (p.msgFlags.topologyChange()) {
      p.rcvdTc = true;
    }
  }

  /** 13.29.25. */
  static void setTcPropTree(StpTreePort from) {
    for (StpTreePort p : from.tree.ports.values()) {
      if (p != from && !p.tcProp) {
        p.tcProp = true;
        p.port.touch();
      }
    }
  }

  /** 13.29.27. */
  static void txConfig(StpPort port) {
    StpTreePort p = port.cist();
    Priority priority = p.designatedPriority;
    send(
        port,
        new Bpdu.Config(
            BpduFlags.NONE
                .withTopologyChange(!p.tcWhile.isZero())
                .withTopologyChangeAck(port.tcAck),
            priority.rootId(),
            priority.externalRootPathCost(),
            priority.designatedBridgeId(),
            priority.designatedPortId(),
            p.designatedTimes.toBpdu()));
  }

  /** 13.29.28. */
  static void txRstp(StpPort port) {
    StpTreePort p = port.cist();
    Priority priority = p.designatedPriority;
    send(
        port,
        new Bpdu.Rst(
            BpduFlags.NONE
                .withTopologyChange(!p.tcWhile.isZero())
                .withProposal(p.proposing)
                .withRole(roleOnWire(p.role()))
                .withLearning(p.learning)
                .withForwarding(p.forwarding)
                .withAgreement(p.agree),
            priority.rootId(),
            priority.externalRootPathCost(),
            priority.designatedBridgeId(),
            priority.designatedPortId(),
            p.designatedTimes.toBpdu()));
  }

  private static BpduPortRole roleOnWire(Role role) {
    return switch (role) {
      case ROOT -> BpduPortRole.ROOT;
      case DESIGNATED -> BpduPortRole.DESIGNATED;
      case ALTERNATE, BACKUP -> BpduPortRole.ALTERNATE_OR_BACKUP;
      case DISABLED -> throw new IllegalStateException("a disabled port sends no BPDU");
    };
  }

  /** 13.29.29. */
  static void txTcn(StpPort port) {
    send(port, new Bpdu.Tcn());
  }

  private static void send(StpPort port, Bpdu bpdu) {
    StpBridge bridge = port.bridge;
    int count = StpConditions.txCount(port, bridge.now);
    SwitchTime nextDecrement =
        count == 0
            ? bridge.now.plusSeconds(1)
            : StpConditions.txCountNextDecrement(port, bridge.now);
    port.setTxCount(count + 1, nextDecrement.nanos());
    port.txBpdus++;
    bridge.step.send(
        port, ByteString.copyFrom(BpduCodec.encodeFrame(bpdu, port.mac).toByteArray()));
  }

  /** 13.29.31. */
  static void updtBpduVersion(StpPort port) {
    switch (port.received) {
      case Bpdu.Config _, Bpdu.Tcn _ -> port.rcvdStp = true;
      case Bpdu.Rst _ -> port.rcvdRstp = true;
      case Bpdu.Unknown _ -> {}
      case null -> {}
    }
  }

  /** 13.29.33. */
  static void updtRcvdInfoWhile(StpTreePort p) {
    if (p.portTimes.messageAgeSeconds() + 1 <= p.portTimes.maxAgeSeconds()) {
      p.rcvdInfoWhile.start(now(p), 3 * p.portTimes.helloTimeSeconds());
    } else {
      p.rcvdInfoWhile.stop();
    }
  }

  /** 13.29.34: which port leads to the root, what this bridge says, and every port's role. */
  static void updtRolesTree(StpTree tree) {
    StpTreePort root = null;
    Priority best = tree.bridgePriority();
    for (StpTreePort p : tree.ports.values()) {
      if (p.infoIs == InfoIs.RECEIVED
          && !p.port.restrictedRole
          && !tree.bridge.isOwn(p.portPriority.designatedBridgeId())) {
        Priority path =
            p.portPriority.rootPath(tree.bridgeIdentifier, p.portId, p.port.externalPortPathCost);
        if (path.isBetterThan(best)) {
          best = path;
          root = p;
        }
      }
    }
    Times rootTimes = root == null ? tree.bridgeTimes : root.portTimes.older();
    boolean sameRoot = best.sameAs(tree.rootPriority) && rootTimes.equals(tree.rootTimes);
    tree.rootPriority = best;
    tree.rootPortId = root == null ? Priority.NO_PORT : root.portId;
    tree.rootTimes = rootTimes;
    Times designatedTimes = rootTimes.withHelloTimeSeconds(tree.bridgeTimes.helloTimeSeconds());
    for (StpTreePort p : tree.ports.values()) {
      if (!sameRoot || !p.designatedPriority.isFrom(tree.bridgeIdentifier, p.portId)) {
        updtDesignated(p, best.designated(tree.bridgeIdentifier, p.portId));
      }
      if (!designatedTimes.equals(p.designatedTimes)) {
        p.designatedTimes = designatedTimes;
        p.port.touch();
      }
      updtRole(p, root);
    }
  }

  private static void updtDesignated(StpTreePort p, Priority designated) {
    if (!designated.sameAs(p.designatedPriority)) {
      p.designatedPriority = designated;
      p.port.touch();
    }
  }

  private static void updtRole(StpTreePort p, @Nullable StpTreePort root) {
    boolean wasUpdtInfo = p.updtInfo();
    Role before = p.selectedRole();
    switch (p.infoIs) {
      case DISABLED -> p.selectedRole(Role.DISABLED);
      case AGED -> {
        p.updtInfo(true);
        p.selectedRole(Role.DESIGNATED);
      }
      case MINE -> {
        p.selectedRole(Role.DESIGNATED);
        if (!p.portPriority.equals(p.designatedPriority)
            || !p.portTimes.equals(p.designatedTimes)) {
          p.updtInfo(true);
        }
      }
      case RECEIVED -> {
        if (p == root) {
          p.selectedRole(Role.ROOT);
          p.updtInfo(false);
        } else if (p.designatedPriority.isBetterThan(p.portPriority)) {
          p.selectedRole(Role.DESIGNATED);
          p.updtInfo(true);
        } else {
          boolean own = p.port.bridge.isOwn(p.portPriority.designatedBridgeId());
          p.selectedRole(own ? Role.BACKUP : Role.ALTERNATE);
          p.updtInfo(false);
        }
      }
    }
    if (before != p.selectedRole() || wasUpdtInfo != p.updtInfo()) {
      p.port.touch();
    }
  }

  /** 13.29.35. */
  static void updtRolesDisabledTree(StpTree tree) {
    for (StpTreePort p : tree.ports.values()) {
      p.selectedRole(Role.DISABLED);
      p.port.touch();
    }
  }

  static SwitchTime now(StpTreePort p) {
    return p.port.bridge.now;
  }
}
