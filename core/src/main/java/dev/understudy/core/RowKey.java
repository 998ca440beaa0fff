package dev.understudy.core;

import com.google.protobuf.ByteString;
import java.util.Comparator;

/**
 * Names a row: its table's number and the canonical octets of its key field (fields in ascending
 * order of number).
 */
public record RowKey(int table, ByteString key) implements Comparable<RowKey> {
  private static final Comparator<ByteString> OCTETS =
      ByteString.unsignedLexicographicalComparator();

  /** Before every row of the table. */
  public static RowKey first(int table) {
    return new RowKey(table, ByteString.EMPTY);
  }

  @Override
  public int compareTo(RowKey other) {
    int byTable = Integer.compare(table, other.table);
    return byTable != 0 ? byTable : OCTETS.compare(key, other.key);
  }

  @Override
  public String toString() {
    return Tables.name(table) + "/" + java.util.HexFormat.of().formatHex(key.toByteArray());
  }
}
