package dev.understudy.protocols.stp;

import com.google.protobuf.ByteString;
import dev.understudy.core.Input;
import dev.understudy.core.Outputs;
import dev.understudy.core.Step;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortState;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * What one input makes this engine do, sorted so that the forwarder is safe at every moment: rules
 * and fail-safe first, then port states and flushes as they came about, then frames. Of equal
 * writes only the last (states) or first (flushes) is kept: no frame passes between two of them.
 */
final class StpStep {
  private final List<StpPort> touched = new ArrayList<>();
  private final List<StpPort> removed = new ArrayList<>();

  /** The bridge's row may differ from the image. */
  boolean bridgeTouched;

  private final List<Output> rules = new ArrayList<>();
  private final LinkedHashSet<Output> states = new LinkedHashSet<>();
  private final List<Output> frames = new ArrayList<>();
  private final List<Input.Signal> signals = new ArrayList<>();

  void touch(StpPort port) {
    touched.add(port);
  }

  /** Ports whose rows may differ from the image. */
  List<StpPort> touched() {
    return touched;
  }

  /** The bridge port is gone, and the forwarder knows. */
  void removed(StpPort port) {
    touched.remove(port);
    removed.add(port);
    states.removeIf(output ->
        output.getSetPortState().getBridgePort() == port.number
            || output.getFlushLearned().getBridgePort() == port.number);
  }

  List<StpPort> removed() {
    return removed;
  }

  /** A port of the forwarder that this engine doesn't know. */
  void close(int bridgePort, int tree) {
    states.add(Outputs.portState(bridgePort, tree, PortState.PORT_STATE_DISCARDING));
  }

  void rule(Output output) {
    rules.add(output);
  }

  void state(StpTreePort port, PortState state) {
    if (state == PortState.PORT_STATE_FORWARDING) {
      // No frame comes between two states of one step: learning alone would be of no use.
      states.remove(
          Outputs.portState(port.port.number, port.tree.number, PortState.PORT_STATE_LEARNING));
    }
    Output output = Outputs.portState(port.port.number, port.tree.number, state);
    states.remove(output);
    states.add(output);
  }

  void flush(StpTreePort port) {
    states.add(Outputs.flush(port.port.number, port.tree.number));
  }

  void send(StpPort port, ByteString frame) {
    frames.add(Outputs.send(port.number, frame));
  }

  void signal(Input.Signal signal) {
    signals.add(signal);
  }

  void into(Step.Builder step) {
    rules.forEach(step::output);
    states.forEach(step::output);
    frames.forEach(step::output);
    signals.forEach(step::signal);
  }
}
