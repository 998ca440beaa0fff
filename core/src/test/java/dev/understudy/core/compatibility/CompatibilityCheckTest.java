package dev.understudy.core.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Message;
import dev.understudy.core.Engine;
import dev.understudy.core.EngineType;
import dev.understudy.core.Image;
import dev.understudy.core.ImageView;
import dev.understudy.core.Outputs;
import dev.understudy.core.RowChange;
import dev.understudy.core.compatibility.Compatibility.Effect;
import dev.understudy.core.compatibility.Compatibility.Finding;
import dev.understudy.core.compatibility.Compatibility.Level;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Config;
import dev.understudy.schema.Output;
import dev.understudy.schema.Row;
import dev.understudy.schema.StpPortRole;
import dev.understudy.schema.StpTimes;
import dev.understudy.schema.StpTreePortRow;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.VlanRow;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The real schema against one that was changed, with rows that use the difference and without. */
final class CompatibilityCheckTest {
  private static final EngineType STP =
      new EngineType() {
        @Override
        public String name() {
          return "stp";
        }

        @Override
        public List<Message> tables() {
          return List.of(StpTreePortRow.getDefaultInstance());
        }

        @Override
        public Engine restore(ImageView image) {
          throw new UnsupportedOperationException("the check makes no engine");
        }
      };

  private static final StpTreePortRow SYNCED =
      StpTreePortRow.newBuilder()
          .setKey(StpTreePortRow.Key.newBuilder().setBridgePort(1))
          .setSynced(true)
          .setRole(StpPortRole.STP_PORT_ROLE_BACKUP)
          .setPortTimes(StpTimes.newBuilder().setRemainingHops(20))
          .build();
  private static final StpTreePortRow PLAIN =
      StpTreePortRow.newBuilder()
          .setKey(StpTreePortRow.Key.newBuilder().setBridgePort(2))
          .setSynced(false)
          .build();
  private static final VlanRow VLAN =
      VlanRow.newBuilder().setKey(VlanRow.Key.newBuilder().setVid(10)).setName("ten").build();

  /** Forwarder and launcher that are as new as anything. */
  private static final Programs UNCHANGED =
      new Programs("9.0", new TreeSet<>(Outputs.known()), "9.0", "1.0", "1.0");

  @Test
  void the_same_schema_is_compatible_and_has_no_findings() {
    Compatibility same = check(schema(), schema(), SYNCED, PLAIN, VLAN);
    assertThat(same.level()).isEqualTo(Level.COMPATIBLE);
    assertThat(same.findings()).isEmpty();
  }

  @Test
  void a_field_that_is_not_known_there_is_degraded_only_where_it_is_in_use() {
    FileDescriptorSet older = without("StpTreePortRow", "synced");
    Finding used = only(check(schema(), older, SYNCED, PLAIN));
    assertThat(used.level()).isEqualTo(Level.DEGRADED);
    assertThat(used.effect()).isEqualTo(Effect.DROPPED);
    assertThat(used.protocol()).isEqualTo("stp");
    assertThat(used.table()).isEqualTo("stp-tree-port");
    assertThat(used.field()).isEqualTo("synced");
    assertThat(used.rows()).isEqualTo(1);
    assertThat(used.outside()).contains("proposes again");

    Finding unused = only(check(schema(), older, PLAIN));
    assertThat(unused.level()).isEqualTo(Level.COMPATIBLE);
    assertThat(unused.inUse()).isFalse();
  }

  @Test
  void a_field_within_a_field_is_found_with_its_path() {
    Compatibility compatibility =
        check(schema(), without("StpTimes", "remaining_hops"), SYNCED, PLAIN);
    assertThat(compatibility.level()).isEqualTo(Level.DEGRADED);
    assertThat(compatibility.findings())
        .anySatisfy(finding -> {
          assertThat(finding.field()).isEqualTo("port_times.remaining_hops");
          assertThat(finding.rows()).isEqualTo(1);
        });
  }

  @Test
  void a_new_field_has_its_default_in_each_row() {
    FileDescriptorSet newer =
        changed(
            "StpTreePortRow",
            message ->
                message.addField(
                    field("patience", 60, FieldDescriptorProto.Type.TYPE_UINT32)
                        .setDefaultValue("7")));
    Finding finding = only(check(schema(), newer, SYNCED, PLAIN));
    assertThat(finding.level()).isEqualTo(Level.COMPATIBLE);
    assertThat(finding.effect()).isEqualTo(Effect.DEFAULTED);
    assertThat(finding.rows()).isEqualTo(2);
    assertThat(finding.text()).contains("'7'");
  }

  @Test
  void a_table_that_is_not_known_there_is_orphaned_where_it_has_rows() {
    FileDescriptorSet older = without("Row", "vlan");
    Finding used = only(check(schema(), older, VLAN));
    assertThat(used.level()).isEqualTo(Level.DEGRADED);
    assertThat(used.effect()).isEqualTo(Effect.ORPHANED);
    assertThat(used.outside()).contains("dropped");
    assertThat(only(check(schema(), older, SYNCED)).level()).isEqualTo(Level.COMPATIBLE);
  }

  @Test
  void a_new_table_begins_empty() {
    Finding finding = only(check(without("Row", "vlan"), schema(), SYNCED));
    assertThat(finding.level()).isEqualTo(Level.COMPATIBLE);
    assertThat(finding.text()).contains("begins empty");
  }

  @Test
  void a_wider_type_is_compatible_and_a_narrower_one_while_the_values_fit() {
    FileDescriptorSet wide =
        edited(
            "VlanRow",
            "fid",
            (message, field) -> field.setType(FieldDescriptorProto.Type.TYPE_UINT64));
    assertThat(check(schema(), wide, VLAN).level()).isEqualTo(Level.COMPATIBLE);

    FileDescriptorSet narrow =
        edited(
            "HistoryRow",
            "gap_nanos",
            (message, field) -> field.setType(FieldDescriptorProto.Type.TYPE_UINT32));
    assertThat(check(schema(), narrow, history(4_294_967_295L)).level())
        .isEqualTo(Level.COMPATIBLE);
    Compatibility tooLarge = check(schema(), narrow, history(4_294_967_296L));
    assertThat(tooLarge.level()).isEqualTo(Level.INCOMPATIBLE);
    assertThat(only(tooLarge).text()).contains("1 values don't fit");
  }

  @Test
  void another_type_default_or_name_is_incompatible() {
    assertThat(
            check(
                    schema(),
                    edited(
                        "VlanRow",
                        "name",
                        (message, field) ->
                            field.setType(FieldDescriptorProto.Type.TYPE_BOOL).clearOptions()),
                    VLAN)
                .level())
        .isEqualTo(Level.INCOMPATIBLE);
    assertThat(
            check(
                    schema(),
                    edited(
                        "StpBridgeRow",
                        "tx_hold_count",
                        (message, field) -> field.setDefaultValue("9")))
                .level())
        .isEqualTo(Level.INCOMPATIBLE);
    assertThat(
            check(
                    schema(),
                    edited("VlanRow", "name", (message, field) -> field.setName("title")),
                    VLAN)
                .level())
        .isEqualTo(Level.INCOMPATIBLE);
  }

  @Test
  void a_value_that_is_not_known_there_is_degraded_where_it_is_in_use() {
    FileDescriptorSet.Builder set = schema().toBuilder();
    for (FileDescriptorProto.Builder file : set.getFileBuilderList()) {
      file.getEnumTypeBuilderList().stream()
          .filter(type -> type.getName().equals("StpPortRole"))
          .forEach(type -> type.removeValue(5));
    }
    Finding used = only(check(schema(), set.build(), SYNCED, PLAIN));
    assertThat(used.level()).isEqualTo(Level.DEGRADED);
    assertThat(used.text()).contains("STP_PORT_ROLE_BACKUP");
    assertThat(check(schema(), set.build(), PLAIN).findings()).isEmpty();
  }

  @Test
  void an_engine_that_is_not_there_stops_its_protocol() {
    ReleaseSchema with = new ReleaseSchema("1", schema(), Optional.of(Set.of("stp")));
    ReleaseSchema without = new ReleaseSchema("2", schema(), Optional.of(Set.of("fdb")));
    Finding finding =
        only(CompatibilityCheck.of(with, without, List.of(STP), image(SYNCED, PLAIN), UNCHANGED));
    assertThat(finding.level()).isEqualTo(Level.DEGRADED);
    assertThat(finding.effect()).isEqualTo(Effect.ORPHANED);
    assertThat(finding.rows()).isEqualTo(2);
  }

  @Test
  void a_message_between_the_programs_that_changes_its_type_is_incompatible() {
    Compatibility changed =
        check(
            schema(),
            edited(
                "Held",
                "number",
                (message, field) -> field.setType(FieldDescriptorProto.Type.TYPE_BOOL)));
    assertThat(changed.level()).isEqualTo(Level.INCOMPATIBLE);
    assertThat(only(changed).protocol()).isEqualTo("border");
    assertThat(only(changed).field()).isEqualTo("held.number");
  }

  @Test
  void the_worst_comes_first_in_what_people_read() {
    Compatibility compatibility = check(schema(), without("Row", "vlan"), VLAN, SYNCED);
    assertThat(compatibility.text())
        .startsWith("1 to 2: degraded")
        .contains("table vlan is not known to release 2: its 1 rows are kept")
        .contains("outside: frames of that VLAN are dropped");
  }

  // ---- schemas and images

  private static Message history(long gapNanos) {
    return dev.understudy.schema.HistoryRow.newBuilder()
        .setKey(dev.understudy.schema.HistoryRow.Key.newBuilder().setSequence(1))
        .setGapNanos(gapNanos)
        .build();
  }

  private static Compatibility check(
      FileDescriptorSet from, FileDescriptorSet to, Message... rows) {
    return CompatibilityCheck.of(
        new ReleaseSchema("1", from, Optional.empty()),
        new ReleaseSchema("2", to, Optional.empty()),
        List.of(STP),
        image(rows),
        UNCHANGED);
  }

  private static Finding only(Compatibility compatibility) {
    assertThat(compatibility.findings()).hasSize(1);
    return compatibility.findings().getFirst();
  }

  private static Image image(Message... rows) {
    Image image = new Image();
    for (Message row : rows) {
      image.apply(RowChange.put(row));
    }
    return image;
  }

  private static FileDescriptorSet schema() {
    FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
    for (FileDescriptor file :
        List.of(
            Config.getDescriptor().getFile(),
            Output.getDescriptor().getFile(),
            Row.getDescriptor().getFile(),
            CanonicalMessage.getDescriptor().getFile(),
            ToForwarder.getDescriptor().getFile())) {
      set.addFile(file.toProto());
    }
    return set.build();
  }

  private static FileDescriptorSet changed(
      String message, Consumer<DescriptorProto.Builder> change) {
    FileDescriptorSet.Builder set = schema().toBuilder();
    for (FileDescriptorProto.Builder file : set.getFileBuilderList()) {
      file.getMessageTypeBuilderList().stream()
          .filter(type -> type.getName().equals(message))
          .forEach(change);
    }
    return set.build();
  }

  private static FileDescriptorSet edited(
      String message,
      String field,
      BiConsumer<DescriptorProto.Builder, FieldDescriptorProto.Builder> change) {
    return changed(
        message,
        type ->
            type.getFieldBuilderList().stream()
                .filter(each -> each.getName().equals(field))
                .forEach(each -> change.accept(type, each)));
  }

  private static FileDescriptorSet without(String message, String field) {
    return changed(
        message,
        type -> {
          for (int i = type.getFieldCount() - 1; i >= 0; i--) {
            if (type.getField(i).getName().equals(field)) {
              type.removeField(i);
            }
          }
        });
  }

  private static FieldDescriptorProto.Builder field(
      String name, int number, FieldDescriptorProto.Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
        .setType(type);
  }

  private static Compatibility withPrograms(Programs programs) {
    ReleaseSchema schema = new ReleaseSchema("2.0", schema(), Optional.empty());
    return CompatibilityCheck.of(schema, schema, List.of(STP), image(), programs);
  }

  @Test
  void a_forwarder_that_is_too_old_makes_a_release_incompatible() {
    Finding finding =
        only(
            withPrograms(
                new Programs("0.9.1", new TreeSet<>(Outputs.known()), "2.0", "0.10", "1.0")));
    assertThat(finding.level()).isEqualTo(Level.INCOMPATIBLE);
    assertThat(finding.protocol()).isEqualTo("forwarder");
    assertThat(finding.text())
        .isEqualTo("release 2.0 needs a forwarder of release 0.10 or newer, and 0.9.1 runs");
  }

  @Test
  void a_launcher_that_is_too_old_makes_a_release_incompatible() {
    assertThat(
            only(withPrograms(
                    new Programs("2.0", new TreeSet<>(Outputs.known()), "0.9", "1.0", "1.0")))
                .protocol())
        .isEqualTo("launcher");
  }

  @Test
  void an_output_that_the_forwarder_does_not_know_degrades() {
    TreeSet<Integer> known = new TreeSet<>(Outputs.known());
    int missing = known.removeLast();
    Finding finding = only(withPrograms(new Programs("1.0", known, "1.0", "1.0", "1.0")));
    assertThat(finding.level()).isEqualTo(Level.DEGRADED);
    assertThat(finding.field())
        .isEqualTo(Output.getDescriptor().findFieldByNumber(missing).getName());
  }
}
