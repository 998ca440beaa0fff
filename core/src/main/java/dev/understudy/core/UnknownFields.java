package dev.understudy.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Keeps what another release wrote and this one doesn't know: an engine that changes a row knows
 * only its own fields, and the others must still be there when that release is back.
 */
public final class UnknownFields {
  private UnknownFields() {}

  /**
   * A change with the unknown fields of the row that it replaces.
   *
   * @param held the row's octets until now
   */
  static RowChange keep(RowChange change, ByteString held) {
    ByteString value = change.value();
    if (value == null || !Tables.known(change.key().table())) {
      return change;
    }
    try {
      Message before = Tables.decode(change.key().table(), held);
      return hasAny(before)
          ? new RowChange(
              change.key(), keep(before, Tables.decode(change.key().table(), value)).toByteString())
          : change;
    } catch (InvalidProtocolBufferException e) {
      return change; // What can't be read has nothing that could be kept.
    }
  }

  /** Whether a message, or one within it, has fields that this release doesn't know. */
  private static boolean hasAny(Message message) {
    if (!message.getUnknownFields().asMap().isEmpty()) {
      return true;
    }
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      if (field.getKey().getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        continue;
      }
      boolean inside =
          field.getKey().isRepeated()
              ? ((List<?>) field.getValue()).stream().anyMatch(each -> hasAny((Message) each))
              : hasAny((Message) field.getValue());
      if (inside) {
        return true;
      }
    }
    return false;
  }

  private static Message keep(Message before, Message now) {
    Message.Builder result = now.toBuilder();
    UnknownFieldSet.Builder unknown = UnknownFieldSet.newBuilder(now.getUnknownFields());
    before
        .getUnknownFields()
        .asMap()
        .forEach((number, field) -> {
          if (!unknown.hasField(number)) { // an engine that keeps its rows as they are has it
            unknown.addField(number, field);
          }
        });
    result.setUnknownFields(unknown.build());
    for (Map.Entry<FieldDescriptor, Object> field : before.getAllFields().entrySet()) {
      FieldDescriptor name = field.getKey();
      if (name.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        continue;
      }
      if (name.isRepeated()) {
        result.setField(name, elements((List<?>) field.getValue(), (List<?>) now.getField(name)));
      } else if (now.hasField(name)) {
        result.setField(name, keep((Message) field.getValue(), (Message) now.getField(name)));
      }
    }
    return result.build();
  }

  /** An element that says the same as one before, as far as this release knows, is that one. */
  private static List<Message> elements(List<?> before, List<?> now) {
    List<Message> left = new ArrayList<>();
    before.forEach(each -> left.add((Message) each));
    List<Message> result = new ArrayList<>();
    for (Object each : now) {
      Message element = (Message) each;
      int same = 0;
      while (same < left.size() && !saySame(left.get(same), element)) {
        same++;
      }
      result.add(same < left.size() ? left.remove(same) : element);
    }
    return result;
  }

  /** Whether two messages say the same, as far as this release knows. */
  public static boolean saySame(Message one, Message other) {
    return one.equals(other) || known(one).equals(known(other));
  }

  /** The same without what this release doesn't know. */
  private static Message known(Message message) {
    Message.Builder result = message.toBuilder();
    result.setUnknownFields(UnknownFieldSet.getDefaultInstance());
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      FieldDescriptor name = field.getKey();
      if (name.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        continue;
      }
      if (name.isRepeated()) {
        List<Message> elements = new ArrayList<>();
        ((List<?>) field.getValue()).forEach(each -> elements.add(known((Message) each)));
        result.setField(name, elements);
      } else {
        result.setField(name, known((Message) field.getValue()));
      }
    }
    return result.build();
  }
}
