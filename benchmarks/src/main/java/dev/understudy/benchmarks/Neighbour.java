package dev.understudy.benchmarks;

import dev.understudy.wire.Decoded;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.bpdu.Bpdu;
import dev.understudy.wire.bpdu.BpduCodec;
import dev.understudy.wire.bpdu.BpduFlags;
import dev.understudy.wire.bpdu.BpduPortRole;
import dev.understudy.wire.bpdu.BpduTimes;
import dev.understudy.wire.bpdu.BridgeId;
import dev.understudy.wire.bpdu.PortId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * The root bridge of a network, with a cable to each port of the switch under test: one of those
 * ports becomes the root port, the others alternate ports, and all of them answer each Proposal
 * with an Agreement at once (802.1Q-2018 13.37, ROOT_AGREED and ALTERNATE_AGREED). That makes a
 * question with an answer of a protocol that has few: every question is one input, one bracket with
 * changed rows and one frame.
 *
 * <p>A bridge sends at most txHoldCount BPDUs at a time through a port, and one more a second. The
 * neighbour keeps account of it and asks through a port only what may be answered at once; there is
 * at most one open question a port.
 *
 * <p>Threads: one receives, one sends hellos; questions come from the benchmark's thread.
 */
final class Neighbour implements AutoCloseable {
  /** What the switch under test is to be configured with, the greatest one there is. */
  static final int TX_HOLD_COUNT = 10;

  private static final int QUESTIONS_IN_A_ROW_MAX = TX_HOLD_COUNT - 2;
  private static final double QUESTIONS_PER_SECOND_AND_PORT = 0.95;

  private static final long HELLO_NANOS = 1_000_000_000L;
  private static final long GIVEN_UP_NANOS = 5_000_000_000L;
  private static final MacAddress MAC = MacAddress.parse("02:be:00:00:00:01");
  private static final BridgeId BRIDGE = BridgeId.of(0, MAC);
  private static final int RECEIVE_BUFFER_OCTETS = 4 << 20;
  private static final long NONE = 0;

  private final List<InetSocketAddress> ports;
  private final Map<Integer, Integer> portByUdpPort = new TreeMap<>();
  private final DatagramChannel channel;
  private final ByteBuffer[] hellos;
  private final ByteBuffer[] proposals;
  private final AtomicLongArray askedNanos;
  private final double[] credit;
  private final long[] creditNanos;
  private final Listener listener;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicLong unanswered = new AtomicLong();
  private int next;

  /** Hears answers, on the receiving thread. */
  @FunctionalInterface
  interface Listener {
    void answered(long askedNanos, long answeredNanos);
  }

  /**
   * A neighbour that is silent at first.
   *
   * @param ports where the ports of the switch listen
   */
  Neighbour(List<InetSocketAddress> ports, Listener listener) {
    this.ports = List.copyOf(ports);
    this.listener = listener;
    this.hellos = frames(false);
    this.proposals = frames(true);
    this.askedNanos = new AtomicLongArray(ports.size());
    this.credit = new double[ports.size()];
    this.creditNanos = new long[ports.size()];
    for (int port = 0; port < ports.size(); port++) {
      portByUdpPort.put(ports.get(port).getPort(), port);
      creditNanos[port] = System.nanoTime();
    }
    try {
      channel = DatagramChannel.open();
      channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_OCTETS);
      channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (IOException e) {
      throw new UncheckedIOException("no UDP socket on loopback", e);
    }
  }

  private ByteBuffer[] frames(boolean proposal) {
    return IntStream.rangeClosed(1, ports.size())
        .mapToObj(number ->
            ByteBuffer.wrap(
                BpduCodec.encodeFrame(
                        new Bpdu.Rst(
                            BpduFlags.NONE
                                .withRole(BpduPortRole.DESIGNATED)
                                .withProposal(proposal)
                                .withLearning(!proposal)
                                .withForwarding(!proposal),
                            BRIDGE,
                            0,
                            BRIDGE,
                            PortId.of(PortId.PRIORITY_DEFAULT, number),
                            BpduTimes.DEFAULT),
                        MAC)
                    .toByteArray()))
        .toArray(ByteBuffer[]::new);
  }

  /** The ports of the switch, as its configuration has them: {@code p1}, {@code p2} … */
  String yaml() {
    StringBuilder text = new StringBuilder();
    for (int port = 0; port < ports.size(); port++) {
      text.append(
          "  p%d: {udp: {listen: \"%s\", peer: \"%s\"}}%n"
              .formatted(port + 1, FreePorts.text(ports.get(port)), FreePorts.text(address())));
    }
    return text.toString();
  }

  private InetSocketAddress address() {
    try {
      return (InetSocketAddress) channel.getLocalAddress();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int ports() {
    return ports.size();
  }

  /** Begins to send hellos, and returns when every port has answered a question. */
  void begin() {
    Thread.ofPlatform().name("neighbour-receives").daemon().start(this::receive);
    Thread.ofPlatform().name("neighbour-hellos").daemon().start(this::sendHellos);
    long deadline = System.nanoTime() + 30_000_000_000L;
    boolean[] answered = new boolean[ports.size()];
    int missing = ports.size();
    while (missing > 0) {
      if (System.nanoTime() > deadline) {
        throw new BenchmarkFailure(
            missing + " of " + ports.size() + " ports never answered a Proposal");
      }
      for (int port = 0; port < ports.size(); port++) {
        if (!answered[port]) {
          long asked = askedNanos.get(port);
          if (asked == NONE && creditNanos[port] < 0) {
            answered[port] = true;
            missing--;
          } else if (asked == NONE || System.nanoTime() - asked > HELLO_NANOS) {
            creditNanos[port] = -1;
            ask(port);
          }
        }
      }
      LockSupport.parkNanos(20_000_000);
    }
    for (int port = 0; port < ports.size(); port++) {
      credit[port] = 0;
      creditNanos[port] = System.nanoTime();
    }
    unanswered.set(0);
  }

  /** How long it takes until as many questions as possible may be asked in a row again. */
  static long recoveryNanos() {
    return (long) (QUESTIONS_IN_A_ROW_MAX / QUESTIONS_PER_SECOND_AND_PORT * 1e9);
  }

  /** How many questions a second may be asked for ever. */
  double questionsPerSecondMax() {
    return QUESTIONS_PER_SECOND_AND_PORT * ports.size();
  }

  /** How many questions may be asked in a row after a long pause. */
  int questionsInARowMax() {
    return QUESTIONS_IN_A_ROW_MAX * ports.size();
  }

  /** Questions without an answer within {@value #GIVEN_UP_NANOS} ns. */
  long unanswered() {
    return unanswered.get();
  }

  /**
   * Asks through the next port through which it is allowed. One thread at a time.
   *
   * @return false if there is none at present
   */
  boolean ask() {
    long now = System.nanoTime();
    for (int tried = 0; tried < ports.size(); tried++) {
      int port = next;
      next = (next + 1) % ports.size();
      credit[port] =
          Math.min(
              QUESTIONS_IN_A_ROW_MAX,
              credit[port] + (now - creditNanos[port]) / 1e9 * QUESTIONS_PER_SECOND_AND_PORT);
      creditNanos[port] = now;
      long asked = askedNanos.get(port);
      if (asked != NONE && now - asked > GIVEN_UP_NANOS) {
        askedNanos.compareAndSet(port, asked, NONE);
        unanswered.incrementAndGet();
      }
      if (credit[port] >= 1 && askedNanos.get(port) == NONE) {
        credit[port]--;
        ask(port);
        return true;
      }
    }
    return false;
  }

  private void ask(int port) {
    askedNanos.set(port, System.nanoTime());
    send(port, proposals[port]);
  }

  private void send(int port, ByteBuffer frame) {
    try {
      channel.send(frame.duplicate(), ports.get(port));
    } catch (AsynchronousCloseException e) {
      // The end.
    } catch (IOException e) {
      if (!ended.get()) {
        throw new UncheckedIOException("can't send to " + ports.get(port), e);
      }
    }
  }

  private void sendHellos() {
    long pause = HELLO_NANOS / ports.size();
    for (int port = 0; !ended.get(); port = (port + 1) % ports.size()) {
      send(port, hellos[port]);
      LockSupport.parkNanos(pause);
    }
  }

  private void receive() {
    Punctual.here();
    ByteBuffer buffer = ByteBuffer.allocate(2048);
    while (!ended.get()) {
      buffer.clear();
      try {
        InetSocketAddress from = (InetSocketAddress) channel.receive(buffer);
        long now = System.nanoTime();
        Integer port = from == null ? null : portByUdpPort.get(from.getPort());
        if (port != null && isAgreement(buffer)) {
          long asked = askedNanos.getAndSet(port, NONE);
          if (asked != NONE) {
            listener.answered(asked, now);
          }
        }
      } catch (IOException e) {
        if (!ended.get()) {
          throw new UncheckedIOException("can't receive", e);
        }
      }
    }
  }

  private static boolean isAgreement(ByteBuffer received) {
    return BpduCodec.decodeFrame(received.array(), received.arrayOffset(), received.position())
            instanceof Decoded.Ok<Bpdu>(Bpdu.Rst rst)
        && rst.flags().agreement();
  }

  @Override
  public void close() {
    ended.set(true);
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
