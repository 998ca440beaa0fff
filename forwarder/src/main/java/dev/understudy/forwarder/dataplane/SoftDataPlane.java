package dev.understudy.forwarder.dataplane;

import dev.understudy.border.DataPlaneListener;
import dev.understudy.edge.Release;
import dev.understudy.edge.StateDirectory;
import dev.understudy.forwarder.ControlledDataPlane;
import dev.understudy.forwarder.dataplane.Commands.Command;
import dev.understudy.forwarder.monitor.MonitorServer;
import dev.understudy.forwarder.soft.LearnedBatch;
import dev.understudy.forwarder.soft.SoftSwitch;
import dev.understudy.forwarder.soft.SwitchLimits;
import dev.understudy.linux.Epoll;
import dev.understudy.linux.EventFd;
import dev.understudy.linux.Links;
import dev.understudy.linux.Scheduling;
import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Output;
import dev.understudy.schema.SendFrame;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetStaticMac;
import dev.understudy.schema.SetVlans;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The soft data plane: a {@link SoftSwitch} on UDP, TAP and AF_PACKET ports.
 *
 * <p>Two threads. The judgement's thread makes this object and calls all of its methods but {@link
 * #wakeup}; interfaces are those of that thread's network namespace. The forwarding thread is made
 * here; see {@link DataThread}. A write is put to the forwarding thread and waited for, at most
 * {@link #ANSWER_NANOS}, so that it is effective before the next output.
 *
 * <p>The judgement's loop: {@link #awaitControl} for the time to its next tick, {@link
 * #drainControl}, then whatever else woke it.
 */
public final class SoftDataPlane implements ControlledDataPlane {
  /** How long the judgement waits for the forwarding thread. */
  static final long ANSWER_NANOS = 2_000_000_000L;

  /** Below the judgement and its sockets, above all supervisors. */
  private static final Scheduling.Wish FORWARDING = Scheduling.Wish.fifo(12).orNice(-12);

  private static final int READY_MAX = 256;
  private static final String INTERFACES = "interfaces";

  /** Tokens of descriptors that are no port's control socket. */
  static final int WAKE = 0;

  static final int LINKS = -1;

  private final ControlQueue queue = new ControlQueue();
  private final AtomicBoolean queueTold = new AtomicBoolean();
  private final EventFd wake = EventFd.open();
  private final Epoll epoll = Epoll.open(READY_MAX);
  private final DataThread data;
  private final Thread thread;
  private final Ports ports;
  private final Monitors monitors = new Monitors(this);
  private final LearnedBatch batch = new LearnedBatch();
  private @Nullable MonitorServer server;
  private long learnedTold;
  private boolean closed;

  /**
   * @param incarnation of the forwarder, told with learned addresses
   * @param scheduling what the forwarding thread asks for
   * @param interfaces file that remembers how interfaces were before they became ports
   */
  public record Options(
      SwitchLimits limits,
      long incarnation,
      Optional<Scheduling.Wish> scheduling,
      Optional<Path> interfaces) {}

  public SoftDataPlane(Options options) {
    data =
        new DataThread(
            egress -> new SoftSwitch(options.limits, options.incarnation, egress),
            queue,
            queueTold,
            wake,
            options.scheduling);
    epoll.add(new Epoll.Interest(wake.fd(), Epoll.IN, WAKE));
    ports = new Ports(this, epoll, new InterfaceMemory(options.interfaces));
    thread = Thread.ofPlatform().name("forwarding").daemon().unstarted(data);
    thread.start();
  }

  /**
   * Makes data planes with the usual limits.
   *
   * @param state where the forwarder's files are, and the socket for those who want copies of
   *     frames
   */
  public static ControlledDataPlane.Maker maker(StateDirectory state) {
    return incarnation -> {
      Path monitor = state.monitorEndpoint().socket();
      state.make(Objects.requireNonNull(monitor.getParent()));
      SoftDataPlane plane =
          new SoftDataPlane(
              new Options(
                  SwitchLimits.DEFAULT,
                  incarnation,
                  Optional.of(FORWARDING),
                  Optional.of(state.forwarder().resolve(INTERFACES))));
      plane.serveMonitors(monitor);
      return plane;
    };
  }

  /** Gives copies of frames to whoever asks on this socket. */
  void serveMonitors(Path socket) {
    server = MonitorServer.open(socket, monitors, "Understudy " + Release.current());
  }

  /** Puts back the interfaces that a killed forwarder left as ports; none must be running. */
  public static void putBackInterfaces(Path directory) {
    InterfaceMemory memory = new InterfaceMemory(Optional.of(directory.resolve(INTERFACES)));
    if (!memory.isEmpty()) {
      try (Links links = Links.open()) {
        memory.putBackAll(links);
      }
    }
  }

  // The judgement's loop.

  @Override
  public void awaitControl(long limitNanos) {
    epoll.await(ports.hasNews() ? 0 : ports.control().waitMax(limitNanos));
  }

  @Override
  public void wakeup() {
    wake.signal();
  }

  /**
   * Tells what there is to tell: links first, then control frames that were there when it began,
   * then that addresses were learned.
   *
   * @throws IllegalStateException if the forwarding thread has died: this data plane is of no more
   *     use
   */
  @Override
  public void drainControl(DataPlaneListener listener) {
    Throwable failure = data.failure();
    if (failure != null) {
      throw new IllegalStateException("the forwarding thread died", failure);
    }
    monitors.runAsked();
    ports.control().wakeRested();
    int ready = epoll.await(0);
    boolean links = false;
    for (int i = 0; i < ready; i++) {
      if (epoll.token(i) == WAKE) {
        wake.drain();
      } else if (epoll.token(i) == LINKS) {
        links = true;
      }
    }
    if (links) {
      ports.pollLinks();
    }
    ports.tellLinks(listener);
    for (int i = 0; i < ready; i++) {
      int token = (int) epoll.token(i);
      if (token > 0) {
        ports.control().drain(token, listener);
      }
    }
    queueTold.set(false);
    queue.drainTo(listener);
    long learned = data.learnedSequence();
    if (learned != learnedTold) {
      learnedTold = learned;
      listener.learnedAvailable();
    }
  }

  /**
   * Pulls the cable of a UDP port, or plugs it again: such a port has no carrier of its own that
   * could go.
   */
  public void cable(int port, boolean plugged) {
    ports.cable(port, plugged);
  }

  /** What the forwarding thread runs under, for example {@code SCHED_FIFO 10}. */
  public String scheduling() {
    return data.scheduled();
  }

  // DataPlane.

  @Override
  public void bracketBegins(long term, long number) {
    monitors.bracketBegins(term, number);
  }

  @Override
  public Optional<String> carryOut(Output output) {
    return switch (output.getKindCase()) {
      case SET_PORT -> ports.set(output);
      case REMOVE_PORT -> ports.remove(output);
      case SEND_FRAME -> send(output.getSendFrame());
      case SET_PUNT_RULES -> {
        Optional<String> refusal = write(output);
        ports.control().puntRules(ask(thread -> thread.soft().punts()));
        yield refusal;
      }
      case SET_PORT_STATE, SET_VLANS, FLUSH_LEARNED, SET_STATIC_MAC, SET_AGEING -> write(output);
      case SET_FAIL_SAFE, STORE_CONFIGURATION, SET_TIMING, KIND_NOT_SET ->
          Optional.of("not an output for the data plane: " + output.getKindCase());
    };
  }

  /** BPDUs of an AF_PACKET port leave at once; whatever must look at a port's state asks. */
  private Optional<String> send(SendFrame send) {
    if (!send.getObeyPortState() && ports.control().hasSocket(send.getPort())) {
      return ports.control().send(send);
    }
    byte[] octets = send.getFrame().toByteArray();
    long term = monitors.term();
    long number = monitors.number();
    return attempt(thread ->
        thread
            .soft()
            .refusalToSend(send)
            .or(() -> thread.send(send.getPort(), octets, term, number)));
  }

  /** A write to the tables. */
  Optional<String> write(Output output) {
    return attempt(thread -> thread.soft().carryOut(output));
  }

  /** Has something done, and says why it couldn't be. */
  Optional<String> attempt(Function<DataThread, Optional<String>> work) {
    Command<Optional<String>> command = thread.isAlive() ? data.put(work) : null;
    if (command == null || !command.await(ANSWER_NANOS)) {
      return Optional.of("the forwarding thread doesn't answer");
    }
    return command.result();
  }

  /** Has something done or looked up. */
  <T> T ask(Function<DataThread, T> work) {
    Command<T> command = thread.isAlive() ? data.put(work) : null;
    if (command == null || !command.await(ANSWER_NANOS)) {
      throw new IllegalStateException("the forwarding thread doesn't answer", data.failure());
    }
    return command.result();
  }

  @Override
  public List<SetPortState> portStates() {
    return ask(thread -> thread.soft().portStates());
  }

  @Override
  public List<SetStaticMac> staticMacs() {
    return ask(thread -> thread.soft().staticMacs());
  }

  @Override
  public List<SetVlans.Vlan> vlans() {
    return ask(thread -> thread.soft().vlans());
  }

  @Override
  public List<SetPort> ports() {
    return ask(thread -> thread.soft().ports());
  }

  @Override
  public List<LinkInput> links() {
    return ports.linkInputs();
  }

  @Override
  public List<ForwarderCounter> counters() {
    ports.handOverCounters();
    return ask(thread -> {
      thread.countReceiveDrops();
      return thread.soft().counters();
    });
  }

  @Override
  public long learnedCount() {
    return ask(thread -> (long) thread.soft().learnedCount());
  }

  @Override
  public List<LearnedChange> learned(int most) {
    return ask(thread -> thread.soft().learned()).first(most);
  }

  @Override
  public LearnedInput learnedAfter(long incarnation, long sequence) {
    return ask(
            thread -> {
              thread.soft().learnedAfter(incarnation, sequence, batch);
              return batch;
            })
        .toInput();
  }

  /** Releases all ports and ends the forwarding thread. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (server != null) {
      server.close();
    }
    ports.releaseAll();
    data.stop();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    ports.close();
    epoll.close();
    wake.close();
  }

  /** The forwarding thread's identifier, to look at what it costs. */
  long threadId() {
    return thread.threadId();
  }

  boolean isAlive() {
    return thread.isAlive();
  }

  Monitors monitors() {
    return monitors;
  }
}
