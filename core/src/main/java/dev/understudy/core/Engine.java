package dev.understudy.core;

import com.google.protobuf.Message;
import java.util.List;
import java.util.Optional;

/**
 * A protocol engine: single-threaded, no I/O, no clock, no randomness, no environment. All comes in
 * as one {@link Input} with the time; all leaves as a {@link Step}.
 *
 * <p>Restoring an engine from its rows at any moment ({@link EngineType#restore}) must give one
 * that behaves the same from then on.
 */
public interface Engine {
  /**
   * Takes one input. Timers fire at an {@link Input.Tick} whose time is at or after their deadline,
   * in the order of their deadlines, and never otherwise.
   *
   * @throws RuntimeException on a bug only; then the step is discarded and this object is not used
   *     again
   */
  Step on(Input input, Moment at);

  /** The earliest deadline of a running timer. */
  Optional<SwitchTime> nextDeadline();

  /** All rows of this engine, in any order: what the image must hold of it. */
  List<Message> export();
}
