package dev.understudy.simulation;

import com.google.protobuf.ByteString;
import dev.understudy.border.Border;
import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Output;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetStaticMac;
import dev.understudy.schema.SetVlans;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Ports without a switch: everything carried out is written down with its time. */
final class ToyPlane implements SimulatedPlane {
  private final Scheduler scheduler;
  private final List<String> trace;
  private final TreeMap<Integer, SetPortState> states = new TreeMap<>();
  private final TreeMap<Integer, LinkInput> links = new TreeMap<>();
  private final ArrayDeque<Consumer<Border>> pending = new ArrayDeque<>();

  ToyPlane(Scheduler scheduler, List<String> trace) {
    this.scheduler = scheduler;
    this.trace = trace;
  }

  void frame(int port, ByteString octets) {
    pending.add(border -> border.frame(port, octets, "toy"));
  }

  void link(int port, boolean up, long downCount) {
    LinkInput link =
        LinkInput.newBuilder()
            .setPort(port)
            .setPresent(true)
            .setUp(up)
            .setDownCount(downCount)
            .build();
    links.put(port, link);
    pending.add(border -> border.link(link));
  }

  @Override
  public void drain(Border border) {
    while (!pending.isEmpty()) {
      pending.remove().accept(border);
    }
  }

  @Override
  public void time(long nowNanos) {}

  @Override
  public void burst(int frames, long nowNanos) {
    for (int i = 0; i < frames; i++) {
      frame(1, ByteString.copyFromUtf8("burst " + i));
    }
  }

  @Override
  public Optional<String> carryOut(Output output) {
    if (output.hasSetPortState()) {
      SetPortState state = output.getSetPortState();
      if (state.equals(states.put(state.getBridgePort(), state))) {
        return Optional.empty();
      }
    }
    String what =
        output.hasSendFrame()
            ? "port "
                + output.getSendFrame().getPort()
                + " "
                + output.getSendFrame().getFrame().toStringUtf8()
            : output.toString().replace('\n', ' ').strip();
    trace.add(scheduler.nanos() + " " + what);
    return Optional.empty();
  }

  @Override
  public List<SetPortState> portStates() {
    return new ArrayList<>(states.values());
  }

  @Override
  public List<SetStaticMac> staticMacs() {
    return List.of();
  }

  @Override
  public List<SetVlans.Vlan> vlans() {
    return List.of();
  }

  @Override
  public List<SetPort> ports() {
    return List.of();
  }

  @Override
  public List<LinkInput> links() {
    return new ArrayList<>(links.values());
  }

  @Override
  public List<ForwarderCounter> counters() {
    return List.of();
  }

  @Override
  public long learnedCount() {
    return 0;
  }

  @Override
  public List<LearnedChange> learned(int most) {
    return List.of();
  }

  @Override
  public LearnedInput learnedAfter(long incarnation, long sequence) {
    return LearnedInput.newBuilder().setIncarnation(incarnation).setSequence(sequence).build();
  }
}
