package dev.understudy.forwarder.dataplane;

import dev.understudy.forwarder.dataplane.Commands.Command;
import dev.understudy.forwarder.monitor.FrameTap;
import dev.understudy.forwarder.soft.Egress;
import dev.understudy.forwarder.soft.FrameView;
import dev.understudy.forwarder.soft.PortCounter;
import dev.understudy.forwarder.soft.SoftSwitch;
import dev.understudy.linux.Epoll;
import dev.understudy.linux.Errno;
import dev.understudy.linux.EventFd;
import dev.understudy.linux.FrameBatch;
import dev.understudy.linux.FrameChannel;
import dev.understudy.linux.FrameSize;
import dev.understudy.linux.MonotonicClock;
import dev.understudy.linux.Scheduling;
import dev.understudy.linux.TagProtocol;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The thread that forwards. It waits for frames and commands only; it never waits for the
 * judgement, and allocates nothing for a frame.
 *
 * <p>A round: commands, then for each port that has frames one batch: receive, switch, send. So a
 * busy port can't hold up the others by more than one batch, and a command waits for one batch.
 * Rounds that come without a pause and find few frames are {@link #GATHER_NANOS} apart.
 */
final class DataThread implements Runnable {
  /** Frames that are received at once. */
  static final int BATCH = 64;

  /** Frames that are cut or summed before they have to leave. */
  private static final int FINISHED_MAX = 128;

  /**
   * How far apart rounds begin at least while they come without a pause and bring few frames each.
   * A thread that is woken for every frame pays for the waking, and takes the processor from
   * whoever is about to send the next one; network cards wait in the same way, for the same reason.
   */
  static final long GATHER_NANOS = 100_000L;

  /** Rounds with so many frames are worth their wake-up. */
  static final int GATHER_FRAMES = BATCH / 2;

  /** How long the thread sleeps at most; addresses age meanwhile. */
  private static final long IDLE_NANOS = 250_000_000L;

  private static final int READY_MAX = 64;
  private static final int WAKE = 0;

  private final Commands commands = new Commands();
  private final EventFd wake = EventFd.open();
  private final Epoll epoll = Epoll.open(READY_MAX);

  /** Commands only: what may disturb the gathering of frames. */
  private final Epoll commandsOnly = Epoll.open(1);

  private final MonotonicClock clock = new MonotonicClock();
  private final FrameView view = new FrameView();
  private final FrameView summedView = new FrameView();
  private final @Nullable DataPort[] ports = new DataPort[SoftSwitch.PORT_MAX + 1];
  private final FrameTap.@Nullable Entry[] taps = new FrameTap.Entry[SoftSwitch.PORT_MAX + 1];
  private final DataPort[] dirty = new DataPort[SoftSwitch.PORT_MAX + 1];
  private final Map<FrameSize, FrameBatch> batches = new EnumMap<>(FrameSize.class);

  /** For channels with offloads, in whose batches there is a header before each frame. */
  private final FrameBatch unsegmented = FrameBatch.of(FrameSize.UNSEGMENTED, BATCH);

  /** What was cut or summed here and has not left yet. */
  private final FrameBatch finished = FrameBatch.of(FrameSize.JUMBO, FINISHED_MAX);

  private final Segmentation segmentation = new Segmentation();
  private final FrameBatch control = FrameBatch.of(FrameSize.STANDARD, 1);
  private final ControlQueue queue;
  private final AtomicBoolean queueTold;
  private final EventFd judgement;
  private final Optional<Scheduling.Wish> scheduling;
  private final SoftSwitch soft;
  private FrameBatch batch = control;
  private int index;
  private int dirtyCount;
  private int framesOfRound;
  private long roundBegun;
  private volatile long learnedSequence;
  private volatile boolean stopping;
  private volatile @Nullable Throwable failure;
  private volatile String scheduled = "default";

  /**
   * @param queueTold set when the judgement was woken for what is in the queue, unset by it
   * @param judgement wakes the judgement
   */
  DataThread(
      Function<Egress, SoftSwitch> soft,
      ControlQueue queue,
      AtomicBoolean queueTold,
      EventFd judgement,
      Optional<Scheduling.Wish> scheduling) {
    this.queue = queue;
    this.queueTold = queueTold;
    this.judgement = judgement;
    this.scheduling = scheduling;
    this.soft = soft.apply(new Out());
    epoll.add(new Epoll.Interest(wake.fd(), Epoll.IN, WAKE));
    commandsOnly.add(new Epoll.Interest(wake.fd(), Epoll.IN, WAKE));
  }

  // Called by the judgement's thread.

  /** Puts a command, or returns null when too many wait. */
  <T> @Nullable Command<T> put(Function<DataThread, T> work) {
    Command<T> command = commands.put(work);
    if (command != null) {
      wake.signal();
    }
    return command;
  }

  void stop() {
    stopping = true;
    wake.signal();
  }

  /** What ended the thread, if something did. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** Number of the latest change of a learned address, at most one round old. */
  long learnedSequence() {
    return learnedSequence;
  }

  /** What the thread runs under. */
  String scheduled() {
    return scheduled;
  }

  // The thread itself.

  @Override
  public void run() {
    try {
      scheduling.ifPresent(wish -> scheduled = Scheduling.ask(wish));
      while (!stopping) {
        round();
      }
    } catch (RuntimeException | Error e) {
      failure = e;
      judgement.signal();
    } finally {
      for (DataPort port : ports) {
        if (port != null) {
          port.channel.close();
        }
      }
      epoll.close();
      commandsOnly.close();
    }
  }

  private void round() {
    commands.runAll(this);
    learnedSequence = soft.learnedSequence();
    int ready = epoll.await(IDLE_NANOS);
    long now = clock.nanos();
    if (framesOfRound > 0 && framesOfRound < GATHER_FRAMES && now - roundBegun < GATHER_NANOS) {
      commandsOnly.await(roundBegun + GATHER_NANOS - now);
      ready = epoll.await(0);
      now = clock.nanos();
    }
    roundBegun = now;
    framesOfRound = 0;
    for (int i = 0; i < ready; i++) {
      int token = (int) epoll.token(i);
      if (token == WAKE) {
        wake.drain();
      } else {
        receive(token, now);
        commands.runAll(this);
      }
    }
    soft.age(now);
    learnedSequence = soft.learnedSequence();
  }

  private void receive(int number, long now) {
    DataPort port = ports[number];
    if (port == null) {
      return;
    }
    batch = port.batch;
    int received = port.channel.receive(batch, BATCH);
    if (received < 0) {
      receiveFailed(port, -received);
      return;
    }
    framesOfRound += received;
    for (index = 0; index < received; index++) {
      forward(number, now);
    }
    flushDirty();
    finished.clear();
  }

  private void forward(int number, long now) {
    if (batch.truncated(index)) {
      dropEarly(number, PortCounter.DROP_TRUNCATED);
      return;
    }
    int tci = batch.popTag(index);
    if (tci != FrameBatch.NO_TAG && batch.tagProtocol(index) != TagProtocol.CUSTOMER.etherType()) {
      // A service tag is payload to a customer bridge.
      batch.pushTag(index, TagProtocol.SERVICE, tci);
      tci = FrameBatch.NO_TAG;
    }
    int segmentSize = batch.segmentSize(index);
    if (segmentSize != 0 && !segmentation.read(batch, index)) {
      dropEarly(number, PortCounter.DROP_SEGMENTED);
      return;
    }
    view.set(
        batch.memory(),
        batch.start(index),
        batch.length(index),
        tci == FrameBatch.NO_TAG ? FrameView.NO_TAG : tci);
    if (segmentSize != 0) {
      view.segments(segmentation.length(0));
    }
    FrameTap.Entry tap = taps[number];
    if (tap != null && !tap.in(view, now, false)) {
      soft.count(number, PortCounter.MONITOR_LOST_FRAMES, 1);
    }
    soft.receive(number, view, now);
  }

  private void dropEarly(int number, PortCounter reason) {
    soft.count(number, PortCounter.RX_FRAMES, 1);
    soft.count(number, PortCounter.RX_OCTETS, batch.length(index));
    soft.count(number, reason, 1);
  }

  private void receiveFailed(DataPort port, int errno) {
    soft.count(port.number, PortCounter.RECEIVE_ERRORS, 1);
    // ENETDOWN comes once and the socket works again; a device that is gone says so for ever.
    if (errno == Errno.EBADFD || errno == Errno.EBADF || errno == Errno.ENODEV) {
      epoll.remove(port.channel.fd());
    }
  }

  private void flushDirty() {
    for (int i = 0; i < dirtyCount; i++) {
      dirty[i].flush();
    }
    dirtyCount = 0;
  }

  /** Where the switch puts frames of the batch that is being forwarded. */
  private final class Out implements Egress {
    @Override
    public void transmit(int number, FrameView frame, int tci) {
      DataPort port = ports[number];
      if (port == null) {
        soft.count(number, PortCounter.TX_FRAMES, -1);
        soft.count(number, PortCounter.TX_OCTETS, -frame.lengthWith(tci));
        soft.count(number, PortCounter.DROP_SEND_FAILED, 1);
        return;
      }
      if (batch.checksumStart(index) == 0) {
        enqueue(port, batch, index, tci);
      } else if (batch.segmentSize(index) != 0) {
        segments(port, frame, tci);
      } else if (port.channel.offloads()) {
        enqueue(port, batch, index, tci);
      } else {
        sum(port, frame, tci);
      }
    }

    private void enqueue(DataPort port, FrameBatch from, int place, int tci) {
      FrameTap.Entry tap = taps[port.number];
      if (tap != null
          && !tap.out(from.memory(), from.start(place), from.length(place), tci, clock.nanos())) {
        soft.count(port.number, PortCounter.MONITOR_LOST_FRAMES, 1);
      }
      boolean wasDirty = port.dirty;
      port.add(from, place, tci);
      if (!wasDirty) {
        dirty[dirtyCount++] = port;
      }
    }

    /** A row of segments leaves whole where that can be said of it, and is cut elsewhere. */
    private void segments(DataPort port, FrameView frame, int tci) {
      if (port.channel.offloads() && !segmentation.isTunnel()) {
        soft.count(port.number, PortCounter.TX_SEGMENTS_WHOLE, 1);
        enqueue(port, batch, index, tci);
        return;
      }
      int tagLength = tci == FrameView.NO_TAG ? 0 : FrameView.TAG_LENGTH;
      soft.count(port.number, PortCounter.TX_FRAMES, -1);
      soft.count(port.number, PortCounter.TX_OCTETS, -frame.lengthWith(tci));
      if (segmentation.length(0) > finished.frameOctetsMax()) {
        soft.count(port.number, PortCounter.DROP_TOO_LONG, 1);
        return;
      }
      soft.count(port.number, PortCounter.TX_SEGMENTS_CUT, 1);
      for (int segment = 0; segment < segmentation.count(); segment++) {
        int length = segmentation.length(segment);
        int place = place(length);
        segmentation.write(segment, finished.memory(), finished.start(place));
        soft.count(port.number, PortCounter.TX_FRAMES, 1);
        soft.count(port.number, PortCounter.TX_OCTETS, length + tagLength);
        enqueue(port, finished, place, tci);
      }
    }

    /** Finishes a checksum in a copy, because the frame may leave by other ports as it is. */
    private void sum(DataPort port, FrameView frame, int tci) {
      int length = batch.length(index);
      PortCounter reason = PortCounter.DROP_TOO_LONG;
      if (length <= finished.frameOctetsMax()) {
        int place = place(length);
        MemorySegment.copy(
            batch.memory(), batch.start(index), finished.memory(), finished.start(place), length);
        if (complete(finished.memory(), finished.start(place), length)) {
          enqueue(port, finished, place, tci);
          return;
        }
        reason = PortCounter.DROP_CHECKSUM;
      }
      soft.count(port.number, PortCounter.TX_FRAMES, -1);
      soft.count(port.number, PortCounter.TX_OCTETS, -frame.lengthWith(tci));
      soft.count(port.number, reason, 1);
    }

    /** A control frame as the judgement is to have it. */
    private FrameView summed(FrameView frame) {
      if (batch.checksumStart(index) == 0) {
        return frame;
      }
      int length = batch.length(index);
      int place = place(length);
      MemorySegment memory = finished.memory();
      long start = finished.start(place);
      MemorySegment.copy(batch.memory(), batch.start(index), memory, start, length);
      complete(memory, start, length);
      return summedView.set(memory, start, length, frame.tci());
    }

    private boolean complete(MemorySegment memory, long start, int length) {
      int from = batch.checksumStart(index);
      return Checksums.complete(memory, start + from, length - from, batch.checksumOffset(index));
    }

    /** A place for a finished frame; when there is none, what is there leaves first. */
    private int place(int length) {
      if (finished.count() == finished.slots()) {
        flushDirty();
        finished.clear();
      }
      return finished.reserve(length);
    }

    @Override
    public void punt(int number, FrameView frame, int tci, String trafficClass) {
      if (frame.lengthWith(tci) > ControlQueue.FRAME_OCTETS_MAX) {
        soft.count(number, PortCounter.RX_CONTROL_FRAMES, -1);
        soft.count(number, PortCounter.DROP_CONTROL_TOO_LONG, 1);
        return;
      }
      if (!queue.put(number, summed(frame), tci, trafficClass)) {
        soft.count(number, PortCounter.RX_CONTROL_FRAMES, -1);
        soft.count(number, PortCounter.DROP_CONTROL_QUEUE_FULL, 1);
        return;
      }
      if (queueTold.compareAndSet(false, true)) {
        judgement.signal();
      }
    }
  }

  // Commands run these.

  SoftSwitch soft() {
    return soft;
  }

  /** Takes a channel over; it is closed here, too. */
  Boolean attach(int number, FrameChannel channel, FrameSize size) {
    detach(number);
    FrameBatch into = channel.offloads() ? unsegmented : batch(size);
    ports[number] = new DataPort(number, channel, into, soft);
    epoll.add(new Epoll.Interest(channel.fd(), Epoll.IN, number));
    return true;
  }

  /** Lets a port receive frames of another size. */
  Boolean resize(int number, FrameSize size) {
    DataPort port = ports[number];
    if (port != null && !port.channel.offloads()) {
      port.batch = batch(size);
    }
    return true;
  }

  private FrameBatch batch(FrameSize size) {
    return batches.computeIfAbsent(size, wanted -> FrameBatch.of(wanted, BATCH));
  }

  Boolean detach(int number) {
    DataPort port = ports[number];
    if (port != null) {
      port.countReceiveDrops();
      ports[number] = null;
      port.channel.close();
    }
    return true;
  }

  @Nullable FrameChannel channel(int number) {
    DataPort port = ports[number];
    return port == null ? null : port.channel;
  }

  /** Copies of a port's frames go there from now on, or nowhere. */
  Boolean monitor(int number, FrameTap.@Nullable Entry tap) {
    taps[number] = tap;
    return true;
  }

  /**
   * Sends a supervisor's frame; empty when done, otherwise why not.
   *
   * @param term and number of the bracket that it is of
   */
  Optional<String> send(int number, byte[] octets, long term, long bracket) {
    DataPort port = ports[number];
    if (port == null) {
      return Optional.of("port " + number + " is not attached");
    }
    if (octets.length > control.frameOctetsMax()) {
      return Optional.of("a frame of " + octets.length + " octets");
    }
    FrameTap.Entry tap = taps[number];
    if (tap != null && !tap.sent(octets, clock.nanos(), term, bracket)) {
      soft.count(number, PortCounter.MONITOR_LOST_FRAMES, 1);
    }
    control.clear();
    control.append(octets);
    soft.count(number, PortCounter.TX_CONTROL_FRAMES, 1);
    soft.count(number, PortCounter.TX_FRAMES, 1);
    soft.count(number, PortCounter.TX_OCTETS, octets.length);
    long dropped = port.dropped();
    port.add(control, 0, FrameView.NO_TAG);
    port.flush();
    return port.dropped() == dropped
        ? Optional.empty()
        : Optional.of("port " + number + ": " + Errno.name(port.lastErrno()));
  }

  Boolean countReceiveDrops() {
    for (DataPort port : ports) {
      if (port != null) {
        port.countReceiveDrops();
      }
    }
    return true;
  }
}
