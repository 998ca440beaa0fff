package dev.understudy.protocols.stp;

import dev.understudy.core.Check;
import java.util.TreeMap;

/**
 * Runs the machines until none moves.
 *
 * <p>Only ports that something happened to are looked at: whoever changes a variable marks the port
 * ({@link StpPort#touch}), and {@link StpTree#wakeWaiting} those that wait for a condition over all
 * ports that may have become true. Frames are made last, when all other machines of all ports have
 * settled, so that one input makes at most one BPDU a port, and that one says how things ended.
 */
final class StpMachines {
  /** Rounds over the marked ports in one input. A proposal with sync takes about ten. */
  static final int ROUNDS_MAX = 200;

  /** Transitions of one port's machines in one round. */
  static final int MOVES_MAX = 200;

  private final StpBridge bridge;

  StpMachines(StpBridge bridge) {
    this.bridge = bridge;
  }

  /** BEGIN, for one port. */
  static void begin(StpPort port) {
    PortMachines.begin(port);
    for (StpTreePort p : port.trees) {
      PortInformation.begin(p);
      p.selectedRole(StpStates.Role.DISABLED);
      p.updtInfo(false);
      p.rcvdTc = false;
      p.tcProp = false;
      PortRoleTransitions.begin(p);
      PortStates.begin(p);
    }
    port.rcvdTcn = false;
    port.rcvdTcAck = false;
    port.reflected = false;
  }

  void run() {
    TreeMap<Integer, StpPort> looked = new TreeMap<>();
    int rounds = 0;
    while (selectRoles() || bridge.hasDirty()) {
      Check.that(++rounds < ROUNDS_MAX, "spanning tree settles", rounds);
      for (StpPort port : bridge.takeDirty()) {
        looked.put(port.number, port);
        settle(port);
      }
    }
    for (StpPort port : looked.values()) {
      transmit(port);
    }
    bridge.settled();
  }

  private boolean selectRoles() {
    boolean moved = false;
    for (StpTree tree : bridge.trees) {
      moved |= PortInformation.step(tree);
      tree.wakeWaiting();
    }
    return moved;
  }

  private static void settle(StpPort port) {
    int moves = 0;
    while (step(port)) {
      Check.that(++moves < MOVES_MAX, "a port's machines settle", port.number, moves);
    }
  }

  private static boolean step(StpPort port) {
    if (PortMachines.step(port)) {
      return true;
    }
    for (StpTreePort p : port.trees) {
      if (PortInformation.step(p)
          || PortRoleTransitions.step(p)
          || PortStates.stepPst(p)
          || PortStates.stepTcm(p)) {
        return true;
      }
    }
    return false;
  }

  private static void transmit(StpPort port) {
    int moves = 0;
    while (PortMachines.stepPtx(port)) {
      Check.that(++moves < MOVES_MAX, "a port's transmit machine settles", port.number, moves);
    }
  }
}
