package dev.understudy.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import org.jspecify.annotations.Nullable;

/**
 * One row's new value, or its end.
 *
 * @param value octets of the row message, or null when the row is deleted
 */
public record RowChange(RowKey key, @Nullable ByteString value) {
  /** The row as it is from now on. */
  public static RowChange put(Message row) {
    ByteString octets = row.toByteString();
    return new RowChange(Tables.key(row, octets), octets);
  }

  /** The row is gone; only the key of {@code row} is looked at. */
  public static RowChange delete(Message row) {
    return new RowChange(Tables.key(row), null);
  }

  public boolean deleted() {
    return value == null;
  }
}
