package dev.understudy.supervisor.configuration;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.understudy.schema.Config;
import dev.understudy.schema.PortConfig;
import java.util.ArrayList;
import java.util.List;

/** The canonical form of a configuration: what equals its default isn't there. */
final class ConfigurationDefaults {
  private ConfigurationDefaults() {}

  static Config omit(Config config) {
    Config.Builder result = config.toBuilder();
    for (PortConfig.Builder port : result.getPortsBuilderList()) {
      if (port.getTrunkVlansCount() > 0) {
        port.clearAccessVlan();
      } else {
        port.clearNativeVlan();
      }
    }
    return (Config) omitIn(result.build()).build();
  }

  private static Message.Builder omitIn(Message message) {
    Message.Builder result = message.toBuilder();
    for (FieldDescriptor field : List.copyOf(message.getAllFields().keySet())) {
      if (field.isRepeated()) {
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
          List<Object> elements = new ArrayList<>();
          ((List<?>) message.getField(field))
              .forEach(element -> elements.add(omitIn((Message) element).build()));
          result.setField(field, elements);
        }
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        Message inner = omitIn((Message) message.getField(field)).build();
        if (inner.getAllFields().isEmpty() && field.getContainingOneof() == null) {
          result.clearField(field);
        } else {
          result.setField(field, inner);
        }
      } else if (field.getContainingOneof() == null
          && message.getField(field).equals(field.getDefaultValue())) {
        result.clearField(field);
      }
    }
    return result;
  }
}
