package dev.understudy.replication;

import com.google.protobuf.ByteString;
import dev.understudy.core.Image;
import dev.understudy.core.RowChange;
import dev.understudy.core.RowKey;
import dev.understudy.core.Tables;
import dev.understudy.schema.BracketKind;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Digest;
import dev.understudy.schema.DigestMismatch;
import dev.understudy.schema.Open;
import dev.understudy.schema.Position;
import dev.understudy.schema.RowRange;
import dev.understudy.schema.SnapshotBegin;
import dev.understudy.schema.SnapshotEnd;
import dev.understudy.schema.SyncRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The active's end of the canonical stream: brackets as they are made, before that what the standby
 * lacks (from the bracket log, or a snapshot in the same ordered stream), and digests between
 * brackets.
 */
final class PeerFeed {
  /** Rows under one digest. */
  static final int DIGEST_SEGMENT_ROWS = 4096;

  private final Environment environment;
  private final Image image;
  private final BracketLog log;
  private final NavigableMap<Long, Bracket> retained;
  private final int chunkRows;
  private boolean streaming;
  private @Nullable RowKey snapshotCursor;
  private final ArrayDeque<Integer> tablesToDigest = new ArrayDeque<>();
  private @Nullable RowKey digestCursor;

  PeerFeed(
      Environment environment,
      Image image,
      BracketLog log,
      NavigableMap<Long, Bracket> retained,
      int chunkRows,
      boolean streaming) {
    this.chunkRows = chunkRows;
    this.streaming = streaming;
    this.environment = environment;
    this.image = image;
    this.log = log;
    this.retained = retained;
  }

  boolean streaming() {
    return streaming;
  }

  boolean snapshotUnderWay() {
    return snapshotCursor != null;
  }

  void stop() {
    streaming = false;
    snapshotCursor = null;
    tablesToDigest.clear();
    digestCursor = null;
  }

  /** Begins to feed a standby that holds {@code request.held}. */
  String start(SyncRequest request) {
    stop();
    Image.Position held =
        new Image.Position(request.getHeld().getTerm(), request.getHeld().getNumber());
    streaming = true;
    boolean atHead = held.number() == image.position().number();
    if (!request.getSnapshotWanted()
        && image.descendsFrom(held)
        && (atHead || log.reachesBackTo(held.number()))) {
      int count = 0;
      for (Bracket bracket : log.after(held.number())) {
        bracket.send(environment::toPeer);
        count++;
      }
      return "catch-up of " + count + " brackets after " + held;
    }
    environment.toPeer(
        CanonicalMessage.newBuilder()
            .setSnapshotBegin(SnapshotBegin.newBuilder().setAt(here()))
            .build());
    for (Bracket bracket : retained.values()) {
      new Bracket(
              bracket.open().toBuilder().setKind(BracketKind.BRACKET_KIND_RETAINED).build(),
              List.of(),
              bracket.outputs())
          .send(environment::toPeer);
    }
    snapshotCursor = RowKey.first(0);
    return "snapshot of " + image.size() + " rows at " + image.position();
  }

  /** A bracket that was just made and applied to the image. */
  void made(Bracket bracket) {
    if (streaming) {
      bracket.send(environment::toPeer);
    }
  }

  /** Begins a round of digests, unless one is under way. */
  void startDigests() {
    if (streaming && snapshotCursor == null && tablesToDigest.isEmpty()) {
      TreeSet<Integer> tables = new TreeSet<>(Tables.numbers());
      tables.addAll(image.tables());
      tablesToDigest.addAll(tables);
    }
  }

  /** Does a little: the next part of a snapshot, or one digest. True when there is more. */
  boolean background(long applied) {
    if (!streaming || !environment.peerReady()) {
      return false;
    }
    RowKey cursor = snapshotCursor;
    if (cursor != null) {
      snapshotChunk(cursor, applied);
      return true;
    }
    if (!tablesToDigest.isEmpty()) {
      digestSegment(tablesToDigest.getFirst());
      return true;
    }
    return false;
  }

  private void snapshotChunk(RowKey cursor, long applied) {
    List<RowChange> rows = new ArrayList<>(chunkRows);
    for (Map.Entry<RowKey, ByteString> row : image.after(cursor).entrySet()) {
      rows.add(new RowChange(row.getKey(), row.getValue()));
      if (rows.size() == chunkRows) {
        break;
      }
    }
    if (!rows.isEmpty()) {
      new Bracket(open(BracketKind.BRACKET_KIND_SNAPSHOT).build(), rows, List.of())
          .send(environment::toPeer);
      snapshotCursor = rows.getLast().key();
      return;
    }
    snapshotCursor = null;
    environment.toPeer(
        CanonicalMessage.newBuilder()
            .setSnapshotEnd(
                SnapshotEnd.newBuilder().setAt(here()).setRows(image.size()).setApplied(applied))
            .build());
  }

  private void digestSegment(int table) {
    RowKey from = digestCursor == null ? RowKey.first(table) : digestCursor;
    RowKey last = null;
    int count = 0;
    for (RowKey key : image.range(from, null).navigableKeySet()) {
      last = key;
      if (++count == DIGEST_SEGMENT_ROWS) {
        break;
      }
    }
    boolean more = count == DIGEST_SEGMENT_ROWS;
    RowKey to = more ? last : null;
    Image.Digest digest = image.digest(from, to);
    Digest.Builder message =
        Digest.newBuilder()
            .setTable(table)
            .setFrom(octets(from))
            .setRows(digest.rows())
            .setCrc(digest.crc())
            .setAt(here());
    if (to != null) {
      message.setTo(octets(to));
    }
    environment.toPeer(CanonicalMessage.newBuilder().setDigest(message).build());
    if (to == null) {
      digestCursor = null;
      tablesToDigest.removeFirst();
    } else {
      digestCursor = new RowKey(table, to.key().concat(ByteString.copyFrom(new byte[1])));
    }
  }

  /** Replaces the rows of a range at the standby by those of the image. */
  int repair(DigestMismatch mismatch) {
    Digest expected = mismatch.getExpected();
    RowRange.Builder range =
        RowRange.newBuilder().setTable(expected.getTable()).setFrom(expected.getFrom());
    if (expected.hasTo()) {
      range.setTo(expected.getTo());
    }
    List<RowChange> rows = new ArrayList<>();
    image
        .range(StreamReceiver.from(range.build()), StreamReceiver.to(range.build()))
        .forEach((key, value) -> rows.add(new RowChange(key, value)));
    new Bracket(open(BracketKind.BRACKET_KIND_REPAIR).setClear(range).build(), rows, List.of())
        .send(environment::toPeer);
    return rows.size();
  }

  private Open.Builder open(BracketKind kind) {
    Image.Mark mark = image.mark();
    return Open.newBuilder()
        .setKind(kind)
        .setTerm(image.position().term())
        .setNumber(image.position().number())
        .setConsumed(mark.consumed())
        .setNowNanos(mark.at().now().nanos())
        .setWallMillis(mark.at().wallMillis())
        .setWakeAtNanos(mark.wakeAtNanos())
        .setIncarnation(mark.incarnation());
  }

  private Position here() {
    return Position.newBuilder()
        .setTerm(image.position().term())
        .setNumber(image.position().number())
        .build();
  }

  private static dev.understudy.schema.RowKey octets(RowKey key) {
    return dev.understudy.schema.RowKey.newBuilder().setOctets(key.key()).build();
  }
}
