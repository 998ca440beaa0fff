package dev.understudy.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether engines could go on from an image: each is made of its rows, and what it has then must be
 * what the rows say. Reads the image only.
 */
public final class ResumeCheck {
  /** Obstacles that are told; where one row is wrong, many may be. */
  public static final int OBSTACLES_MAX = 4;

  private final Writer writer;

  /** Rows that can't be read. They come first: what else is wrong may follow from them. */
  private final List<String> damaged = new ArrayList<>();

  private final List<String> others = new ArrayList<>();

  /** Who wrote the rows. */
  public enum Writer {
    /** One with the same schema: rows and engines must say the same. */
    SAME_SCHEMA,
    /**
     * One with another schema. What it didn't know, engines make of defaults: fields and rows that
     * it has not written are no obstacle, nor are values that this release doesn't know.
     */
    OTHER_SCHEMA
  }

  private record Exported(String engine, Message row) {}

  private ResumeCheck(Writer writer) {
    this.writer = writer;
  }

  /**
   * What stands in the way, as sentences with table and key; at most {@link #OBSTACLES_MAX}. Empty
   * when engines could go on. Engines that are out of service are left out: they don't go on.
   *
   * @param host engines made of the image, which have taken no input that is not in it
   */
  public static List<String> of(EngineHost host, Image image, Writer writer) {
    ResumeCheck check = new ResumeCheck(writer);
    check.run(host, image);
    return Stream.concat(check.damaged.stream(), check.others.stream())
        .limit(OBSTACLES_MAX)
        .toList();
  }

  private void run(EngineHost host, Image image) {
    others.addAll(host.notRestored());
    LinkedHashMap<RowKey, Exported> exported = new LinkedHashMap<>();
    Map<String, List<Message>> byEngine = host.export();
    byEngine.forEach((engine, rows) ->
        rows.forEach(row -> exported.put(Tables.key(row), new Exported(engine, row))));
    Map<Integer, String> owners = host.owners();
    Set<String> engines = byEngine.keySet();
    image
        .after(RowKey.first(0))
        .forEach((key, value) -> {
          if (Tables.known(key.table())) {
            row(key, value, Optional.ofNullable(exported.remove(key)), owners, engines);
          }
        });
    if (writer == Writer.SAME_SCHEMA) {
      exported.forEach((key, made) ->
          others.add(Tables.text(key) + ": engine " + made.engine + " has it, and no row does"));
    }
  }

  private void row(
      RowKey key,
      ByteString value,
      Optional<Exported> made,
      Map<Integer, String> owners,
      Set<String> engines) {
    if (made.isPresent() && made.get().row.toByteString().equals(value)) {
      return;
    }
    Message held;
    try {
      if (!Tables.keyOctets(value).equals(key.key())) {
        damaged.add(Tables.text(key) + ": the row says that it is another one");
        return;
      }
      held = Tables.decode(key.table(), value);
    } catch (InvalidProtocolBufferException e) {
      damaged.add(Tables.text(key) + ": can't be read: " + e.getMessage());
      return;
    }
    if (made.isPresent()) {
      difference(held, made.get().row, "")
          .ifPresent(field ->
              others.add(Tables.text(key) + ": engine " + made.get().engine + " makes " + field));
      return;
    }
    String owner =
        EngineHost.isShared(held) ? EngineHost.engineInKey(held) : owners.get(key.table());
    if (owner != null && engines.contains(owner)) {
      others.add(Tables.text(key) + ": engine " + owner + " does not take it up");
    }
  }

  /** The first field that reads differently, with both values. */
  private Optional<String> difference(Message held, Message made, String path) {
    for (FieldDescriptor field : held.getDescriptorForType().getFields()) {
      Optional<String> found =
          isLeftOut(held, field)
              ? Optional.empty()
              : difference(field, held.getField(field), made.getField(field), path);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private boolean isLeftOut(Message held, FieldDescriptor field) {
    return writer == Writer.OTHER_SCHEMA
        && field.hasPresence()
        && !held.hasField(field)
        && !field.isRepeated();
  }

  private Optional<String> difference(
      FieldDescriptor field, Object held, Object made, String around) {
    String path = around.isEmpty() ? field.getName() : around + "." + field.getName();
    if (field.isRepeated()) {
      return elements((List<?>) held, (List<?>) made, path);
    }
    return value(held, made, path);
  }

  private Optional<String> elements(List<?> held, List<?> made, String path) {
    if (held.size() != made.size()) {
      return Optional.of(path + " " + made.size() + " times, and not " + held.size());
    }
    for (int i = 0; i < held.size(); i++) {
      Optional<String> found = value(held.get(i), made.get(i), path + "[" + i + "]");
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<String> value(Object held, Object made, String path) {
    if (held instanceof Message one && made instanceof Message other) {
      return difference(one, other, path);
    }
    if (held.equals(made) || (writer == Writer.OTHER_SCHEMA && isUnknown(held))) {
      return Optional.empty();
    }
    return Optional.of(path + " " + Tables.show(made) + ", and not " + Tables.show(held));
  }

  /** A value that this release's enum doesn't have. */
  private static boolean isUnknown(Object value) {
    return value instanceof EnumValueDescriptor named && named.getIndex() < 0;
  }
}
