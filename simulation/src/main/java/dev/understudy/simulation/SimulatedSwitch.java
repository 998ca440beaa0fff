package dev.understudy.simulation;

import dev.understudy.border.Border;
import dev.understudy.border.DataPlane;
import dev.understudy.core.EngineType;
import dev.understudy.core.Input;
import dev.understudy.replication.BootedImage;
import dev.understudy.replication.ConfigurationHomes;
import dev.understudy.replication.Settings;
import dev.understudy.replication.Severity;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.ToForwarder;
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

  private final Requests requests = new Requests(this);
  private final ArrayDeque<String> events = new ArrayDeque<>();
  private final TreeMap<String, String> newestByCode = new TreeMap<>();
  private final Disks disks;
  private final Witness witness;
  private final Invariants invariants;
  private final FaultPlan plan;
  private final SimulatedForwarder forwarder;
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
    this.forwarder = new SimulatedForwarder(this, scheduler, build);
    this.invariants = new Invariants(this);
    this.plan = new FaultPlan(this, scheduler, build.firstFaultNanos, build.faults);
    boot(Slot.SLOT_A);
    if (build.redundant) {
      boot(Slot.SLOT_B);
    }
    arm();
  }

  /** The forwarder has carried out a bracket of this slot. */
  void carriedOut(Slot slot, long bracket) {
    SimulatedSupervisor writer = newest.get(slot);
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
    Connection connection = supervisor == null ? null : supervisor.forwarderConnection();
    if (connection != null) {
      connection.slow(moreNanos, forNanos);
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
    forwarder.burst(frames);
  }

  /** The forwarder dies and comes back with empty tables. */
  void restartForwarder(long awayNanos) {
    forwarder.restart(awayNanos);
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
    if (!forwarder.alive() || supervisor.life() == SimulatedSupervisor.Life.STOPPED) {
      scheduler.after(RECONNECT_NANOS, () -> connectForwarder(supervisor));
      return;
    }
    forwarder.connect(supervisor);
  }

  /** A message that a slot didn't send, for bugs on purpose. */
  void forge(Slot from, ToForwarder message) {
    forwarder.forge(from, message);
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
        forwarder.alive()
            ? Math.max(scheduler.nanos(), forwarder.nextDeadlineNanos())
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
    if (forwarder.alive()) {
      forwarder.onTime();
      connectPeers();
      requests.askAgain();
    }
    afterEvent();
    arm();
  }

  /** After whatever may have changed something in the forwarder. */
  void settle() {
    forwarder.drain();
    arm();
    afterEvent();
  }

  /** What came in by the data plane is told to the border. */
  void planeChanged() {
    if (forwarder.alive()) {
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
    return forwarder.border();
  }

  /** Where the border carries out. */
  DataPlane body() {
    return forwarder.body();
  }

  Tampering tampering() {
    return build.tampering;
  }

  Invariants invariants() {
    return invariants;
  }

  FaultPlan plan() {
    return plan;
  }

  Map<Slot, SimulatedSupervisor> supervisors() {
    return supervisors;
  }

  Optional<SimulatedSupervisor> active() {
    return Optional.ofNullable(supervisors.get(border().holder()));
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
    return forwarder.alive();
  }

  /** When the forwarder began: all its ports were closed then. */
  long forwarderSinceNanos() {
    return forwarder.sinceNanos();
  }

  /** True when one supervisor is active and the other is listed in sync. */
  boolean redundant() {
    return forwarder.alive()
        && border().holderAlive()
        && border().inSync() != Slot.SLOT_UNSPECIFIED;
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
                    && one.core().image().position().term() == border().term());
  }

  boolean isRedundantBuild() {
    return build.redundant;
  }

  String name() {
    return build.name;
  }
}
