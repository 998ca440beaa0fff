package dev.understudy.simulation;

import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.Slot;

/**
 * A grant, as the simulator saw it: what a history row is compared with.
 *
 * @param held last bracket that the new active held when the grant reached it (when it claimed, if
 *     none did), 0: it had no complete image
 * @param applied last bracket carried out before
 * @param first nothing was ever carried out before: the switch starts for the first time
 * @param rowsChanged rows had changed since the last one: it counts
 */
record Takeover(
    long nanos,
    long term,
    ClaimKind kind,
    Slot from,
    Slot to,
    long held,
    long applied,
    boolean newForwarder,
    boolean first,
    long lostInputs,
    boolean rowsChanged) {
  /** Everything carried out before is known to the new active. */
  boolean knowsAll() {
    return held >= applied && held > 0;
  }

  Takeover holding(long number) {
    return new Takeover(
        nanos, term, kind, from, to, number, applied, newForwarder, first, lostInputs, rowsChanged);
  }
}
