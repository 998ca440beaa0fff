package dev.understudy.protocols.stp;

import dev.understudy.core.SwitchTime;
import dev.understudy.protocols.stp.StpStates.Bdm;
import dev.understudy.protocols.stp.StpStates.Ppm;
import dev.understudy.protocols.stp.StpStates.Prx;
import dev.understudy.protocols.stp.StpStates.Ptx;
import dev.understudy.protocols.stp.StpStates.Role;

/**
 * The machines that each port has once, for all trees: Port Receive, Port Protocol Migration,
 * Bridge Detection, Port Transmit (802.1Q-2018 13.31 to 13.34). Each {@code step} makes at most one
 * transition and says whether it did.
 */
final class PortMachines {
  private PortMachines() {}

  /** BEGIN. */
  static void begin(StpPort port) {
    enter(port, Prx.DISCARD);
    enter(port, Ppm.CHECKING_RSTP);
    enter(port, port.adminEdge ? Bdm.EDGE : Bdm.NOT_EDGE);
    enter(port, Ptx.TRANSMIT_INIT);
  }

  /** All but Port Transmit, which comes when the others have nothing to do any more. */
  static boolean step(StpPort port) {
    return stepPrx(port) || stepPpm(port) || stepBdm(port);
  }

  // ---- Port Receive, 13.31

  private static boolean stepPrx(StpPort port) {
    if (!port.portEnabled
        && (port.rcvdBpdu || port.prx != Prx.DISCARD || !port.edgeDelayWhile.isZero())) {
      return enter(port, Prx.DISCARD);
    }
    return switch (port.prx) {
      case DISCARD -> port.rcvdBpdu && enter(port, Prx.RECEIVE);
      case RECEIVE -> port.rcvdBpdu && !StpConditions.rcvdAnyMsg(port) && enter(port, Prx.RECEIVE);
    };
  }

  private static boolean enter(StpPort port, Prx state) {
    port.prx = state;
    switch (state) {
      case DISCARD -> {
        port.rcvdBpdu = false;
        port.received = null;
        port.rcvdRstp = false;
        port.rcvdStp = false;
        StpProcedures.clearAllRcvdMsgs(port);
        port.edgeDelayWhile.stop(); // Held at MigrateTime until the port is enabled.
      }
      case RECEIVE -> {
        StpProcedures.updtBpduVersion(port);
        StpProcedures.rcvMsgs(port);
        port.operEdge = false;
        port.rcvdBpdu = false;
        port.edgeDelayWhile.start(now(port), StpConditions.MIGRATE_TIME_SECONDS);
      }
    }
    return moved(port);
  }

  /** The port is enabled: what the machines held at its full value runs from now on. */
  static void startHeldTimers(StpPort port) {
    port.edgeDelayWhile.start(now(port), StpConditions.MIGRATE_TIME_SECONDS);
    if (port.ppm == Ppm.CHECKING_RSTP) {
      port.mdelayWhile.start(now(port), StpConditions.MIGRATE_TIME_SECONDS);
    }
  }

  // ---- Port Protocol Migration, 13.32; mcheck is not offered to anybody yet

  private static boolean stepPpm(StpPort port) {
    boolean delayed = !port.mdelayWhile.isZero();
    return switch (port.ppm) {
      case CHECKING_RSTP ->
          port.portEnabled
              ? !delayed && enter(port, Ppm.SENSING)
              : delayed && enter(port, Ppm.CHECKING_RSTP);
      case SELECTING_STP -> (!delayed || !port.portEnabled) && enter(port, Ppm.SENSING);
      case SENSING -> {
        if (!port.portEnabled || (port.bridge.rstpVersion() && !port.sendRstp && port.rcvdRstp)) {
          yield enter(port, Ppm.CHECKING_RSTP);
        }
        yield port.sendRstp && port.rcvdStp && enter(port, Ppm.SELECTING_STP);
      }
    };
  }

  private static boolean enter(StpPort port, Ppm state) {
    port.ppm = state;
    switch (state) {
      case CHECKING_RSTP -> {
        port.sendRstp = port.bridge.rstpVersion();
        startMdelayWhile(port);
      }
      case SELECTING_STP -> {
        port.sendRstp = false;
        startMdelayWhile(port);
      }
      case SENSING -> {
        port.mdelayWhile.stop();
        port.rcvdRstp = false;
        port.rcvdStp = false;
      }
    }
    return moved(port);
  }

  private static void startMdelayWhile(StpPort port) {
    if (port.portEnabled) {
      port.mdelayWhile.start(now(port), StpConditions.MIGRATE_TIME_SECONDS);
    } else {
      port.mdelayWhile.stop(); // Held at MigrateTime until the port is enabled.
    }
  }

  // ---- Bridge Detection, 13.33; without ISOLATED, as AutoIsolate is not offered

  private static boolean stepBdm(StpPort port) {
    return switch (port.bdm) {
      case EDGE ->
          (((!port.portEnabled || !port.autoEdge) && !port.adminEdge) || !port.operEdge)
              && enter(port, Bdm.NOT_EDGE);
      case NOT_EDGE ->
          ((!port.portEnabled && port.adminEdge) || looksLikeEdge(port)) && enter(port, Bdm.EDGE);
    };
  }

  /**
   * Nobody answers. A disabled port never does: its edgeDelayWhile is held. A port that hears
   * itself is no edge, however slow its hellos are.
   */
  private static boolean looksLikeEdge(StpPort port) {
    return port.portEnabled
        && port.edgeDelayWhile.isZero()
        && port.autoEdge
        && port.sendRstp
        && port.cist().proposing
        && !port.reflected;
  }

  private static boolean enter(StpPort port, Bdm state) {
    port.bdm = state;
    port.operEdge = state == Bdm.EDGE;
    return moved(port);
  }

  /**
   * AdminEdge was set on an enabled port. The standard looks at it again when the port is enabled
   * next; whoever sets it means now, unless a bridge was heard a moment ago.
   */
  static void adminEdgeSet(StpPort port) {
    if (port.bdm == Bdm.NOT_EDGE && port.edgeDelayWhile.isZero()) {
      enter(port, Bdm.EDGE);
    }
  }

  // ---- Port Transmit, 13.34

  static boolean stepPtx(StpPort port) {
    if (!port.portEnabled) {
      return port.ptx != Ptx.TRANSMIT_INIT && enter(port, Ptx.TRANSMIT_INIT);
    }
    return switch (port.ptx) {
      case TRANSMIT_INIT, TRANSMIT_PERIODIC, TRANSMIT_CONFIG, TRANSMIT_TCN, TRANSMIT_RSTP ->
          enter(port, Ptx.IDLE);
      case IDLE -> StpConditions.allTransmitReady(port) && leaveIdle(port);
    };
  }

  private static boolean leaveIdle(StpPort port) {
    if (port.helloWhen.isZero()) {
      return enter(port, Ptx.TRANSMIT_PERIODIC);
    }
    if (!port.newInfo) {
      return false;
    }
    Role role = port.cist().role();
    boolean mayBeSent = port.sendRstp || role == Role.DESIGNATED || role == Role.ROOT;
    if (!mayBeSent || role == Role.DISABLED) {
      return false;
    }
    if (!port.txCountWhen.isZero()) {
      return false; // It goes on at the tick that finds this timer due.
    }
    if (StpConditions.txCount(port, now(port)) >= port.bridge.txHoldCount) {
      port.txCountWhen.startUntil(StpConditions.txCountNextDecrement(port, now(port)));
      port.touch();
      return false;
    }
    if (port.sendRstp) {
      return enter(port, Ptx.TRANSMIT_RSTP);
    }
    return enter(port, role == Role.DESIGNATED ? Ptx.TRANSMIT_CONFIG : Ptx.TRANSMIT_TCN);
  }

  private static boolean enter(StpPort port, Ptx state) {
    port.ptx = state;
    switch (state) {
      case TRANSMIT_INIT -> {
        port.newInfo = true;
        port.setTxCount(0, 0);
        port.txCountWhen.stop();
        port.helloWhen.stop();
      }
      case IDLE -> startHelloWhen(port);
      case TRANSMIT_PERIODIC -> {
        StpTreePort p = port.cist();
        boolean propagates = p.role() == Role.ROOT && !p.tcWhile.isZero();
        port.newInfo = port.newInfo || p.role() == Role.DESIGNATED || propagates;
      }
      case TRANSMIT_CONFIG -> {
        port.newInfo = false;
        StpProcedures.txConfig(port);
        port.tcAck = false;
      }
      case TRANSMIT_TCN -> {
        port.newInfo = false;
        StpProcedures.txTcn(port);
      }
      case TRANSMIT_RSTP -> {
        port.newInfo = false;
        StpProcedures.txRstp(port);
        port.tcAck = false;
      }
    }
    return moved(port);
  }

  /**
   * From its deadline, not from the tick that found it: so the period is the hello time exactly.
   */
  private static void startHelloWhen(StpPort port) {
    int seconds = StpConditions.helloTimeSeconds(port);
    SwitchTime next = new SwitchTime(port.helloDueNanos).plusSeconds(seconds);
    if (port.helloDueNanos != 0 && next.isAfter(now(port))) {
      port.helloWhen.startUntil(next);
    } else {
      port.helloWhen.start(now(port), seconds);
    }
  }

  private static boolean moved(StpPort port) {
    port.touch();
    return true;
  }

  private static SwitchTime now(StpPort port) {
    return port.bridge.now;
  }
}
