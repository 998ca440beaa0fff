package dev.understudy.protocols;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.understudy.core.EngineHost;
import dev.understudy.core.EngineType;
import dev.understudy.core.Image;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.Result;
import dev.understudy.core.ResumeCheck;
import dev.understudy.core.RowChange;
import dev.understudy.core.RowKey;
import dev.understudy.core.SwitchTime;
import dev.understudy.core.Tables;
import dev.understudy.protocols.configuration.ConfigurationEngine;
import dev.understudy.protocols.fdb.FdbEngine;
import dev.understudy.protocols.ports.PortsEngine;
import dev.understudy.protocols.stp.StpEngine;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LearnedRow;
import dev.understudy.schema.Output;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Engines that go on from rows that another release wrote: with fields in another order, with
 * fields and tables that this one doesn't know, and without fields that this one has.
 */
final class OtherReleaseTest {
  private static final List<EngineType> ENGINES =
      List.of(ConfigurationEngine.TYPE, PortsEngine.TYPE, StpEngine.TYPE, FdbEngine.TYPE);

  /** Tables and fields of which this release knows nothing. */
  private static final int TABLE = 900;

  private static final int FIELD = 77;
  private static final int STEPS = 120;

  /** A switch at work, as this release writes it. */
  private static Image image() {
    EngineBench bench = new EngineBench(StpEngine.TYPE);
    bench.start(EngineBench.config("p1", "p2", "p3", "p4").build());
    for (int port = 1; port <= 4; port++) {
      bench.link(port, EngineBench.up(0));
    }
    bench.on(learned(1, 2));
    for (int i = 0; i < 20; i++) {
      bench.passSeconds(0.5);
      bench.tick();
    }
    return bench.image().copy();
  }

  private static Input learned(int sequence, int port) {
    LearnedInput.Builder batch = LearnedInput.newBuilder().setIncarnation(1).setSequence(sequence);
    for (int i = 0; i < 5; i++) {
      batch.addChanges(
          LearnedChange.newBuilder()
              .setFid(1)
              .setMac(ByteString.copyFrom(new byte[] {2, 0, 0, 0, 0, (byte) i}))
              .setBridgePort(port));
    }
    return new Input.Learned(batch.build());
  }

  /** The rows as a newer release has them: the same, and more, in any order. */
  private static Image newer(Image image, Random random) {
    Image result = image.copy();
    image
        .after(RowKey.first(0))
        .forEach((key, value) -> {
          Message more = withMore(row(key, value), random);
          result.apply(new RowChange(key, shuffled(more, random)));
        });
    for (int i = 0; i < 3; i++) {
      byte[] octets = new byte[1 + random.nextInt(8)];
      random.nextBytes(octets);
      result.apply(
          new RowChange(
              new RowKey(TABLE, ByteString.copyFrom(new byte[] {8, (byte) i})),
              ByteString.copyFrom(octets)));
    }
    return result;
  }

  private static Message row(RowKey key, ByteString value) {
    try {
      return Tables.decode(key.table(), value);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(key.toString(), e);
    }
  }

  /** Unknown fields in the message and in those within it, but never in a key. */
  private static Message withMore(Message message, Random random) {
    Message.Builder more = message.toBuilder();
    for (FieldDescriptor field : message.getAllFields().keySet()) {
      if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE
          || field.getNumber() == Tables.KEY_FIELD) {
        continue;
      }
      if (field.isRepeated()) {
        for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
          more.setRepeatedField(
              field, i, withMore((Message) message.getRepeatedField(field, i), random));
        }
      } else {
        more.setField(field, withMore((Message) message.getField(field), random));
      }
    }
    return more.setUnknownFields(
            UnknownFieldSet.newBuilder()
                .addField(
                    FIELD,
                    UnknownFieldSet.Field.newBuilder()
                        .addVarint(random.nextInt(1000))
                        .addLengthDelimited(ByteString.copyFromUtf8("newer"))
                        .build())
                .build())
        .build();
  }

  /** The same message with its fields in any order. */
  private static ByteString shuffled(Message message, Random random) {
    List<ByteString> fields = new ArrayList<>();
    message
        .getAllFields()
        .forEach((field, value) -> {
          fields.add(message.newBuilderForType().setField(field, value).build().toByteString());
        });
    fields.add(message.getUnknownFields().toByteString());
    Collections.shuffle(fields, random);
    return ByteString.copyFrom(fields);
  }

  private static List<Input> story(Random random) {
    List<Input> story = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      story.add(
          switch (random.nextInt(6)) {
            case 0 ->
                new Input.Link(
                    1 + random.nextInt(4),
                    random.nextBoolean() ? EngineBench.up(i) : EngineBench.down(i));
            case 1 -> learned(2 + i, 1 + random.nextInt(4));
            case 2 ->
                new Input.ApplyConfiguration(
                    "request-" + i,
                    EngineBench.config("p1", "p2", "p3", "p" + (4 + random.nextInt(2))).build(),
                    0,
                    "by test");
            default -> new Input.Tick(i);
          });
    }
    return story;
  }

  /** Runs the story and returns what came of each input. */
  private static List<Result> run(Image image, List<Input> story) {
    EngineHost host = new EngineHost(ENGINES, image);
    List<Result> results = new ArrayList<>();
    long now = image.mark().at().now().nanos() + 60 * SwitchTime.NANOS_PER_SECOND;
    long number = image.position().number();
    for (Input input : story) {
      now += 300 * SwitchTime.NANOS_PER_MILLI;
      number++;
      Result result = host.on(input, new Moment(new SwitchTime(now), 0));
      image.apply(result.rows(), new Image.Position(1, number), Image.Mark.NONE);
      results.add(result);
    }
    return results;
  }

  /**
   * Outputs, but for the copy of the configuration, which has what the rows have, and for a punt
   * rule of which the other release knows more: it is told once as this release knows it.
   */
  private static List<Output> carriedOut(Result result) {
    return result.outputs().stream()
        .filter(output ->
            switch (output.getKindCase()) {
              case STORE_CONFIGURATION, SET_PUNT_RULES -> false;
              default -> true;
            })
        .toList();
  }

  /** What this release reads in an image. */
  private static Map<RowKey, Message> known(Image image) {
    TreeMap<RowKey, Message> rows = new TreeMap<>();
    image
        .after(RowKey.first(0))
        .forEach((key, value) -> {
          if (Tables.known(key.table())) {
            rows.put(key, withoutUnknown(row(key, value)));
          }
        });
    return rows;
  }

  private static Message withoutUnknown(Message message) {
    return everywhere(message, UnknownFieldSet.getDefaultInstance());
  }

  /** The same with these unknown fields and no others in it and in all messages within it. */
  private static Message everywhere(Message message, UnknownFieldSet unknown) {
    Message.Builder result = message.toBuilder().setUnknownFields(unknown);
    message
        .getAllFields()
        .forEach((field, value) -> {
          if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
            return;
          }
          if (field.isRepeated()) {
            for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
              result.setRepeatedField(
                  field, i, everywhere((Message) message.getRepeatedField(field, i), unknown));
            }
          } else {
            result.setField(field, everywhere((Message) value, unknown));
          }
        });
    return result.build();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void unknown_fields_and_tables_change_nothing_and_are_still_there_afterwards(long seed) {
    Random random = new Random(seed);
    Image own = image();
    Image newer = newer(own, random);
    Image before = newer.copy();
    List<Input> story = story(random);

    List<Result> ours = run(own, story);
    List<Result> theirs = run(newer, story);

    for (int i = 0; i < story.size(); i++) {
      assertThat(carriedOut(theirs.get(i)))
          .as("%s", story.get(i))
          .isEqualTo(carriedOut(ours.get(i)));
      assertThat(theirs.get(i).answer()).isEqualTo(ours.get(i).answer());
      assertThat(theirs.get(i).wakeAt()).isEqualTo(ours.get(i).wakeAt());
    }
    assertThat(known(newer)).isEqualTo(known(own));
    int rewritten = 0;
    for (Map.Entry<RowKey, ByteString> entry : before.after(RowKey.first(0)).entrySet()) {
      RowKey key = entry.getKey();
      Optional<ByteString> now = newer.octets(key);
      if (!Tables.known(key.table())) {
        assertThat(now).as("%s", key).contains(entry.getValue());
      } else if (now.isPresent() && !wasGone(theirs, key)) {
        assertThat(unknown(row(key, now.get())))
            .as(Tables.text(key))
            .isEqualTo(unknown(row(key, entry.getValue())));
        rewritten += now.get().equals(entry.getValue()) ? 0 : 1;
      }
    }
    assertThat(rewritten).as("rows that were rewritten").isGreaterThan(10);
  }

  /** A row that was deleted and made anew is another one. */
  private static boolean wasGone(List<Result> results, RowKey key) {
    return results.stream()
        .flatMap(result -> result.rows().stream())
        .anyMatch(row -> row.deleted() && row.key().equals(key));
  }

  /** Unknown fields by where they are. */
  private static Map<String, UnknownFieldSet> unknown(Message message) {
    TreeMap<String, UnknownFieldSet> result = new TreeMap<>();
    if (!message.getUnknownFields().asMap().isEmpty()) {
      result.put("", message.getUnknownFields());
    }
    message
        .getAllFields()
        .forEach((field, value) -> {
          if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isRepeated()) {
            unknown((Message) value)
                .forEach((path, set) -> result.put(field.getName() + "." + path, set));
          }
        });
    return result;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void fields_that_are_missing_have_their_declared_defaults_and_all_others_their_values(long seed) {
    Random random = new Random(seed);
    Image older = image();
    Map<RowKey, Message> expected = new TreeMap<>();
    image()
        .after(RowKey.first(0))
        .forEach((key, value) -> {
          Message row = row(key, value);
          List<FieldDescriptor> fields = new ArrayList<>(row.getAllFields().keySet());
          fields.removeIf(field -> field.getNumber() == Tables.KEY_FIELD);
          boolean noEntry = row instanceof LearnedRow; // without its port it says nothing
          if (fields.isEmpty() || noEntry || random.nextInt(4) > 0) {
            return;
          }
          FieldDescriptor missing = fields.get(random.nextInt(fields.size()));
          Message without = row.toBuilder().clearField(missing).build();
          assertThat(without.getField(missing))
              .isEqualTo(without.getDefaultInstanceForType().getField(missing));
          older.apply(new RowChange(key, shuffled(without, random)));
          expected.put(key, without);
        });
    assertThat(expected).isNotEmpty();
    for (EngineType type : ENGINES) {
      for (Message made : type.restore(older).export()) {
        Message held = expected.get(Tables.key(made));
        if (held != null) {
          held.getAllFields()
              .forEach((field, value) ->
                  assertThat(made.getField(field)).as("%s %s", held, field).isEqualTo(value));
        }
      }
    }
    assertThat(
            ResumeCheck.of(new EngineHost(ENGINES, older), older, ResumeCheck.Writer.OTHER_SCHEMA))
        .isEmpty();
  }
}
