package dev.understudy.protocols.stp;

import dev.understudy.core.SwitchTime;
import dev.understudy.protocols.stp.StpStates.Role;

/** State machine conditions and parameters, 802.1Q-2018 13.28 (802.1D-2004 17.20). */
final class StpConditions {
  /** 802.1Q-2018 Table 13-5. */
  static final int MIGRATE_TIME_SECONDS = 3;

  private StpConditions() {}

  /**
   * 13.28.2: every port has settled in its role; and every port but the root port (if this one is
   * root, alternate or backup), or every port but this one (if it is designated), is synced. The
   * standard forgets backup ports; without them a bridge wired to itself never settles.
   */
  static boolean allSynced(StpTreePort p) {
    if (p.tree.unsettled() != 0) {
      return false;
    }
    return switch (p.role()) {
      case ROOT, ALTERNATE, BACKUP -> p.tree.unsynced() == (rootIsUnsynced(p.tree) ? 1 : 0);
      case DESIGNATED -> p.tree.unsynced() == (p.synced() ? 0 : 1);
      case DISABLED -> false;
    };
  }

  private static boolean rootIsUnsynced(StpTree tree) {
    if (tree.unsynced() == 0) {
      return false;
    }
    StpTreePort root = tree.rootPort();
    return root != null && !root.synced();
  }

  /** 13.28.3: nothing waits to be told, in any tree. */
  static boolean allTransmitReady(StpPort port) {
    for (StpTreePort p : port.trees) {
      if (!p.selected() || p.updtInfo()) {
        return false;
      }
    }
    return true;
  }

  /** 13.28.8 EdgeDelay. */
  static int edgeDelaySeconds(StpPort port) {
    return port.operPointToPointMac ? MIGRATE_TIME_SECONDS : maxAgeSeconds(port);
  }

  /**
   * 13.28.9 forwardDelay: with a rapid neighbour the time in which an answer would have come. A
   * port that hears itself has no such neighbour.
   */
  static int forwardDelaySeconds(StpPort port) {
    return port.sendRstp && !port.reflected ? helloTimeSeconds(port) : fwdDelaySeconds(port);
  }

  /** 13.28.10 FwdDelay. */
  static int fwdDelaySeconds(StpPort port) {
    return port.cist().designatedTimes.forwardDelaySeconds();
  }

  /** 13.28.11 HelloTime. */
  static int helloTimeSeconds(StpPort port) {
    return port.cist().portTimes.helloTimeSeconds();
  }

  /** 13.28.12 MaxAge. */
  static int maxAgeSeconds(StpPort port) {
    return port.cist().designatedTimes.maxAgeSeconds();
  }

  /** 13.28.17 rcvdAnyMsg. */
  static boolean rcvdAnyMsg(StpPort port) {
    for (StpTreePort p : port.trees) {
      if (p.rcvdMsg) {
        return true;
      }
    }
    return false;
  }

  /** 13.28.20 reRooted: no other port of the tree was root port a moment ago. */
  static boolean reRooted(StpTreePort p) {
    for (StpTreePort other : p.tree.ports.values()) {
      if (other != p && !rrWhileIsZero(other)) {
        return false;
      }
    }
    return true;
  }

  /** A root port holds its rrWhile at FwdDelay. */
  static boolean rrWhileIsZero(StpTreePort p) {
    return p.role() != Role.ROOT && p.rrWhile.isZero();
  }

  /**
   * 13.27 txCount at this moment: what was sent and not yet taken off by the count that goes down
   * each second.
   */
  static int txCount(StpPort port, SwitchTime now) {
    long overdueNanos = now.nanos() - port.txCountDeadlineNanos();
    if (overdueNanos < 0) {
      return port.txCountBase();
    }
    long decrements = overdueNanos / SwitchTime.NANOS_PER_SECOND + 1;
    return (int) Math.max(0, port.txCountBase() - decrements);
  }

  /** When {@link #txCount} goes down next; only asked while it is more than 0. */
  static SwitchTime txCountNextDecrement(StpPort port, SwitchTime now) {
    long overdueNanos = now.nanos() - port.txCountDeadlineNanos();
    long passed = overdueNanos < 0 ? 0 : overdueNanos / SwitchTime.NANOS_PER_SECOND + 1;
    return new SwitchTime(port.txCountDeadlineNanos() + passed * SwitchTime.NANOS_PER_SECOND);
  }
}
