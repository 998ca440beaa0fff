package dev.understudy.protocols.stp;

import dev.understudy.protocols.stp.StpStates.InfoIs;
import dev.understudy.protocols.stp.StpStates.Pim;
import dev.understudy.protocols.stp.StpStates.Prs;

/**
 * Port Information, per port and tree, and Port Role Selection, per tree (802.1Q-2018 13.35 and
 * 13.36).
 */
final class PortInformation {
  private PortInformation() {}

  /** BEGIN. */
  static void begin(StpTreePort p) {
    enter(p, Pim.DISABLED);
  }

  // ---- Port Information, 13.35

  static boolean step(StpTreePort p) {
    if (!p.port.portEnabled && p.infoIs != InfoIs.DISABLED) {
      return enter(p, Pim.DISABLED);
    }
    boolean update = p.selected() && p.updtInfo();
    return switch (p.pim) {
      case DISABLED -> {
        if (p.rcvdMsg) {
          yield enter(p, Pim.DISABLED);
        }
        yield p.port.portEnabled && enter(p, Pim.AGED);
      }
      case AGED -> update && enter(p, Pim.UPDATE);
      case CURRENT -> {
        if (update) {
          yield enter(p, Pim.UPDATE);
        }
        if (p.infoIs == InfoIs.RECEIVED
            && p.rcvdInfoWhile.isZero()
            && !p.updtInfo()
            && !p.rcvdMsg) {
          yield enter(p, Pim.AGED);
        }
        yield p.rcvdMsg && !p.updtInfo() && enter(p, Pim.RECEIVE);
      }
      case RECEIVE ->
          switch (p.rcvdInfo) {
            case SUPERIOR_DESIGNATED_INFO -> enter(p, Pim.SUPERIOR_DESIGNATED);
            case REPEATED_DESIGNATED_INFO -> enter(p, Pim.REPEATED_DESIGNATED);
            case INFERIOR_DESIGNATED_INFO -> enter(p, Pim.INFERIOR_DESIGNATED);
            case INFERIOR_ROOT_ALTERNATE_INFO -> enter(p, Pim.NOT_DESIGNATED);
            case OTHER_INFO -> enter(p, Pim.OTHER);
          };
      case UPDATE,
          SUPERIOR_DESIGNATED,
          REPEATED_DESIGNATED,
          INFERIOR_DESIGNATED,
          NOT_DESIGNATED,
          OTHER ->
          enter(p, Pim.CURRENT);
    };
  }

  private static boolean enter(StpTreePort p, Pim state) {
    p.pim = state;
    switch (state) {
      case DISABLED -> {
        p.rcvdMsg = false;
        p.proposing = false;
        p.proposed = false;
        p.agree = false;
        p.agreed = false;
        p.rcvdInfoWhile.stop();
        p.infoIs = InfoIs.DISABLED;
        p.reselect();
      }
      case AGED -> {
        p.infoIs = InfoIs.AGED;
        p.reselect();
      }
      case UPDATE -> {
        p.proposing = false;
        p.proposed = false;
        p.agreed = p.agreed && StpProcedures.betterorsameInfo(p, InfoIs.MINE);
        p.synced(p.synced() && p.agreed);
        p.portPriority = p.designatedPriority;
        p.portTimes = p.designatedTimes;
        p.updtInfo(false);
        p.infoIs = InfoIs.MINE;
        p.port.newInfo = true;
      }
      case SUPERIOR_DESIGNATED -> {
        p.agreed = false;
        p.proposing = false;
        StpProcedures.recordProposal(p);
        StpProcedures.setTcFlags(p);
        p.agree = p.agree && StpProcedures.betterorsameInfo(p, InfoIs.RECEIVED);
        StpProcedures.recordAgreement(p);
        p.synced(p.synced() && p.agreed);
        StpProcedures.recordPriority(p);
        StpProcedures.recordTimes(p);
        StpProcedures.updtRcvdInfoWhile(p);
        p.infoIs = InfoIs.RECEIVED;
        p.rcvdMsg = false;
        p.reselect();
      }
      case REPEATED_DESIGNATED -> {
        StpProcedures.recordProposal(p);
        StpProcedures.setTcFlags(p);
        StpProcedures.recordAgreement(p);
        StpProcedures.updtRcvdInfoWhile(p);
        p.rcvdMsg = false;
      }
      case INFERIOR_DESIGNATED -> {
        StpProcedures.recordDispute(p);
        p.rcvdMsg = false;
      }
      case NOT_DESIGNATED -> {
        StpProcedures.recordAgreement(p);
        StpProcedures.setTcFlags(p);
        p.rcvdMsg = false;
      }
      case OTHER -> p.rcvdMsg = false;
      case CURRENT -> {}
      case RECEIVE -> p.rcvdInfo = StpProcedures.rcvInfo(p);
    }
    p.port.touch();
    return true;
  }

  // ---- Port Role Selection, 13.36

  /** BEGIN. */
  static void begin(StpTree tree) {
    enter(tree, Prs.INIT_TREE);
  }

  static boolean step(StpTree tree) {
    return switch (tree.prs) {
      case INIT_TREE -> enter(tree, Prs.ROLE_SELECTION);
      case ROLE_SELECTION -> tree.reselect && enter(tree, Prs.ROLE_SELECTION);
    };
  }

  private static boolean enter(StpTree tree, Prs state) {
    tree.prs = state;
    switch (state) {
      case INIT_TREE -> StpProcedures.updtRolesDisabledTree(tree);
      case ROLE_SELECTION -> {
        StpProcedures.clearReselectTree(tree);
        StpProcedures.updtRolesTree(tree);
        StpProcedures.setSelectedTree(tree);
      }
    }
    tree.bridge.step.bridgeTouched = true;
    return true;
  }
}
