package dev.understudy.supervisor.configuration;

import java.util.List;

/** What a YAML file contains, with the places where it stands. */
sealed interface YamlNode {
  Place at();

  /** For people: what this is. */
  String describe();

  /** Line and column, from 1. */
  record Place(int line, int column) {
    static final Place WHOLE_FILE = new Place(0, 0);
  }

  record Mapping(List<Entry> entries, Place at) implements YamlNode {
    @Override
    public String describe() {
      return "a mapping";
    }
  }

  record Entry(String key, Place at, YamlNode value) {}

  record Sequence(List<YamlNode> elements, Place at) implements YamlNode {
    @Override
    public String describe() {
      return "a list";
    }
  }

  /** What a scalar is as written: a quoted number is text. */
  enum Kind {
    TEXT,
    WHOLE_NUMBER,
    OTHER_NUMBER,
    BOOLEAN,
    NOTHING
  }

  record Scalar(Kind kind, String text, Place at) implements YamlNode {
    private static final int SHOWN_LENGTH_MAX = 40;

    @Override
    public String describe() {
      return switch (kind) {
        case TEXT -> quoted(text);
        case WHOLE_NUMBER, OTHER_NUMBER, BOOLEAN -> text;
        case NOTHING -> "nothing";
      };
    }

    /** Short, in quotes, without control characters. */
    static String quoted(String text) {
      String shown =
          text.length() <= SHOWN_LENGTH_MAX ? text : text.substring(0, SHOWN_LENGTH_MAX) + "…";
      StringBuilder safe = new StringBuilder("\"");
      shown
          .codePoints()
          .forEach(c -> {
            if (Character.isISOControl(c)) {
              safe.append("\\u%04x".formatted(c));
            } else {
              safe.appendCodePoint(c);
            }
          });
      return safe.append('"').toString();
    }
  }
}
