package dev.understudy.replication;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.core.Image;
import dev.understudy.core.Moment;
import dev.understudy.core.RowChange;
import dev.understudy.core.SwitchTime;
import dev.understudy.schema.BorderBracket;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Close;
import dev.understudy.schema.Open;
import dev.understudy.schema.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * One atomic step of the canonical stream: what is between an open bracket and its close.
 *
 * @param outputs octets of Output messages, unchanged on their way
 */
record Bracket(Open open, List<RowChange> rows, List<ByteString> outputs) {
  /**
   * What a kept row takes beside its octets, by the objects' layouts: the change, its key, two
   * octet strings with an array each, and the place in a list.
   */
  private static final int ROW_OBJECTS_OCTETS = 150;

  Bracket {
    rows = List.copyOf(rows);
    outputs = List.copyOf(outputs);
  }

  long number() {
    return open.getNumber();
  }

  Image.Position position() {
    return new Image.Position(open.getTerm(), open.getNumber());
  }

  Image.Mark mark() {
    return new Image.Mark(
        open.getIncarnation(),
        open.getConsumed(),
        new Moment(new SwitchTime(open.getNowNanos()), open.getWallMillis()),
        open.getWakeAtNanos());
  }

  /** Without its rows: what must be kept until the forwarder has carried the outputs out. */
  Bracket outputsOnly() {
    return rows.isEmpty() ? this : new Bracket(open, List.of(), outputs);
  }

  /** The messages of the canonical stream, in order. */
  void send(Consumer<CanonicalMessage> to) {
    to.accept(CanonicalMessage.newBuilder().setOpen(open).build());
    CRC32C crc = new CRC32C();
    int count = 0;
    for (RowChange row : rows) {
      ByteString octets = RowOctets.encode(row);
      crc.update(octets.asReadOnlyByteBuffer());
      count++;
      to.accept(CanonicalMessage.newBuilder().setRow(octets).build());
    }
    for (ByteString output : outputs) {
      crc.update(output.asReadOnlyByteBuffer());
      count++;
      to.accept(CanonicalMessage.newBuilder().setOutput(output).build());
    }
    to.accept(
        CanonicalMessage.newBuilder()
            .setClose(
                Close.newBuilder()
                    .setNumber(open.getNumber())
                    .setCount(count)
                    .setCrc((int) crc.getValue()))
            .build());
  }

  /** Its outputs as messages. */
  List<Output> parsedOutputs() throws InvalidProtocolBufferException {
    List<Output> parsed = new ArrayList<>(outputs.size());
    for (ByteString output : outputs) {
      parsed.add(Output.parseFrom(output));
    }
    return parsed;
  }

  /**
   * What the forwarder gets of it, in the term that is in force now. The numbers of inputs are
   * those of one forwarder process: another one's say nothing of what this one may free.
   *
   * @param parsed its outputs
   */
  BorderBracket.Builder forForwarder(long term, long incarnation, List<Output> parsed) {
    return BorderBracket.newBuilder()
        .setTerm(term)
        .setMadeInTerm(open.getTerm())
        .setNumber(open.getNumber())
        .setConsumed(open.getIncarnation() == incarnation ? open.getConsumed() : 0)
        .setWakeAtNanos(open.getWakeAtNanos())
        .addAllOutputs(parsed);
  }

  /** Roughly how many octets it takes on the way. */
  long octets() {
    long sum = 64;
    for (RowChange row : rows) {
      ByteString value = row.value();
      sum += row.key().key().size() + (value == null ? 0 : value.size()) + 8;
    }
    for (ByteString output : outputs) {
      sum += output.size() + 4;
    }
    return sum;
  }

  /**
   * Roughly how many octets of memory it takes while it is kept: most of them around small rows.
   */
  long heapOctets() {
    return octets() + (long) ROW_OBJECTS_OCTETS * (rows.size() + outputs.size());
  }
}
