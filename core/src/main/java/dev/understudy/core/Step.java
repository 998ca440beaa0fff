package dev.understudy.core;

import com.google.protobuf.Message;
import dev.understudy.schema.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an engine makes of one input.
 *
 * @param rows rows touched: those that equal the image's don't get into the bracket
 * @param outputs for the forwarder, in order
 * @param signals for the other engines, in order
 * @param answer for the person who asked
 */
public record Step(
    List<RowChange> rows,
    List<Output> outputs,
    List<Input.Signal> signals,
    Optional<Answer> answer) {
  public static final Step NOTHING = new Step(List.of(), List.of(), List.of(), Optional.empty());

  /**
   * The result of a request.
   *
   * @param text one sentence
   */
  public record Answer(boolean ok, String text) {}

  /** Collects a step. */
  public static final class Builder {
    private final List<RowChange> rows = new ArrayList<>();
    private final List<Output> outputs = new ArrayList<>();
    private final List<Input.Signal> signals = new ArrayList<>();
    private Optional<Answer> answer = Optional.empty();

    /** A row's new value. */
    public Builder put(Message row) {
      rows.add(RowChange.put(row));
      return this;
    }

    /** A row is gone. Only its key is looked at. */
    public Builder delete(Message row) {
      rows.add(RowChange.delete(row));
      return this;
    }

    public Builder output(Output output) {
      outputs.add(output);
      return this;
    }

    public Builder signal(Input.Signal signal) {
      signals.add(signal);
      return this;
    }

    public Builder answer(boolean ok, String text) {
      answer = Optional.of(new Answer(ok, text));
      return this;
    }

    public Step build() {
      return rows.isEmpty() && outputs.isEmpty() && signals.isEmpty() && answer.isEmpty()
          ? NOTHING
          : new Step(List.copyOf(rows), List.copyOf(outputs), List.copyOf(signals), answer);
    }
  }
}
