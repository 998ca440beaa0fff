package dev.understudy.replication;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.core.Check;
import dev.understudy.core.Image;
import dev.understudy.core.RowChange;
import dev.understudy.core.RowKey;
import dev.understudy.schema.BracketKind;
import dev.understudy.schema.Close;
import dev.understudy.schema.Open;
import dev.understudy.schema.RowRange;
import dev.understudy.schema.SnapshotBegin;
import dev.understudy.schema.SnapshotEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The standby's end of the canonical stream: stages what follows an open bracket and applies it on
 * its close, in one step. Anything wrong breaks the stream: what came since the open bracket is
 * discarded, the image stays as it was.
 */
final class StreamReceiver {
  /** Rows and outputs of one bracket. */
  static final int STAGED_MAX = 4_000_000;

  private Image image;
  private final NavigableMap<Long, Bracket> retained;
  private @Nullable Open open;
  private final List<RowChange> rows = new ArrayList<>();
  private final List<ByteString> outputs = new ArrayList<>();
  private CRC32C crc = new CRC32C();
  private @Nullable Image building;
  private final TreeMap<Long, Bracket> buildingRetained = new TreeMap<>();

  /** What a message did. */
  enum Effect {
    /** Staged, or passed over. */
    NOTHING,
    /** A bracket was applied to the image. */
    STEP,
    /** A bracket was applied to the snapshot that is coming in. */
    SNAPSHOT_STEP,
    /** The snapshot is complete and is the image now. */
    SNAPSHOT_COMPLETE,
    /** Rows that differed were replaced. */
    REPAIRED
  }

  /** The stream is broken; the reason is for people. */
  static final class BrokenStream extends Exception {
    private static final long serialVersionUID = 1L;

    BrokenStream(String message) {
      super(message);
    }
  }

  StreamReceiver(Image image, NavigableMap<Long, Bracket> retained) {
    this.image = image;
    this.retained = retained;
  }

  Image image() {
    return image;
  }

  /** The last bracket applied: of the snapshot when one is coming in. */
  @Nullable Bracket lastApplied;

  boolean isOpen() {
    return open != null;
  }

  boolean buildingSnapshot() {
    return building != null;
  }

  /** Forgets what came since the open bracket, and an incomplete snapshot. */
  void discard() {
    discardOpen();
    building = null;
    buildingRetained.clear();
  }

  private void discardOpen() {
    open = null;
    rows.clear();
    outputs.clear();
    crc = new CRC32C();
  }

  void open(Open message) throws BrokenStream {
    if (open != null) {
      throw new BrokenStream(
          "bracket " + message.getNumber() + " opens before " + open.getNumber() + " is closed");
    }
    Image target = target();
    if (message.getKind() == BracketKind.BRACKET_KIND_STEP
        && message.getNumber() != target.position().number() + 1) {
      throw new BrokenStream(
          "bracket " + message.getNumber() + " came after " + target.position().number());
    }
    open = message;
  }

  void row(ByteString octets) throws BrokenStream {
    stage(octets);
    try {
      rows.add(RowOctets.decode(octets));
    } catch (InvalidProtocolBufferException e) {
      throw new BrokenStream("a row can't be decoded: " + e.getMessage());
    }
  }

  void output(ByteString octets) throws BrokenStream {
    stage(octets);
    outputs.add(octets);
  }

  private void stage(ByteString octets) throws BrokenStream {
    if (open == null) {
      throw new BrokenStream("a row or output outside of a bracket");
    }
    if (rows.size() + outputs.size() >= STAGED_MAX) {
      throw new BrokenStream("a bracket of more than " + STAGED_MAX + " messages");
    }
    crc.update(octets.asReadOnlyByteBuffer());
  }

  Effect close(Close message) throws BrokenStream {
    Open opened = open;
    if (opened == null) {
      throw new BrokenStream("a close bracket without its open bracket");
    }
    int count = rows.size() + outputs.size();
    if (message.getNumber() != opened.getNumber()
        || message.getCount() != count
        || message.getCrc() != (int) crc.getValue()) {
      throw new BrokenStream(
          "close bracket of %d with count %d, CRC %08x; staged for %d: count %d, CRC %08x"
              .formatted(
                  message.getNumber(),
                  message.getCount(),
                  message.getCrc(),
                  opened.getNumber(),
                  count,
                  crc.getValue()));
    }
    Bracket bracket = new Bracket(opened, rows, outputs);
    discardOpen();
    return apply(bracket);
  }

  private Effect apply(Bracket bracket) throws BrokenStream {
    Image target = target();
    return switch (bracket.open().getKind()) {
      case BRACKET_KIND_STEP -> {
        target.apply(bracket.rows(), bracket.position(), bracket.mark());
        (building == null ? retained : buildingRetained)
            .put(bracket.number(), bracket.outputsOnly());
        lastApplied = bracket;
        yield building == null ? Effect.STEP : Effect.SNAPSHOT_STEP;
      }
      case BRACKET_KIND_SNAPSHOT -> {
        requireBuilding().apply(bracket.rows(), target.position(), bracket.mark());
        yield Effect.NOTHING;
      }
      case BRACKET_KIND_RETAINED -> {
        requireBuilding();
        buildingRetained.put(bracket.number(), bracket);
        yield Effect.NOTHING;
      }
      case BRACKET_KIND_REPAIR -> {
        RowRange range = bracket.open().getClear();
        target.clear(from(range), to(range));
        bracket.rows().forEach(target::apply);
        yield Effect.REPAIRED;
      }
      case BRACKET_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new BrokenStream("a bracket of unknown kind");
    };
  }

  private Image target() {
    return building == null ? image : building;
  }

  private Image requireBuilding() throws BrokenStream {
    if (building == null) {
      throw new BrokenStream("a part of a snapshot that never began");
    }
    return building;
  }

  static RowKey from(RowRange range) {
    return new RowKey(range.getTable(), range.getFrom().getOctets());
  }

  static @Nullable RowKey to(RowRange range) {
    return range.hasTo() ? new RowKey(range.getTable(), range.getTo().getOctets()) : null;
  }

  void snapshotBegin(SnapshotBegin message) throws BrokenStream {
    if (open != null) {
      throw new BrokenStream("a snapshot begins within a bracket");
    }
    buildingRetained.clear();
    Image fresh = new Image();
    fresh.apply(
        List.of(),
        new Image.Position(message.getAt().getTerm(), message.getAt().getNumber()),
        Image.Mark.NONE);
    building = fresh;
  }

  Effect snapshotEnd(SnapshotEnd message) throws BrokenStream {
    Image built = requireBuilding();
    if (open != null
        || built.position().number() != message.getAt().getNumber()
        || built.size() != message.getRows()) {
      throw new BrokenStream(
          "the snapshot ends at bracket %d with %d rows; here it is at %d with %d"
              .formatted(
                  message.getAt().getNumber(),
                  message.getRows(),
                  built.position().number(),
                  built.size()));
    }
    image = built;
    building = null;
    retained.clear();
    retained.putAll(buildingRetained);
    retained.headMap(message.getApplied(), true).clear();
    buildingRetained.clear();
    Check.that(open == null, "no bracket is open at a snapshot's end");
    return Effect.SNAPSHOT_COMPLETE;
  }
}
