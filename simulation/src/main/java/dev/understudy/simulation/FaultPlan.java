package dev.understudy.simulation;

import dev.understudy.core.EngineHost;
import dev.understudy.schema.BracketKind;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Slot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The faults of one switch, one after the other: each waits until the switch is redundant again and
 * rows have changed (unless it comes at once), then for its number of messages, and strikes in the
 * middle of whatever sends the message. Some have a rest that waits for a certain message.
 */
final class FaultPlan {
  /** No fault before the network has come up a little. */
  static final long FIRST_NANOS = 4_000_000_000L;

  /** Where takeovers take time: not before the first topology changes have passed, either. */
  static final long FIRST_TIMED_NANOS = 6_000_000_000L;

  /** A fault, and when it struck. */
  record Strike(long nanos, World.Fault fault) {}

  /** What the rest of a fault waits for. */
  private enum Until {
    /** A bracket is open at the standby, and has an output. */
    OUTPUT,
    /** A bracket with outputs is closed at the standby. */
    CLOSE,
    /** A chunk of a snapshot is closed. */
    CHUNK,
    GRANT
  }

  /** What strikes so many messages after what it waits for. */
  private record Rest(Until until, long messages, Runnable what) {}

  private static final long SLOW_NANOS = 8_000_000L;

  /** Control frames come in at this rate: more than a policer lets through. */
  private static final int BURST_FRAMES = 20;

  private static final long BURST_NANOS = 50_000_000L;

  /** The rest of a fault comes within so many messages after what it waits for. */
  private static final int SOON_MESSAGES = 12;

  /** A snapshot's parts after the first one are about so many messages. */
  private static final int SNAPSHOT_MESSAGES = 40;

  /** What doesn't come within this time is not waited for any longer. */
  private static final long REST_NANOS = 3_000_000_000L;

  private static final long ASK_AGAIN_NANOS = 500_000_000L;
  private static final String ENGINE = "stp";

  private final SimulatedSwitch owner;
  private final Scheduler scheduler;
  private final ArrayDeque<World.Fault> waiting;
  private final List<Strike> strikes = new ArrayList<>();
  private long countdown = -1;
  private long notBeforeNanos;
  private boolean rowsChanged;
  private int switchovers;

  /** A switchover has struck and is asked for next: nothing else is counted down to before that. */
  private boolean askingNext;

  private @Nullable Rest rest;
  private long restSinceNanos;
  private @Nullable Runnable last;
  private long lastCountdown = -1;
  private BracketKind sending = BracketKind.BRACKET_KIND_UNSPECIFIED;
  private boolean outputSent;

  FaultPlan(SimulatedSwitch owner, Scheduler scheduler, long firstNanos, List<World.Fault> faults) {
    this.owner = owner;
    this.scheduler = scheduler;
    this.waiting = new ArrayDeque<>(faults);
    this.notBeforeNanos = scheduler.nanos() + firstNanos;
  }

  List<Strike> strikes() {
    return strikes;
  }

  boolean struck(FaultKind kind) {
    return strikes.stream().anyMatch(strike -> strike.fault.kind() == kind);
  }

  void stop() {
    waiting.clear();
    countdown = -1;
    rest = null;
    lastCountdown = -1;
  }

  void rowChanged() {
    rowsChanged = true;
  }

  /** After each event: may the next one be counted down to? */
  void afterEvent() {
    if (rest != null && scheduler.nanos() > restSinceNanos + REST_NANOS && owner.healed()) {
      rest = null;
    }
    World.Fault next = waiting.peek();
    if (next == null || countdown >= 0 || rest != null || lastCountdown >= 0 || askingNext) {
      return;
    }
    boolean begun = scheduler.nanos() >= notBeforeNanos;
    if ((next.atOnce() && !strikes.isEmpty()) || (begun && rowsChanged && owner.healed())) {
      countdown = next.after();
    }
  }

  /** After each message. */
  void boundary() {
    if (countdown == 0 && !waiting.getFirst().atOnce() && !owner.intact()) {
      return; // what the fault before it left must have passed
    }
    if (countdown >= 0 && countdown-- == 0) {
      World.Fault fault = waiting.remove();
      strikes.add(new Strike(scheduler.nanos(), fault));
      rowsChanged = false;
      notBeforeNanos = Math.max(notBeforeNanos, scheduler.nanos() + fault.durationNanos());
      owner.note("FAULT " + World.line(fault));
      strike(fault);
    } else if (lastCountdown >= 0 && lastCountdown-- == 0 && last != null) {
      owner.note("FAULT, the rest of it");
      last.run();
    }
  }

  // ---- what a rest waits for

  /** Before each message of the stream between the modules counts as a boundary. */
  void sent(CanonicalMessage message) {
    switch (message.getKindCase()) {
      case OPEN -> {
        sending = message.getOpen().getKind();
        outputSent = false;
      }
      case OUTPUT -> {
        outputSent = true;
        reached(Until.OUTPUT);
      }
      case CLOSE -> {
        if (sending == BracketKind.BRACKET_KIND_SNAPSHOT) {
          reached(Until.CHUNK);
        } else if (outputSent) {
          reached(Until.CLOSE);
        }
      }
      default -> {}
    }
  }

  /** Somebody is granted the term. */
  void granted() {
    reached(Until.GRANT);
  }

  private void reached(Until what) {
    Rest waits = rest;
    if (waits == null || waits.until != what) {
      return;
    }
    boolean ofTheTerm = what == Until.OUTPUT || what == Until.CLOSE;
    if (ofTheTerm && (sending != BracketKind.BRACKET_KIND_STEP || !owner.redundant())) {
      return;
    }
    rest = null;
    last = waits.what;
    lastCountdown = waits.messages;
  }

  private void await(Until until, long messages, Runnable what) {
    rest = new Rest(until, messages, what);
    restSinceNanos = scheduler.nanos();
  }

  // ---- strikes

  private void strike(World.Fault fault) {
    Slot active = owner.border().holder();
    Slot standby = other(active);
    long duration = fault.durationNanos();
    long soon = fault.after() % SOON_MESSAGES;
    long amidChunks = fault.after() % SNAPSHOT_MESSAGES;
    switch (fault.kind()) {
      case CRASH_ACTIVE -> owner.crash(active);
      case CRASH_STANDBY -> owner.crash(standby);
      case CRASH_BOTH -> {
        // Whoever is at work now unwinds only when both are dead.
        scheduler.after(0, () -> owner.crash(standby));
        owner.crash(active);
      }
      case CRASH_IN_BRACKET -> await(Until.OUTPUT, 0, () -> owner.crash(active));
      case CRASH_AFTER_CLOSE -> await(Until.CLOSE, 0, () -> owner.crash(active));
      case LOSE_ACTIVE -> owner.losePower(active);
      case CRASH_IN_SWITCHOVER -> {
        await(Until.GRANT, soon, () -> owner.crash(owner.border().holder()));
        askSwitchover();
      }
      case CRASH_IN_TAKEOVER -> {
        await(Until.GRANT, soon, () -> owner.crash(owner.border().holder()));
        owner.crash(active);
      }
      case CRASH_STANDBY_IN_SNAPSHOT -> {
        await(Until.CHUNK, amidChunks, () -> owner.crash(other(owner.border().holder())));
        owner.crash(standby);
      }
      case CRASH_ACTIVE_IN_SNAPSHOT -> {
        await(Until.CHUNK, amidChunks, () -> owner.crash(owner.border().holder()));
        owner.crash(standby);
      }
      case HANG_ACTIVE -> hang(active, duration);
      case HANG_IN_BRACKET -> await(Until.OUTPUT, 0, () -> hang(active, duration));
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
      case FULL_LOG -> {
        hang(standby, duration);
        for (long after = 0; after < duration; after += BURST_NANOS) {
          scheduler.after(after, () -> owner.burst(BURST_FRAMES));
        }
        hang(active, duration);
      }
      case FAULTY_ENGINE -> {
        int[] left = {2};
        SimulatedSupervisor struck = owner.supervisors().get(active);
        if (struck != null) {
          throwTwice(struck, left);
          scheduler.after(duration, () -> switchOverWhileFaulty(struck, left));
        }
      }
      case FULL_DISK -> owner.disks().fill(standby, scheduler.nanos() + duration);
      case LOSE_DISK -> owner.disks().lose(standby);
      case RESTART_FORWARDER -> scheduler.after(0, () -> owner.restartForwarder(duration));
      case RESTART_ALL ->
          scheduler.after(
              0,
              () -> {
                owner.crash(active);
                owner.crash(standby);
                owner.restartForwarder(duration);
              });
      case SWITCHOVER -> askSwitchover();
    }
  }

  private static Slot other(Slot slot) {
    return slot == Slot.SLOT_A ? Slot.SLOT_B : Slot.SLOT_A;
  }

  private void hang(Slot slot, long durationNanos) {
    SimulatedSupervisor supervisor = owner.supervisors().get(slot);
    if (supervisor != null) {
      supervisor.stop();
      scheduler.after(durationNanos, supervisor::resume);
    }
  }

  private void askSwitchover() {
    String id = "switchover-" + ++switchovers;
    askingNext = true;
    scheduler.after(
        0,
        () -> {
          askingNext = false;
          owner.requests().askSwitchover(id, false);
        });
  }

  private static void throwTwice(SimulatedSupervisor supervisor, int[] left) {
    supervisor
        .core()
        .host()
        .ifPresent(host ->
            host.setFault((engine, input) -> {
              if (engine.equals(ENGINE) && left[0] > 0) {
                left[0]--;
                throw new IllegalStateException("on purpose");
              }
            }));
  }

  /** Whoever takes over gives the engine another try. */
  private void switchOverWhileFaulty(SimulatedSupervisor struck, int[] left) {
    boolean isFaulty =
        owner.active().flatMap(active -> active.core().host()).map(EngineHost::faulty).stream()
            .anyMatch(faulty -> !faulty.isEmpty());
    if (isFaulty) {
      askSwitchover();
    }
    // One that stands still has not thrown yet.
    if (isFaulty || (left[0] > 0 && struck.life() != SimulatedSupervisor.Life.DEAD)) {
      scheduler.after(ASK_AGAIN_NANOS, () -> switchOverWhileFaulty(struck, left));
    }
  }
}
