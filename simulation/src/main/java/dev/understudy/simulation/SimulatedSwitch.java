package dev.understudy.simulation;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.understudy.border.Border;
import dev.understudy.border.Outbox;
import dev.understudy.core.EngineType;
import dev.understudy.core.Input;
import dev.understudy.core.Tables;
import dev.understudy.replication.ConfigurationHomes;
import dev.understudy.replication.Settings;
import dev.understudy.replication.Severity;
import dev.understudy.schema.Claim;
import dev.understudy.schema.Granted;
import dev.understudy.schema.HistoryRow;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.TermRow;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
  /** How a switch is put together. */
  record Build(
      String name,
      List<EngineType> engines,
      LongFunction<SimulatedPlane> plane,
      HomesFactory homes,
      long connectionDelayNanos,
      long restartNanos,
      boolean redundant,
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
  private static final int DELETED_FIELD = 1;
  private static final int TERM_TABLE = Tables.number(TermRow.getDefaultInstance());
  private static final int HISTORY_TABLE = Tables.number(HistoryRow.getDefaultInstance());

  private final Scheduler scheduler;
  private final Build build;
  private final List<EngineType> engines;
  private final TreeMap<Slot, SimulatedSupervisor> supervisors = new TreeMap<>();
  private final TreeMap<Slot, StoredConfiguration> disks = new TreeMap<>();
  private final TreeMap<Long, Connection> forwarderConnections = new TreeMap<>();
  private final TreeMap<Long, Slot> sessionSlots = new TreeMap<>();
  private final TreeMap<Slot, Claim> lastClaims = new TreeMap<>();
  private final Requests requests = new Requests(this);
  private final ArrayDeque<String> events = new ArrayDeque<>();
  private final TreeMap<String, String> newestByCode = new TreeMap<>();
  private final List<Takeover> takeovers = new ArrayList<>();
  private final MemoryStore store = new MemoryStore();
  private final Invariants invariants;
  private final FaultPlan plan;
  private Border border;
  private SimulatedPlane plane;
  private boolean forwarderAlive = true;
  private long nextSession = 1;
  private long nextInstance = 1;
  private long armedFor = Long.MAX_VALUE;
  private boolean peersMayMeet = true;
  private @Nullable Connection peers;
  private @Nullable Runnable atBoundary;
  private long boundaries;
  private long faultAt = -1;
  private boolean rowsChanged;
  private long lastAppliedNanos;
  private long longestGapNanos;

  SimulatedSwitch(Scheduler scheduler, Build build) {
    this.scheduler = scheduler;
    this.build = build;
    this.engines = build.engines.stream().map(build.tampering::engine).toList();
    this.plane = build.plane.apply(1);
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
        plane,
        store);
  }

  private final class BorderOutbox implements Outbox {
    @Override
    public void send(long session, ToSupervisor message) {
      Connection connection = forwarderConnections.get(session);
      if (connection != null) {
        invariants.told(message);
        if (message.hasGranted()) {
          granted(message.getGranted());
        } else if (message.hasApplied()) {
          applied(message.getApplied().getStampNanos());
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

  private void granted(Granted granted) {
    Slot to = border.holder();
    Claim claim = lastClaims.getOrDefault(to, Claim.getDefaultInstance());
    takeovers.add(
        new Takeover(
            scheduler.nanos(),
            granted.getTerm(),
            granted.getKind(),
            granted.getPreviousHolder(),
            to,
            claim.getHeld().getNumber(),
            granted.getApplied(),
            granted.getNewForwarder(),
            granted.getLostInputs(),
            rowsChanged));
    rowsChanged = false;
  }

  private void applied(long stampNanos) {
    if (lastAppliedNanos != 0) {
      longestGapNanos = Math.max(longestGapNanos, stampNanos - lastAppliedNanos);
    }
    lastAppliedNanos = stampNanos;
  }

  /** A row went to the standby: a failover is worth something again. */
  void rowSent(ByteString row) {
    try {
      CodedInputStream in = row.newCodedInput();
      int table = WireFormat.getTagFieldNumber(in.readTag());
      if (table == DELETED_FIELD) {
        in.readBool();
        table = WireFormat.getTagFieldNumber(in.readTag());
      }
      if (table != TERM_TABLE && table != HISTORY_TABLE) {
        rowsChanged = true;
        plan.rowChanged();
      }
    } catch (IOException e) {
      throw new IllegalStateException("a row that is no message", e);
    }
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
          border = newBorder();
          invariants.newForwarder();
          lastAppliedNanos = 0;
          forwarderAlive = true;
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
            build.homes.on(Optional.ofNullable(disks.get(slot))));
    SimulatedSupervisor supervisor = new SimulatedSupervisor(this, settings);
    supervisors.put(slot, supervisor);
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
      lastClaims.put(slot, message.getClaim());
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
    a.peerConnected(connection, 0);
    b.peerConnected(connection, 1);
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

  void answered(String id, boolean ok, String text) {
    note("answered " + id + " " + ok + " " + text);
    requests.answered(id, ok, text);
  }

  void store(SimulatedSupervisor supervisor, StoredConfiguration configuration) {
    disks.put(supervisor.settings().slot(), configuration);
    scheduler.after(0, () -> supervisor.stored(configuration.getConfig().getVersion()));
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

  SimulatedPlane plane() {
    return plane;
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

  List<Takeover> takeovers() {
    return takeovers;
  }

  long longestGapNanos() {
    return longestGapNanos;
  }

  boolean forwarderAlive() {
    return forwarderAlive;
  }

  /** True when one supervisor is active and the other is listed in sync. */
  boolean redundant() {
    return forwarderAlive && border.holderAlive() && border.inSync() != Slot.SLOT_UNSPECIFIED;
  }

  /** Redundant, and nothing of an earlier fault goes on. */
  boolean healed() {
    return redundant()
        && supervisors.size() == 2
        && supervisors.values().stream()
            .allMatch(one -> one.life() == SimulatedSupervisor.Life.RUNNING)
        && !requests.waiting();
  }

  boolean isRedundantBuild() {
    return build.redundant;
  }

  String name() {
    return build.name;
  }
}
