package dev.understudy.border;

import dev.understudy.schema.Claim;
import dev.understudy.schema.Slot;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Claims while nobody holds the term. The better claimant is waited for, but not for long: the one
 * with the newest complete image, then the one that was active at a former forwarder, then the one
 * with the newest configuration, then slot A.
 */
final class ColdClaims {
  /** How long the better claimant is waited for. */
  static final long WAIT_NANOS = 2_000_000_000L;

  private record Pending(Slot slot, Claim claim) {}

  private static final Comparator<Pending> RANK =
      Comparator.comparingLong((Pending pending) -> pending.claim.getHeld().getTerm())
          .thenComparingLong(pending -> pending.claim.getHeld().getNumber())
          .thenComparing(pending -> pending.claim.getWasActive())
          .thenComparingLong(pending -> pending.claim.getConfigurationVersion())
          .thenComparingInt(pending -> -pending.slot.getNumber());

  private final TreeMap<Slot, Pending> pending = new TreeMap<>();
  private long firstNanos;

  void add(Slot slot, Claim claim, long nowNanos) {
    if (pending.isEmpty()) {
      firstNanos = nowNanos;
    }
    pending.put(slot, new Pending(slot, claim));
  }

  void remove(Slot slot) {
    pending.remove(slot);
  }

  void clear() {
    pending.clear();
  }

  boolean has(Slot slot) {
    return pending.containsKey(slot);
  }

  Claim claim(Slot slot) {
    return java.util.Objects.requireNonNull(pending.get(slot)).claim;
  }

  /**
   * Who is to be granted now.
   *
   * @param heldWanted a claimant that holds this bracket can't be beaten; 0: nothing is recorded
   */
  Optional<Slot> winner(long heldWanted, long nowNanos) {
    Optional<Pending> best = pending.values().stream().max(RANK);
    return best.filter(winner ->
            pending.size() == 2
                || nowNanos - firstNanos >= WAIT_NANOS
                || (heldWanted > 0 && winner.claim.getHeld().getNumber() >= heldWanted))
        .map(Pending::slot);
  }
}
