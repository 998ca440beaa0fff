package dev.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.core.RowChange;
import dev.understudy.schema.LearnedRow;
import dev.understudy.schema.Open;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BracketLogTest {
  private static final int ROWS = 512;

  private static Bracket learned(long number) {
    List<RowChange> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      byte[] mac = {2, 0, (byte) (number >>> 8), (byte) number, (byte) (i >>> 8), (byte) i};
      rows.add(
          RowChange.put(
              LearnedRow.newBuilder()
                  .setKey(LearnedRow.Key.newBuilder().setFid(1).setMac(ByteString.copyFrom(mac)))
                  .setBridgePort(1)
                  .build()));
    }
    return new Bracket(Open.newBuilder().setTerm(1).setNumber(number).build(), rows, List.of());
  }

  /** A supervisor's heap is 192 MiB: half a million kept changes of learned addresses filled it. */
  @Test
  void a_flood_of_small_rows_does_not_fill_the_heap() {
    BracketLog log = new BracketLog();
    int brackets = 2_000;
    for (int number = 1; number <= brackets; number++) {
      log.add(learned(number));
    }
    int kept = 0;
    for (Bracket bracket : log.after(0)) {
      kept += bracket.rows().size();
    }
    assertThat(kept).isBetween(20_000, 110_000);
    assertThat(log.reachesBackTo(brackets - 1)).isTrue();
    assertThat(log.reachesBackTo(0)).isFalse();
  }
}
