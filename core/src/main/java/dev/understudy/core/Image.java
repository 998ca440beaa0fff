package dev.understudy.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.understudy.schema.TermRow;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The state of the switch after one bracket: rows of tables, octets as they came, and where in the
 * stream it stands.
 *
 * <p>Equal positions of one lineage mean equal images, octet by octet.
 */
public final class Image implements ImageView {
  private final NavigableMap<RowKey, ByteString> rows;
  private final ParsedRows parsed;
  private Position position;
  private Mark mark;

  /**
   * A bracket's place.
   *
   * @param term 0: before every term
   * @param number 0: before every bracket; grows by one over all terms
   */
  public record Position(long term, long number) {
    public static final Position NONE = new Position(0, 0);

    @Override
    public String toString() {
      return "(" + term + ", " + number + ")";
    }
  }

  /**
   * What a bracket says beside its rows.
   *
   * @param incarnation the forwarder whose inputs these are
   * @param consumed number of the last input consumed
   * @param at time of that input
   * @param wakeAtNanos when the loop asked to be woken, 0: not at all
   */
  public record Mark(long incarnation, long consumed, Moment at, long wakeAtNanos) {
    public static final Mark NONE = new Mark(0, 0, Moment.ZERO, 0);
  }

  public Image() {
    this(new TreeMap<>(), new ParsedRows(), Position.NONE, Mark.NONE);
  }

  private Image(
      NavigableMap<RowKey, ByteString> rows, ParsedRows parsed, Position position, Mark mark) {
    this.rows = rows;
    this.parsed = parsed;
    this.position = position;
    this.mark = mark;
  }

  public Image copy() {
    return new Image(new TreeMap<>(rows), parsed, position, mark);
  }

  public Position position() {
    return position;
  }

  public Mark mark() {
    return mark;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  public int size() {
    return rows.size();
  }

  /** The effect of one bracket, as one step. */
  public void apply(List<RowChange> changes, Position at, Mark newMark) {
    changes.forEach(this::apply);
    position = at;
    mark = newMark;
  }

  /** Rows outside of a bracket's numbering: parts of a snapshot, repairs. */
  public void apply(RowChange change) {
    ByteString value = change.value();
    if (value == null) {
      rows.remove(change.key());
    } else {
      rows.put(change.key(), value);
    }
  }

  /** True if the row has this value already (or is not there and shall not be). */
  public boolean has(RowChange change) {
    ByteString held = rows.get(change.key());
    return held == null ? change.deleted() : held.equals(change.value());
  }

  @Override
  public <T extends Message> List<T> rows(T prototype) {
    List<T> result = new ArrayList<>();
    for (var row : range(RowKey.first(Tables.number(prototype)), null).entrySet()) {
      Optional<T> read =
          result.size() < ParsedRows.OF_A_TABLE_MAX
              ? parsed.row(prototype, row.getKey(), row.getValue())
              : Optional.ofNullable(ParsedRows.parse(prototype, row.getValue()));
      read.ifPresent(result::add);
    }
    return result;
  }

  /** Number of rows of the table to which {@code prototype} belongs. */
  public int count(Message prototype) {
    return range(RowKey.first(Tables.number(prototype)), null).size();
  }

  @Override
  public <T extends Message> Optional<T> row(T keyed) {
    RowKey key = Tables.key(keyed);
    ByteString octets = rows.get(key);
    return octets == null ? Optional.empty() : parsed.row(keyed, key, octets);
  }

  @Override
  public Optional<ByteString> octets(RowKey key) {
    return Optional.ofNullable(rows.get(key));
  }

  /**
   * Rows of one table from a key on.
   *
   * @param to last key, or null: to the end of the table
   */
  public NavigableMap<RowKey, ByteString> range(RowKey from, @Nullable RowKey to) {
    RowKey end = to == null ? RowKey.first(from.table() + 1) : to;
    return rows.subMap(from, true, end, to != null);
  }

  /** All rows after a key, in key order, over all tables. */
  public NavigableMap<RowKey, ByteString> after(RowKey key) {
    return rows.tailMap(key, false);
  }

  /** Numbers of the tables that have rows, known or not, ascending. */
  public List<Integer> tables() {
    TreeSet<Integer> numbers = new TreeSet<>();
    RowKey next = rows.isEmpty() ? null : rows.firstKey();
    while (next != null) {
      numbers.add(next.table());
      next = rows.ceilingKey(RowKey.first(next.table() + 1));
    }
    return List.copyOf(numbers);
  }

  /** Removes rows of one table between two keys, both included. */
  public void clear(RowKey from, @Nullable RowKey to) {
    range(from, to).clear();
  }

  /** Checksum and number of rows. */
  public record Digest(int rows, int crc) {}

  /** CRC-32C over keys and values of a range, by scanning. */
  public Digest digest(RowKey from, @Nullable RowKey to) {
    CRC32C crc = new CRC32C();
    int count = 0;
    for (var row : range(from, to).entrySet()) {
      update(crc, row.getKey().key());
      update(crc, row.getValue());
      count++;
    }
    return new Digest(count, (int) crc.getValue());
  }

  private static void update(CRC32C crc, ByteString octets) {
    crc.update(octets.size() >>> 8);
    crc.update(octets.size());
    crc.update(octets.asReadOnlyByteBuffer());
  }

  /** The terms on which this image stands, oldest first. */
  public List<TermRow> lineage() {
    return rows(TermRow.getDefaultInstance()).stream()
        .sorted(java.util.Comparator.comparingLong((TermRow row) -> row.getKey().getTerm()))
        .toList();
  }

  /** True if the position was passed on the way to this image. */
  public boolean descendsFrom(Position other) {
    if (other.equals(Position.NONE) || other.number() > position.number()) {
      return false;
    }
    long last = Long.MAX_VALUE;
    for (TermRow term : lineage().reversed()) {
      if (term.getKey().getTerm() == other.term()) {
        return other.number() >= term.getStartsAt() && other.number() <= last;
      }
      last = Math.min(last, term.getStartsAt() - 1);
    }
    return false;
  }
}
