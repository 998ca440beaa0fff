package dev.understudy.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.understudy.core.Engine;
import dev.understudy.core.EngineType;
import dev.understudy.core.Image;
import dev.understudy.core.ImageView;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.RowChange;
import dev.understudy.core.RowKey;
import dev.understudy.core.Step;
import dev.understudy.core.SwitchTime;
import dev.understudy.core.Tables;
import dev.understudy.schema.TimerRow;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * An engine that forgets something: in the rows that it tells, or when it is made again of them.
 */
record EngineBug(Function<RowChange, Optional<RowChange>> telling, UnaryOperator<Message> restoring)
    implements Tampering {

  /** Rows of one table are told otherwise. */
  static <T extends Message> EngineBug rows(Class<T> table, UnaryOperator<T> bug) {
    return new EngineBug(
        change ->
            Optional.of(
                decode(change)
                    .filter(table::isInstance)
                    .map(row -> RowChange.put(bug.apply(table.cast(row))))
                    .orElse(change)),
        row -> row);
  }

  /** Rows of one table are not told. */
  static EngineBug forget(Message table) {
    int number = Tables.number(table);
    return new EngineBug(
        change -> Optional.of(change).filter(one -> one.key().table() != number), row -> row);
  }

  /** A timer's rows are not told. */
  static EngineBug forgetTimer(String name) {
    return new EngineBug(
        change ->
            Optional.of(change)
                .filter(one ->
                    decode(one)
                        .filter(row ->
                            row instanceof TimerRow timer && timer.getKey().getName().equals(name))
                        .isEmpty()),
        row -> row);
  }

  /** Rows are read otherwise when an engine is restored. */
  static <T extends Message> EngineBug reading(Class<T> table, UnaryOperator<T> bug) {
    return new EngineBug(
        Optional::of, row -> table.isInstance(row) ? bug.apply(table.cast(row)) : row);
  }

  private static Optional<Message> decode(RowChange change) {
    var value = change.value();
    if (value == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Tables.decode(change.key().table(), value));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public EngineType engine(EngineType engine) {
    return new EngineType() {
      @Override
      public String name() {
        return engine.name();
      }

      @Override
      public List<Message> tables() {
        return engine.tables();
      }

      @Override
      public Engine restore(ImageView image) {
        return new Broken(engine.restore(misread((Image) image)));
      }
    };
  }

  private Image misread(Image image) {
    Image copy = image.copy();
    image
        .after(RowKey.first(0))
        .forEach((key, value) ->
            decode(new RowChange(key, value))
                .ifPresent(row -> copy.apply(RowChange.put(restoring.apply(row)))));
    return copy;
  }

  private final class Broken implements Engine {
    private final Engine whole;

    Broken(Engine whole) {
      this.whole = whole;
    }

    @Override
    public Step on(Input input, Moment at) {
      Step step = whole.on(input, at);
      return new Step(
          step.rows().stream().flatMap(row -> telling.apply(row).stream()).toList(),
          step.outputs(),
          step.signals(),
          step.answer());
    }

    @Override
    public Optional<SwitchTime> nextDeadline() {
      return whole.nextDeadline();
    }

    @Override
    public List<Message> export() {
      return whole.export();
    }
  }
}
