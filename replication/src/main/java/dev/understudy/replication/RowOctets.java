package dev.understudy.replication;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import dev.understudy.core.RowChange;
import dev.understudy.core.RowKey;
import dev.understudy.core.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** A row change to the octets of a {@code Row} message and back, for tables known or not. */
public final class RowOctets {
  private static final int DELETED_FIELD = 1;
  private static final int FIRST_TABLE = 16;

  private RowOctets() {}

  public static ByteString encode(RowChange change) {
    ByteString value = change.value();
    ByteString content = value == null ? keyOnly(change.key()) : value;
    int table = change.key().table();
    int size =
        (value == null ? CodedOutputStream.computeBoolSize(DELETED_FIELD, true) : 0)
            + CodedOutputStream.computeBytesSize(table, content);
    byte[] octets = new byte[size];
    CodedOutputStream out = CodedOutputStream.newInstance(octets);
    try {
      if (value == null) {
        out.writeBool(DELETED_FIELD, true);
      }
      out.writeBytes(table, content);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return UnsafeByteOperations.unsafeWrap(octets); // nobody else has them
  }

  private static ByteString keyOnly(RowKey key) {
    byte[] octets = new byte[CodedOutputStream.computeBytesSize(Tables.KEY_FIELD, key.key())];
    try {
      CodedOutputStream.newInstance(octets).writeBytes(Tables.KEY_FIELD, key.key());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return UnsafeByteOperations.unsafeWrap(octets); // nobody else has them
  }

  /**
   * Fields may come in any order, unknown ones are passed over, and a row of an unknown table is
   * kept.
   *
   * @throws InvalidProtocolBufferException when the octets are no row
   */
  public static RowChange decode(ByteString octets) throws InvalidProtocolBufferException {
    boolean deleted = false;
    int table = 0;
    @Nullable ByteString content = null;
    try {
      CodedInputStream in = octets.newCodedInput();
      while (!in.isAtEnd()) {
        int tag = in.readTag();
        int number = WireFormat.getTagFieldNumber(tag);
        int type = WireFormat.getTagWireType(tag);
        if (number == DELETED_FIELD && type == WireFormat.WIRETYPE_VARINT) {
          deleted = in.readBool();
        } else if (number >= FIRST_TABLE && type == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
          table = number;
          content = in.readBytes();
        } else if (!in.skipField(tag)) {
          throw new InvalidProtocolBufferException("a group end without its start");
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidProtocolBufferException(e);
    }
    if (content == null) {
      throw new InvalidProtocolBufferException("a row without a table");
    }
    RowKey key = new RowKey(table, Tables.keyOctets(content));
    return new RowChange(key, deleted ? null : content);
  }
}
