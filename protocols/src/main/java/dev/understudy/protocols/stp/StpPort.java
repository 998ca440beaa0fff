package dev.understudy.protocols.stp;

import dev.understudy.core.SwitchTime;
import dev.understudy.core.Timers;
import dev.understudy.protocols.stp.StpStates.Bdm;
import dev.understudy.protocols.stp.StpStates.Ppm;
import dev.understudy.protocols.stp.StpStates.Prx;
import dev.understudy.protocols.stp.StpStates.Ptx;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.bpdu.Bpdu;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Working memory: a bridge port's variables that belong to no tree (802.1Q-2018 13.27). */
final class StpPort {
  final StpBridge bridge;

  /** The bridge port's number; of its port too, as long as each has one member. */
  final int number;

  /** One for each tree, in the order of the bridge's trees. */
  final List<StpTreePort> trees;

  // The bridge port.
  String name = "";
  MacAddress mac = MacAddress.ZERO;
  boolean operational;
  long downCount;
  int speedMbps;
  boolean fullDuplex;

  // Parameters.
  long externalPortPathCost;
  boolean adminEdge;
  boolean autoEdge = true;
  boolean restrictedRole;
  boolean bpduGuard;
  boolean operPointToPointMac;

  // Variables.
  boolean portEnabled;
  boolean operEdge;
  boolean rcvdRstp;
  boolean rcvdStp;
  boolean sendRstp = true;
  boolean newInfo = true;
  boolean tcAck;
  boolean rcvdTcn;
  boolean rcvdTcAck;
  boolean reflected;
  private int txCount;
  private long txCountDeadlineNanos;

  // Machines.
  Prx prx = Prx.DISCARD;
  Ppm ppm = Ppm.CHECKING_RSTP;
  Bdm bdm = Bdm.NOT_EDGE;
  Ptx ptx = Ptx.TRANSMIT_INIT;

  // Timers.
  final PortTimer edgeDelayWhile;
  final PortTimer helloWhen;
  final PortTimer mdelayWhile;

  /** Runs while a BPDU waits for txCount to go down. */
  final PortTimer txCountWhen;

  // Counters.
  long rxBpdus;
  long txBpdus;

  // Of the input at work.
  boolean rcvdBpdu;
  @Nullable Bpdu received;

  /** When helloWhen was due, if that is now. */
  long helloDueNanos;

  boolean touched;

  /** The forwarder's fail-safe has this port. */
  boolean inFailSafe;

  StpPort(StpBridge bridge, int number) {
    this.bridge = bridge;
    this.number = number;
    edgeDelayWhile = timer("edgeDelayWhile");
    helloWhen = timer("helloWhen");
    mdelayWhile = timer("mdelayWhile");
    txCountWhen = timer("txCount");
    List<StpTreePort> all = new ArrayList<>();
    bridge.trees.forEach(tree -> all.add(new StpTreePort(this, tree)));
    trees = List.copyOf(all);
  }

  private PortTimer timer(String timerName) {
    return new PortTimer(bridge.timers, new Timers.Timer(timerName, number, 0));
  }

  /** Would close if nobody ran the protocol any more: every port with a bridge behind it, maybe. */
  boolean belongsInFailSafe() {
    return portEnabled && !operEdge;
  }

  StpTreePort cist() {
    return trees.getFirst();
  }

  /** Its rows may differ from the image, and its machines may move. */
  void touch() {
    if (!touched) {
      touched = true;
      bridge.step.touch(this);
    }
    bridge.markDirty(this);
  }

  /** One of its timers was due at this tick. */
  void expire(Timers.Timer timer) {
    for (PortTimer own : timers()) {
      if (timer.tree() == 0 && own.name().equals(timer.name())) {
        SwitchTime deadline = own.expire();
        helloDueNanos = own == helloWhen ? deadline.nanos() : helloDueNanos;
      }
    }
    for (StpTreePort p : trees) {
      if (p.tree.number == timer.tree()) {
        p.expire(timer.name());
      }
    }
    touch();
  }

  void endStep() {
    touched = false;
    helloDueNanos = 0;
  }

  List<PortTimer> timers() {
    return List.of(edgeDelayWhile, helloWhen, mdelayWhile, txCountWhen);
  }

  /** The count as it was when it last went up. */
  int txCountBase() {
    return txCount;
  }

  /** When the base goes down by one for the first time; 0 while the base is 0. */
  long txCountDeadlineNanos() {
    return txCountDeadlineNanos;
  }

  void setTxCount(int base, long deadlineNanos) {
    txCount = base;
    txCountDeadlineNanos = deadlineNanos;
  }
}
