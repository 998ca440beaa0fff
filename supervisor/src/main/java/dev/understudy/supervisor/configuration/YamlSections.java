package dev.understudy.supervisor.configuration;

import dev.understudy.supervisor.configuration.YamlNode.Entry;
import dev.understudy.supervisor.configuration.YamlNode.Kind;
import dev.understudy.supervisor.configuration.YamlNode.Mapping;
import dev.understudy.supervisor.configuration.YamlNode.Place;
import dev.understudy.supervisor.configuration.YamlNode.Scalar;
import dev.understudy.supervisor.configuration.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Takes a tree apart by key and type, collects what doesn't fit, and remembers where everything
 * stands.
 */
final class YamlSections {
  private static final Pattern WHOLE_NUMBER = Pattern.compile("0|-?[1-9][0-9]{0,17}");
  private static final long UNSIGNED_MAX = 0xFFFF_FFFFL;

  private final Map<KeyPath, Place> places = new HashMap<>();
  private final List<Mistake> mistakes = new ArrayList<>();

  /** What the file says wrongly. */
  record Mistake(KeyPath path, Place at, String found, String expected) {}

  List<Mistake> mistakes() {
    return mistakes;
  }

  void report(KeyPath path, String found, String expected) {
    mistakes.add(new Mistake(path, place(path), found, expected));
  }

  /** Where something stands, or should stand: the innermost key above it that is there. */
  Place place(KeyPath path) {
    for (KeyPath at = path; ; at = at.parent()) {
      Place place = places.get(at);
      if (place != null) {
        return place;
      }
      if (at.isTop()) {
        return new Place(1, 1);
      }
    }
  }

  /** A mapping with known keys. Anything else is reported and taken as empty. */
  Section section(YamlNode node, KeyPath path, List<String> keys) {
    Map<String, YamlNode> values = new LinkedHashMap<>();
    for (Item item : items(node, path)) {
      if (keys.contains(item.key)) {
        values.put(item.key, item.value);
      } else {
        mistakes.add(
            new Mistake(
                item.path,
                item.keyAt,
                "the key " + Scalar.quoted(item.key),
                "one of " + String.join(", ", keys)));
      }
    }
    return new Section(path, values);
  }

  /** The entries of a mapping; of a key that is there twice, the first. */
  private List<Item> items(YamlNode node, KeyPath path) {
    if (node instanceof Scalar scalar && scalar.kind() == Kind.NOTHING) {
      return List.of();
    }
    if (!(node instanceof Mapping mapping)) {
      report(path, node.describe(), "a mapping of keys to values");
      return List.of();
    }
    Map<String, Item> items = new LinkedHashMap<>();
    for (Entry entry : mapping.entries()) {
      KeyPath itemPath = path.then(entry.key());
      Item first = items.get(entry.key());
      if (first == null) {
        // A mistake in a plain value is best shown at the value, in all others at the key.
        places.put(itemPath, entry.value() instanceof Scalar scalar ? scalar.at() : entry.at());
        items.put(entry.key(), new Item(entry.key(), itemPath, entry.value(), entry.at()));
      } else {
        mistakes.add(
            new Mistake(
                itemPath,
                entry.at(),
                "the key " + Scalar.quoted(entry.key()) + " again",
                "each key once (the first is in line " + first.keyAt.line() + ")"));
      }
    }
    return List.copyOf(items.values());
  }

  static Optional<Long> wholeNumber(String text) {
    return WHOLE_NUMBER.matcher(text).matches()
        ? Optional.of(Long.parseLong(text))
        : Optional.empty();
  }

  /** As the schema's uint32. */
  static Optional<Integer> unsigned(long value) {
    return value >= 0 && value <= UNSIGNED_MAX ? Optional.of((int) value) : Optional.empty();
  }

  private Optional<Integer> number(YamlNode node, KeyPath path, Range range) {
    Optional<Long> value =
        node instanceof Scalar scalar && scalar.kind() == Kind.WHOLE_NUMBER
            ? wholeNumber(scalar.text())
            : Optional.empty();
    if (value.filter(range::contains).isEmpty()) {
      report(path, node.describe(), range.toString());
      return Optional.empty();
    }
    return value.flatMap(YamlSections::unsigned);
  }

  /** A key of an open mapping, or an element of a list (then the key is its number). */
  final class Item {
    private final String key;
    private final KeyPath path;
    private final YamlNode value;
    private final Place keyAt;

    private Item(String key, KeyPath path, YamlNode value, Place keyAt) {
      this.key = key;
      this.path = path;
      this.value = value;
      this.keyAt = keyAt;
    }

    String key() {
      return key;
    }

    KeyPath path() {
      return path;
    }

    Section section(List<String> keys) {
      return YamlSections.this.section(value, path, keys);
    }

    Optional<Integer> number(Range range) {
      return YamlSections.this.number(value, path, range);
    }
  }

  /** A mapping with known keys. */
  final class Section {
    private final KeyPath path;
    private final Map<String, YamlNode> values;

    private Section(KeyPath path, Map<String, YamlNode> values) {
      this.path = path;
      this.values = values;
    }

    KeyPath path() {
      return path;
    }

    boolean has(String key) {
      return values.containsKey(key);
    }

    /** True if the key is there with an empty list or without a value. */
    boolean isEmptyList(String key) {
      YamlNode value = values.get(key);
      return (value instanceof Sequence sequence && sequence.elements().isEmpty())
          || (value instanceof Scalar scalar && scalar.kind() == Kind.NOTHING);
    }

    private Optional<YamlNode> value(String key) {
      return Optional.ofNullable(values.get(key));
    }

    /** Text; a plain number counts as the text that it is written as. */
    Optional<String> text(String key) {
      Optional<YamlNode> value = value(key);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      if (value.get() instanceof Scalar scalar
          && scalar.kind() != Kind.NOTHING
          && scalar.kind() != Kind.BOOLEAN) {
        return Optional.of(scalar.text());
      }
      report(path.then(key), value.get().describe(), "text (in quotes where it isn't plain)");
      return Optional.empty();
    }

    Optional<Integer> number(String key, Range range) {
      return value(key).flatMap(node -> YamlSections.this.number(node, path.then(key), range));
    }

    Optional<Boolean> truth(String key) {
      Optional<YamlNode> value = value(key);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      if (value.get() instanceof Scalar scalar && scalar.kind() == Kind.BOOLEAN) {
        return Optional.of(scalar.text().equals("true"));
      }
      report(path.then(key), value.get().describe(), "true or false");
      return Optional.empty();
    }

    /** One of a few words; true and false may be words too. */
    Optional<String> choice(String key, List<String> words) {
      Optional<YamlNode> value = value(key);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      if (value.get() instanceof Scalar scalar && words.contains(scalar.text())) {
        return Optional.of(scalar.text());
      }
      report(path.then(key), value.get().describe(), "one of " + String.join(", ", words));
      return Optional.empty();
    }

    Optional<Section> section(String key, List<String> keys) {
      return value(key).map(node -> YamlSections.this.section(node, path.then(key), keys));
    }

    /** The entries of an open mapping. */
    List<Item> entries(String key) {
      return value(key).map(node -> items(node, path.then(key))).orElse(List.of());
    }

    List<Item> elements(String key) {
      Optional<YamlNode> value = value(key);
      if (value.isEmpty()
          || (value.get() instanceof Scalar scalar && scalar.kind() == Kind.NOTHING)) {
        return List.of();
      }
      KeyPath listPath = path.then(key);
      if (!(value.get() instanceof Sequence sequence)) {
        report(listPath, value.get().describe(), "a list");
        return List.of();
      }
      List<Item> items = new ArrayList<>();
      for (YamlNode element : sequence.elements()) {
        KeyPath elementPath = listPath.element(items.size() + 1);
        places.put(elementPath, element.at());
        items.add(new Item(String.valueOf(items.size() + 1), elementPath, element, element.at()));
      }
      return items;
    }
  }
}
