package dev.understudy.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.border.Border;
import dev.understudy.border.DataPlane;
import dev.understudy.border.DelegatingDataPlane;
import dev.understudy.border.Outbox;
import dev.understudy.core.EngineType;
import dev.understudy.core.Input;
import dev.understudy.replication.BootedImage;
import dev.understudy.replication.ConfigurationHomes;
import dev.understudy.replication.Settings;
import dev.understudy.replication.Severity;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Output;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One redundant switch on virtual time: forwarder, two supervisors, their connections and disks.
 */
public final class SimulatedSwitch {
  /**
   * How a switch is put together.
   *
   * @param instant nothing makes anything late in it
   */
  record Build(
      String name,
      List<EngineType> engines,
      LongFunction<SimulatedPlane> plane,
      HomesFactory homes,
      long connectionDelayNanos,
      long restartNanos,
      boolean redundant,
      boolean instant,
      long firstFaultNanos,
      List<World.Fault> faults,
      Tampering tampering) {}

  /** Makes what the core needs to know of the configuration's homes, on one slot's disk. */
  @FunctionalInterface
  interface HomesFactory {
    ConfigurationHomes on(Optional<StoredConfiguration> disk);
  }

  private static final long RECONNECT_NANOS = 20_000_000L;
  private static final long AWAY_NANOS = 200_000_000L;
  private static final int EVENTS_MAX = 400;

  /** Images here have 30 to 50 rows: snapshots in several parts, with brackets between them. */
  private static final int SNAPSHOT_CHUNK_ROWS = 12;

  private final Scheduler scheduler;
  private final Build build;
  private final List<EngineType> engines;
  private final TreeMap<Slot, SimulatedSupervisor> supervisors = new TreeMap<>();

  /** The newest process of each slot, alive or not: its last bracket may be carried out later. */
  private final TreeMap<Slot, SimulatedSupervisor> newest = new TreeMap<>();

  private final TreeMap<Long, Connection> forwarderConnections = new TreeMap<>();
  private final TreeMap<Long, Slot> sessionSlots = new TreeMap<>();
  private final Requests requests = new Requests(this);
  private final ArrayDeque<String> events = new ArrayDeque<>();
  private final TreeMap<String, String> newestByCode = new TreeMap<>();
  private final MemoryStore store = new MemoryStore();
  private final Disks disks;
  private final Witness witness;
  private final Invariants invariants;
  private final FaultPlan plan;
  private Border border;
  private SimulatedPlane plane;
  private JudgedPlane judged;
  private boolean forwarderAlive = true;
  private long forwarderSinceNanos;
  private long nextSession = 1;
  private long nextInstance = 1;
  private long armedFor = Long.MAX_VALUE;
  private boolean peersMayMeet = true;
  private @Nullable Connection peers;
  private @Nullable SimulatedSupervisor lastWriter;
  private long drivenNanos;
  private @Nullable Runnable atBoundary;
  private long boundaries;
  private long faultAt = -1;

  SimulatedSwitch(Scheduler scheduler, Build build) {
    this.scheduler = scheduler;
    this.build = build;
    this.engines = build.engines.stream().map(build.tampering::engine).toList();
    this.disks = new Disks(scheduler);
    this.witness = new Witness(scheduler);
    this.plane = build.plane.apply(1);
    this.judged = new JudgedPlane(plane);
    this.border = newBorder();
    this.invariants = new Invariants(this);
    this.plan = new FaultPlan(this, scheduler, build.firstFaultNanos, build.faults);
    boot(Slot.SLOT_A);
    if (build.redundant) {
      boot(Slot.SLOT_B);
    }
    arm();
  }

  private Border newBorder() {
    return new Border(
        new Border.Identity("simulated", 1, "virtual"),
        scheduler,
        new BorderOutbox(),
        judged,
        store);
  }

  /** What the border carries out passes here. */
  private final class JudgedPlane extends DelegatingDataPlane {
    JudgedPlane(SimulatedPlane plane) {
      super(plane);
    }

    @Override
    public Optional<String> carryOut(Output output) {
      if (output.hasSendFrame()) {
        invariants.frameOut(output);
      }
      return super.carryOut(output);
    }
  }

  private final class BorderOutbox implements Outbox {
    @Override
    public void send(long session, ToSupervisor message) {
      Connection connection = forwarderConnections.get(session);
      if (connection != null) {
        invariants.told(message);
        witness.told(message, border.holder());
        if (message.hasGranted()) {
          plan.granted();
        }
        if (message.hasApplied()) {
          appliedOf(newest.get(border.holder()), message.getApplied().getNumber());
        }
        Slot slot = sessionSlots.getOrDefault(session, Slot.SLOT_UNSPECIFIED);
        for (ToSupervisor sent :
            build.tampering.toSupervisor(SimulatedSwitch.this, slot, message)) {
          connection.send(1, sent.toByteArray());
        }
        boundary();
      }
    }

    @Override
    public void close(long session) {
      Connection connection = forwarderConnections.get(session);
      if (connection != null) {
        connection.close(1, "closed by the forwarder");
      }
    }
  }

  private void appliedOf(@Nullable SimulatedSupervisor writer, long bracket) {
    if (writer != null) {
      lastWriter = writer;
    }
    if (lastWriter != null && lastWriter.hasDriven(bracket)) {
      drivenNanos = scheduler.nanos();
    }
  }

  /** A message of the stream between the modules is on its way. */
  void sentToPeer(CanonicalMessage message) {
    if (message.hasRow() && witness.rowSent(message.getRow())) {
      plan.rowChanged();
    }
    plan.sent(message);
  }

  // ---- faults

  /** Number of messages sent so far on all connections of this switch. */
  long boundaries() {
    return boundaries;
  }

  /** Does something right after the message with this number was sent. */
  void faultAt(long boundary, Runnable fault) {
    faultAt = boundary;
    atBoundary = fault;
  }

  void boundary() {
    if (boundaries++ == faultAt && atBoundary != null) {
      Runnable fault = atBoundary;
      atBoundary = null;
      fault.run();
    }
    plan.boundary();
  }

  void crash(Slot slot) {
    SimulatedSupervisor supervisor = supervisors.get(slot);
    if (supervisor != null) {
      supervisor.crash();
    }
  }

  /** A module dies, and what it has under way to the other one is lost. */
  void losePower(Slot slot) {
    SimulatedSupervisor supervisor = supervisors.get(slot);
    if (supervisor != null) {
      supervisor.losePower();
    }
  }

  void stop(Slot slot) {
    SimulatedSupervisor supervisor = supervisors.get(slot);
    if (supervisor != null) {
      supervisor.stop();
    }
  }

  void resume(Slot slot) {
    SimulatedSupervisor supervisor = supervisors.get(slot);
    if (supervisor != null) {
      supervisor.resume();
    }
  }

  /** Everything to and from a supervisor takes longer for a while. */
  void slow(Slot slot, long moreNanos, long forNanos) {
    SimulatedSupervisor supervisor = supervisors.get(slot);
    Connection forwarder = supervisor == null ? null : supervisor.forwarderConnection();
    if (forwarder != null) {
      forwarder.slow(moreNanos, forNanos);
    }
    if (peers != null) {
      peers.slow(moreNanos, forNanos);
    }
  }

  /** What the modules send each other arrives only when the time is over. */
  void stallPeers(long forNanos) {
    if (peers != null) {
      peers.stall(forNanos);
    }
  }

  /** Cuts the connection between the modules for a while. */
  void cutPeers(long forNanos) {
    peersMayMeet = false;
    if (peers != null) {
      peers.cut("the connection between the modules was cut");
    }
    scheduler.after(
        forNanos,
        () -> {
          peersMayMeet = true;
          connectPeers();
        });
  }

  /** Cuts a supervisor's session to the forwarder; it connects again. */
  void cutForwarder(Slot slot) {
    SimulatedSupervisor supervisor = supervisors.get(slot);
    Connection connection = supervisor == null ? null : supervisor.forwarderConnection();
    if (connection != null) {
      connection.cut("the session to the forwarder was cut");
    }
  }

  /** So many control frames come in at once. */
  void burst(int frames) {
    if (forwarderAlive) {
      plane.burst(frames, scheduler.nanos());
      settle();
    }
  }

  /** The forwarder dies and comes back with empty tables. */
  void restartForwarder(long awayNanos) {
    if (!forwarderAlive) {
      return;
    }
    forwarderAlive = false;
    List.copyOf(forwarderConnections.values())
        .forEach(connection -> connection.close(1, "the forwarder died"));
    forwarderConnections.clear();
    scheduler.after(
        awayNanos,
        () -> {
          plane = build.plane.apply(store.load().incarnation() + 1);
          judged = new JudgedPlane(plane);
          border = newBorder();
          invariants.newForwarder();
          witness.newForwarder();
          forwarderAlive = true;
          forwarderSinceNanos = scheduler.nanos();
        });
  }

  // ---- processes

  private void boot(Slot slot) {
    Settings settings =
        new Settings(
            slot,
            nextInstance++,
            "simulated",
            "",
            nextInstance,
            engines,
            build.homes.on(disks.of(slot)),
            BootedImage.BUILT_IN,
            SNAPSHOT_CHUNK_ROWS);
    SimulatedSupervisor supervisor = new SimulatedSupervisor(this, settings);
    supervisors.put(slot, supervisor);
    newest.put(slot, supervisor);
    scheduler.after(0, () -> connectForwarder(supervisor));
    scheduler.after(0, this::connectPeers);
  }

  void died(SimulatedSupervisor supervisor) {
    Slot slot = supervisor.settings().slot();
    if (supervisors.get(slot) == supervisor) {
      supervisors.remove(slot);
    }
    scheduler.after(
        build.restartNanos,
        () -> {
          if (!supervisors.containsKey(slot)) {
            boot(slot);
          }
        });
  }

  private void connectForwarder(SimulatedSupervisor supervisor) {
    if (supervisor.life() == SimulatedSupervisor.Life.DEAD
        || supervisor.forwarderConnection() != null) {
      return;
    }
    if (!forwarderAlive || supervisor.life() == SimulatedSupervisor.Life.STOPPED) {
      scheduler.after(RECONNECT_NANOS, () -> connectForwarder(supervisor));
      return;
    }
    long session = nextSession++;
    Slot slot = supervisor.settings().slot();
    Connection connection =
        new Connection(
            scheduler,
            build.connectionDelayNanos,
            supervisor.forwarderEnd(),
            new Connection.End() {
              @Override
              public void received(byte[] octets) {
                if (forwarderAlive && forwarderConnections.containsKey(session)) {
                  fromSupervisor(session, slot, parse(octets));
                }
              }

              @Override
              public void ended(String reason) {
                sessionSlots.remove(session);
                if (forwarderConnections.remove(session) != null && forwarderAlive) {
                  border.closed(session);
                  settle();
                }
              }
            });
    forwarderConnections.put(session, connection);
    sessionSlots.put(session, slot);
    border.opened(session);
    supervisor.forwarderConnected(connection);
  }

  private void fromSupervisor(long session, Slot slot, ToForwarder message) {
    drain();
    if (message.hasClaim()) {
      witness.claimed(slot, message.getClaim());
    } else if (message.hasBracket() && slot == border.holder()) {
      invariants.bracket(message.getBracket());
    }
    build.tampering.atForwarder(this, message);
    border.received(session, message);
    settle();
  }

  /** A message that a slot didn't send, for bugs on purpose. */
  void forge(Slot from, ToForwarder message) {
    sessionSlots.forEach((session, slot) -> {
      if (slot == from) {
        border.received(session, message);
      }
    });
  }

  /** The same, after what is at work now. */
  void forgeSoon(Slot from, Supplier<ToForwarder> message) {
    scheduler.after(0, () -> forge(from, message.get()));
  }

  /** After what is at work now. */
  void soon(Runnable event) {
    scheduler.after(0, event);
  }

  /** What a process does when nothing else is to do, a little at a time. */
  void later(Runnable event) {
    scheduler.after(build.connectionDelayNanos, event);
  }

  private static ToForwarder parse(byte[] octets) {
    try {
      return ToForwarder.parseFrom(octets);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a supervisor sent what is no message", e);
    }
  }

  void forwarderSessionEnded(SimulatedSupervisor supervisor) {
    scheduler.after(RECONNECT_NANOS, () -> connectForwarder(supervisor));
    scheduler.after(
        AWAY_NANOS,
        () -> {
          if (supervisor.forwarderConnection() == null) {
            supervisor.event(supervisor.core()::forwarderAwayTooLong);
          }
        });
  }

  private void connectPeers() {
    SimulatedSupervisor a = supervisors.get(Slot.SLOT_A);
    SimulatedSupervisor b = supervisors.get(Slot.SLOT_B);
    if (!peersMayMeet
        || a == null
        || b == null
        || a.peerConnection() != null
        || b.peerConnection() != null
        || a.life() != SimulatedSupervisor.Life.RUNNING
        || b.life() != SimulatedSupervisor.Life.RUNNING) {
      return;
    }
    Connection connection =
        new Connection(scheduler, build.connectionDelayNanos, a.peerEnd(), b.peerEnd());
    peers = connection;
    a.peerAttached(connection, 0);
    b.peerAttached(connection, 1);
    a.peerConnected();
    b.peerConnected();
  }

  void peerSessionEnded() {
    scheduler.after(RECONNECT_NANOS, this::connectPeers);
  }

  // ---- time

  /** Looks at the time again when the border must, or earlier. */
  private void arm() {
    long when =
        forwarderAlive
            ? Math.max(scheduler.nanos(), border.nextDeadlineNanos())
            : scheduler.nanos() + RECONNECT_NANOS;
    if (when < armedFor) {
      armedFor = when;
      scheduler.at(when, () -> onTime(when));
    }
  }

  private void onTime(long when) {
    if (armedFor != when) {
      return; // an earlier one came in between, and armed anew
    }
    armedFor = Long.MAX_VALUE;
    if (forwarderAlive) {
      plane.time(scheduler.nanos());
      drain();
      if (build.instant) {
        invariants.onTime(scheduler.nanos());
      }
      border.onTime();
      drain();
      connectPeers();
      requests.askAgain();
    }
    afterEvent();
    arm();
  }

  private void settle() {
    drain();
    arm();
    afterEvent();
  }

  private void drain() {
    if (forwarderAlive) {
      plane.drain(border);
    }
  }

  /** What came in by the data plane is told to the border. */
  void planeChanged() {
    if (forwarderAlive) {
      settle();
    }
  }

  void afterEvent() {
    invariants.check();
    plan.afterEvent();
    if (requests.waiting()) {
      scheduler.after(0, requests::askAgain);
    }
  }

  // ---- people

  void ask(Input.Request request) {
    requests.ask(request);
  }

  void askSwitchover(String id, boolean force) {
    requests.askSwitchover(id, force);
  }

  Requests requests() {
    return requests;
  }

  void answered(SimulatedSupervisor by, String id, boolean ok, String text) {
    note("answered " + id + " " + ok + " " + text);
    requests.answered(by, id, ok, text);
  }

  void readBack(ReadBack answer) {
    note("read back at " + answer.getApplied());
  }

  void event(Slot slot, Severity severity, String code, String text) {
    newestByCode.put(code, text);
    note(Settings.letter(slot) + " " + severity + " " + code + " " + text);
  }

  void note(String text) {
    events.add(scheduler.nanos() / 1000 + " us " + text);
    if (events.size() > EVENTS_MAX) {
      events.remove();
    }
  }

  // ---- inspection

  Border border() {
    return border;
  }

  /** Where the border carries out. */
  DataPlane body() {
    return judged;
  }

  Tampering tampering() {
    return build.tampering;
  }

  FaultPlan plan() {
    return plan;
  }

  Map<Slot, SimulatedSupervisor> supervisors() {
    return supervisors;
  }

  Optional<SimulatedSupervisor> active() {
    return Optional.ofNullable(supervisors.get(border.holder()));
  }

  /** Whose bracket was carried out last, dead or alive. */
  Optional<SimulatedSupervisor> lastWriter() {
    return Optional.ofNullable(lastWriter);
  }

  /** When a bracket was carried out last whose spanning tree engine was not FAULTY. */
  long drivenNanos() {
    return drivenNanos;
  }

  Map<String, String> answers() {
    return requests.answers();
  }

  /** The event streams of both slots, the newest part. */
  List<String> events() {
    return List.copyOf(events);
  }

  /** The newest event of each code. */
  Map<String, String> newestByCode() {
    return newestByCode;
  }

  Witness witness() {
    return witness;
  }

  Disks disks() {
    return disks;
  }

  boolean forwarderAlive() {
    return forwarderAlive;
  }

  /** When the forwarder began: all its ports were closed then. */
  long forwarderSinceNanos() {
    return forwarderSinceNanos;
  }

  /** True when one supervisor is active and the other is listed in sync. */
  boolean redundant() {
    return forwarderAlive && border.holderAlive() && border.inSync() != Slot.SLOT_UNSPECIFIED;
  }

  /** Redundant, and nothing of an earlier fault goes on. */
  boolean healed() {
    return intact() && !requests.waiting();
  }

  /** Both are at work, in touch with the forwarder, and have seen brackets of this term. */
  boolean intact() {
    return redundant()
        && supervisors.size() == 2
        && supervisors.values().stream()
            .allMatch(one ->
                one.life() == SimulatedSupervisor.Life.RUNNING
                    && one.forwarderConnection() != null
                    && one.core().image().position().term() == border.term());
  }

  boolean isRedundantBuild() {
    return build.redundant;
  }

  String name() {
    return build.name;
  }
}
