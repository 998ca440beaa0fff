package dev.understudy.simulation;

import dev.understudy.border.Border;
import dev.understudy.border.DelegatingDataPlane;
import dev.understudy.forwarder.dataplane.DirectDataPlane;
import dev.understudy.forwarder.soft.SwitchLimits;
import dev.understudy.schema.Output;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The soft switch's forwarding, learning and flush code as a simulated switch's body; writes that
 * change something are told.
 */
final class SwitchPlane extends DelegatingDataPlane implements SimulatedPlane {
  private static final int BURST_PORT = 1;

  private final DirectDataPlane plane;
  private final Consumer<Output> changes;
  private final Tampering tampering;
  private final TreeMap<String, Output> written = new TreeMap<>();

  SwitchPlane(
      long incarnation, DirectDataPlane.Wire wire, Consumer<Output> changes, Tampering tampering) {
    this(new DirectDataPlane(SwitchLimits.SMALL, incarnation, wire), changes, tampering);
  }

  private SwitchPlane(DirectDataPlane plane, Consumer<Output> changes, Tampering tampering) {
    super(plane);
    this.plane = plane;
    this.changes = changes;
    this.tampering = tampering;
  }

  void receive(int port, byte[] octets, long nowNanos) {
    plane.receive(port, octets, nowNanos);
  }

  void cable(int port, boolean plugged) {
    plane.cable(port, plugged);
  }

  /** A port's cable runs at another speed without having been down. */
  void speed(int port, int mbps) {
    plane.speed(port, mbps);
  }

  @Override
  public void burst(int frames, long nowNanos) {
    for (int i = 0; i < frames; i++) {
      plane.receive(BURST_PORT, Frames.noBpdu(i), nowNanos);
    }
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
}
