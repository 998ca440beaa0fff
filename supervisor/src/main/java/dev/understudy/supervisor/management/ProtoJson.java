package dev.understudy.supervisor.management;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Protobuf's JSON mapping (protobuf.dev/programming-guides/json) for the kinds of field that rows
 * have: names in camel case, 64-bit numbers as text, octets as base64, enumerations by name, what
 * is absent left out.
 */
final class ProtoJson {
  private ProtoJson() {}

  static ObjectNode of(Message message) {
    ObjectNode object = Json.object();
    message
        .getAllFields()
        .forEach((field, value) -> object.set(field.getJsonName(), of(field, value)));
    return object;
  }

  private static JsonNode of(FieldDescriptor field, Object value) {
    if (field.isRepeated() && value instanceof List<?> values) {
      ArrayNode array = Json.NODES.arrayNode();
      values.forEach(each -> array.add(single(field, each)));
      return array;
    }
    return single(field, value);
  }

  private static JsonNode single(FieldDescriptor field, Object value) {
    return switch (value) {
      case Message message -> of(message);
      case EnumValueDescriptor constant -> Json.NODES.stringNode(constant.getName());
      case ByteString octets ->
          Json.NODES.stringNode(Base64.getEncoder().encodeToString(octets.toByteArray()));
      case Boolean truth -> Json.NODES.booleanNode(truth);
      case Integer number -> Json.NODES.numberNode(unsigned(field, number));
      case Long number ->
          Json.NODES.stringNode(
              isUnsigned(field) ? Long.toUnsignedString(number) : Long.toString(number));
      default -> Json.NODES.stringNode(value.toString());
    };
  }

  private static long unsigned(FieldDescriptor field, int number) {
    return isUnsigned(field) ? Integer.toUnsignedLong(number) : number;
  }

  private static boolean isUnsigned(FieldDescriptor field) {
    return switch (field.getType()) {
      case UINT32, UINT64, FIXED32, FIXED64 -> true;
      default -> false;
    };
  }
}
