package dev.understudy.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The schema against the last released one, which is kept in {@code schema/released}; and each rule
 * against a schema that breaks it.
 *
 * <p>At a release the set is written anew: {@code mvn -pl schema test -Dtest=SchemaEvolutionTest
 * -Dunderstudy.schema.release=0.2.0}.
 */
final class SchemaEvolutionTest {
  private static final Path RELEASED = Path.of("released");

  /** At a release, the schema as it is becomes the released one. */
  @BeforeAll
  static void record_the_release() throws IOException {
    String release = System.getProperty("understudy.schema.release", "");
    if (!release.isEmpty()) {
      Files.createDirectories(RELEASED);
      Files.write(file(release), current().toByteArray());
    }
  }

  @Test
  void the_schema_keeps_what_the_last_release_promised() throws IOException {
    assertThat(SchemaEvolution.violations(lastReleased(), current())).isEmpty();
  }

  /** The recorded release itself may still grow until it is out: its files say once since when. */
  @Test
  void what_came_after_the_last_release_says_since_when() throws IOException {
    String version = System.getProperty("understudy.version", "");
    assertThat(version).as("the build says which version this is").isNotEmpty();
    if (lastReleasedFile().equals(file(version))) {
      return;
    }
    String sources = sources();
    for (String field : SchemaEvolution.added(lastReleased(), current())) {
      String name = field.substring(field.lastIndexOf('.') + 1);
      assertThat(sources)
          .as("%s is not in the last release: a comment above it says `Since %s`", field, version)
          .containsPattern(
              "// Since [0-9.]+[^\\n]*\\n(\\s*//[^\\n]*\\n)*[^\\n]*\\b" + name + " = ");
    }
  }

  @Test
  void the_released_set_is_read_as_what_it_is() throws IOException {
    assertThat(lastReleased().getFileList().stream().map(FileDescriptorProto::getName))
        .contains("understudy/v1/tables.proto", "understudy/v1/border.proto");
    assertThat(SchemaEvolution.added(FileDescriptorSet.getDefaultInstance(), lastReleased()))
        .contains("understudy.v1.Row.stp_port", "understudy.v1.StpPortRow.send_rstp");
  }

  // ---- each rule

  @Test
  void a_field_that_is_dropped_without_reserving_it_is_found() {
    assertBroken(
        message -> message.removeField(1),
        "M.cost = 2 is gone, and number and name are not reserved");
  }

  @Test
  void a_field_that_is_dropped_and_reserved_is_fine() {
    assertThat(
            broken(message ->
                message.removeField(1).addReservedName("cost").addReservedRange(range(2, 3))))
        .isEmpty();
  }

  @Test
  void a_number_that_is_used_again_is_found() {
    assertBroken(
        message -> message.getFieldBuilder(1).setName("price"),
        "M.cost = 2 is used again, for price");
  }

  @Test
  void a_field_that_gets_another_number_is_found() {
    assertBroken(
        message -> message.getFieldBuilder(1).setNumber(9), "M.cost = 2 has another number");
  }

  @Test
  void a_default_that_changes_is_found() {
    assertBroken(
        message -> message.getFieldBuilder(1).setDefaultValue("8"),
        "M.cost = 2 has another default: '8' instead of '7'");
  }

  @Test
  void a_type_that_changes_is_found_but_one_that_grows_is_fine() {
    assertBroken(
        message -> message.getFieldBuilder(1).setType(FieldDescriptorProto.Type.TYPE_STRING),
        "M.cost = 2 has another type: string instead of uint32");
    assertThat(
            broken(message ->
                message.getFieldBuilder(1).setType(FieldDescriptorProto.Type.TYPE_UINT64)))
        .isEmpty();
  }

  @Test
  void one_value_that_becomes_many_is_found() {
    assertBroken(
        message -> message.getFieldBuilder(1).setLabel(FieldDescriptorProto.Label.LABEL_REPEATED),
        "M.cost = 2 was one value and is many, or the reverse");
  }

  @Test
  void a_reserved_number_or_name_that_is_used_or_released_is_found() {
    assertBroken(
        message -> message.addField(field("late", 101)), "M.late has the reserved number 101");
    assertBroken(message -> message.addField(field("old", 5)), "M.old has a reserved name");
    assertBroken(
        DescriptorProto.Builder::clearReservedRange,
        "M: numbers from 100 to 199 are no longer reserved");
    assertBroken(
        DescriptorProto.Builder::clearReservedName, "M: the name old is no longer reserved");
  }

  @Test
  void a_field_that_leaves_its_alternatives_is_found() {
    assertBroken(
        message -> message.getFieldBuilder(0).clearOneofIndex(),
        "M.key = 1 is one of others than before");
  }

  @Test
  void an_enum_value_that_is_dropped_or_used_again_is_found() {
    FileDescriptorProto.Builder without = example().toBuilder();
    without.getEnumTypeBuilder(0).removeValue(1);
    assertThat(SchemaEvolution.violations(set(example()), set(without.build())))
        .containsExactly("p.E.ONE = 1 is gone, and number and name are not reserved");
    FileDescriptorProto.Builder again = example().toBuilder();
    again.getEnumTypeBuilder(0).getValueBuilder(1).setName("UN");
    assertThat(SchemaEvolution.violations(set(example()), set(again.build())))
        .containsExactly("p.E.ONE = 1 is used again, for UN");
  }

  @Test
  void a_message_enum_or_service_that_is_gone_is_found() {
    assertThat(
            SchemaEvolution.violations(
                set(example()),
                set(FileDescriptorProto.newBuilder().setName("f").setPackage("p").build())))
        .containsExactly("message p.M is gone", "enum p.E is gone", "service p.S is gone");
  }

  @Test
  void a_call_that_changes_is_found() {
    FileDescriptorProto.Builder changed = example().toBuilder();
    changed.getServiceBuilder(0).getMethodBuilder(0).setOutputType(".p.Other");
    assertThat(SchemaEvolution.violations(set(example()), set(changed.build())))
        .containsExactly("p.S/Do is gone or takes or gives something else");
  }

  @Test
  void additions_are_fine() {
    FileDescriptorProto.Builder more = example().toBuilder();
    more.getMessageTypeBuilder(0).addField(field("more", 3));
    more.getEnumTypeBuilder(0).addValueBuilder().setName("TWO").setNumber(2);
    assertThat(SchemaEvolution.violations(set(example()), set(more.build()))).isEmpty();
    assertThat(SchemaEvolution.added(set(example()), set(more.build())))
        .containsExactly("p.M.more");
  }

  private static void assertBroken(Consumer<DescriptorProto.Builder> change, String sentence) {
    assertThat(broken(change)).containsExactly("p." + sentence);
  }

  private static List<String> broken(Consumer<DescriptorProto.Builder> change) {
    FileDescriptorProto.Builder changed = example().toBuilder();
    change.accept(changed.getMessageTypeBuilder(0));
    return SchemaEvolution.violations(set(example()), set(changed.build()));
  }

  private static FileDescriptorProto example() {
    FileDescriptorProto.Builder file =
        FileDescriptorProto.newBuilder().setName("f").setPackage("p");
    file.addMessageTypeBuilder()
        .setName("M")
        .addField(field("key", 1).setOneofIndex(0))
        .addField(field("cost", 2).setDefaultValue("7"))
        .addReservedRange(range(100, 200))
        .addReservedName("old")
        .addOneofDeclBuilder()
        .setName("kind");
    EnumDescriptorProto.Builder values = file.addEnumTypeBuilder().setName("E");
    values.addValueBuilder().setName("NONE").setNumber(0);
    values.addValueBuilder().setName("ONE").setNumber(1);
    file.addServiceBuilder()
        .setName("S")
        .addMethodBuilder()
        .setName("Do")
        .setInputType(".p.M")
        .setOutputType(".p.M");
    return file.build();
  }

  private static FieldDescriptorProto.Builder field(String name, int number) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setType(FieldDescriptorProto.Type.TYPE_UINT32);
  }

  private static DescriptorProto.ReservedRange range(int from, int end) {
    return DescriptorProto.ReservedRange.newBuilder().setStart(from).setEnd(end).build();
  }

  private static FileDescriptorSet set(FileDescriptorProto file) {
    return FileDescriptorSet.newBuilder().addFile(file).build();
  }

  // ---- files

  private static FileDescriptorSet current() {
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

  private static Path file(String release) {
    return RELEASED.resolve("understudy-" + release + ".binpb");
  }

  private static Path lastReleasedFile() throws IOException {
    try (Stream<Path> files = Files.list(RELEASED)) {
      return files
          .filter(file -> file.toString().endsWith(".binpb"))
          .max(Comparator.comparing(SchemaEvolutionTest::version))
          .orElseThrow(() -> new AssertionError("no released schema in schema/released"));
    }
  }

  private static ModuleDescriptor.Version version(Path file) {
    String name = file.getFileName().toString();
    return ModuleDescriptor.Version.parse(
        name.substring("understudy-".length(), name.length() - ".binpb".length()));
  }

  private static FileDescriptorSet lastReleased() throws IOException {
    return FileDescriptorSet.parseFrom(Files.readAllBytes(lastReleasedFile()));
  }

  private static String sources() throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.list(Path.of("src/main/protobuf/understudy/v1"))) {
      for (Path file : files.sorted().toList()) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }
}
