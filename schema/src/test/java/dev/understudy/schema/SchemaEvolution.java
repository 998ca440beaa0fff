package dev.understudy.schema;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a schema may not do to the release before it: use a number or a name for something else,
 * give up one without reserving it, or change a type or a default. Additions are free.
 */
final class SchemaEvolution {
  /** Wider types of the same kind read what the narrower one wrote. */
  private static final Map<FieldDescriptorProto.Type, FieldDescriptorProto.Type> WIDER =
      Map.of(
          FieldDescriptorProto.Type.TYPE_UINT32, FieldDescriptorProto.Type.TYPE_UINT64,
          FieldDescriptorProto.Type.TYPE_INT32, FieldDescriptorProto.Type.TYPE_INT64);

  private final List<String> violations = new ArrayList<>();

  private SchemaEvolution() {}

  /** One sentence for each rule that {@code current} breaks. */
  static List<String> violations(FileDescriptorSet released, FileDescriptorSet current) {
    SchemaEvolution evolution = new SchemaEvolution();
    compare(messages(released), messages(current), evolution::message, evolution.gone("message"));
    compare(enums(released), enums(current), evolution::enumeration, evolution.gone("enum"));
    compare(services(released), services(current), evolution::service, evolution.gone("service"));
    return evolution.violations;
  }

  private interface Pair<T> {
    void compare(String name, T before, T after);
  }

  private static <T> void compare(
      Map<String, T> before, Map<String, T> after, Pair<T> pair, Consumer<String> gone) {
    before.forEach((name, old) ->
        Optional.ofNullable(after.get(name))
            .ifPresentOrElse(now -> pair.compare(name, old, now), () -> gone.accept(name)));
  }

  private Consumer<String> gone(String what) {
    return name -> violations.add(what + " " + name + " is gone");
  }

  // ---- messages

  private void message(String name, DescriptorProto before, DescriptorProto after) {
    Map<Integer, FieldDescriptorProto> now =
        byNumber(after.getFieldList(), FieldDescriptorProto::getNumber);
    Set<String> names =
        after.getFieldList().stream()
            .map(FieldDescriptorProto::getName)
            .collect(Collectors.toSet());
    for (FieldDescriptorProto field : before.getFieldList()) {
      String where = name + "." + field.getName() + " = " + field.getNumber();
      FieldDescriptorProto same = now.get(field.getNumber());
      if (same != null) {
        field(where, before, field, after, same);
      } else if (names.contains(field.getName())) {
        violations.add(where + " has another number");
      } else if (!isReserved(after, field.getNumber())
          || !after.getReservedNameList().contains(field.getName())) {
        violations.add(where + " is gone, and number and name are not reserved");
      }
    }
    for (DescriptorProto.ReservedRange range : before.getReservedRangeList()) {
      for (FieldDescriptorProto field : after.getFieldList()) {
        if (field.getNumber() >= range.getStart() && field.getNumber() < range.getEnd()) {
          violations.add(
              name + "." + field.getName() + " has the reserved number " + field.getNumber());
        }
      }
    }
    for (String reserved : before.getReservedNameList()) {
      if (names.contains(reserved)) {
        violations.add(name + "." + reserved + " has a reserved name");
      }
      if (!names.contains(reserved) && !after.getReservedNameList().contains(reserved)) {
        violations.add(name + ": the name " + reserved + " is no longer reserved");
      }
    }
    for (DescriptorProto.ReservedRange range : before.getReservedRangeList()) {
      boolean kept =
          after.getReservedRangeList().stream()
              .anyMatch(other ->
                  other.getStart() <= range.getStart() && range.getEnd() <= other.getEnd());
      if (!kept) {
        violations.add(
            name
                + ": numbers from "
                + range.getStart()
                + " to "
                + (range.getEnd() - 1)
                + " are no longer reserved");
      }
    }
  }

  private static boolean isReserved(DescriptorProto message, int number) {
    return message.getReservedRangeList().stream()
        .anyMatch(range -> number >= range.getStart() && number < range.getEnd());
  }

  private void field(
      String where,
      DescriptorProto inBefore,
      FieldDescriptorProto before,
      DescriptorProto inAfter,
      FieldDescriptorProto after) {
    if (!before.getName().equals(after.getName())) {
      violations.add(where + " is used again, for " + after.getName());
      return;
    }
    if ((before.getType() != after.getType() && WIDER.get(before.getType()) != after.getType())
        || !before.getTypeName().equals(after.getTypeName())) {
      violations.add(where + " has another type: " + type(after) + " instead of " + type(before));
    }
    if ((before.getLabel() == FieldDescriptorProto.Label.LABEL_REPEATED)
        != (after.getLabel() == FieldDescriptorProto.Label.LABEL_REPEATED)) {
      violations.add(where + " was one value and is many, or the reverse");
    }
    if (!before.getDefaultValue().equals(after.getDefaultValue())) {
      violations.add(
          where
              + " has another default: "
              + quoted(after.getDefaultValue())
              + " instead of "
              + quoted(before.getDefaultValue()));
    }
    if (!oneof(inBefore, before).equals(oneof(inAfter, after))) {
      violations.add(where + " is one of others than before");
    }
  }

  private static String oneof(DescriptorProto message, FieldDescriptorProto field) {
    return field.hasOneofIndex() ? message.getOneofDecl(field.getOneofIndex()).getName() : "";
  }

  private static String type(FieldDescriptorProto field) {
    return field.getTypeName().isEmpty()
        ? field.getType().name().substring("TYPE_".length()).toLowerCase(Locale.ROOT)
        : field.getTypeName();
  }

  private static String quoted(String value) {
    return value.isEmpty() ? "none" : "'" + value + "'";
  }

  // ---- enums and services

  private void enumeration(String name, EnumDescriptorProto before, EnumDescriptorProto after) {
    Map<Integer, EnumValueDescriptorProto> now =
        byNumber(after.getValueList(), EnumValueDescriptorProto::getNumber);
    for (EnumValueDescriptorProto value : before.getValueList()) {
      String where = name + "." + value.getName() + " = " + value.getNumber();
      EnumValueDescriptorProto same = now.get(value.getNumber());
      if (same == null) {
        boolean reserved =
            after.getReservedRangeList().stream()
                .anyMatch(range ->
                    value.getNumber() >= range.getStart() && value.getNumber() <= range.getEnd());
        if (!reserved || !after.getReservedNameList().contains(value.getName())) {
          violations.add(where + " is gone, and number and name are not reserved");
        }
      } else if (!same.getName().equals(value.getName())) {
        violations.add(where + " is used again, for " + same.getName());
      }
    }
  }

  private void service(String name, ServiceDescriptorProto before, ServiceDescriptorProto after) {
    Map<String, MethodDescriptorProto> now =
        after.getMethodList().stream()
            .collect(Collectors.toMap(MethodDescriptorProto::getName, Function.identity()));
    for (MethodDescriptorProto method : before.getMethodList()) {
      if (!method.equals(now.get(method.getName()))) {
        violations.add(name + "/" + method.getName() + " is gone or takes or gives something else");
      }
    }
  }

  // ---- sets

  private static <T> Map<Integer, T> byNumber(List<T> elements, Function<T, Integer> number) {
    return elements.stream().collect(Collectors.toMap(number, Function.identity()));
  }

  private static Map<String, DescriptorProto> messages(FileDescriptorSet set) {
    Map<String, DescriptorProto> found = new TreeMap<>();
    for (FileDescriptorProto file : set.getFileList()) {
      file.getMessageTypeList().forEach(message -> nested(file.getPackage(), message, found));
    }
    return found;
  }

  private static void nested(
      String in, DescriptorProto message, Map<String, DescriptorProto> found) {
    String name = in + "." + message.getName();
    found.put(name, message);
    message.getNestedTypeList().forEach(inner -> nested(name, inner, found));
  }

  private static Map<String, EnumDescriptorProto> enums(FileDescriptorSet set) {
    Map<String, EnumDescriptorProto> found = new TreeMap<>();
    for (FileDescriptorProto file : set.getFileList()) {
      file.getEnumTypeList()
          .forEach(value -> found.put(file.getPackage() + "." + value.getName(), value));
    }
    messages(set)
        .forEach((name, message) ->
            message
                .getEnumTypeList()
                .forEach(value -> found.put(name + "." + value.getName(), value)));
    return found;
  }

  private static Map<String, ServiceDescriptorProto> services(FileDescriptorSet set) {
    Map<String, ServiceDescriptorProto> found = new TreeMap<>();
    for (FileDescriptorProto file : set.getFileList()) {
      file.getServiceList()
          .forEach(service -> found.put(file.getPackage() + "." + service.getName(), service));
    }
    return found;
  }

  /** Names of fields of {@code current} that {@code released} has not, as {@code Message.field}. */
  static Set<String> added(FileDescriptorSet released, FileDescriptorSet current) {
    Set<String> added = fields(current);
    added.removeAll(fields(released));
    return added;
  }

  private static Set<String> fields(FileDescriptorSet set) {
    Set<String> fields = new HashSet<>();
    messages(set)
        .forEach((name, message) ->
            message.getFieldList().forEach(field -> fields.add(name + "." + field.getName())));
    return fields;
  }
}
