package dev.understudy.simulation;

import com.google.protobuf.ByteString;
import dev.understudy.schema.BracketKind;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Open;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.zip.CRC32C;

/** A standby that loses messages within brackets, and doesn't look at what the close says. */
final class StreamBug implements Tampering {
  /** Does this message get lost? */
  @FunctionalInterface
  interface Loss {
    boolean of(Open open, CanonicalMessage message, int index);
  }

  private static final class Staged {
    Open open = Open.getDefaultInstance();
    CRC32C crc = new CRC32C();
    int count;
    int index;
    long lost;
  }

  private final Loss loss;
  private final IdentityHashMap<SimulatedSupervisor, Staged> streams = new IdentityHashMap<>();

  StreamBug(Loss loss) {
    this.loss = loss;
  }

  /** Loses a message of brackets of one kind. */
  static StreamBug in(BracketKind kind, Loss loss) {
    return new StreamBug(
        (open, message, index) -> open.getKind() == kind && loss.of(open, message, index));
  }

  @Override
  public List<CanonicalMessage> toPeer(SimulatedSupervisor from, CanonicalMessage message) {
    Staged staged = streams.computeIfAbsent(from, f -> new Staged());
    return switch (message.getKindCase()) {
      case OPEN -> {
        staged.open = message.getOpen();
        staged.crc = new CRC32C();
        staged.count = 0;
        staged.index = 0;
        yield List.of(message);
      }
      case SNAPSHOT_BEGIN -> {
        staged.lost = 0;
        yield List.of(message);
      }
      case ROW, OUTPUT -> {
        if (loss.of(staged.open, message, staged.index++)) {
          staged.lost += staged.open.getKind() == BracketKind.BRACKET_KIND_SNAPSHOT ? 1 : 0;
          yield List.of();
        }
        ByteString octets = message.hasRow() ? message.getRow() : message.getOutput();
        staged.crc.update(octets.asReadOnlyByteBuffer());
        staged.count++;
        yield List.of(message);
      }
      case CLOSE ->
          List.of(
              message.toBuilder()
                  .setClose(
                      message.getClose().toBuilder()
                          .setCount(staged.count)
                          .setCrc((int) staged.crc.getValue()))
                  .build());
      case SNAPSHOT_END ->
          List.of(
              message.toBuilder()
                  .setSnapshotEnd(
                      message.getSnapshotEnd().toBuilder()
                          .setRows(message.getSnapshotEnd().getRows() - staged.lost))
                  .build());
      default -> List.of(message);
    };
  }
}
