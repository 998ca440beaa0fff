package dev.understudy.border;

import dev.understudy.core.Check;
import dev.understudy.schema.SetTiming;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StandbyListed;
import dev.understudy.schema.StandbyStruck;
import dev.understudy.schema.ToSupervisor;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Which standby is listed in sync (Q), and what each slot holds (L).
 *
 * <p>While one is listed, nothing is carried out that it doesn't hold. It is struck when it is
 * late, says so itself, or loses its session; one that was only late is listed again when it holds
 * all and 100 ms passed clean.
 */
final class Standbys {
  static final long CLEAN_NANOS = 100_000_000L;

  /** What is known of one slot in the term in force. */
  private static final class Standby {
    boolean ready;
    long held;
    long behindSinceNanos = -1;
    long cleanSinceNanos;
    boolean struckForLateness;
  }

  private final SwitchClock clock;
  private final Counters counters;
  private final Consumer<ToSupervisor> tellAll;
  private final TreeMap<Slot, Standby> slots = new TreeMap<>();
  private Slot listed = Slot.SLOT_UNSPECIFIED;
  private Optional<ToSupervisor> listing = Optional.empty();
  private Slot holder = Slot.SLOT_UNSPECIFIED;

  Standbys(SwitchClock clock, Counters counters, Consumer<ToSupervisor> tellAll) {
    this.clock = clock;
    this.counters = counters;
    this.tellAll = tellAll;
    newTerm(Slot.SLOT_UNSPECIFIED);
  }

  /** A new term: nobody is known to hold anything of it. */
  void newTerm(Slot newHolder) {
    holder = newHolder;
    unlist();
    slots.put(Slot.SLOT_A, new Standby());
    slots.put(Slot.SLOT_B, new Standby());
  }

  Slot listed() {
    return listed;
  }

  /** What everybody was told when the standby that is listed now was. */
  Optional<ToSupervisor> listing() {
    return listing;
  }

  long held(Slot slot) {
    return slot(slot).held;
  }

  void held(Slot slot, long number, long applied) {
    Standby standby = slot(slot);
    standby.held = Math.max(standby.held, number);
    if (standby.held >= applied) {
      standby.behindSinceNanos = -1;
      relist(slot, standby, applied);
    }
  }

  void ready(Slot slot, long number, long applied) {
    Standby standby = slot(slot);
    standby.ready = true;
    standby.struckForLateness = false;
    standby.held = Math.max(standby.held, number);
    standby.behindSinceNanos = standby.held >= applied ? -1 : clock.nanos();
    relist(slot, standby, applied);
  }

  void notReady(Slot slot, String reason, long applied) {
    slot(slot).ready = false;
    strike(slot, reason, applied);
  }

  private void relist(Slot slot, Standby standby, long applied) {
    if (listed == Slot.SLOT_UNSPECIFIED
        && slot != holder
        && standby.held >= applied
        && mayBeListed(standby)) {
      list(slot, applied);
    }
  }

  private boolean mayBeListed(Standby standby) {
    return standby.ready
        && (!standby.struckForLateness || clock.nanos() - standby.cleanSinceNanos >= CLEAN_NANOS);
  }

  /** The one that handed over holds all that was carried out: it is the standby without a gap. */
  void listHandedOver(Slot slot, long number, long applied) {
    slot(slot).ready = true;
    slot(slot).held = number;
    list(slot, applied);
  }

  private void list(Slot slot, long applied) {
    Standby standby = slot(slot);
    Check.that(standby.held >= applied, "a listed standby holds what is carried out", applied);
    standby.struckForLateness = false;
    listed = slot;
    counters.count("standby-listed");
    ToSupervisor message =
        ToSupervisor.newBuilder()
            .setStandbyListed(
                StandbyListed.newBuilder()
                    .setSlot(slot)
                    .setNumber(applied)
                    .setWallMillis(clock.wallMillis()))
            .build();
    listing = Optional.of(message);
    tellAll.accept(message);
  }

  private void unlist() {
    listed = Slot.SLOT_UNSPECIFIED;
    listing = Optional.empty();
  }

  void strike(Slot slot, String reason, long applied) {
    if (listed != slot) {
      return;
    }
    unlist();
    slot(slot).cleanSinceNanos = clock.nanos();
    counters.count("standby-struck");
    tellAll.accept(
        ToSupervisor.newBuilder()
            .setStandbyStruck(
                StandbyStruck.newBuilder().setSlot(slot).setReason(reason).setNumber(applied))
            .build());
  }

  /**
   * Whether a bracket may be carried out now. One that nobody has to hold may; one that waits too
   * long strikes the standby.
   *
   * @param arrivedNanos when the bracket came
   * @param holderLive the holder has answered the last tick. One that is silent strikes nobody: its
   *     brackets wait until it is heard again, or for a claim
   */
  boolean mayCarryOut(
      long number, long arrivedNanos, long applied, boolean holderLive, SetTiming timing) {
    if (listed == Slot.SLOT_UNSPECIFIED) {
      return candidateHasCaughtUp(arrivedNanos, applied, holderLive, timing)
          && (listed == Slot.SLOT_UNSPECIFIED
              || mayCarryOut(number, arrivedNanos, applied, holderLive, timing));
    }
    if (slot(listed).held >= number) {
      return true;
    }
    if (!holderLive || clock.nanos() - arrivedNanos < timing.getCommitLimitNanos()) {
      return false;
    }
    slot(listed).struckForLateness = true;
    strike(
        listed,
        "bracket "
            + number
            + " was not held within "
            + timing.getCommitLimitNanos() / 1_000_000
            + " ms",
        applied);
    return true;
  }

  /**
   * A standby that may be listed is waited for a little, so that under load it gets its chance to
   * hold all.
   */
  private boolean candidateHasCaughtUp(
      long arrivedNanos, long applied, boolean holderLive, SetTiming timing) {
    for (var entry : slots.entrySet()) {
      Standby standby = entry.getValue();
      if (!holderLive || entry.getKey() == holder || !mayBeListed(standby)) {
        continue;
      }
      if (standby.held >= applied) {
        list(entry.getKey(), applied);
      } else if (clock.nanos() - arrivedNanos < timing.getCommitLimitNanos()) {
        return false;
      } else {
        standby.cleanSinceNanos = clock.nanos();
      }
    }
    return true;
  }

  /** A bracket was carried out. */
  void carriedOut(long applied) {
    Check.that(
        listed == Slot.SLOT_UNSPECIFIED || slot(listed).held >= applied,
        "nothing is carried out before a listed standby holds it",
        applied);
    for (Standby standby : slots.values()) {
      if (standby.ready && standby.held < applied && standby.behindSinceNanos < 0) {
        standby.behindSinceNanos = clock.nanos();
      }
    }
  }

  /** Whoever has been behind for longer than the commit limit has not passed this time clean. */
  void tick(SetTiming timing) {
    long now = clock.nanos();
    for (Standby standby : slots.values()) {
      if (standby.behindSinceNanos >= 0
          && now - standby.behindSinceNanos > timing.getCommitLimitNanos()) {
        standby.cleanSinceNanos = now;
      }
    }
  }

  private Standby slot(Slot slot) {
    return Objects.requireNonNull(slots.get(slot));
  }
}
