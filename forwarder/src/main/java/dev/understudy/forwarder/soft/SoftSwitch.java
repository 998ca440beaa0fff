package dev.understudy.forwarder.soft;

import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.Output;
import dev.understudy.schema.SendFrame;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetStaticMac;
import dev.understudy.schema.SetVlans;
import dev.understudy.wire.MacAddress;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An 802.1Q switch without I/O: frames come in by {@link #receive} and leave by {@link Egress},
 * table writes come by {@link #carryOut}. The same object forwards real frames and simulated ones.
 *
 * <p>Used by one thread. {@link #receive} allocates nothing. Time is an argument and never goes
 * back. The forwarding process follows 802.1Q-2018 clause 8.6 in its order; see the package for
 * what is done otherwise.
 */
public final class SoftSwitch {
  /** Highest port number and bridge port number, as in 802.1D's port identifier. */
  public static final int PORT_MAX = 4095;

  static final int BRIDGE_PORT_MAX = 4095;
  static final int VID_MAX = 4094;
  static final int TREE_MAX = 64;
  static final int AGEING_SECONDS_DEFAULT = 300;

  private final Egress egress;
  private final LearnedChanges changes;
  private final LearnedTable learned;
  private final SwitchTables tables;
  private final FrameView sending = new FrameView();
  private long forwardedFrames;
  private long floodedFrames;

  /**
   * @param incarnation of the forwarder, told with learned addresses
   */
  public SoftSwitch(SwitchLimits limits, long incarnation, Egress egress) {
    this.egress = egress;
    changes = new LearnedChanges(incarnation, limits.changesKept());
    learned = new LearnedTable(limits, changes);
    tables = new SwitchTables(limits, learned);
  }

  /**
   * Takes a frame that came in by a port.
   *
   * @param frame may be given again for the next frame
   */
  public void receive(int portNumber, FrameView frame, long nowNanos) {
    SoftPort port = tables.port(portNumber);
    if (port == null) {
      tables.countOrphan();
      return;
    }
    port.count(PortCounter.RX_FRAMES);
    port.count(PortCounter.RX_OCTETS, frame.length());
    PortCounter dropped = relay(port, frame, nowNanos);
    if (dropped != null) {
      port.count(dropped);
    }
  }

  /** The whole way of a frame; returns why it was dropped, or null. */
  private @Nullable PortCounter relay(SoftPort port, FrameView frame, long nowNanos) {
    if (frame.length() < FrameView.HEADER_LENGTH) {
      return PortCounter.DROP_TOO_SHORT;
    }
    if (!port.up) {
      return PortCounter.DROP_PORT_DOWN;
    }
    long source = frame.source();
    if (MacAddress.isGroup(source)) {
      return PortCounter.DROP_SOURCE_GROUP;
    }
    long destination = frame.destination();
    int tagVid = frame.tci() == FrameView.NO_TAG ? 0 : frame.tci() & FrameView.VID_MASK;
    if (MacAddress.isReserved(destination)) {
      return reserved(port, frame, tagVid, nowNanos);
    }
    BridgePort ingress = port.bridgePort;
    int vid = tagVid != 0 ? tagVid : ingress.untaggedVid;
    if (vid == 0) {
      return PortCounter.DROP_UNTAGGED;
    }
    if (!tables.hasVlan(vid)) {
      return PortCounter.DROP_VLAN_UNKNOWN;
    }
    if (!ingress.isMember(vid)) {
      return PortCounter.DROP_VLAN_NOT_MEMBER;
    }
    byte state = ingress.state(tables.tree(vid));
    if (state == BridgePort.DISCARDING) {
      return PortCounter.DROP_PORT_DISCARDING;
    }
    learn(port, vid, source, nowNanos);
    if (state == BridgePort.LEARNING) {
      return PortCounter.DROP_PORT_LEARNING;
    }
    if (tables.punts().hasDataRules() && punted(port, frame, nowNanos)) {
      return null;
    }
    if (!MacAddress.isGroup(destination)) {
      int known = tables.staticOrLearned(vid, destination, nowNanos);
      if (known != 0) {
        return unicast(ingress, known, frame, vid);
      }
    }
    return flood(ingress, frame, vid);
  }

  /**
   * A frame to one of the addresses that a bridge never forwards (802.1Q-2018 8.6.3), whatever the
   * port's state. Protocols of this kind speak untagged or priority-tagged.
   */
  private @Nullable PortCounter reserved(
      SoftPort port, FrameView frame, int tagVid, long nowNanos) {
    int rule = tagVid == 0 ? tables.punts().match(frame) : -1;
    if (rule < 0) {
      return PortCounter.DROP_RESERVED_ADDRESS;
    }
    punt(port, frame, FrameView.NO_TAG, rule, nowNanos);
    return null;
  }

  /** True if a rule takes the frame away. */
  private boolean punted(SoftPort port, FrameView frame, long nowNanos) {
    int rule = tables.punts().match(frame);
    if (rule < 0) {
      return false;
    }
    punt(port, frame, frame.tci(), rule, nowNanos);
    return tables.punts().takes(rule);
  }

  private void punt(SoftPort port, FrameView frame, int tci, int rule, long nowNanos) {
    PuntTable punts = tables.punts();
    if (port.controlApart && punts.isReserved(rule)) {
      return;
    }
    if (port.policers.admit(punts, rule, nowNanos)) {
      port.count(PortCounter.RX_CONTROL_FRAMES);
      egress.punt(port.number, frame, tci, punts.trafficClass(rule));
    } else {
      port.count(PortCounter.DROP_CONTROL_POLICED);
    }
  }

  private void learn(SoftPort port, int vid, long source, long nowNanos) {
    if (tables.isStatic(vid, source) || source == 0) {
      return;
    }
    switch (learned.learn(tables.fid(vid), source, port.bridgePort.number, nowNanos)) {
      case KNOWN, NEW -> {}
      case MOVED -> port.count(PortCounter.LEARN_MOVED);
      case PORT_LIMIT -> port.count(PortCounter.LEARN_PORT_LIMIT);
      case TABLE_LIMIT -> port.count(PortCounter.LEARN_TABLE_LIMIT);
    }
  }

  private @Nullable PortCounter unicast(BridgePort ingress, int known, FrameView frame, int vid) {
    if (known == ingress.number) {
      return PortCounter.DROP_SAME_PORT;
    }
    BridgePort out = tables.bridgePort(known);
    if (out == null || !mayLeave(out, vid)) {
      return PortCounter.DROP_EGRESS_BLOCKED;
    }
    forwardedFrames++;
    send(out, frame, vid);
    return null;
  }

  private @Nullable PortCounter flood(BridgePort ingress, FrameView frame, int vid) {
    boolean sent = false;
    for (int i = 0; i < tables.bridgePortCount(); i++) {
      BridgePort out = tables.bridgePortByPlace(i);
      if (out != ingress && mayLeave(out, vid)) {
        send(out, frame, vid);
        sent = true;
      }
    }
    if (!sent) {
      return PortCounter.DROP_NO_EGRESS;
    }
    floodedFrames++;
    return null;
  }

  private boolean mayLeave(BridgePort out, int vid) {
    return out.member.up
        && out.isMember(vid)
        && out.state(tables.tree(vid)) == BridgePort.FORWARDING;
  }

  /** Priority and drop eligibility stay as they came; the VID is that of the VLAN. */
  private void send(BridgePort out, FrameView frame, int vid) {
    SoftPort port = out.member;
    if (frame.untaggedLength() > port.untaggedLengthMax) {
      port.count(PortCounter.DROP_TOO_LONG);
      return;
    }
    int tci = FrameView.NO_TAG;
    if (vid != out.untaggedVid) {
      tci = frame.tci() == FrameView.NO_TAG ? vid : (frame.tci() & ~FrameView.VID_MASK) | vid;
    }
    port.count(PortCounter.TX_FRAMES);
    port.count(PortCounter.TX_OCTETS, frame.lengthWith(tci));
    egress.transmit(port.number, frame, tci);
  }

  /** Carries out one output; effective on return. Empty when done, otherwise why not. */
  public Optional<String> carryOut(Output output) {
    return switch (output.getKindCase()) {
      case SEND_FRAME -> sendFrame(output.getSendFrame());
      case SET_PORT_STATE -> tables.setPortState(output.getSetPortState());
      case SET_PORT -> tables.setPort(output.getSetPort());
      case REMOVE_PORT -> tables.removePort(output.getRemovePort().getPort());
      case SET_VLANS -> tables.setVlans(output.getSetVlans());
      case SET_PUNT_RULES -> tables.setPuntRules(output.getSetPuntRules());
      case FLUSH_LEARNED -> tables.flush(output.getFlushLearned());
      case SET_STATIC_MAC -> tables.setStaticMac(output.getSetStaticMac());
      case SET_AGEING -> tables.setAgeing(output.getSetAgeing().getSeconds());
      case SET_FAIL_SAFE, STORE_CONFIGURATION, SET_TIMING, KIND_NOT_SET ->
          Optional.of("not an output for the data plane: " + output.getKindCase());
    };
  }

  private Optional<String> sendFrame(SendFrame send) {
    Optional<String> refusal = refusalToSend(send);
    SoftPort port = tables.port(send.getPort());
    if (refusal.isPresent() || port == null) {
      return refusal;
    }
    byte[] octets = send.getFrame().toByteArray();
    sending.set(MemorySegment.ofArray(octets), 0, octets.length, FrameView.NO_TAG);
    port.count(PortCounter.TX_CONTROL_FRAMES);
    port.count(PortCounter.TX_FRAMES);
    port.count(PortCounter.TX_OCTETS, octets.length);
    egress.transmit(port.number, sending, sending.tci());
    return Optional.empty();
  }

  /** Why a control frame can't be sent, or empty. */
  public Optional<String> refusalToSend(SendFrame send) {
    SoftPort port = tables.port(send.getPort());
    if (port == null) {
      return Optional.of("no port " + send.getPort());
    }
    if (send.getFrame().size() < FrameView.HEADER_LENGTH) {
      return Optional.of("a frame of " + send.getFrame().size() + " octets");
    }
    if (!port.up) {
      return Optional.of("port " + send.getPort() + " is down");
    }
    if (send.getObeyPortState() && port.bridgePort.state(0) != BridgePort.FORWARDING) {
      return Optional.of("port " + send.getPort() + " doesn't forward");
    }
    return Optional.empty();
  }

  /**
   * A port's link came or went. When it goes, its bridge port discards in every tree at once and
   * its learned addresses are void; a link that comes back opens nothing.
   */
  public void link(int portNumber, boolean up) {
    SoftPort port = tables.port(portNumber);
    if (port == null) {
      return;
    }
    port.up = up;
    if (!up) {
      tables.close(port.bridgePort);
    }
  }

  /**
   * Longer frames are dropped and counted on their way out.
   *
   * @param mtu payload octets
   */
  public void mtu(int portNumber, int mtu) {
    SoftPort port = tables.port(portNumber);
    if (port != null) {
      port.untaggedLengthMax = mtu + FrameView.HEADER_LENGTH;
    }
  }

  /** Do control frames to reserved addresses come to the judgement by a socket of their own? */
  public void controlApart(int portNumber, boolean apart) {
    SoftPort port = tables.port(portNumber);
    if (port != null) {
      port.controlApart = apart;
    }
  }

  /** Is a port still attached to what it was attached to? */
  public static boolean isSameAttachment(SetPort one, SetPort other) {
    return SwitchTables.isSameAttachment(one, other);
  }

  /** Counts what happened to a port's frame outside of this class. */
  public void count(int portNumber, PortCounter counter, long more) {
    tables.counters(portNumber)[counter.index()] += more;
  }

  /** Forgets aged addresses; to be called a few times a second. Cheap when there is nothing. */
  public void age(long nowNanos) {
    learned.age(nowNanos);
  }

  public List<SetPortState> portStates() {
    return tables.portStates();
  }

  public List<SetStaticMac> staticMacs() {
    return tables.staticMacs();
  }

  public List<SetVlans.Vlan> vlans() {
    return tables.vlans();
  }

  public List<SetPort> ports() {
    return tables.ports();
  }

  public PuntTable punts() {
    return tables.punts();
  }

  /** Counters of every port that has counted something, and those of the whole, port 0. */
  public List<ForwarderCounter> counters() {
    List<ForwarderCounter> all = new ArrayList<>();
    tables.addCounters(all);
    all.add(whole("forwarded-frames", forwardedFrames));
    all.add(whole("flooded-frames", floodedFrames));
    all.add(whole("learned-addresses", learned.count()));
    all.add(whole("learned-changes", changes.latest()));
    all.add(whole("aged-out-addresses", learned.agedOut()));
    all.add(whole("drop-no-port", tables.orphans()));
    return all;
  }

  private static ForwarderCounter whole(String name, long value) {
    return ForwarderCounter.newBuilder().setName(name).setValue(value).build();
  }

  public int learnedCount() {
    return learned.count();
  }

  /** Number of the latest change of a learned address; 0 before the first. */
  public long learnedSequence() {
    return changes.latest();
  }

  /** A copy of all learned addresses. */
  public LearnedAddresses learned() {
    long[] entries = new long[learned.count()];
    short[] bridgePorts = new short[learned.count()];
    int count = learned.copyTo(entries, bridgePorts);
    return new LearnedAddresses(entries, bridgePorts, count);
  }

  /** As {@link dev.understudy.border.DataPlane#learnedAfter}, into a batch that is reused. */
  public void learnedAfter(long incarnation, long sequence, LearnedBatch batch) {
    changes.after(incarnation, sequence, learned, batch);
  }
}
