package dev.understudy.protocols.stp;

import dev.understudy.protocols.stp.StpStates.Pst;
import dev.understudy.protocols.stp.StpStates.Role;
import dev.understudy.protocols.stp.StpStates.Tcm;
import dev.understudy.schema.PortState;

/**
 * Port State Transition and Topology Change, per port and tree (802.1Q-2018 13.38 and 13.39). Each
 * {@code step} makes at most one transition and says whether it did.
 */
final class PortStates {
  private PortStates() {}

  /** BEGIN. */
  static void begin(StpTreePort p) {
    enter(p, Pst.DISCARDING);
    enter(p, Tcm.INACTIVE);
  }

  // ---- Port State Transition, 13.38

  static boolean stepPst(StpTreePort p) {
    return switch (p.pst) {
      case DISCARDING -> p.learn && enter(p, Pst.LEARNING);
      case LEARNING -> {
        if (!p.learn) {
          yield enter(p, Pst.DISCARDING);
        }
        yield p.forward && enter(p, Pst.FORWARDING);
      }
      case FORWARDING -> !p.forward && enter(p, Pst.DISCARDING);
    };
  }

  private static boolean enter(StpTreePort p, Pst state) {
    p.pst = state;
    switch (state) {
      case DISCARDING -> {
        p.learning = false;
        p.forwarding = false;
        StpProcedures.tell(p, PortState.PORT_STATE_DISCARDING);
      }
      case LEARNING -> {
        p.learning = true;
        StpProcedures.tell(p, PortState.PORT_STATE_LEARNING);
      }
      case FORWARDING -> {
        p.forwarding = true;
        StpProcedures.tell(p, PortState.PORT_STATE_FORWARDING);
      }
    }
    p.port.touch();
    return true;
  }

  // ---- Topology Change, 13.39; without tcDetected, which is for MVRP and MMRP

  static boolean stepTcm(StpTreePort p) {
    return switch (p.tcm) {
      case INACTIVE -> p.learn && enter(p, Tcm.LEARNING);
      case LEARNING -> {
        if (p.isRootOrDesignated() && p.forward && !p.port.operEdge) {
          yield enter(p, Tcm.DETECTED);
        }
        boolean notified = p.rcvdTc || p.port.rcvdTcn || p.port.rcvdTcAck || p.tcProp;
        if (!p.isRootOrDesignated() && !p.learn && !p.learning && !notified) {
          yield enter(p, Tcm.INACTIVE);
        }
        yield notified && enter(p, Tcm.LEARNING);
      }
      case ACTIVE -> {
        if (!p.isRootOrDesignated() || p.port.operEdge) {
          yield enter(p, Tcm.LEARNING);
        }
        if (p.port.rcvdTcn) {
          yield enter(p, Tcm.NOTIFIED_TCN);
        }
        if (p.rcvdTc) {
          yield enter(p, Tcm.NOTIFIED_TC);
        }
        if (p.tcProp) {
          yield enter(p, Tcm.PROPAGATING);
        }
        yield p.port.rcvdTcAck && enter(p, Tcm.ACKNOWLEDGED);
      }
      case NOTIFIED_TCN -> enter(p, Tcm.NOTIFIED_TC);
      case DETECTED, NOTIFIED_TC, PROPAGATING, ACKNOWLEDGED -> enter(p, Tcm.ACTIVE);
    };
  }

  private static boolean enter(StpTreePort p, Tcm state) {
    p.tcm = state;
    switch (state) {
      case INACTIVE -> {
        StpProcedures.fdbFlush(p);
        p.tcWhile.stop();
        if (p.tree.isCist()) {
          p.port.tcAck = false;
        }
      }
      case LEARNING -> {
        if (p.tree.isCist()) {
          p.port.rcvdTcn = false;
          p.port.rcvdTcAck = false;
        }
        p.rcvdTc = false;
        p.tcProp = false;
      }
      case DETECTED -> {
        changedAt(p);
        StpProcedures.newTcWhile(p);
        StpProcedures.setTcPropTree(p);
        p.port.newInfo = true;
      }
      case ACTIVE -> {}
      case NOTIFIED_TCN -> StpProcedures.newTcWhile(p);
      case NOTIFIED_TC -> {
        changedAt(p);
        if (p.tree.isCist()) {
          p.port.rcvdTcn = false;
          p.port.tcAck = p.port.tcAck || p.role() == Role.DESIGNATED;
        }
        p.rcvdTc = false;
        StpProcedures.setTcPropTree(p);
      }
      case PROPAGATING -> {
        StpProcedures.newTcWhile(p);
        StpProcedures.fdbFlush(p);
        p.tcProp = false;
      }
      case ACKNOWLEDGED -> {
        p.tcWhile.stop();
        p.port.rcvdTcAck = false;
      }
    }
    p.port.touch();
    return true;
  }

  private static void changedAt(StpTreePort p) {
    if (p.tree.topologyChangePort == 0) {
      p.tree.topologyChangePort = p.port.number;
    }
  }
}
