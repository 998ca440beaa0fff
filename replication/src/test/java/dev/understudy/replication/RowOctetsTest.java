package dev.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.core.Image;
import dev.understudy.core.RowChange;
import dev.understudy.core.RowKey;
import dev.understudy.core.Tables;
import dev.understudy.schema.PortRow;
import dev.understudy.schema.SpanningTreePortConfig;
import dev.understudy.schema.TimerRow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * R9 to R11: rows are understood whatever the order of their fields, and with fields that one side
 * doesn't have.
 */
final class RowOctetsTest {
  private static TimerRow timer(Random random) {
    return TimerRow.newBuilder()
        .setKey(
            TimerRow.Key.newBuilder()
                .setEngine("engine-" + random.nextInt(100))
                .setName("timer")
                .setPort(random.nextInt(1000))
                .setTree(random.nextInt(5)))
        .setDeadlineNanos(random.nextLong(1L << 60))
        .build();
  }

  /** The fields of a message, each with its tag. */
  private static List<ByteString> fields(ByteString message) {
    List<ByteString> fields = new ArrayList<>();
    CodedInputStream in = message.newCodedInput();
    try {
      while (!in.isAtEnd()) {
        int start = in.getTotalBytesRead();
        in.skipField(in.readTag());
        fields.add(message.substring(start, in.getTotalBytesRead()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return fields;
  }

  private static ByteString shuffled(ByteString message, Random random) {
    List<ByteString> fields = fields(message);
    Collections.shuffle(fields, random);
    return ByteString.copyFrom(fields);
  }

  private static ByteString unknownField(int number, Random random) {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(octets);
    try {
      switch (random.nextInt(3)) {
        case 0 -> out.writeUInt64(number, random.nextLong());
        case 1 -> out.writeFixed32(number, random.nextInt());
        default -> out.writeString(number, "unknown " + random.nextInt());
      }
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteString.copyFrom(octets.toByteArray());
  }

  private static ByteString field(int number, ByteString content) {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(octets);
    try {
      out.writeBytes(number, content);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteString.copyFrom(octets.toByteArray());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void rows_come_back_as_they_went(long seed) throws InvalidProtocolBufferException {
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      RowChange put = RowChange.put(timer(random));
      assertThat(RowOctets.decode(RowOctets.encode(put))).isEqualTo(put);
      RowChange deleted = RowChange.delete(timer(random));
      assertThat(RowOctets.decode(RowOctets.encode(deleted))).isEqualTo(deleted);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void fields_in_any_order_with_unknown_ones_between_are_the_same_row(long seed)
      throws InvalidProtocolBufferException {
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      TimerRow row = timer(random);
      ByteString key = shuffled(row.getKey().toByteString(), random);
      ByteString content =
          shuffled(
              field(Tables.KEY_FIELD, key)
                  .concat(row.toBuilder().clearKey().build().toByteString())
                  .concat(unknownField(900, random)),
              random);
      ByteString message =
          shuffled(field(Tables.number(row), content).concat(unknownField(3, random)), random);
      RowChange decoded = RowOctets.decode(message);
      assertThat(decoded.key()).isEqualTo(Tables.key(row));
      assertThat(decoded.value()).as("kept as it came").isEqualTo(content);
      TimerRow read = (TimerRow) Tables.decode(Tables.number(row), content);
      assertThat(read.getDeadlineNanos()).isEqualTo(row.getDeadlineNanos());
      assertThat(read.getUnknownFields().hasField(900)).isTrue();
    }
  }

  @Test
  void a_row_of_an_unknown_table_is_kept_and_passed_on() throws InvalidProtocolBufferException {
    Random random = new Random(21);
    ByteString content =
        field(Tables.KEY_FIELD, unknownField(2, random)).concat(unknownField(7, random));
    RowChange change = RowOctets.decode(field(777, content));
    assertThat(change.key().table()).isEqualTo(777);
    Image image = new Image();
    image.apply(change);
    assertThat(image.tables()).containsExactly(777);
    assertThat(RowOctets.encode(change)).isEqualTo(field(777, content));
    assertThat(image.digest(RowKey.first(777), null).rows()).isEqualTo(1);
  }

  @Test
  void fields_that_the_sender_does_not_have_get_their_declared_defaults()
      throws InvalidProtocolBufferException {
    PortRow old =
        PortRow.newBuilder().setKey(PortRow.Key.newBuilder().setPort(3)).setName("p3").build();
    PortRow read = (PortRow) Tables.decode(Tables.number(old), old.toByteString());
    assertThat(read.hasMtu()).isFalse();
    assertThat(read.getErrDisabled()).isEmpty();
    SpanningTreePortConfig config = SpanningTreePortConfig.parseFrom(ByteString.EMPTY);
    assertThat(config.getPriority()).isEqualTo(128);
    assertThat(config.getAutoEdge()).isTrue();
  }

  @Test
  void every_truncation_and_random_octets_are_refused_or_read_and_never_throw_otherwise() {
    Random random = new Random(22);
    ByteString whole = RowOctets.encode(RowChange.put(timer(random)));
    for (int length = 0; length < whole.size(); length++) {
      ByteString part = whole.substring(0, length);
      assertThatThrownBy(() -> RowOctets.decode(part))
          .as("%d octets", length)
          .isInstanceOf(InvalidProtocolBufferException.class);
    }
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] octets = new byte[random.nextInt(64)];
      random.nextBytes(octets);
      try {
        RowOctets.decode(ByteString.copyFrom(octets));
      } catch (InvalidProtocolBufferException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(15_000);
  }
}
