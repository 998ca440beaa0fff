package dev.understudy.forwarder.kernel;

import com.google.protobuf.ByteString;
import dev.understudy.border.DataPlaneListener;
import dev.understudy.forwarder.soft.FrameView;
import dev.understudy.forwarder.soft.Policers;
import dev.understudy.forwarder.soft.PortCounter;
import dev.understudy.forwarder.soft.PuntTable;
import dev.understudy.linux.Errno;
import dev.understudy.linux.FrameBatch;
import dev.understudy.linux.FrameFilter;
import dev.understudy.linux.FrameSize;
import dev.understudy.linux.MonotonicClock;
import dev.understudy.linux.PacketOptions;
import dev.understudy.linux.PacketSocket;
import dev.understudy.linux.SendTally;
import dev.understudy.linux.SendVector;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.PortState;
import dev.understudy.schema.SendFrame;
import dev.understudy.schema.SetPort;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A port: its settings, its interface, its link, and its control frames. */
final class KernelPort {
  /** Control frames that are taken from one port before the next one has its turn. */
  private static final int FRAMES_MAX = 256;

  private static final int CONTROL_BUFFER_OCTETS = 1 << 20;

  SetPort settings;

  /** Interface in the bridge; 0: none. */
  int index;

  /** Why it isn't in the bridge; empty if it is. */
  String error = "";

  boolean up;

  /** How often it went down since the forwarder started; grows only. */
  long downCount;

  /** The kernel's count of lost carriers so far. */
  long carrierLosses;

  int mtu = 1_500;

  /** As the supervisor said last; discarding since the link was lost. */
  PortState state = PortState.PORT_STATE_DISCARDING;

  @Nullable LinkInput told;

  private @Nullable PacketSocket control;
  private final Policers policers = new Policers();
  private final Map<PortCounter, Long> counters = new EnumMap<>(PortCounter.class);

  /** What all ports share: buffers, and the clock of the policers. */
  static final class Frames {
    static final int BATCH = 64;
    final FrameBatch received = FrameBatch.of(FrameSize.STANDARD, BATCH);
    final FrameBatch sending = FrameBatch.of(FrameSize.STANDARD, 1);
    final SendVector vector = SendVector.of(1);
    final FrameView view = new FrameView();
    final MonotonicClock clock = new MonotonicClock();
    PuntTable punts = PuntTable.EMPTY;
  }

  KernelPort(SetPort settings) {
    this.settings = settings;
  }

  int number() {
    return settings.getPort();
  }

  boolean isOpen() {
    return state == PortState.PORT_STATE_FORWARDING;
  }

  void count(PortCounter counter, long more) {
    counters.merge(counter, more, Long::sum);
  }

  /** What was counted here, and what the kernel had no room for. */
  Map<PortCounter, Long> counters() {
    Map<PortCounter, Long> all = new EnumMap<>(counters);
    if (control != null) {
      all.merge(
          PortCounter.DROP_CONTROL_RECEIVE_QUEUE_FULL, control.statistics().dropped(), Long::sum);
    }
    return all;
  }

  /** Opens the socket for control frames and returns its descriptor. */
  int openControl(int interfaceIndex) {
    closeControl();
    PacketSocket socket =
        PacketSocket.open(
            interfaceIndex,
            PacketOptions.standard()
                .withReceiveBuffer(CONTROL_BUFFER_OCTETS)
                .withFilter(FrameFilter.only(List.of(FrameFilter.Match.reservedGroups())))
                .withFlags(Set.of(PacketOptions.Flag.PROMISCUOUS)));
    control = socket;
    return socket.fd();
  }

  void closeControl() {
    if (control != null) {
      count(PortCounter.DROP_CONTROL_RECEIVE_QUEUE_FULL, control.statistics().dropped());
      control.close();
      control = null;
    }
  }

  /** Hands over the control frames that wait. */
  void drain(Frames frames, DataPlaneListener listener) {
    PacketSocket socket = control;
    if (socket == null) {
      return;
    }
    for (int taken = 0; taken < FRAMES_MAX; taken += Frames.BATCH) {
      int count = socket.receive(frames.received, Frames.BATCH);
      for (int i = 0; i < count; i++) {
        received(frames, i, listener);
      }
      if (count < Frames.BATCH) {
        return;
      }
    }
  }

  private void received(Frames frames, int frame, DataPlaneListener listener) {
    FrameBatch batch = frames.received;
    if (batch.truncated(frame)) {
      count(PortCounter.DROP_TRUNCATED, 1);
      return;
    }
    if (!up) {
      count(PortCounter.DROP_PORT_DOWN, 1);
      return;
    }
    int tag = batch.popTag(frame);
    frames.view.set(batch.memory(), batch.start(frame), batch.length(frame), FrameView.NO_TAG);
    boolean tagged = tag != FrameBatch.NO_TAG && (tag & FrameView.VID_MASK) != 0;
    int rule = tagged ? -1 : frames.punts.match(frames.view);
    if (rule < 0 || frames.view.inlineTagLength() != 0) {
      count(PortCounter.DROP_RESERVED_ADDRESS, 1);
    } else if (!policers.admit(frames.punts, rule, frames.clock.nanos())) {
      count(PortCounter.DROP_CONTROL_POLICED, 1);
    } else {
      count(PortCounter.RX_CONTROL_FRAMES, 1);
      listener.frame(
          number(), ByteString.copyFrom(batch.octets(frame)), frames.punts.trafficClass(rule));
    }
  }

  /** Sends past the bridge; empty when done, otherwise why not. */
  Optional<String> send(Frames frames, SendFrame send) {
    PacketSocket socket = control;
    if (socket == null || !up) {
      return Optional.of("port " + number() + " is down");
    }
    if (send.getObeyPortState() && !isOpen()) {
      return Optional.of("port " + number() + " isn't forwarding");
    }
    int length = send.getFrame().size();
    if (length < FrameView.HEADER_LENGTH || length > frames.sending.frameOctetsMax()) {
      return Optional.of("a frame of " + length + " octets");
    }
    frames.sending.clear();
    frames.sending.append(send.getFrame().toByteArray());
    frames.vector.add(frames.sending, 0);
    SendTally tally = new SendTally();
    frames.vector.flush(socket, tally);
    if (tally.dropped() != 0) {
      count(PortCounter.DROP_SEND_FAILED, 1);
      return Optional.of("port " + number() + ": " + Errno.name(tally.lastErrno()));
    }
    count(PortCounter.TX_CONTROL_FRAMES, 1);
    return Optional.empty();
  }

  LinkInput link() {
    return LinkInput.newBuilder()
        .setPort(number())
        .setPresent(index != 0)
        .setUp(up)
        .setDownCount(downCount)
        .setFullDuplex(true)
        .setMtu(mtu)
        .setError(error)
        .build();
  }
}
