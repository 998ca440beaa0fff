package dev.understudy.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Rules that every table must keep, so that two releases can exchange state. */
final class SchemaTest {
  /** Addresses and identifiers, by table and field, with their length in octets. */
  private static final Map<String, Integer> OCTETS =
      Map.of(
          "IdentityRow.uuid", 16,
          "IdentityRow.bridge_mac", 6,
          "PortIdentityRow.mac", 6,
          "LearnedRow.Key.mac", 6,
          "StaticMacRow.Key.mac", 6,
          "StaticMacConfig.mac", 6,
          "PuntRule.destination", 6,
          "StpPortRow.mac", 6);

  @Test
  void each_row_has_its_key_in_field_one() {
    for (FieldDescriptor table : Row.getDescriptor().getOneofs().get(0).getFields()) {
      FieldDescriptor key = table.getMessageType().findFieldByNumber(1);
      assertThat(key).as(table.getName()).isNotNull();
      assertThat(key.getName()).as(table.getName()).isEqualTo("key");
      for (FieldDescriptor part : key.getMessageType().getFields()) {
        assertThat(part.isRepeated()).as(part.getFullName()).isFalse();
        assertThat(part.getJavaType())
            .as(part.getFullName())
            .isNotEqualTo(FieldDescriptor.JavaType.MESSAGE);
      }
    }
  }

  @Test
  void bytes_in_tables_are_addresses_and_nothing_else() {
    Set<String> found = new TreeSet<>();
    Set<String> seen = new TreeSet<>();
    for (FieldDescriptor table : Row.getDescriptor().getOneofs().get(0).getFields()) {
      collect(table.getMessageType(), found, seen);
    }
    assertThat(OCTETS.keySet()).containsAll(found);
  }

  private static void collect(Descriptor message, Set<String> found, Set<String> seen) {
    if (!seen.add(message.getFullName())) {
      return;
    }
    for (FieldDescriptor field : message.getFields()) {
      if (field.getType() == FieldDescriptor.Type.BYTES) {
        found.add(field.getFullName().substring("understudy.v1.".length()));
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        collect(field.getMessageType(), found, seen);
      }
    }
  }

  @Test
  void tables_and_outputs_begin_at_sixteen_so_that_the_envelope_can_grow() {
    for (Descriptor envelope :
        Set.of(
            Row.getDescriptor(),
            Output.getDescriptor(),
            CanonicalMessage.getDescriptor(),
            ToForwarder.getDescriptor(),
            ToSupervisor.getDescriptor())) {
      for (FieldDescriptor field : envelope.getOneofs().get(0).getFields()) {
        assertThat(field.getNumber()).as(field.getFullName()).isGreaterThanOrEqualTo(16);
      }
    }
  }

  @Test
  void every_field_tells_whether_it_was_set() {
    Map<String, Boolean> presence = new TreeMap<>();
    for (FieldDescriptor table : Row.getDescriptor().getOneofs().get(0).getFields()) {
      for (FieldDescriptor field : table.getMessageType().getFields()) {
        if (!field.isRepeated()) {
          presence.put(field.getFullName(), field.hasPresence());
        }
      }
    }
    assertThat(presence.values()).containsOnly(true);
  }
}
