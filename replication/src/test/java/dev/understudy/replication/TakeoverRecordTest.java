package dev.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.core.Image;
import dev.understudy.core.Moment;
import dev.understudy.core.SwitchTime;
import dev.understudy.schema.CauseCode;
import dev.understudy.schema.Granted;
import dev.understudy.schema.HistoryRow;
import dev.understudy.schema.Hitless;
import dev.understudy.schema.Slot;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A takeover is observed to its end, also when another one follows before that. */
final class TakeoverRecordTest {
  private static final long SECOND = 1_000_000_000L;

  private final Image image = new Image();

  private static Moment at(long nanos) {
    return new Moment(new SwitchTime(nanos), 0);
  }

  private TakeoverRecord begin(long term, long nanos) {
    return TakeoverRecord.begin(
        Granted.newBuilder().setTerm(term).setNewForwarder(true).build(),
        Loss.NONE,
        Slot.SLOT_A,
        "failure",
        List.of(),
        1,
        at(nanos),
        image);
  }

  private List<Hitless> after(TakeoverRecord record, long nanos) {
    record.changes(at(nanos)).forEach(image::apply);
    return image.rows(HistoryRow.getDefaultInstance()).stream()
        .map(HistoryRow::getHitless)
        .toList();
  }

  @Test
  void the_observation_of_a_takeover_ends_although_another_one_follows() {
    assertThat(after(begin(1, 0), 0)).containsExactly(Hitless.HITLESS_OBSERVING);
    TakeoverRecord second = begin(2, SECOND);
    assertThat(after(second, SECOND))
        .containsExactly(Hitless.HITLESS_OBSERVING, Hitless.HITLESS_OBSERVING);
    assertThat(after(second, 6 * SECOND))
        .containsExactly(Hitless.HITLESS_YES, Hitless.HITLESS_OBSERVING);
    assertThat(after(second, 7 * SECOND)).containsExactly(Hitless.HITLESS_YES, Hitless.HITLESS_YES);
  }

  @Test
  void what_is_noticed_counts_against_every_takeover_that_is_still_observed() {
    assertThat(after(begin(1, 0), 0)).hasSize(1);
    TakeoverRecord second = begin(2, SECOND);
    second.cause(CauseCode.TOPOLOGY_CHANGED, "one");
    assertThat(after(second, 7 * SECOND)).containsExactly(Hitless.HITLESS_NO, Hitless.HITLESS_NO);
    second.cause(CauseCode.INPUT_LOST, "too late");
    assertThat(image.rows(HistoryRow.getDefaultInstance()).get(1).getCausesList()).hasSize(1);
  }

  @Test
  void the_newest_takeovers_are_kept_however_many_there_were() {
    int takeovers = 300;
    for (int term = 1; term <= takeovers; term++) {
      TakeoverRecord record = begin(term, term * 10L * SECOND);
      assertThat(after(record, term * 10L * SECOND)).contains(Hitless.HITLESS_OBSERVING);
      assertThat(after(record, term * 10L * SECOND + 7 * SECOND))
          .containsOnly(Hitless.HITLESS_YES)
          .hasSize(Math.min(term, TakeoverRecord.HISTORY_KEPT));
    }
    assertThat(image.rows(HistoryRow.getDefaultInstance()))
        .extracting(HistoryRow::getTerm)
        .containsExactlyInAnyOrderElementsOf(
            LongStream.rangeClosed(takeovers - TakeoverRecord.HISTORY_KEPT + 1, takeovers)
                .boxed()
                .toList());
  }
}
