package dev.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.understudy.core.Image;
import dev.understudy.core.RowChange;
import dev.understudy.schema.BracketKind;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.CounterRow;
import dev.understudy.schema.Open;
import dev.understudy.schema.Position;
import dev.understudy.schema.SnapshotBegin;
import dev.understudy.schema.SnapshotEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * R12 to R14: what follows an open bracket is stored, and applied on its close as one step, or not
 * at all.
 */
final class StreamReceiverTest {
  private final Image image = new Image();
  private final TreeMap<Long, Bracket> retained = new TreeMap<>();
  private final StreamReceiver receiver = new StreamReceiver(image, retained);

  private static CounterRow row(int port, long value) {
    return CounterRow.newBuilder()
        .setKey(CounterRow.Key.newBuilder().setEngine("test").setName("n").setPort(port))
        .setValue(value)
        .build();
  }

  private static List<CanonicalMessage> bracket(long number, BracketKind kind, int... values) {
    List<RowChange> rows = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      rows.add(RowChange.put(row(i + 1, values[i])));
    }
    List<CanonicalMessage> messages = new ArrayList<>();
    new Bracket(
            Open.newBuilder().setTerm(1).setNumber(number).setKind(kind).build(),
            rows,
            List.of(ByteString.copyFromUtf8("output")))
        .send(messages::add);
    return messages;
  }

  private StreamReceiver.Effect give(CanonicalMessage message) throws StreamReceiver.BrokenStream {
    switch (message.getKindCase()) {
      case OPEN -> receiver.open(message.getOpen());
      case ROW -> receiver.row(message.getRow());
      case OUTPUT -> receiver.output(message.getOutput());
      case CLOSE -> {
        return receiver.close(message.getClose());
      }
      default -> throw new AssertionError(message);
    }
    return StreamReceiver.Effect.NOTHING;
  }

  @Test
  void nothing_is_applied_before_the_close_bracket_and_all_of_it_with_it() throws Exception {
    List<CanonicalMessage> messages = bracket(1, BracketKind.BRACKET_KIND_STEP, 5, 6);
    for (CanonicalMessage message : messages.subList(0, messages.size() - 1)) {
      assertThat(give(message)).isEqualTo(StreamReceiver.Effect.NOTHING);
      assertThat(image.isEmpty()).isTrue();
      assertThat(receiver.isOpen()).isTrue();
    }
    assertThat(give(messages.getLast())).isEqualTo(StreamReceiver.Effect.STEP);
    assertThat(image.rows(CounterRow.getDefaultInstance())).containsExactly(row(1, 5), row(2, 6));
    assertThat(image.position()).isEqualTo(new Image.Position(1, 1));
    assertThat(retained).containsOnlyKeys(1L);
  }

  @Test
  void what_came_since_the_open_bracket_is_discarded_wherever_the_active_dies() throws Exception {
    List<CanonicalMessage> messages = bracket(1, BracketKind.BRACKET_KIND_STEP, 5, 6);
    for (int sent = 0; sent < messages.size(); sent++) {
      for (CanonicalMessage message : messages.subList(0, sent)) {
        give(message);
      }
      receiver.discard();
      assertThat(image.isEmpty()).as("after %d messages", sent).isTrue();
      assertThat(receiver.isOpen()).isFalse();
    }
    for (CanonicalMessage message : messages) {
      give(message);
    }
    assertThat(image.size()).isEqualTo(2);
  }

  @Test
  void any_lost_doubled_or_changed_message_breaks_the_stream_and_applies_nothing()
      throws Exception {
    List<CanonicalMessage> whole = bracket(1, BracketKind.BRACKET_KIND_STEP, 5, 6);
    for (int i = 1; i < whole.size() - 1; i++) {
      List<CanonicalMessage> lost = new ArrayList<>(whole);
      lost.remove(i);
      breaks(lost);
      List<CanonicalMessage> doubled = new ArrayList<>(whole);
      doubled.add(i, whole.get(i));
      breaks(doubled);
    }
    List<CanonicalMessage> changed = new ArrayList<>(whole);
    changed.set(
        1,
        CanonicalMessage.newBuilder().setRow(RowOctets.encode(RowChange.put(row(1, 9)))).build());
    breaks(changed);
    List<CanonicalMessage> noOpen = whole.subList(1, whole.size());
    breaks(noOpen);
    List<CanonicalMessage> twoOpens = new ArrayList<>(whole);
    twoOpens.add(1, whole.getFirst());
    breaks(twoOpens);
    breaks(bracket(2, BracketKind.BRACKET_KIND_STEP, 5));
    breaks(bracket(0, BracketKind.BRACKET_KIND_SNAPSHOT, 5));
  }

  private void breaks(List<CanonicalMessage> messages) {
    assertThatThrownBy(
            () -> {
              for (CanonicalMessage message : messages) {
                give(message);
              }
            })
        .isInstanceOf(StreamReceiver.BrokenStream.class);
    receiver.discard();
    assertThat(image.isEmpty()).isTrue();
  }

  @Test
  void the_former_image_stays_usable_until_a_snapshot_is_complete() throws Exception {
    for (CanonicalMessage message : bracket(1, BracketKind.BRACKET_KIND_STEP, 5)) {
      give(message);
    }
    receiver.snapshotBegin(
        SnapshotBegin.newBuilder().setAt(Position.newBuilder().setTerm(1).setNumber(9)).build());
    for (CanonicalMessage message : bracket(9, BracketKind.BRACKET_KIND_SNAPSHOT, 7, 8)) {
      give(message);
    }
    for (CanonicalMessage message : bracket(10, BracketKind.BRACKET_KIND_STEP, 70)) {
      give(message);
    }
    assertThat(receiver.image()).isSameAs(image);
    assertThat(image.rows(CounterRow.getDefaultInstance())).containsExactly(row(1, 5));
    receiver.snapshotEnd(
        SnapshotEnd.newBuilder()
            .setAt(Position.newBuilder().setTerm(1).setNumber(10))
            .setRows(2)
            .setApplied(9)
            .build());
    assertThat(receiver.image().rows(CounterRow.getDefaultInstance()))
        .containsExactly(row(1, 70), row(2, 8));
    assertThat(receiver.image().position()).isEqualTo(new Image.Position(1, 10));
    assertThat(retained).containsOnlyKeys(10L);
  }
}
