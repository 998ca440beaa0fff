package dev.understudy.core.compatibility;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.understudy.core.EngineType;
import dev.understudy.core.Image;
import dev.understudy.core.RowKey;
import dev.understudy.core.Tables;
import dev.understudy.core.compatibility.Compatibility.Effect;
import dev.understudy.core.compatibility.Compatibility.Finding;
import dev.understudy.core.compatibility.Compatibility.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Compares the release that has the state with the one that shall take it over. */
public final class CompatibilityCheck {
  /** What the programs say to each other: not state, but a type that changes breaks it. */
  private static final Map<String, String> ENVELOPES =
      new TreeMap<>(
          Map.of(
              "CanonicalMessage", "stream",
              "Output", "border",
              "ToForwarder", "border",
              "ToSupervisor", "border"));

  private final ReleaseSchema from;
  private final ReleaseSchema to;
  private final Map<Integer, String> protocols = new TreeMap<>();
  private final List<Finding> findings = new ArrayList<>();
  private final Set<String> comparedTypes = new HashSet<>();

  /** Where a field stands, for the sentences. */
  private record Place(String protocol, String table, String path) {
    Place in(String field) {
      return new Place(protocol, table, path.isEmpty() ? field : path + "." + field);
    }

    @Override
    public String toString() {
      return path.isEmpty() ? "table " + table : table + "." + path;
    }
  }

  private CompatibilityCheck(ReleaseSchema from, ReleaseSchema to) {
    this.from = from;
    this.to = to;
  }

  /**
   * Works out what happens when {@code to} takes over what {@code from} has.
   *
   * @param engines of the release that has the state
   * @param image the live one; read only
   * @param programs those that stay as they are
   */
  public static Compatibility of(
      ReleaseSchema from,
      ReleaseSchema to,
      List<EngineType> engines,
      Image image,
      Programs programs) {
    CompatibilityCheck check = new CompatibilityCheck(from, to);
    for (EngineType engine : engines) {
      engine.tables().forEach(table -> check.protocols.put(Tables.number(table), engine.name()));
      if (to.lacks(engine.name())) {
        check.engineGone(engine, image);
      }
    }
    check.tables(image);
    ENVELOPES.forEach(check::envelope);
    check.findings.addAll(programs.findings(to));
    return new Compatibility(from.release(), to.release(), check.findings);
  }

  // ---- engines and tables

  private void engineGone(EngineType engine, Image image) {
    long rows = engine.tables().stream().mapToLong(image::count).sum();
    add(
        rows > 0 ? Level.DEGRADED : Level.COMPATIBLE,
        Effect.ORPHANED,
        new Place(engine.name(), engine.name(), ""),
        rows,
        "engine "
            + engine.name()
            + " is not in release "
            + to.release()
            + ": its "
            + rows
            + " rows are kept, and the protocol stops",
        rows > 0 ? "the protocol falls silent, and its fail-safe outputs are carried out" : "");
  }

  private void tables(Image image) {
    Optional<Descriptor> before = from.message("Row");
    Optional<Descriptor> after = to.message("Row");
    if (before.isEmpty() || after.isEmpty()) {
      add(
          Level.INCOMPATIBLE,
          Effect.MISREAD,
          new Place("switch", "row", ""),
          image.size(),
          "one of the two schemas has no tables",
          "");
      return;
    }
    for (int number : numbers(before.get(), after.get())) {
      FieldDescriptor old = before.get().findFieldByNumber(number);
      FieldDescriptor now = after.get().findFieldByNumber(number);
      if (!isTable(old) && !isTable(now)) {
        continue;
      }
      String name = (old != null ? old : now).getName().replace('_', '-');
      Place place = new Place(protocols.getOrDefault(number, "switch"), name, "");
      Collection<ByteString> octets = image.range(RowKey.first(number), null).values();
      if (now == null) {
        tableUnknown(place, octets.size());
      } else if (old == null) {
        add(
            Level.COMPATIBLE,
            Effect.DEFAULTED,
            place,
            0,
            place + " is new in release " + to.release() + " and begins empty",
            "");
      } else if (!old.getName().equals(now.getName())) {
        misread(place, octets.size(), "its number is used for table " + now.getName());
      } else {
        compare(old.getMessageType(), now.getMessageType(), place, parsed(old, octets, place));
      }
    }
  }

  private static boolean isTable(FieldDescriptor field) {
    return field != null && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
  }

  private void tableUnknown(Place place, long rows) {
    add(
        rows > 0 ? Level.DEGRADED : Level.COMPATIBLE,
        Effect.ORPHANED,
        place,
        rows,
        "%s is not known to release %s: %s"
            .formatted(
                place,
                to.release(),
                rows > 0
                    ? "its " + rows + " rows are kept, and nothing reads them"
                    : "it is empty"),
        rows > 0 ? Outside.of(place.table, "") : "");
  }

  private List<Message> parsed(FieldDescriptor table, Collection<ByteString> octets, Place place) {
    List<Message> rows = new ArrayList<>();
    for (ByteString row : octets) {
      try {
        rows.add(DynamicMessage.parseFrom(table.getMessageType(), row));
      } catch (InvalidProtocolBufferException e) {
        misread(place, 1, "a row can't be read: " + e.getMessage());
      }
    }
    return rows;
  }

  private void envelope(String message, String protocol) {
    from.message(message)
        .ifPresent(before ->
            to.message(message)
                .ifPresent(
                    after -> compare(before, after, new Place(protocol, message, ""), List.of())));
  }

  // ---- fields

  /**
   * Compares two messages of one name, field by field.
   *
   * @param values all that the live image has at this place
   */
  private void compare(Descriptor before, Descriptor after, Place place, List<Message> values) {
    boolean first = comparedTypes.add(place.table + " " + before.getFullName());
    if (!first && values.isEmpty()) {
      return; // A type within itself, or one more place where nothing is.
    }
    for (int number : numbers(before, after)) {
      FieldDescriptor old = before.findFieldByNumber(number);
      FieldDescriptor now = after.findFieldByNumber(number);
      if (now == null) {
        unknown(place.in(old.getName()), inUse(values, old));
      } else if (old == null) {
        defaulted(place.in(now.getName()), now, values.size());
      } else {
        both(place.in(old.getName()), old, now, values);
      }
    }
  }

  private void unknown(Place place, long rows) {
    boolean state = !ENVELOPES.containsKey(place.table);
    String then =
        state
            ? rows > 0
                ? "%d have it; it is kept until that release writes the row, and lost then"
                    .formatted(rows)
                : "no row has it"
            : "it is passed over";
    add(
        rows > 0 ? Level.DEGRADED : Level.COMPATIBLE,
        Effect.DROPPED,
        place,
        rows,
        place + " is not known to release " + to.release() + ": " + then,
        rows > 0 ? Outside.of(place.table, place.path) : "");
  }

  private void defaulted(Place place, FieldDescriptor field, long rows) {
    String value =
        field.isRepeated() || field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
            ? "empty"
            : "'" + show(field.getDefaultValue()) + "'";
    add(
        Level.COMPATIBLE,
        Effect.DEFAULTED,
        place,
        rows,
        "%s is new in release %s and has its default, %s%s"
            .formatted(place, to.release(), value, rows > 0 ? ", in " + rows : ""),
        "");
  }

  private void both(Place place, FieldDescriptor old, FieldDescriptor now, List<Message> values) {
    long rows = inUse(values, old);
    if (!old.getName().equals(now.getName())) {
      misread(place, rows, "its number is used for " + now.getName());
    } else if (old.isRepeated() != now.isRepeated()) {
      misread(place, rows, "it is one value in one release and many in the other");
    } else if (old.getType() != now.getType()) {
      retyped(place, old, now, values, rows);
    } else if (old.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      if (old.getMessageType().getFullName().equals(now.getMessageType().getFullName())) {
        compare(old.getMessageType(), now.getMessageType(), place, inside(values, old));
      } else {
        misread(place, rows, "it is of type " + now.getMessageType().getName());
      }
    } else {
      if (!old.isRepeated() && !show(old.getDefaultValue()).equals(show(now.getDefaultValue()))) {
        misread(
            place,
            values.size() - values.stream().filter(value -> value.hasField(old)).count(),
            "its default is '%s' and not '%s'"
                .formatted(show(now.getDefaultValue()), show(old.getDefaultValue())));
      }
      if (old.getJavaType() == FieldDescriptor.JavaType.ENUM) {
        values(place, old, now.getEnumType(), values);
      }
    }
  }

  private void retyped(
      Place place, FieldDescriptor old, FieldDescriptor now, List<Message> values, long rows) {
    String types = typeName(old) + " became " + typeName(now);
    if (!isSameKind(old, now)) {
      misread(place, rows, types);
      return;
    }
    long tooLarge =
        now.getJavaType() != FieldDescriptor.JavaType.INT
            ? 0
            : values.stream()
                .flatMap(value -> each(value, old).stream())
                .filter(value -> !fits((long) value, now))
                .count();
    if (tooLarge > 0) {
      misread(place, tooLarge, types + ", and " + tooLarge + " values don't fit");
      return;
    }
    add(
        Level.COMPATIBLE,
        Effect.DEFAULTED,
        place,
        rows,
        place + ": " + types + ", which reads every value that is there",
        "");
  }

  private static boolean isSameKind(FieldDescriptor old, FieldDescriptor now) {
    Set<FieldDescriptor.Type> pair = Set.of(old.getType(), now.getType());
    return pair.equals(Set.of(FieldDescriptor.Type.UINT32, FieldDescriptor.Type.UINT64))
        || pair.equals(Set.of(FieldDescriptor.Type.INT32, FieldDescriptor.Type.INT64));
  }

  private static boolean fits(long value, FieldDescriptor field) {
    return field.getType() == FieldDescriptor.Type.UINT32
        ? (value >>> Integer.SIZE) == 0
        : value == (int) value;
  }

  /** Values of an enum that the other release doesn't have read as none that it knows. */
  private void values(
      Place place, FieldDescriptor field, EnumDescriptor known, List<Message> messages) {
    Map<String, Integer> unknown = new TreeMap<>();
    for (Message message : messages) {
      for (Object value : each(message, field)) {
        EnumValueDescriptor used = (EnumValueDescriptor) value;
        if (known.findValueByNumber(used.getNumber()) == null) {
          unknown.merge(used.getName(), 1, Integer::sum);
        }
      }
    }
    unknown.forEach((name, rows) ->
        add(
            Level.DEGRADED,
            Effect.DROPPED,
            place,
            rows,
            "%s: %d have the value %s, which release %s doesn't know"
                .formatted(place, rows, name, to.release()),
            Outside.of(place.table, place.path)));
  }

  private void misread(Place place, long rows, String why) {
    add(
        Level.INCOMPATIBLE,
        Effect.MISREAD,
        place,
        rows,
        place + " means something else in release " + to.release() + ": " + why,
        Outside.of(place.table, place.path));
  }

  private void add(
      Level level, Effect effect, Place place, long rows, String text, String outside) {
    findings.add(
        new Finding(level, effect, place.protocol, place.table, place.path, rows, text, outside));
  }

  // ---- values

  private static List<Integer> numbers(Descriptor before, Descriptor after) {
    TreeMap<Integer, String> numbers = new TreeMap<>();
    before.getFields().forEach(field -> numbers.put(field.getNumber(), field.getName()));
    after.getFields().forEach(field -> numbers.put(field.getNumber(), field.getName()));
    return List.copyOf(numbers.keySet());
  }

  /** How many of the messages have something else in this field than its default. */
  private static long inUse(List<Message> values, FieldDescriptor field) {
    return values.stream().filter(value -> isUsed(value, field)).count();
  }

  private static boolean isUsed(Message value, FieldDescriptor field) {
    if (field.isRepeated()) {
      return value.getRepeatedFieldCount(field) > 0;
    }
    return value.hasField(field)
        && (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
            || !value.getField(field).equals(field.getDefaultValue()));
  }

  private static List<?> each(Message value, FieldDescriptor field) {
    if (field.isRepeated()) {
      return (List<?>) value.getField(field);
    }
    return value.hasField(field) ? List.of(value.getField(field)) : List.of();
  }

  private static List<Message> inside(List<Message> values, FieldDescriptor field) {
    List<Message> inside = new ArrayList<>();
    for (Message value : values) {
      each(value, field).forEach(inner -> inside.add((Message) inner));
    }
    return inside;
  }

  private static String typeName(FieldDescriptor field) {
    return field.getType().name().toLowerCase(java.util.Locale.ROOT);
  }

  private static String show(Object value) {
    return value instanceof EnumValueDescriptor named ? named.getName() : String.valueOf(value);
  }
}
