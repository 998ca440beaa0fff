package dev.understudy.simulation;

import dev.understudy.core.EngineType;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Output;
import dev.understudy.schema.Slot;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import java.util.List;
import java.util.Optional;

/**
 * Deliberate bugs, between the parts of a switch: what a part that had the bug would send or do. A
 * test shows with them that the simulator finds bugs; nobody else has any.
 */
interface Tampering {
  Tampering NONE = new Tampering() {};

  /** An engine that has the bug. */
  default EngineType engine(EngineType engine) {
    return engine;
  }

  /** What a supervisor that has the bug sends to the other instead. */
  default List<CanonicalMessage> toPeer(SimulatedSupervisor from, CanonicalMessage message) {
    return List.of(message);
  }

  /** What a supervisor that has the bug sends to the forwarder instead. */
  default List<ToForwarder> toForwarder(SimulatedSupervisor from, ToForwarder message) {
    return List.of(message);
  }

  /** What a forwarder that has the bug does with a message before anything else. */
  default void atForwarder(SimulatedSwitch at, ToForwarder message) {}

  /** What a forwarder that has the bug sends instead. */
  default List<ToSupervisor> toSupervisor(SimulatedSwitch from, Slot to, ToSupervisor message) {
    return List.of(message);
  }

  /** What a data plane that has the bug carries out instead. */
  default Optional<Output> output(Output output) {
    return Optional.of(output);
  }
}
