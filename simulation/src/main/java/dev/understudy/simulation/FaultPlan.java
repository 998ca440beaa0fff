package dev.understudy.simulation;

import dev.understudy.schema.Slot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The faults of one switch, one after the other: each waits until the switch is redundant again and
 * rows have changed (unless it comes at once), then for its number of messages, and strikes in the
 * middle of whatever sends the message.
 */
final class FaultPlan {
  /** No fault before the network has come up a little. */
  static final long FIRST_NANOS = 4_000_000_000L;

  /** Where takeovers take time: not before the first topology changes have passed, either. */
  static final long FIRST_TIMED_NANOS = 6_000_000_000L;

  /** A fault, and when it struck. */
  record Strike(long nanos, World.Fault fault) {}

  private static final long SLOW_NANOS = 8_000_000L;

  private final SimulatedSwitch owner;
  private final Scheduler scheduler;
  private final ArrayDeque<World.Fault> waiting;
  private final List<Strike> strikes = new ArrayList<>();
  private long countdown = -1;
  private long notBeforeNanos;
  private boolean rowsChanged;
  private int switchovers;

  FaultPlan(SimulatedSwitch owner, Scheduler scheduler, long firstNanos, List<World.Fault> faults) {
    this.owner = owner;
    this.scheduler = scheduler;
    this.waiting = new ArrayDeque<>(faults);
    this.notBeforeNanos = scheduler.nanos() + firstNanos;
  }

  List<Strike> strikes() {
    return strikes;
  }

  void stop() {
    waiting.clear();
    countdown = -1;
  }

  void rowChanged() {
    rowsChanged = true;
  }

  /** After each event: may the next one be counted down to? */
  void afterEvent() {
    World.Fault next = waiting.peek();
    if (next == null || countdown >= 0) {
      return;
    }
    boolean begun = scheduler.nanos() >= notBeforeNanos;
    if ((next.atOnce() && !strikes.isEmpty()) || (begun && rowsChanged && owner.healed())) {
      countdown = next.after();
    }
  }

  /** After each message. */
  void boundary() {
    if (countdown >= 0 && countdown-- == 0) {
      World.Fault fault = waiting.remove();
      strikes.add(new Strike(scheduler.nanos(), fault));
      rowsChanged = false;
      notBeforeNanos = Math.max(notBeforeNanos, scheduler.nanos() + fault.durationNanos());
      owner.note("FAULT " + World.line(fault));
      strike(fault);
    }
  }

  private void strike(World.Fault fault) {
    Slot active = owner.border().holder();
    Slot standby = active == Slot.SLOT_A ? Slot.SLOT_B : Slot.SLOT_A;
    long duration = fault.durationNanos();
    switch (fault.kind()) {
      case CRASH_ACTIVE -> owner.crash(active);
      case CRASH_STANDBY -> owner.crash(standby);
      case CRASH_BOTH -> {
        // Whoever is at work now unwinds only when both are dead.
        scheduler.after(0, () -> owner.crash(standby));
        owner.crash(active);
      }
      case HANG_ACTIVE -> hang(active, duration);
      case HANG_STANDBY -> hang(standby, duration);
      case HANG_BOTH -> {
        hang(standby, duration);
        hang(active, duration);
      }
      case SLOW_STANDBY -> owner.slow(standby, SLOW_NANOS, duration);
      case STALL_MODULES -> owner.stallPeers(duration);
      case CUT_MODULES -> owner.cutPeers(duration);
      case CUT_ACTIVE -> owner.cutForwarder(active);
      case CUT_STANDBY -> owner.cutForwarder(standby);
      case RESTART_FORWARDER -> scheduler.after(0, () -> owner.restartForwarder(duration));
      case SWITCHOVER -> {
        String id = "switchover-" + ++switchovers;
        scheduler.after(0, () -> owner.requests().askSwitchover(id, false));
      }
    }
  }

  private void hang(Slot slot, long durationNanos) {
    SimulatedSupervisor supervisor = owner.supervisors().get(slot);
    if (supervisor != null) {
      supervisor.stop();
      scheduler.after(durationNanos, supervisor::resume);
    }
  }
}
