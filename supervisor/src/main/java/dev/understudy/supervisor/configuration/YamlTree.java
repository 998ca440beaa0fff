package dev.understudy.supervisor.configuration;

import dev.understudy.supervisor.configuration.YamlNode.Entry;
import dev.understudy.supervisor.configuration.YamlNode.Kind;
import dev.understudy.supervisor.configuration.YamlNode.Mapping;
import dev.understudy.supervisor.configuration.YamlNode.Place;
import dev.understudy.supervisor.configuration.YamlNode.Scalar;
import dev.understudy.supervisor.configuration.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * Reads YAML into a tree that keeps every key and its place. The library's own trees drop places
 * and all but the last of two equal keys.
 */
final class YamlTree {
  /** A configuration is five deep. */
  static final int DEPTH_MAX = 16;

  private static final YAMLMapper MAPPER = YAMLMapper.builder().build();

  private YamlTree() {}

  /** The text is no YAML, or YAML that a configuration doesn't use. */
  static final class BadYaml extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Place at;
    private final String found;
    private final String expected;

    BadYaml(Place at, String found, String expected) {
      super(found);
      this.at = at;
      this.found = found;
      this.expected = expected;
    }

    Place at() {
      return at;
    }

    String found() {
      return found;
    }

    String expected() {
      return expected;
    }
  }

  /** The only document of a text; an empty text is an empty mapping. */
  static YamlNode read(String text) throws BadYaml {
    try (JsonParser parser = MAPPER.createParser(text)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        return new Mapping(List.of(), new Place(1, 1));
      }
      YamlNode root = node(parser, first, 0);
      if (parser.nextToken() != null) {
        throw new BadYaml(place(parser), "a second document", "one document a file");
      }
      return root;
    } catch (JacksonException e) {
      TokenStreamLocation location = e.getLocation();
      Place at =
          location == null
              ? Place.WHOLE_FILE
              : new Place(location.getLineNr(), location.getColumnNr());
      throw new BadYaml(at, "what is no YAML: " + firstLines(e.getOriginalMessage()), "YAML");
    }
  }

  private static YamlNode node(JsonParser parser, JsonToken token, int depth) throws BadYaml {
    Place at = place(parser);
    refuseSharing(parser, at);
    if (depth > DEPTH_MAX) {
      throw new BadYaml(at, "more than " + DEPTH_MAX + " levels", "fewer");
    }
    return switch (token) {
      case START_OBJECT -> mapping(parser, at, depth);
      case START_ARRAY -> sequence(parser, at, depth);
      case VALUE_NUMBER_INT -> new Scalar(Kind.WHOLE_NUMBER, parser.getString(), at);
      case VALUE_NUMBER_FLOAT -> new Scalar(Kind.OTHER_NUMBER, parser.getString(), at);
      case VALUE_TRUE, VALUE_FALSE -> new Scalar(Kind.BOOLEAN, parser.getString(), at);
      case VALUE_NULL -> new Scalar(Kind.NOTHING, "", at);
      default -> new Scalar(Kind.TEXT, parser.getString(), at);
    };
  }

  private static Mapping mapping(JsonParser parser, Place at, int depth) throws BadYaml {
    List<Entry> entries = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      Place keyAt = place(parser);
      entries.add(new Entry(key, keyAt, node(parser, parser.nextToken(), depth + 1)));
    }
    return new Mapping(entries, at);
  }

  private static Sequence sequence(JsonParser parser, Place at, int depth) throws BadYaml {
    List<YamlNode> elements = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      elements.add(node(parser, token, depth + 1));
    }
    return new Sequence(elements, at);
  }

  private static void refuseSharing(JsonParser parser, Place at) throws BadYaml {
    if (parser instanceof YAMLParser yaml) {
      if (yaml.isCurrentAlias() || yaml.getObjectId() != null) {
        throw new BadYaml(at, "an anchor or alias", "every value written out");
      }
      if (yaml.getTypeId() != null) {
        throw new BadYaml(at, "the tag !" + yaml.getTypeId(), "no tags");
      }
    }
  }

  private static Place place(JsonParser parser) {
    TokenStreamLocation location = parser.currentTokenLocation();
    return new Place(location.getLineNr(), location.getColumnNr());
  }

  /** The library's message without the picture of the line. */
  private static String firstLines(String message) {
    List<String> said =
        message
            .lines()
            .filter(line -> !line.startsWith(" "))
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .toList();
    return String.join("; ", said);
  }
}
