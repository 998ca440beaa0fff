package dev.understudy.simulation;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.understudy.core.Image;
import dev.understudy.core.Tables;
import dev.understudy.schema.Claim;
import dev.understudy.schema.Granted;
import dev.understudy.schema.HistoryRow;
import dev.understudy.schema.Slot;
import dev.understudy.schema.TermRow;
import dev.understudy.schema.ToSupervisor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What the simulator itself saw of a switch: what the switch says of itself is compared with it.
 */
final class Witness {
  private static final int DELETED_FIELD = 1;
  private static final int TERM_TABLE = Tables.number(TermRow.getDefaultInstance());
  private static final int HISTORY_TABLE = Tables.number(HistoryRow.getDefaultInstance());

  private final Scheduler scheduler;
  private final TreeMap<Slot, Claim> lastClaims = new TreeMap<>();
  private final List<Takeover> takeovers = new ArrayList<>();
  private boolean rowsChanged;
  private boolean everApplied;
  private long lastAppliedNanos;
  private long longestGapNanos;
  private boolean inputsLost;
  private boolean inputsSkipped;

  Witness(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  void claimed(Slot slot, Claim claim) {
    lastClaims.put(slot, claim);
  }

  /** A message of the forwarder. */
  void told(ToSupervisor message, Slot holder) {
    switch (message.getKindCase()) {
      case GRANTED -> granted(message.getGranted(), holder);
      case APPLIED -> applied(message.getApplied().getStampNanos());
      case INPUT -> {
        inputsLost |= message.getInput().hasLost();
        inputsSkipped |= message.getInput().hasSkipped();
      }
      default -> {}
    }
  }

  /** The grant reaches the new active, which may hold more by now than when it claimed. */
  void takes(long term, Image.Position held) {
    for (int at = takeovers.size() - 1; at >= 0; at--) {
      if (takeovers.get(at).term() == term) {
        takeovers.set(at, takeovers.get(at).holding(held.number()));
        return;
      }
    }
  }

  private void granted(Granted granted, Slot to) {
    Claim claim = lastClaims.getOrDefault(to, Claim.getDefaultInstance());
    inputsLost |= granted.getLostInputs() > 0;
    takeovers.add(
        new Takeover(
            scheduler.nanos(),
            granted.getTerm(),
            granted.getKind(),
            granted.getPreviousHolder(),
            to,
            claim.getHeld().getNumber(),
            granted.getApplied(),
            granted.getNewForwarder(),
            !everApplied,
            granted.getLostInputs(),
            rowsChanged));
    rowsChanged = false;
  }

  private void applied(long stampNanos) {
    if (lastAppliedNanos != 0) {
      longestGapNanos = Math.max(longestGapNanos, stampNanos - lastAppliedNanos);
    }
    lastAppliedNanos = stampNanos;
    everApplied = true;
  }

  void newForwarder() {
    lastAppliedNanos = 0;
  }

  /**
   * A row went to the standby. True if it makes a failover worth something again: it isn't one of a
   * takeover itself.
   */
  boolean rowSent(ByteString row) {
    try {
      CodedInputStream in = row.newCodedInput();
      int table = WireFormat.getTagFieldNumber(in.readTag());
      if (table == DELETED_FIELD) {
        in.readBool();
        table = WireFormat.getTagFieldNumber(in.readTag());
      }
      boolean counts = table != TERM_TABLE && table != HISTORY_TABLE;
      rowsChanged |= counts;
      return counts;
    } catch (IOException e) {
      throw new IllegalStateException("a row that is no message", e);
    }
  }

  List<Takeover> takeovers() {
    return takeovers;
  }

  long longestGapNanos() {
    return longestGapNanos;
  }

  /** Control frames were dropped because the input log was full, and somebody was told. */
  boolean inputsLost() {
    return inputsLost;
  }

  /** An input was put aside because two sessions had ended with it. */
  boolean inputsSkipped() {
    return inputsSkipped;
  }
}
