package dev.understudy.forwarder.dataplane;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.understudy.border.DataPlaneListener;
import dev.understudy.forwarder.monitor.FrameTap;
import dev.understudy.forwarder.soft.FrameView;
import dev.understudy.forwarder.soft.PortCounter;
import dev.understudy.forwarder.soft.PuntTable;
import dev.understudy.linux.Epoll;
import dev.understudy.linux.Errno;
import dev.understudy.linux.FrameBatch;
import dev.understudy.linux.FrameFilter;
import dev.understudy.linux.FrameSize;
import dev.understudy.linux.MacAddress;
import dev.understudy.linux.MonotonicClock;
import dev.understudy.linux.PacketSocket;
import dev.understudy.linux.SendTally;
import dev.understudy.linux.SendVector;
import dev.understudy.schema.PuntRule;
import dev.understudy.schema.SendFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Control frames of AF_PACKET ports: which ones come by the ports' control sockets, in and out. All
 * in the judgement's thread.
 */
final class ControlFrames {
  /** Control frames that are taken from one port before the next one has its turn. */
  static final int FRAMES_MAX = 256;

  /**
   * How long a port that had {@link #FRAMES_MAX} waiting is left alone. What comes meanwhile waits
   * in its own socket and is lost there, counted by the kernel, so that a flood on one port costs
   * the judgement no more than 25,600 frames a second.
   */
  static final long REST_NANOS = 10_000_000L;

  private static final int BATCH = 64;

  private final SoftDataPlane plane;
  private final Epoll epoll;
  private final NavigableMap<Integer, PortBody> bodies;

  /** Ports that are left alone, and until when. */
  private final NavigableMap<Integer, Long> resting = new TreeMap<>();

  private final FrameBatch received = FrameBatch.of(FrameSize.STANDARD, BATCH);
  private final FrameBatch sending = FrameBatch.of(FrameSize.STANDARD, 1);
  private final SendVector vector = SendVector.of(1);
  private final FrameView view = new FrameView();
  private final MonotonicClock clock = new MonotonicClock();
  private PuntTable punts = PuntTable.EMPTY;
  private List<FrameFilter.Match> matches = List.of();

  /**
   * @param epoll of the judgement, with the control sockets in it
   * @param bodies all ports, by number
   */
  ControlFrames(SoftDataPlane plane, Epoll epoll, NavigableMap<Integer, PortBody> bodies) {
    this.plane = plane;
    this.epoll = epoll;
    this.bodies = bodies;
  }

  /** Begins to wait for a port's control frames. */
  void watch(int number, PacketSocket control) {
    resting.remove(number);
    epoll.add(new Epoll.Interest(control.fd(), Epoll.IN, number));
  }

  /** Begins to wait again for ports that have rested enough. */
  void wakeRested() {
    if (resting.isEmpty()) {
      return;
    }
    long now = clock.nanos();
    resting.entrySet().removeIf(rest -> rest.getValue() <= now && wakes(rest.getKey()));
  }

  private boolean wakes(int number) {
    PortBody body = bodies.get(number);
    PacketSocket control = body == null ? null : body.control;
    if (control != null) {
      epoll.add(new Epoll.Interest(control.fd(), Epoll.IN, number));
    }
    return true;
  }

  /** How long a wait may be so that no port rests too long. */
  long waitMax(long limitNanos) {
    return resting.isEmpty() ? limitNanos : Math.min(limitNanos, REST_NANOS);
  }

  /** A port's control socket is about to be closed, and so is watched no more. */
  void forget(int number) {
    resting.remove(number);
  }

  /** Passes what comes by control sockets. */
  FrameFilter own() {
    return FrameFilter.only(matches);
  }

  /** Passes everything else. */
  FrameFilter others() {
    return FrameFilter.allBut(matches);
  }

  /** Which frames come by control sockets: those that rules name by a reserved address. */
  void puntRules(PuntTable table) {
    punts = table;
    List<FrameFilter.Match> wanted = new ArrayList<>();
    for (int rule = 0; rule < table.rules().size(); rule++) {
      if (table.isReserved(rule)) {
        wanted.add(match(table.rules().get(rule)));
      }
    }
    if (wanted.equals(matches)) {
      return;
    }
    matches = List.copyOf(wanted);
    FrameFilter others = others();
    for (PortBody body : bodies.values()) {
      PacketSocket control = body.control;
      if (control != null) {
        control.attach(own());
        int number = body.number();
        plane.ask(thread -> {
          if (thread.channel(number) instanceof PacketSocket data) {
            data.attach(others);
          }
          return true;
        });
      }
    }
  }

  private static FrameFilter.Match match(PuntRule rule) {
    long bits = 0;
    for (int i = 0; i < rule.getDestination().size(); i++) {
      bits = bits << 8 | (rule.getDestination().byteAt(i) & 0xFF);
    }
    FrameFilter.Match byAddress = FrameFilter.Match.destination(new MacAddress(bits));
    return rule.getEtherType() == 0
        ? byAddress
        : new FrameFilter.Match(
            byAddress.destination(), byAddress.mask(), OptionalInt.of(rule.getEtherType()));
  }

  boolean hasSocket(int number) {
    PortBody body = bodies.get(number);
    return body != null && body.control != null;
  }

  /** Hands over the control frames of one port. */
  void drain(int number, DataPlaneListener listener) {
    PortBody body = bodies.get(number);
    PacketSocket control = body == null ? null : body.control;
    if (body == null || control == null) {
      return;
    }
    for (int taken = 0; taken < FRAMES_MAX; taken += BATCH) {
      int count = control.receive(received, BATCH);
      for (int i = 0; i < count; i++) {
        controlFrame(body, i, listener);
      }
      if (count < BATCH) {
        return;
      }
    }
    epoll.remove(control.fd());
    resting.put(number, clock.nanos() + REST_NANOS);
  }

  private void controlFrame(PortBody body, int index, DataPlaneListener listener) {
    body.count(PortCounter.RX_FRAMES, 1);
    body.count(PortCounter.RX_OCTETS, received.length(index));
    if (received.truncated(index)) {
      body.count(PortCounter.DROP_TRUNCATED, 1);
      return;
    }
    if (!body.up) {
      body.count(PortCounter.DROP_PORT_DOWN, 1);
      return;
    }
    int tag = received.popTag(index);
    FrameTap.Entry tap = plane.monitors().judgement(body.number());
    if (tap != null) {
      view.set(received.memory(), received.start(index), received.length(index), tag);
      countMonitored(body, tap.in(view, clock.nanos(), true));
    }
    view.set(received.memory(), received.start(index), received.length(index), FrameView.NO_TAG);
    boolean tagged = tag != FrameBatch.NO_TAG && (tag & 0xFFF) != 0;
    int rule = tagged ? -1 : punts.match(view);
    if (rule < 0 || view.inlineTagLength() != 0) {
      body.count(PortCounter.DROP_RESERVED_ADDRESS, 1);
    } else if (!body.policers.admit(punts, rule, clock.nanos())) {
      body.count(PortCounter.DROP_CONTROL_POLICED, 1);
    } else {
      body.count(PortCounter.RX_CONTROL_FRAMES, 1);
      ByteString octets = UnsafeByteOperations.unsafeWrap(received.octets(index));
      listener.frame(body.number(), octets, punts.trafficClass(rule));
    }
  }

  private static void countMonitored(PortBody body, boolean captured) {
    if (!captured) {
      body.count(PortCounter.MONITOR_LOST_FRAMES, 1);
    }
  }

  /** Sends by the control socket. */
  Optional<String> send(SendFrame send) {
    PortBody body = bodies.get(send.getPort());
    PacketSocket control = body == null ? null : body.control;
    if (body == null || control == null) {
      return Optional.of("port " + send.getPort() + " is not attached");
    }
    if (!body.up) {
      return Optional.of("port " + send.getPort() + " is down");
    }
    int length = send.getFrame().size();
    if (length < FrameView.HEADER_LENGTH || length > sending.frameOctetsMax()) {
      return Optional.of("a frame of " + length + " octets");
    }
    byte[] octets = send.getFrame().toByteArray();
    Monitors monitors = plane.monitors();
    FrameTap.Entry tap = monitors.judgement(body.number());
    if (tap != null) {
      countMonitored(body, tap.sent(octets, clock.nanos(), monitors.term(), monitors.number()));
    }
    sending.clear();
    sending.append(octets);
    vector.add(sending, 0);
    SendTally tally = new SendTally();
    vector.flush(control, tally);
    if (tally.dropped() != 0) {
      body.count(PortCounter.DROP_SEND_FAILED, 1);
      return Optional.of("port " + send.getPort() + ": " + Errno.name(tally.lastErrno()));
    }
    body.count(PortCounter.TX_CONTROL_FRAMES, 1);
    body.count(PortCounter.TX_FRAMES, 1);
    body.count(PortCounter.TX_OCTETS, length);
    return Optional.empty();
  }
}
