package dev.understudy.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import dev.understudy.schema.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The tables that this release knows. A table's number is its field number in {@link Row}; its
 * rows' key is field 1 of the row message. Nothing more is needed to keep a row of an unknown
 * table.
 */
public final class Tables {
  /** Field number of the key in each row message. */
  public static final int KEY_FIELD = 1;

  private static final int KEY_TAG = KEY_FIELD << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

  private static final TreeMap<Integer, Message> PROTOTYPES = new TreeMap<>();
  private static final Map<Descriptor, Integer> NUMBERS = new HashMap<>();
  private static final TreeMap<Integer, String> NAMES = new TreeMap<>();
  private static final TreeMap<String, Integer> BY_NAME = new TreeMap<>();

  static {
    Row row = Row.getDefaultInstance();
    for (FieldDescriptor field : Row.getDescriptor().getOneofs().get(0).getFields()) {
      Message prototype =
          row.newBuilderForType().newBuilderForField(field).getDefaultInstanceForType();
      PROTOTYPES.put(field.getNumber(), prototype);
      NUMBERS.put(field.getMessageType(), field.getNumber());
      NAMES.put(field.getNumber(), field.getName().replace('_', '-'));
      BY_NAME.put(field.getName().replace('_', '-'), field.getNumber());
    }
  }

  private Tables() {}

  /** Numbers of all known tables, ascending. */
  public static List<Integer> numbers() {
    return List.copyOf(PROTOTYPES.keySet());
  }

  /** Names of all known tables, in order. */
  public static List<String> names() {
    return List.copyOf(BY_NAME.keySet());
  }

  public static boolean known(int table) {
    return PROTOTYPES.containsKey(table);
  }

  /** A table's name as people write it, for example {@code stp-port}. */
  public static String name(int table) {
    return NAMES.getOrDefault(table, "table-" + table);
  }

  public static Optional<Integer> byName(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** The table to which this kind of row belongs. */
  public static int number(Message row) {
    Integer number = NUMBERS.get(row.getDescriptorForType());
    if (number == null) {
      throw new IllegalArgumentException(
          row.getDescriptorForType().getName() + " is not a row of any table");
    }
    return number;
  }

  public static RowKey key(Message row) {
    FieldDescriptor field = row.getDescriptorForType().findFieldByNumber(KEY_FIELD);
    return new RowKey(number(row), ((Message) row.getField(field)).toByteString());
  }

  /** The same of a row whose octets are known: what this release writes begins with the key. */
  static RowKey key(Message row, ByteString octets) {
    return octets.isEmpty() || octets.byteAt(0) != KEY_TAG
        ? key(row)
        : new RowKey(number(row), firstField(octets));
  }

  private static ByteString firstField(ByteString octets) {
    int size = 0;
    int at = 1;
    int shift = 0;
    byte octet;
    do {
      octet = octets.byteAt(at++);
      size |= (octet & 0x7f) << shift;
      shift += 7;
    } while (octet < 0);
    return octets.substring(at, at + size);
  }

  /** A row's name for people: its table, and the fields of its key. */
  public static String text(RowKey key) {
    StringBuilder text = new StringBuilder("table " + name(key.table()));
    Message row = PROTOTYPES.get(key.table());
    try {
      if (row != null) {
        Message prototype =
            (Message) row.getField(row.getDescriptorForType().findFieldByNumber(KEY_FIELD));
        Message fields = prototype.getParserForType().parseFrom(key.key());
        for (FieldDescriptor field : fields.getDescriptorForType().getFields()) {
          text.append(", ").append(field.getName()).append(' ');
          text.append(show(fields.getField(field)));
        }
        return text.toString();
      }
    } catch (InvalidProtocolBufferException _) {
      // A key that is no message is shown as octets.
    }
    return text + ", key " + HexFormat.of().formatHex(key.key().toByteArray());
  }

  /** A field's value for people. */
  static String show(Object value) {
    return switch (value) {
      case ByteString octets -> HexFormat.ofDelimiter(":").formatHex(octets.toByteArray());
      case String text -> text.isEmpty() ? "''" : text;
      default -> value.toString().strip().replaceAll("\\s+", " ");
    };
  }

  /** Reads a row of a known table. */
  public static Message decode(int table, ByteString value) throws InvalidProtocolBufferException {
    Message prototype = PROTOTYPES.get(table);
    if (prototype == null) {
      throw new InvalidProtocolBufferException("table " + table + " is not known to this release");
    }
    return prototype.getParserForType().parseFrom(value);
  }

  /**
   * The canonical key octets of a row of any table, known or not, whatever the order of its fields.
   *
   * @throws InvalidProtocolBufferException when the octets are no message, or its field 1 is no
   *     message
   */
  public static ByteString keyOctets(ByteString row) throws InvalidProtocolBufferException {
    try {
      CodedInputStream in = row.newCodedInput();
      ByteString key = ByteString.EMPTY;
      while (!in.isAtEnd()) {
        int tag = in.readTag();
        if (WireFormat.getTagFieldNumber(tag) == KEY_FIELD
            && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
          key = key.concat(in.readBytes());
        } else if (!in.skipField(tag)) {
          throw new InvalidProtocolBufferException("a group end without its start");
        }
      }
      return canonical(key);
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidProtocolBufferException(e);
    }
  }

  /**
   * The same message with its fields in ascending order of number; fields of one number keep their
   * order.
   */
  static ByteString canonical(ByteString message) throws IOException {
    CodedInputStream in = message.newCodedInput();
    int former = 0;
    while (!in.isAtEnd()) {
      int number = skipField(in);
      if (number < former) {
        return sorted(message);
      }
      former = number;
    }
    return message;
  }

  /** Passes over a field and returns its number. */
  private static int skipField(CodedInputStream in) throws IOException {
    int tag = in.readTag();
    if (!in.skipField(tag)) {
      throw new InvalidProtocolBufferException("a group end without its start");
    }
    return WireFormat.getTagFieldNumber(tag);
  }

  private static ByteString sorted(ByteString message) throws IOException {
    record Field(int number, int start, int end) {}
    CodedInputStream in = message.newCodedInput();
    List<Field> fields = new ArrayList<>();
    while (!in.isAtEnd()) {
      int start = in.getTotalBytesRead();
      fields.add(new Field(skipField(in), start, in.getTotalBytesRead()));
    }
    fields.sort(Comparator.comparingInt(Field::number));
    ByteString result = ByteString.EMPTY;
    for (Field field : fields) {
      result = result.concat(message.substring(field.start, field.end));
    }
    return result;
  }

  /**
   * A row with every switch time in it moved: the fields whose name ends in {@code deadline_nanos}
   * or {@code until_nanos}, unless 0. Used when a new forwarder begins a new epoch.
   */
  public static Message rebase(Message row, long deltaNanos) {
    Message.Builder builder = row.toBuilder();
    for (FieldDescriptor field : row.getDescriptorForType().getFields()) {
      if (isSwitchTime(field) && row.hasField(field)) {
        long nanos = (long) row.getField(field);
        if (nanos != 0) {
          builder.setField(field, Math.max(1, nanos + deltaNanos));
        }
      }
    }
    return builder.build();
  }

  private static boolean isSwitchTime(FieldDescriptor field) {
    return field.getName().endsWith("deadline_nanos") || field.getName().endsWith("until_nanos");
  }
}
