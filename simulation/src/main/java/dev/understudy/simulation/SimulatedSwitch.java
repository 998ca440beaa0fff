package dev.understudy.simulation;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.border.Border;
import dev.understudy.border.BorderStore;
import dev.understudy.border.DataPlane;
import dev.understudy.border.Outbox;
import dev.understudy.core.EngineType;
import dev.understudy.core.Input;
import dev.understudy.replication.ConfigurationHomes;
import dev.understudy.replication.Role;
import dev.understudy.replication.Settings;
import dev.understudy.replication.Severity;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One redundant switch on virtual time: forwarder, two supervisors, their connections and disks.
 */
public final class SimulatedSwitch {
  /** How a switch is put together. */
  public record Build(
      String name,
      List<EngineType> engines,
      LongFunction<SimulatedPlane> plane,
      HomesFactory homes,
      long connectionDelayNanos,
      long restartNanos,
      boolean redundant) {}

  /** Makes what the core needs to know of the configuration's homes, on one slot's disk. */
  @FunctionalInterface
  public interface HomesFactory {
    ConfigurationHomes on(Optional<StoredConfiguration> disk);
  }

  /** A data plane with what the simulator must do to it. */
  public interface SimulatedPlane extends DataPlane {
    /** Tells the border what waits to be told. */
    void drain(Border border);

    /** Time goes on. */
    void time(long nowNanos);
  }

  /** A person's request that is asked until it is answered. */
  private record Asked(
      Input.@Nullable Request request, String id, boolean switchover, boolean force) {}

  private static final long RECONNECT_NANOS = 20_000_000L;
  private static final long AWAY_NANOS = 200_000_000L;

  private final Scheduler scheduler;
  private final Build build;
  private final TreeMap<Slot, SimulatedSupervisor> supervisors = new TreeMap<>();
  private final TreeMap<Slot, StoredConfiguration> disks = new TreeMap<>();
  private final TreeMap<Long, Connection> forwarderConnections = new TreeMap<>();
  private final LinkedHashMap<String, Asked> asked = new LinkedHashMap<>();
  private final TreeMap<String, SimulatedSupervisor> askedOf = new TreeMap<>();
  private final TreeMap<String, String> answers = new TreeMap<>();
  private final List<String> events = new ArrayList<>();
  private final MemoryStore store = new MemoryStore();
  private final Invariants invariants;
  private Border border;
  private SimulatedPlane plane;
  private boolean forwarderAlive = true;
  private long nextSession = 1;
  private long nextInstance = 1;
  private boolean timeArmed;
  private boolean peersMayMeet = true;
  private @Nullable Runnable atBoundary;
  private long boundaries;
  private long faultAt = -1;

  public SimulatedSwitch(Scheduler scheduler, Build build) {
    this.scheduler = scheduler;
    this.build = build;
    this.plane = build.plane.apply(1);
    this.border = newBorder();
    this.invariants = new Invariants(this);
    boot(Slot.SLOT_A);
    if (build.redundant) {
      boot(Slot.SLOT_B);
    }
    armTime();
  }

  private Border newBorder() {
    return new Border(
        new Border.Identity("simulated", 1, "virtual"),
        scheduler,
        new BorderOutbox(),
        plane,
        store);
  }

  /** What the forwarder keeps on its disk. */
  private static final class MemoryStore implements BorderStore {
    private Stored stored = Stored.NOTHING;

    @Override
    public Stored load() {
      return stored;
    }

    @Override
    public void saveTermCeiling(long termCeiling, long incarnation) {
      stored =
          new Stored(
              termCeiling,
              incarnation,
              stored.switchUuid(),
              stored.configurationVersion(),
              stored.configuration());
    }

    @Override
    public void saveConfiguration(ByteString switchUuid, long version, ByteString configuration) {
      stored =
          new Stored(
              stored.termCeiling(), stored.incarnation(), switchUuid, version, configuration);
    }
  }

  private final class BorderOutbox implements Outbox {
    @Override
    public void send(long session, ToSupervisor message) {
      Connection connection = forwarderConnections.get(session);
      if (connection != null) {
        invariants.told(message);
        connection.send(1, message.toByteArray());
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

  // ---- faults

  /** Number of messages sent so far on all connections of this switch. */
  public long boundaries() {
    return boundaries;
  }

  /** Does something right after the message with this number was sent. */
  public void faultAt(long boundary, Runnable fault) {
    faultAt = boundary;
    atBoundary = fault;
  }

  void boundary() {
    if (boundaries++ == faultAt && atBoundary != null) {
      Runnable fault = atBoundary;
      atBoundary = null;
      fault.run();
    }
  }

  public void crash(Slot slot) {
    SimulatedSupervisor supervisor = supervisors.get(slot);
    if (supervisor != null) {
      supervisor.crash();
    }
  }

  public void stop(Slot slot) {
    SimulatedSupervisor supervisor = supervisors.get(slot);
    if (supervisor != null) {
      supervisor.stop();
    }
  }

  public void resume(Slot slot) {
    SimulatedSupervisor supervisor = supervisors.get(slot);
    if (supervisor != null) {
      supervisor.resume();
    }
  }

  /** Cuts the connection between the modules for a while. */
  public void cutPeers(long forNanos) {
    peersMayMeet = false;
    for (SimulatedSupervisor supervisor : supervisors.values()) {
      Connection connection = supervisor.peerConnection();
      if (connection != null) {
        connection.cut("the connection between the modules was cut");
      }
    }
    scheduler.after(
        forNanos,
        () -> {
          peersMayMeet = true;
          connectPeers();
        });
  }

  /** Cuts a supervisor's session to the forwarder; it connects again. */
  public void cutForwarder(Slot slot) {
    SimulatedSupervisor supervisor = supervisors.get(slot);
    Connection connection = supervisor == null ? null : supervisor.forwarderConnection();
    if (connection != null) {
      connection.cut("the session to the forwarder was cut");
    }
  }

  /** The forwarder dies and comes back with empty tables. */
  public void restartForwarder(long awayNanos) {
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
            build.engines,
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
    Connection connection =
        new Connection(
            scheduler,
            build.connectionDelayNanos,
            supervisor.forwarderEnd(),
            new Connection.End() {
              @Override
              public void received(byte[] octets) {
                if (forwarderAlive && forwarderConnections.containsKey(session)) {
                  drain();
                  border.received(session, parse(octets));
                  settle();
                }
              }

              @Override
              public void ended(String reason) {
                if (forwarderConnections.remove(session) != null && forwarderAlive) {
                  border.closed(session);
                  settle();
                }
              }
            },
            (from, octets) -> {});
    forwarderConnections.put(session, connection);
    border.opened(session);
    supervisor.forwarderConnected(connection);
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
        new Connection(
            scheduler, build.connectionDelayNanos, a.peerEnd(), b.peerEnd(), (from, octets) -> {});
    a.peerConnected(connection, 0);
    b.peerConnected(connection, 1);
  }

  void peerSessionEnded() {
    scheduler.after(RECONNECT_NANOS, this::connectPeers);
  }

  // ---- time

  private void armTime() {
    if (timeArmed) {
      return;
    }
    timeArmed = true;
    long when =
        Math.max(
            scheduler.nanos(),
            forwarderAlive ? border.nextDeadlineNanos() : scheduler.nanos() + RECONNECT_NANOS);
    scheduler.at(
        when,
        () -> {
          timeArmed = false;
          if (forwarderAlive) {
            plane.time(scheduler.nanos());
            drain();
            border.onTime();
            drain();
            connectPeers();
            askAgain();
          }
          afterEvent();
          armTime();
        });
    armedFor = when;
  }

  private long armedFor;

  /** A deadline that came nearer is looked at. */
  private void settle() {
    drain();
    long next = border.nextDeadlineNanos();
    if (forwarderAlive && next < armedFor) {
      long when = Math.max(next, scheduler.nanos());
      armedFor = when;
      scheduler.at(
          when,
          () -> {
            if (forwarderAlive && border.nextDeadlineNanos() <= scheduler.nanos()) {
              drain();
              border.onTime();
              drain();
              afterEvent();
            }
          });
    }
    afterEvent();
  }

  private void drain() {
    if (forwarderAlive) {
      plane.drain(border);
    }
  }

  /** What came in by the data plane is told to the border. */
  public void planeChanged() {
    if (forwarderAlive) {
      settle();
    }
  }

  void afterEvent() {
    invariants.check();
    if (!asked.isEmpty()) {
      scheduler.after(0, this::askAgain);
    }
  }

  // ---- people

  /** A person asks, again and again until there is an answer; always with the same id. */
  public void ask(Input.Request request) {
    asked.put(request.requestId(), new Asked(request, request.requestId(), false, false));
    askAgain();
  }

  public void askSwitchover(String id, boolean force) {
    asked.put(id, new Asked(null, id, true, force));
    askAgain();
  }

  /** Asks the active one, once each process: a retry is for when that one has gone. */
  private void askAgain() {
    for (Asked one : List.copyOf(asked.values())) {
      SimulatedSupervisor active = supervisors.get(border.holder());
      if (active != null
          && active.life() == SimulatedSupervisor.Life.RUNNING
          && active.core().role() == Role.ACTIVE
          && askedOf.put(one.id, active) != active) {
        if (one.switchover) {
          active.event(() -> active.core().switchover(one.id, one.force));
        } else if (one.request != null) {
          Input.Request request = one.request;
          active.event(() -> active.core().request(request));
        }
      }
    }
    invariants.check();
  }

  void answered(Slot slot, String id, boolean ok, String text, int copies) {
    if (text.contains("is not active") || text.contains("is under way")) {
      askedOf.remove(id);
      return;
    }
    asked.remove(id);
    answers.put(id, (ok ? "yes: " : "no: ") + text);
    events.add(
        scheduler.nanos()
            + " "
            + slot
            + " answered "
            + id
            + " "
            + ok
            + " "
            + text
            + " ("
            + copies
            + ")");
  }

  void store(SimulatedSupervisor supervisor, StoredConfiguration configuration) {
    disks.put(supervisor.settings().slot(), configuration);
    scheduler.after(0, () -> supervisor.stored(configuration.getConfig().getVersion()));
  }

  void readBack(ReadBack answer) {
    events.add("read back at " + answer.getApplied());
  }

  void event(Slot slot, Severity severity, String code, String text) {
    events.add(
        scheduler.nanos() / 1000
            + " us "
            + Settings.letter(slot)
            + " "
            + severity
            + " "
            + code
            + " "
            + text);
  }

  // ---- inspection

  public Border border() {
    return border;
  }

  public SimulatedPlane plane() {
    return plane;
  }

  public Map<Slot, SimulatedSupervisor> supervisors() {
    return supervisors;
  }

  public Map<String, String> answers() {
    return answers;
  }

  /** The event streams of both slots. */
  public List<String> events() {
    return events;
  }

  boolean forwarderAlive() {
    return forwarderAlive;
  }

  /** True when one supervisor is active and the other is listed in sync. */
  public boolean redundant() {
    return forwarderAlive && border.holderAlive() && border.inSync() != Slot.SLOT_UNSPECIFIED;
  }

  public String name() {
    return build.name;
  }
}
