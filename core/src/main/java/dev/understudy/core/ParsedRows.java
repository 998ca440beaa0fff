package dev.understudy.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Remembers rows that were parsed. Whoever takes over reads the configuration, the history and the
 * terms several times, and most of them have been the same for long; so an image and its copies
 * share what was read, and a takeover finds parsed what its rehearsal read.
 *
 * <p>A row is found again only while its octets are the same. For any number of threads.
 */
final class ParsedRows {
  /** Of one table; tables that may be large, such as learned addresses, are read once. */
  static final int OF_A_TABLE_MAX = 512;

  /** When there are more, all are forgotten: keys that are gone must not stay for ever. */
  static final int MAX = 4096;

  private record Parsed(ByteString octets, Message row) {}

  private final ConcurrentHashMap<RowKey, Parsed> rows = new ConcurrentHashMap<>();

  /** The row of these octets, remembered from now on. Empty: they can't be decoded. */
  @SuppressWarnings("unchecked") // A table has rows of one type, as has the prototype.
  <T extends Message> Optional<T> row(T prototype, RowKey key, ByteString octets) {
    Parsed known = rows.get(key);
    if (known != null && known.octets.equals(octets)) {
      return Optional.of((T) known.row);
    }
    T row = parse(prototype, octets);
    if (row != null) {
      if (rows.size() >= MAX) {
        rows.clear();
      }
      rows.put(key, new Parsed(octets, row));
    }
    return Optional.ofNullable(row);
  }

  /** The same, not remembered. Null: the octets can't be decoded. */
  @SuppressWarnings("unchecked") // The parser of T's own type returns T.
  static <T extends Message> @Nullable T parse(T prototype, ByteString octets) {
    try {
      return (T) prototype.getParserForType().parseFrom(octets);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }
}
