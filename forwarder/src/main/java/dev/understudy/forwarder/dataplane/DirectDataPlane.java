package dev.understudy.forwarder.dataplane;

import com.google.protobuf.ByteString;
import dev.understudy.border.DataPlane;
import dev.understudy.border.DataPlaneListener;
import dev.understudy.forwarder.soft.Egress;
import dev.understudy.forwarder.soft.FrameView;
import dev.understudy.forwarder.soft.LearnedBatch;
import dev.understudy.forwarder.soft.SoftSwitch;
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
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The soft switch in the caller's own thread, on ports that are method calls: the simulator's data
 * plane, and that of small neighbours in a demonstration. No I/O, no clock, no threads.
 *
 * <p>What it has to tell the judgement waits until {@link #drainControl}, as with the real one, so
 * that nothing comes in while an output is carried out.
 */
public final class DirectDataPlane implements DataPlane {
  /** Where frames leave. */
  @FunctionalInterface
  public interface Wire {
    /** A frame as it is on the wire, without FCS; the octets are the receiver's. */
    void frame(int port, byte[] octets);
  }

  /**
   * A port's cable, which is there before the port is set and after it is removed.
   *
   * @param downCount how often it went down
   */
  private record Cable(boolean plugged, long downCount, int speedMbps) {}

  private static final int MTU = 1_500;
  private static final Cable UNKNOWN = new Cable(true, 0, 0);

  private final SoftSwitch core;
  private final LearnedBatch batch = new LearnedBatch();
  private final FrameView view = new FrameView();
  private final NavigableMap<Integer, SetPort> ports = new TreeMap<>();
  private final NavigableMap<Integer, Cable> cables = new TreeMap<>();
  private final Queue<Consumer<DataPlaneListener>> pending = new ArrayDeque<>();
  private long learnedTold;

  /**
   * @param incarnation of the forwarder
   */
  public DirectDataPlane(SwitchLimits limits, long incarnation, Wire wire) {
    Egress egress =
        new Egress() {
          @Override
          public void transmit(int port, FrameView frame, int tci) {
            wire.frame(port, frame.toByteArray(tci));
          }

          @Override
          public void punt(int port, FrameView frame, int tci, String trafficClass) {
            ByteString octets = ByteString.copyFrom(frame.toByteArray(tci));
            pending.add(listener -> listener.frame(port, octets, trafficClass));
          }
        };
    core = new SoftSwitch(limits, incarnation, egress);
  }

  /** A frame came in. */
  public void receive(int port, byte[] octets, long nowNanos) {
    view.set(MemorySegment.ofArray(octets), 0, octets.length, FrameView.NO_TAG);
    core.receive(port, view, nowNanos);
  }

  /** Plugs a port's cable or pulls it; cables are plugged at first. */
  public void cable(int port, boolean plugged) {
    Cable before = cables.getOrDefault(port, UNKNOWN);
    if (before.plugged == plugged) {
      return;
    }
    boolean wasUp = isUp(port);
    long downCount = before.downCount + (wasUp && !plugged ? 1 : 0);
    cables.put(port, new Cable(plugged, downCount, before.speedMbps));
    if (ports.containsKey(port)) {
      core.link(port, isUp(port));
      tellLink(port);
    }
  }

  /** A port's cable runs at another speed from now on, and has not been down for it. */
  public void speed(int port, int mbps) {
    Cable before = cables.getOrDefault(port, UNKNOWN);
    cables.put(port, new Cable(before.plugged, before.downCount, mbps));
    if (ports.containsKey(port)) {
      tellLink(port);
    }
  }

  /** Forgets aged addresses; to be called at each tick. */
  public void age(long nowNanos) {
    core.age(nowNanos);
  }

  /** Tells the judgement what there is to tell. */
  public void drainControl(DataPlaneListener listener) {
    for (Consumer<DataPlaneListener> next = pending.poll(); next != null; next = pending.poll()) {
      next.accept(listener);
    }
    if (core.learnedSequence() != learnedTold) {
      learnedTold = core.learnedSequence();
      listener.learnedAvailable();
    }
  }

  @Override
  public Optional<String> carryOut(Output output) {
    Optional<String> refusal = core.carryOut(output);
    if (refusal.isEmpty()) {
      if (output.hasSetPort()) {
        portSet(output.getSetPort());
      } else if (output.hasRemovePort()) {
        ports.remove(output.getRemovePort().getPort());
      }
    }
    return refusal;
  }

  private void portSet(SetPort set) {
    SetPort before = ports.put(set.getPort(), set);
    if (before != null && before.getAdminUp() && !set.getAdminUp()) {
      Cable cable = cables.getOrDefault(set.getPort(), UNKNOWN);
      if (cable.plugged) {
        cables.put(set.getPort(), new Cable(true, cable.downCount + 1, cable.speedMbps));
      }
    }
    core.link(set.getPort(), isUp(set.getPort()));
    if (before == null || before.getAdminUp() != set.getAdminUp()) {
      tellLink(set.getPort());
    }
  }

  private boolean isUp(int port) {
    SetPort set = ports.get(port);
    return set != null && set.getAdminUp() && cables.getOrDefault(port, UNKNOWN).plugged;
  }

  private void tellLink(int port) {
    LinkInput link = link(port);
    pending.add(listener -> listener.link(link));
  }

  private LinkInput link(int port) {
    Cable cable = cables.getOrDefault(port, UNKNOWN);
    return LinkInput.newBuilder()
        .setPort(port)
        .setPresent(true)
        .setUp(isUp(port))
        .setDownCount(cable.downCount)
        .setSpeedMbps(cable.speedMbps)
        .setFullDuplex(true)
        .setMtu(MTU)
        .build();
  }

  @Override
  public List<SetPortState> portStates() {
    return core.portStates();
  }

  @Override
  public List<SetStaticMac> staticMacs() {
    return core.staticMacs();
  }

  @Override
  public List<SetVlans.Vlan> vlans() {
    return core.vlans();
  }

  @Override
  public List<SetPort> ports() {
    return core.ports();
  }

  @Override
  public List<LinkInput> links() {
    List<LinkInput> links = new ArrayList<>();
    ports.keySet().forEach(port -> links.add(link(port)));
    return links;
  }

  @Override
  public List<ForwarderCounter> counters() {
    return core.counters();
  }

  @Override
  public long learnedCount() {
    return core.learnedCount();
  }

  @Override
  public List<LearnedChange> learned(int most) {
    return core.learned().first(most);
  }

  @Override
  public LearnedInput learnedAfter(long incarnation, long sequence) {
    core.learnedAfter(incarnation, sequence, batch);
    return batch.toInput();
  }
}
