package dev.understudy.supervisor.configuration;

import java.util.ArrayList;
import java.util.List;

/** Where in a configuration something is: keys from the top. */
record KeyPath(List<String> keys) {
  static final KeyPath TOP = new KeyPath(List.of());

  KeyPath {
    keys = List.copyOf(keys);
  }

  static KeyPath of(String... keys) {
    return new KeyPath(List.of(keys));
  }

  KeyPath then(String key) {
    List<String> longer = new ArrayList<>(keys);
    longer.add(key);
    return new KeyPath(longer);
  }

  /** An element of a list, counted from 1. */
  KeyPath element(int number) {
    return then("#" + number);
  }

  KeyPath parent() {
    return new KeyPath(keys.subList(0, Math.max(0, keys.size() - 1)));
  }

  boolean isTop() {
    return keys.isEmpty();
  }

  /** True if one of the two contains the other. */
  boolean touches(KeyPath other) {
    int common = Math.min(keys.size(), other.keys.size());
    return keys.subList(0, common).equals(other.keys.subList(0, common));
  }

  @Override
  public String toString() {
    return String.join(".", keys);
  }
}
