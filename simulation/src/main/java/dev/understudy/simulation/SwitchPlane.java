package dev.understudy.simulation;

import dev.understudy.border.Border;
import dev.understudy.forwarder.dataplane.DirectDataPlane;
import dev.understudy.forwarder.soft.SwitchLimits;
import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Output;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetStaticMac;
import dev.understudy.schema.SetVlans;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The soft switch's forwarding, learning and flush code as a simulated switch's body; writes that
 * change something are told.
 */
final class SwitchPlane implements SimulatedPlane {
  private final DirectDataPlane plane;
  private final Consumer<Output> changes;
  private final Tampering tampering;
  private final TreeMap<String, Output> written = new TreeMap<>();

  SwitchPlane(
      long incarnation, DirectDataPlane.Wire wire, Consumer<Output> changes, Tampering tampering) {
    this.plane = new DirectDataPlane(SwitchLimits.SMALL, incarnation, wire);
    this.changes = changes;
    this.tampering = tampering;
  }

  void receive(int port, byte[] octets, long nowNanos) {
    plane.receive(port, octets, nowNanos);
  }

  void cable(int port, boolean plugged) {
    plane.cable(port, plugged);
  }

  @Override
  public void drain(Border border) {
    plane.drainControl(border);
  }

  @Override
  public void time(long nowNanos) {
    plane.age(nowNanos);
  }

  @Override
  public Optional<String> carryOut(Output wanted) {
    Optional<Output> meant = tampering.output(wanted);
    if (meant.isEmpty()) {
      return Optional.empty();
    }
    Output output = meant.get();
    long learnedBefore = output.hasFlushLearned() ? plane.learnedCount() : 0;
    Optional<String> refusal = plane.carryOut(output);
    switch (output.getKindCase()) {
      case SEND_FRAME -> {}
      case FLUSH_LEARNED -> {
        if (plane.learnedCount() != learnedBefore) {
          changes.accept(output);
        }
      }
      default -> {
        if (!output.equals(written.put(key(output), output))) {
          changes.accept(output);
        }
      }
    }
    return refusal;
  }

  private static String key(Output output) {
    String kind = output.getKindCase().name();
    return switch (output.getKindCase()) {
      case SET_PORT_STATE ->
          kind
              + output.getSetPortState().getBridgePort()
              + "/"
              + output.getSetPortState().getTree();
      case SET_PORT -> kind + output.getSetPort().getPort();
      case REMOVE_PORT -> kind + output.getRemovePort().getPort();
      case SET_PUNT_RULES -> kind + output.getSetPuntRules().getEngine();
      case SET_STATIC_MAC ->
          kind + output.getSetStaticMac().getVid() + output.getSetStaticMac().getMac();
      default -> kind;
    };
  }

  @Override
  public List<SetPortState> portStates() {
    return plane.portStates();
  }

  @Override
  public List<SetStaticMac> staticMacs() {
    return plane.staticMacs();
  }

  @Override
  public List<SetVlans.Vlan> vlans() {
    return plane.vlans();
  }

  @Override
  public List<SetPort> ports() {
    return plane.ports();
  }

  @Override
  public List<LinkInput> links() {
    return plane.links();
  }

  @Override
  public List<ForwarderCounter> counters() {
    return plane.counters();
  }

  @Override
  public long learnedCount() {
    return plane.learnedCount();
  }

  @Override
  public List<LearnedChange> learned(int most) {
    return plane.learned(most);
  }

  @Override
  public LearnedInput learnedAfter(long incarnation, long sequence) {
    return plane.learnedAfter(incarnation, sequence);
  }
}
