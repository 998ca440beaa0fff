package dev.understudy.launcher.render;

import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reading a supervisor's documents. */
public final class Json {
  public static final JsonMapper MAPPER = JsonMapper.builder().build();

  /** What stands for a value that isn't known. */
  static final String NOTHING = "-";

  private Json() {}

  /**
   * Reads a document.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
  }

  public static String pretty(JsonNode document) {
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(document);
  }

  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** A value as text: a list with commas, nothing as a dash. */
  public static String text(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return NOTHING;
    }
    if (value.isArray()) {
      return value.isEmpty() ? NOTHING : String.join(", ", texts(value));
    }
    if (value.isContainer()) {
      return value.toString();
    }
    String text = value.asString("");
    return text.isEmpty() ? NOTHING : text;
  }

  public static String text(JsonNode object, String name) {
    return text(object.path(name));
  }

  static List<String> texts(JsonNode array) {
    return array.valueStream().map(Json::text).toList();
  }

  /** Is there a value that says something? */
  public static boolean has(JsonNode object, String name) {
    JsonNode value = object.path(name);
    return !value.isMissingNode()
        && !value.isNull()
        && !(value.isString() && value.asString().isEmpty())
        && !(value.isArray() && value.isEmpty());
  }
}
