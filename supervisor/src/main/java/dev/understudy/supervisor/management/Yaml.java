package dev.understudy.supervisor.management;

import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** A configuration's text as a document. */
final class Yaml {
  private static final YAMLMapper MAPPER = YAMLMapper.builder().build();

  private Yaml() {}

  static JsonNode read(String text) {
    return MAPPER.readTree(text);
  }
}
