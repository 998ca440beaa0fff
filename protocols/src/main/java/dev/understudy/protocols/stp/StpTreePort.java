package dev.understudy.protocols.stp;

import dev.understudy.core.Timers;
import dev.understudy.protocols.stp.StpStates.InfoIs;
import dev.understudy.protocols.stp.StpStates.Pim;
import dev.understudy.protocols.stp.StpStates.Prt;
import dev.understudy.protocols.stp.StpStates.Pst;
import dev.understudy.protocols.stp.StpStates.RcvdInfo;
import dev.understudy.protocols.stp.StpStates.Role;
import dev.understudy.protocols.stp.StpStates.Tcm;
import dev.understudy.schema.PortState;
import dev.understudy.wire.bpdu.BpduFlags;
import dev.understudy.wire.bpdu.BpduPortRole;
import dev.understudy.wire.bpdu.PortId;
import java.util.List;

/** Working memory: a bridge port's variables in one tree (802.1Q-2018 13.27). */
final class StpTreePort {
  final StpPort port;
  final StpTree tree;

  PortId portId = Priority.NO_PORT;
  InfoIs infoIs = InfoIs.DISABLED;
  Priority portPriority = Priority.NONE;
  Times portTimes = Times.DEFAULT;
  Priority designatedPriority = Priority.NONE;
  Times designatedTimes = Times.DEFAULT;
  boolean agree;
  boolean agreed;
  boolean disputed;
  boolean forward;
  boolean forwarding;
  boolean learn;
  boolean learning;
  boolean proposed;
  boolean proposing;
  boolean rcvdTc;
  boolean reRoot;
  boolean reselect;
  boolean sync;
  boolean tcProp;

  // Behind accessors, because allSynced of every port depends on them.
  private Role role = Role.DISABLED;
  private Role selectedRole = Role.DISABLED;
  private boolean selected;
  private boolean synced;
  private boolean updtInfo;

  // Machines.
  Pim pim = Pim.DISABLED;
  Prt prt = Prt.INIT_PORT;
  Pst pst = Pst.DISCARDING;
  Tcm tcm = Tcm.INACTIVE;

  // Timers.
  final PortTimer fdWhile;
  final PortTimer rbWhile;
  final PortTimer rcvdInfoWhile;
  final PortTimer rrWhile;
  final PortTimer tcWhile;

  /** What the data plane was told last. */
  PortState state = PortState.PORT_STATE_DISCARDING;

  // Of the input at work.
  boolean rcvdMsg;
  Priority msgPriority = Priority.NONE;
  Times msgTimes = Times.DEFAULT;
  BpduFlags msgFlags = BpduFlags.NONE;
  BpduPortRole msgRole = BpduPortRole.UNKNOWN;
  RcvdInfo rcvdInfo = RcvdInfo.OTHER_INFO;

  StpTreePort(StpPort port, StpTree tree) {
    this.port = port;
    this.tree = tree;
    fdWhile = timer("fdWhile");
    rbWhile = timer("rbWhile");
    rcvdInfoWhile = timer("rcvdInfoWhile");
    rrWhile = timer("rrWhile");
    tcWhile = timer("tcWhile");
    tree.add(this);
  }

  private PortTimer timer(String name) {
    return new PortTimer(port.bridge.timers, new Timers.Timer(name, port.number, tree.number));
  }

  List<PortTimer> timers() {
    return List.of(fdWhile, rbWhile, rcvdInfoWhile, rrWhile, tcWhile);
  }

  /** A timer of this port in this tree was due. */
  void expire(String name) {
    for (PortTimer own : timers()) {
      if (own.name().equals(name)) {
        own.expire();
      }
    }
    if (rrWhile.name().equals(name)) {
      PortRoleTransitions.wakeRootPort(tree);
    }
  }

  boolean isRootOrDesignated() {
    return role == Role.ROOT || role == Role.DESIGNATED;
  }

  /** Has the role that was selected for it, and nothing to tell first. */
  boolean isSettled() {
    return selected && role == selectedRole && !updtInfo;
  }

  Role role() {
    return role;
  }

  void role(Role value) {
    if (role != value) {
      tree.before(this);
      role = value;
      tree.after(this);
    }
  }

  Role selectedRole() {
    return selectedRole;
  }

  void selectedRole(Role value) {
    if (selectedRole != value) {
      tree.before(this);
      selectedRole = value;
      tree.after(this);
    }
  }

  boolean selected() {
    return selected;
  }

  void selected(boolean value) {
    if (selected != value) {
      tree.before(this);
      selected = value;
      tree.after(this);
    }
  }

  boolean synced() {
    return synced;
  }

  void synced(boolean value) {
    if (synced != value) {
      tree.before(this);
      synced = value;
      tree.after(this);
    }
  }

  boolean updtInfo() {
    return updtInfo;
  }

  void updtInfo(boolean value) {
    if (updtInfo != value) {
      tree.before(this);
      updtInfo = value;
      tree.after(this);
    }
  }

  /** reselect = TRUE; selected = FALSE: role selection has to look at this tree again. */
  void reselect() {
    reselect = true;
    selected(false);
    tree.reselect = true;
    port.touch();
  }
}
