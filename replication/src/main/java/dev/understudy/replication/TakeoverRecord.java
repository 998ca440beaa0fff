package dev.understudy.replication;

import dev.understudy.core.Image;
import dev.understudy.core.ImageView;
import dev.understudy.core.Moment;
import dev.understudy.core.RowChange;
import dev.understudy.core.SwitchTime;
import dev.understudy.schema.Cause;
import dev.understudy.schema.CauseCode;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.Granted;
import dev.understudy.schema.HistoryRow;
import dev.understudy.schema.Hitless;
import dev.understudy.schema.Slot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/**
 * The history row of the term that this supervisor holds: what led to it, how long the gap was,
 * and, once neighbours have had the time to react, whether it was hitless.
 */
final class TakeoverRecord {
  static final int HISTORY_KEPT = 100;
  private static final int HELLOS_OBSERVED = 3;

  private HistoryRow row;
  private Loss loss;
  private boolean changed;
  private final long lastAppliedNanos;
  private boolean gapKnown;

  // Takeovers before this one whose observation had not ended: it ends here, with what is seen now.
  private final List<HistoryRow> earlier;

  /** The oldest rows, for which there is no room beside this one. */
  private List<HistoryRow> surplus;

  private TakeoverRecord(
      HistoryRow row,
      Loss loss,
      List<HistoryRow> earlier,
      List<HistoryRow> surplus,
      long lastAppliedNanos) {
    this.row = row;
    this.loss = loss;
    this.earlier = earlier;
    this.surplus = surplus;
    this.lastAppliedNanos = lastAppliedNanos;
    this.gapKnown = lastAppliedNanos == 0;
  }

  static TakeoverRecord begin(
      Granted granted,
      Loss loss,
      Slot self,
      String trigger,
      List<Cause> causes,
      long startsAt,
      Moment at,
      Image image) {
    // Octets of keys, the image's order, are not in the order of their numbers.
    List<HistoryRow> before = new ArrayList<>(image.rows(HistoryRow.getDefaultInstance()));
    before.sort(Comparator.comparingLong(other -> other.getKey().getSequence()));
    long sequence = before.isEmpty() ? 1 : before.getLast().getKey().getSequence() + 1;
    List<HistoryRow> kept =
        before.subList(Math.max(0, before.size() + 1 - HISTORY_KEPT), before.size());
    HistoryRow row =
        HistoryRow.newBuilder()
            .setKey(HistoryRow.Key.newBuilder().setSequence(sequence))
            .setTerm(granted.getTerm())
            .setFrom(granted.getPreviousHolder())
            .setTo(self)
            .setTrigger(trigger)
            .setReason(granted.getReason())
            .setFailure(loss.failure())
            .setWallMillis(granted.getWallMillis())
            .setHitless(Hitless.HITLESS_OBSERVING)
            .addAllCauses(causes)
            .setStartsAt(startsAt)
            .setObservedUntilNanos(at.now().plusNanos(observedNanos(image)).nanos())
            .build();
    TakeoverRecord record =
        new TakeoverRecord(
            row,
            loss,
            new ArrayList<>(kept.stream().filter(TakeoverRecord::isObserved).toList()),
            List.copyOf(before.subList(0, before.size() - kept.size())),
            granted.getNewForwarder() ? 0 : granted.getLastAppliedNanos());
    record.changed = true;
    return record;
  }

  private static long observedNanos(ImageView image) {
    return HELLOS_OBSERVED * helloNanos(image);
  }

  private static long helloNanos(ImageView image) {
    return image
            .row(ConfigRow.newBuilder().setKey(ConfigRow.Key.getDefaultInstance()).build())
            .map(config -> config.getConfig().getSpanningTree().getHelloTimeSeconds())
            .orElse(2)
        * SwitchTime.NANOS_PER_SECOND;
  }

  private static boolean isObserved(HistoryRow row) {
    return row.getHitless() == Hitless.HITLESS_OBSERVING;
  }

  /** The launcher says more of the former active's process. */
  void seen(Loss more) {
    loss.refined(more)
        .ifPresent(refined -> {
          loss = refined;
          row =
              row.toBuilder()
                  .setFailure(refined.failure())
                  .setReason(row.getReason() + "; the launcher says: " + more.evidence())
                  .build();
          changed = true;
        });
  }

  /** What is noticed now may be the work of any takeover that is still observed. */
  void cause(CauseCode code, String evidence) {
    earlier.replaceAll(other -> withCause(other, code, evidence));
    HistoryRow before = row;
    row = withCause(row, code, evidence);
    changed |= !before.equals(row);
  }

  private static HistoryRow withCause(HistoryRow row, CauseCode code, String evidence) {
    if (!isObserved(row)
        || row.getCausesList().stream().anyMatch(cause -> cause.getCode() == code)) {
      return row;
    }
    return row.toBuilder()
        .addCauses(Cause.newBuilder().setCode(code).setEvidence(evidence))
        .build();
  }

  /** The first bracket of the term was carried out. */
  void firstApplied(long stampNanos, ImageView image) {
    if (gapKnown) {
      return;
    }
    gapKnown = true;
    long gap = Math.max(0, stampNanos - lastAppliedNanos);
    row = row.toBuilder().setGapNanos(gap).build();
    changed = true;
    if (gap > HELLOS_OBSERVED * helloNanos(image)) {
      cause(
          CauseCode.TIMER_LATE,
          "nothing was sent for "
              + gap / SwitchTime.NANOS_PER_MILLI
              + " ms, longer than neighbours wait");
    }
  }

  /**
   * The row, when it changed since the last call; also ends the observation when its time has come.
   */
  List<RowChange> changes(Moment at) {
    List<RowChange> result = new ArrayList<>();
    for (Iterator<HistoryRow> it = earlier.iterator(); it.hasNext(); ) {
      HistoryRow other = it.next();
      if (at.now().nanos() >= other.getObservedUntilNanos()) {
        result.add(RowChange.put(judged(other)));
        it.remove();
      }
    }
    if (isObserved(row) && at.now().nanos() >= row.getObservedUntilNanos()) {
      row = judged(row);
      changed = true;
    }
    if (!changed) {
      return result;
    }
    changed = false;
    result.add(RowChange.put(row));
    surplus.forEach(old -> result.add(RowChange.delete(old)));
    surplus = List.of();
    return result;
  }

  private static HistoryRow judged(HistoryRow row) {
    return row.toBuilder()
        .setHitless(row.getCausesCount() == 0 ? Hitless.HITLESS_YES : Hitless.HITLESS_NO)
        .build();
  }

  /** Rows of switch times were moved by a new forwarder's epoch. */
  HistoryRow row() {
    return row;
  }
}
