package dev.understudy.protocols.stp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.understudy.protocols.stp.StpStates.Recorded;
import dev.understudy.protocols.stp.TextNetwork.Restoring;
import dev.understudy.schema.PortStateRow;
import dev.understudy.schema.StpBridgeRow;
import dev.understudy.schema.StpPortRow;
import dev.understudy.schema.StpTreePortRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows hold everything, by name. */
class StpStatesTest {
  static Stream<List<Recorded<?>>> kinds() {
    return Stream.of(
        List.of(StpStates.Prx.values()),
        List.of(StpStates.Ppm.values()),
        List.of(StpStates.Bdm.values()),
        List.of(StpStates.Ptx.values()),
        List.of(StpStates.Pim.values()),
        List.of(StpStates.Prs.values()),
        List.of(StpStates.Prt.values()),
        List.of(StpStates.Pst.values()),
        List.of(StpStates.Tcm.values()),
        List.of(StpStates.Role.values()),
        List.of(StpStates.InfoIs.values()));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void each_state_has_a_constant_of_its_own_name_in_the_schema(List<Recorded<?>> kind) {
    Set<Object> rows = new TreeSet<>();
    for (Recorded<?> constant : kind) {
      assertThat(constant.row().toString()).endsWith("_" + constant);
      rows.add(constant.row());
    }
    assertThat(rows).hasSameSizeAs(kind);
    Object[] schema = Objects.requireNonNull(kind.getFirst().row().getClass().getEnumConstants());
    assertThat(schema.length)
        .as("all of the schema's, without UNSPECIFIED and UNRECOGNIZED")
        .isEqualTo(kind.size() + 2);
  }

  /**
   * In random networks each field of each row is seen with two values at least; a field that always
   * is the same would be one that nobody records, or one that no test reaches.
   */
  @Test
  void every_field_of_every_row_is_seen_to_change() {
    TreeMap<String, Set<Object>> seen = new TreeMap<>();
    for (long seed = 100; seed < 104; seed++) {
      TextNetwork network =
          RestoreTest.RandomNetwork.run(seed, Restoring.never(), bridge -> collect(bridge, seen));
      assertThat(network.trace).isNotEmpty();
    }
    List<String> constant = new ArrayList<>();
    for (Descriptor row :
        List.of(
            StpBridgeRow.getDescriptor(),
            StpPortRow.getDescriptor(),
            StpTreePortRow.getDescriptor(),
            PortStateRow.getDescriptor())) {
      for (FieldDescriptor field : row.getFields()) {
        Set<Object> values = seen.getOrDefault(field.getFullName(), Set.of());
        if (values.size() < 2 && field.getNumber() != 1) {
          constant.add(field.getFullName());
        }
      }
    }
    assertThat(constant)
        .containsExactlyInAnyOrder(
            // These are never set between two inputs.
            "understudy.v1.StpTreePortRow.proposed",
            "understudy.v1.StpTreePortRow.reselect",
            "understudy.v1.StpTreePortRow.selected",
            "understudy.v1.StpTreePortRow.updt_info",
            "understudy.v1.StpBridgeRow.prs_state");
  }

  private static void collect(TestBridge bridge, Map<String, Set<Object>> seen) {
    for (Message prototype : StpEngine.TYPE.tables()) {
      for (Message row : bridge.image.rows(prototype)) {
        row.getAllFields()
            .forEach((field, value) ->
                seen.computeIfAbsent(field.getFullName(), name -> new java.util.HashSet<>())
                    .add(value));
      }
    }
  }
}
