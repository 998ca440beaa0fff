package dev.understudy.supervisor.management;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Small helpers for documents. */
final class Json {
  static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Json() {}

  static ObjectNode object() {
    return NODES.objectNode();
  }

  static String write(JsonNode document) {
    return MAPPER.writeValueAsString(document);
  }

  /** An empty document when the text is none. */
  static JsonNode read(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException e) {
      return object();
    }
  }

  /** A record's components under their names. */
  static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** ISO 8601 with milliseconds, UTC; null for 0. */
  static @Nullable String time(long wallMillis) {
    return wallMillis == 0 ? null : TIME.format(Instant.ofEpochMilli(wallMillis));
  }

  /** Null for an empty text. */
  static @Nullable String textOrNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
