package dev.understudy.protocols.stp;

import dev.understudy.core.SwitchTime;
import dev.understudy.protocols.stp.StpStates.Prt;
import dev.understudy.protocols.stp.StpStates.Role;

/**
 * Port Role Transitions, per port and tree (802.1Q-2018 13.37). There are no master ports in the
 * CIST; they come with MSTIs.
 */
final class PortRoleTransitions {
  private PortRoleTransitions() {}

  /** BEGIN. */
  static void begin(StpTreePort p) {
    enter(p, Prt.INIT_PORT);
  }

  /** Makes at most one transition and says whether it did. */
  static boolean step(StpTreePort p) {
    boolean decided = p.selected() && !p.updtInfo();
    if (decided && p.role() != p.selectedRole()) {
      return enter(
          p,
          switch (p.selectedRole()) {
            case DISABLED -> Prt.DISABLE_PORT;
            case ROOT -> Prt.ROOT_PORT;
            case DESIGNATED -> Prt.DESIGNATED_PORT;
            case ALTERNATE, BACKUP -> Prt.BLOCK_PORT;
          });
    }
    return switch (p.prt) {
      case INIT_PORT -> enter(p, Prt.DISABLE_PORT);
      case ROOT_PROPOSED,
          ROOT_AGREED,
          ROOT_SYNCED,
          REROOT,
          REROOTED,
          ROOT_LEARN,
          ROOT_FORWARD,
          ROOT_DISCARD ->
          enter(p, Prt.ROOT_PORT);
      case DESIGNATED_PROPOSE,
          DESIGNATED_AGREED,
          DESIGNATED_SYNCED,
          DESIGNATED_RETIRED,
          DESIGNATED_LEARN,
          DESIGNATED_FORWARD,
          DESIGNATED_DISCARD ->
          enter(p, Prt.DESIGNATED_PORT);
      case ALTERNATE_PROPOSED, ALTERNATE_AGREED, BACKUP_PORT -> enter(p, Prt.ALTERNATE_PORT);
      case DISABLE_PORT -> decided && isDiscarding(p) && enter(p, Prt.DISABLED_PORT);
      case DISABLED_PORT -> decided && disabledPort(p);
      case ROOT_PORT -> decided && rootPort(p);
      case DESIGNATED_PORT -> decided && designatedPort(p);
      case BLOCK_PORT -> decided && isDiscarding(p) && enter(p, Prt.ALTERNATE_PORT);
      case ALTERNATE_PORT -> decided && alternatePort(p);
    };
  }

  private static boolean isDiscarding(StpTreePort p) {
    return !p.learning && !p.forwarding;
  }

  private static boolean disabledPort(StpTreePort p) {
    boolean outOfStep = !p.fdWhile.isZero() || p.sync || p.reRoot || !p.synced();
    return outOfStep && enter(p, Prt.DISABLED_PORT);
  }

  private static boolean rootPort(StpTreePort p) {
    if (p.proposed && !p.agree) {
      return enter(p, Prt.ROOT_PROPOSED);
    }
    if ((!p.agree && StpConditions.allSynced(p)) || (p.proposed && p.agree)) {
      return enter(p, Prt.ROOT_AGREED);
    }
    if ((p.agreed && !p.synced()) || (p.sync && p.synced())) {
      return enter(p, Prt.ROOT_SYNCED);
    }
    if (!p.forward && p.rbWhile.isZero() && !p.reRoot) {
      return enter(p, Prt.REROOT);
    }
    if (p.disputed) {
      return enter(p, Prt.ROOT_DISCARD);
    }
    if (p.reRoot && p.forward) {
      return enter(p, Prt.REROOTED);
    }
    if (p.forward || !mayOpenRootPort(p)) {
      return false;
    }
    return enter(p, p.learn ? Prt.ROOT_FORWARD : Prt.ROOT_LEARN);
  }

  private static boolean mayOpenRootPort(StpTreePort p) {
    return p.fdWhile.isZero()
        || (p.port.bridge.rstpVersion() && p.rbWhile.isZero() && StpConditions.reRooted(p));
  }

  private static boolean designatedPort(StpTreePort p) {
    boolean edge = p.port.operEdge;
    if (!p.forward && !p.agreed && !p.proposing && !edge) {
      return enter(p, Prt.DESIGNATED_PROPOSE);
    }
    if ((p.proposed || !p.agree) && StpConditions.allSynced(p)) {
      return enter(p, Prt.DESIGNATED_AGREED);
    }
    if ((isDiscarding(p) && !p.synced())
        || (p.agreed && !p.synced())
        || (edge && !p.synced())
        || (p.sync && p.synced())) {
      return enter(p, Prt.DESIGNATED_SYNCED);
    }
    if (p.reRoot && p.rrWhile.isZero()) {
      return enter(p, Prt.DESIGNATED_RETIRED);
    }
    if (((p.sync && !p.synced()) || (p.reRoot && !p.rrWhile.isZero()) || p.disputed)
        && !edge
        && (p.learn || p.forward)) {
      return enter(p, Prt.DESIGNATED_DISCARD);
    }
    if (p.forward || !mayOpenDesignatedPort(p)) {
      return false;
    }
    return enter(p, p.learn ? Prt.DESIGNATED_FORWARD : Prt.DESIGNATED_LEARN);
  }

  private static boolean mayOpenDesignatedPort(StpTreePort p) {
    return (p.fdWhile.isZero() || p.agreed || p.port.operEdge)
        && (p.rrWhile.isZero() || !p.reRoot)
        && !p.sync;
  }

  private static boolean alternatePort(StpTreePort p) {
    if (p.proposed && !p.agree) {
      return enter(p, Prt.ALTERNATE_PROPOSED);
    }
    if ((!p.agree && StpConditions.allSynced(p)) || (p.proposed && p.agree)) {
      return enter(p, Prt.ALTERNATE_AGREED);
    }
    if (!p.fdWhile.isZero() || p.sync || p.reRoot || !p.synced()) {
      return enter(p, Prt.ALTERNATE_PORT);
    }
    return p.role() == Role.BACKUP && !p.rbWhile.isZero() && enter(p, Prt.BACKUP_PORT);
  }

  private static boolean enter(StpTreePort p, Prt state) {
    p.prt = state;
    switch (state) {
      case INIT_PORT -> {
        p.role(Role.DISABLED);
        p.learn = false;
        p.forward = false;
        p.synced(false);
        p.sync = true;
        p.reRoot = true;
        p.disputed = false;
        p.rbWhile.stop();
      }
      case DISABLE_PORT, BLOCK_PORT -> {
        become(p, p.selectedRole());
        p.learn = false;
        p.forward = false;
      }
      case DISABLED_PORT -> {
        p.fdWhile.stop(); // Held at MaxAge until the port has another role.
        p.synced(true);
        clearRrWhile(p);
        p.sync = false;
        p.reRoot = false;
      }
      case ROOT_PORT -> become(p, Role.ROOT); // rrWhile is held at FwdDelay.
      case ROOT_PROPOSED, ALTERNATE_PROPOSED -> {
        StpProcedures.setSyncTree(p.tree);
        p.proposed = false;
      }
      case ROOT_AGREED, DESIGNATED_AGREED -> {
        p.proposed = false;
        p.sync = false;
        p.agree = true;
        p.port.newInfo = true;
      }
      case ROOT_SYNCED -> {
        p.synced(true);
        p.sync = false;
      }
      case REROOT -> StpProcedures.setReRootTree(p.tree);
      case REROOTED, DESIGNATED_RETIRED -> p.reRoot = false;
      case ROOT_LEARN, DESIGNATED_LEARN -> {
        p.fdWhile.start(now(p), StpConditions.forwardDelaySeconds(p.port));
        p.learn = true;
      }
      case ROOT_FORWARD -> {
        p.fdWhile.stop();
        p.forward = true;
      }
      case ROOT_DISCARD -> {
        p.rbWhile.start(now(p), 3 * StpConditions.helloTimeSeconds(p.port));
        p.learn = false;
        p.forward = false;
        p.disputed = false;
        p.fdWhile.start(now(p), StpConditions.fwdDelaySeconds(p.port));
      }
      case DESIGNATED_PORT -> become(p, Role.DESIGNATED);
      case DESIGNATED_PROPOSE -> {
        p.proposing = true;
        if (p.tree.isCist()) {
          p.port.edgeDelayWhile.start(now(p), StpConditions.edgeDelaySeconds(p.port));
        }
        p.port.newInfo = true;
      }
      case DESIGNATED_SYNCED -> {
        clearRrWhile(p);
        p.synced(true);
        p.sync = false;
      }
      case DESIGNATED_FORWARD -> {
        p.forward = true;
        p.fdWhile.stop();
        p.agreed = p.port.sendRstp;
        p.port.reflected = false;
      }
      case DESIGNATED_DISCARD -> {
        p.learn = false;
        p.forward = false;
        p.disputed = false;
        p.fdWhile.start(now(p), StpConditions.forwardDelaySeconds(p.port));
      }
      case ALTERNATE_PORT -> {
        p.fdWhile.stop(); // Held at forwardDelay until the port has another role.
        p.synced(true);
        clearRrWhile(p);
        p.sync = false;
        p.reRoot = false;
      }
      case ALTERNATE_AGREED -> {
        p.proposed = false;
        p.agree = true;
        p.port.newInfo = true;
      }
      case BACKUP_PORT -> p.rbWhile.stop(); // Held at 2 × HelloTime while it is a backup port.
    }
    p.port.touch();
    return true;
  }

  /** Takes a role. The timers that the old one held at their full value run from now on. */
  private static void become(StpTreePort p, Role role) {
    if (p.role() == role) {
      return;
    }
    SwitchTime now = now(p);
    switch (p.role()) {
      case DISABLED -> p.fdWhile.start(now, StpConditions.maxAgeSeconds(p.port));
      case ALTERNATE -> p.fdWhile.start(now, StpConditions.forwardDelaySeconds(p.port));
      case BACKUP -> {
        p.fdWhile.start(now, StpConditions.forwardDelaySeconds(p.port));
        p.rbWhile.start(now, 2 * StpConditions.helloTimeSeconds(p.port));
      }
      case ROOT -> p.rrWhile.start(now, StpConditions.fwdDelaySeconds(p.port));
      case DESIGNATED -> {}
    }
    p.role(role);
  }

  /** The root port may have waited for this: reRooted. */
  private static void clearRrWhile(StpTreePort p) {
    p.rrWhile.stop();
    wakeRootPort(p.tree);
  }

  /** Some port's rrWhile is zero. */
  static void wakeRootPort(StpTree tree) {
    StpTreePort root = tree.rootPort();
    if (root != null && !root.forward) {
      tree.bridge.markDirty(root.port);
    }
  }

  private static SwitchTime now(StpTreePort p) {
    return p.port.bridge.now;
  }
}
