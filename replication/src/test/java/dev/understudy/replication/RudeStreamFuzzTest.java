package dev.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.core.Image;
import dev.understudy.core.RowChange;
import dev.understudy.fuzz.Fuzz;
import dev.understudy.schema.BracketKind;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.CounterRow;
import dev.understudy.schema.Open;
import dev.understudy.schema.Position;
import dev.understudy.schema.SnapshotBegin;
import dev.understudy.schema.SnapshotEnd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Any octets on the canonical stream: a broken stream is said, and no half bracket is applied. */
final class RudeStreamFuzzTest {
  private static CounterRow row(int port, long value) {
    return CounterRow.newBuilder()
        .setKey(CounterRow.Key.newBuilder().setEngine("test").setName("n").setPort(port))
        .setValue(value)
        .build();
  }

  private static byte[] stream(List<CanonicalMessage> messages) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      for (CanonicalMessage message : messages) {
        message.writeDelimitedTo(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static List<CanonicalMessage> bracket(long number, BracketKind kind, RowChange... rows) {
    List<CanonicalMessage> messages = new ArrayList<>();
    new Bracket(
            Open.newBuilder().setTerm(1).setNumber(number).setKind(kind).build(),
            List.of(rows),
            List.of(ByteString.copyFromUtf8("output")))
        .send(messages::add);
    return messages;
  }

  private static List<byte[]> examples() {
    List<CanonicalMessage> two =
        new ArrayList<>(bracket(1, BracketKind.BRACKET_KIND_STEP, RowChange.put(row(1, 5))));
    two.addAll(bracket(2, BracketKind.BRACKET_KIND_STEP, RowChange.delete(row(1, 5))));
    List<CanonicalMessage> snapshot = new ArrayList<>();
    Position at = Position.newBuilder().setTerm(1).setNumber(7).build();
    snapshot.add(
        CanonicalMessage.newBuilder()
            .setSnapshotBegin(SnapshotBegin.newBuilder().setAt(at))
            .build());
    snapshot.addAll(bracket(7, BracketKind.BRACKET_KIND_RETAINED));
    snapshot.addAll(bracket(7, BracketKind.BRACKET_KIND_SNAPSHOT, RowChange.put(row(2, 6))));
    snapshot.add(
        CanonicalMessage.newBuilder()
            .setSnapshotEnd(SnapshotEnd.newBuilder().setAt(at).setRows(1))
            .build());
    List<CanonicalMessage> repair =
        bracket(0, BracketKind.BRACKET_KIND_REPAIR, RowChange.put(row(3, 7)));
    return List.of(stream(two), stream(snapshot), stream(repair));
  }

  /** A receiver whose image changes in whole brackets only. */
  private static String receive(byte[] octets) throws IOException {
    StreamReceiver receiver = new StreamReceiver(new Image(), new TreeMap<>());
    ByteArrayInputStream in = new ByteArrayInputStream(octets);
    StringBuilder said = new StringBuilder();
    try {
      for (int i = 0; i < 64; i++) {
        CanonicalMessage message = CanonicalMessage.parseDelimitedFrom(in);
        if (message == null) {
          return said + " end";
        }
        Image before = receiver.image();
        int rows = before.size();
        Image.Position position = before.position();
        StreamReceiver.Effect effect = give(receiver, message);
        if (effect == StreamReceiver.Effect.NOTHING) {
          assertThat(receiver.image()).isSameAs(before);
          assertThat(before.size()).isEqualTo(rows);
          assertThat(before.position()).isEqualTo(position);
        }
        if (effect == StreamReceiver.Effect.STEP) {
          assertThat(before.position().number()).isEqualTo(position.number() + 1);
        }
        if (said.length() < 60) {
          said.append(message.getKindCase().name(), 0, 2).append(effect);
        }
      }
      return said + " more";
    } catch (InvalidProtocolBufferException e) {
      return said + " no message";
    } catch (StreamReceiver.BrokenStream e) {
      receiver.discard();
      assertThat(receiver.isOpen()).isFalse();
      String words = String.valueOf(e.getMessage()).replaceAll("[^a-z ]", "");
      return said + " " + words.substring(0, Math.min(12, words.length()));
    }
  }

  private static StreamReceiver.Effect give(StreamReceiver receiver, CanonicalMessage message)
      throws StreamReceiver.BrokenStream {
    switch (message.getKindCase()) {
      case OPEN -> receiver.open(message.getOpen());
      case ROW -> receiver.row(message.getRow());
      case OUTPUT -> receiver.output(message.getOutput());
      case CLOSE -> {
        return receiver.close(message.getClose());
      }
      case SNAPSHOT_BEGIN -> receiver.snapshotBegin(message.getSnapshotBegin());
      case SNAPSHOT_END -> {
        return receiver.snapshotEnd(message.getSnapshotEnd());
      }
      default -> {}
    }
    return StreamReceiver.Effect.NOTHING;
  }

  @Test
  void the_stream() {
    Fuzz.run(getClass(), "canonical-stream", examples(), RudeStreamFuzzTest::receive);
  }

  @Test
  void rows() {
    List<byte[]> examples =
        List.of(
            RowOctets.encode(RowChange.put(row(1, 5))).toByteArray(),
            RowOctets.encode(RowChange.delete(row(1, 5))).toByteArray());
    Fuzz.run(
        getClass(),
        "row",
        examples,
        octets -> {
          try {
            RowChange change = RowOctets.decode(ByteString.copyFrom(octets));
            assertThat(RowOctets.decode(RowOctets.encode(change))).isEqualTo(change);
            return change.key().table() + (change.deleted() ? " deleted" : "");
          } catch (InvalidProtocolBufferException e) {
            return String.valueOf(e.getMessage());
          }
        });
  }
}
