package dev.understudy.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Optional;

/** Reads an image at one bracket. */
public interface ImageView {
  /**
   * All rows of the table to which {@code prototype} belongs, in key order. Rows that can't be
   * decoded are left out.
   */
  <T extends Message> List<T> rows(T prototype);

  /** The row with the key of {@code keyed}. */
  <T extends Message> Optional<T> row(T keyed);

  /** The octets of a row as they came. */
  Optional<ByteString> octets(RowKey key);
}
