package dev.understudy.core;

import com.google.protobuf.ByteString;

/**
 * Names a row: its table's number and the canonical octets of its key field (fields in ascending
 * order of number).
 */
public record RowKey(int table, ByteString key) implements Comparable<RowKey> {
  /** Before every row of the table. */
  public static RowKey first(int table) {
    return new RowKey(table, ByteString.EMPTY);
  }

  @Override
  public int compareTo(RowKey other) {
    int byTable = Integer.compare(table, other.table);
    return byTable != 0 ? byTable : compare(key, other.key);
  }

  /** As unsigned octets, the shorter first; without the iterators that the library's way makes. */
  private static int compare(ByteString one, ByteString other) {
    int common = Math.min(one.size(), other.size());
    for (int i = 0; i < common; i++) {
      int byOctet = Byte.compareUnsigned(one.byteAt(i), other.byteAt(i));
      if (byOctet != 0) {
        return byOctet;
      }
    }
    return Integer.compare(one.size(), other.size());
  }

  @Override
  public String toString() {
    return Tables.name(table) + "/" + java.util.HexFormat.of().formatHex(key.toByteArray());
  }
}
