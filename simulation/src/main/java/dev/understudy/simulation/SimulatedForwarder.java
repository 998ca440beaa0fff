package dev.understudy.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.border.Border;
import dev.understudy.border.DataPlane;
import dev.understudy.border.DelegatingDataPlane;
import dev.understudy.border.Outbox;
import dev.understudy.schema.Output;
import dev.understudy.schema.Slot;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A forwarder's process: the production border, a data plane, and what outlives both, with its ends
 * of the supervisors' connections.
 */
final class SimulatedForwarder {
  private final SimulatedSwitch owner;
  private final Scheduler scheduler;
  private final SimulatedSwitch.Build build;
  private final TreeMap<Long, Connection> connections = new TreeMap<>();
  private final TreeMap<Long, Slot> sessionSlots = new TreeMap<>();
  private final MemoryStore store = new MemoryStore();
  private Border border;
  private SimulatedPlane plane;
  private JudgedPlane judged;
  private boolean alive = true;
  private long sinceNanos;
  private long nextSession = 1;

  SimulatedForwarder(SimulatedSwitch owner, Scheduler scheduler, SimulatedSwitch.Build build) {
    this.owner = owner;
    this.scheduler = scheduler;
    this.build = build;
    this.plane = build.plane().apply(1);
    this.judged = new JudgedPlane(plane);
    this.border = newBorder();
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
        owner.invariants().frameOut(output);
      }
      return super.carryOut(output);
    }
  }

  private final class BorderOutbox implements Outbox {
    @Override
    public void send(long session, ToSupervisor message) {
      Connection connection = connections.get(session);
      if (connection != null) {
        owner.invariants().told(message);
        owner.witness().told(message, border.holder());
        if (message.hasGranted()) {
          owner.plan().granted();
        }
        if (message.hasApplied()) {
          owner.carriedOut(border.holder(), message.getApplied().getNumber());
        }
        Slot slot = sessionSlots.getOrDefault(session, Slot.SLOT_UNSPECIFIED);
        for (ToSupervisor sent : build.tampering().toSupervisor(owner, slot, message)) {
          connection.send(1, sent.toByteArray());
        }
        owner.boundary();
      }
    }

    @Override
    public void close(long session) {
      Connection connection = connections.get(session);
      if (connection != null) {
        connection.close(1, "closed by the forwarder");
      }
    }
  }

  // ---- sessions

  /** A supervisor connects. */
  void connect(SimulatedSupervisor supervisor) {
    long session = nextSession++;
    Slot slot = supervisor.settings().slot();
    Connection connection =
        new Connection(
            scheduler, build.connectionDelayNanos(), supervisor.forwarderEnd(), end(session, slot));
    connections.put(session, connection);
    sessionSlots.put(session, slot);
    border.opened(session);
    supervisor.forwarderConnected(connection);
  }

  private Connection.End end(long session, Slot slot) {
    return new Connection.End() {
      @Override
      public void received(byte[] octets) {
        if (alive && connections.containsKey(session)) {
          fromSupervisor(session, slot, parse(octets));
        }
      }

      @Override
      public void ended(String reason) {
        sessionSlots.remove(session);
        if (connections.remove(session) != null && alive) {
          border.closed(session);
          owner.settle();
        }
      }
    };
  }

  private void fromSupervisor(long session, Slot slot, ToForwarder message) {
    drain();
    if (message.hasClaim()) {
      owner.witness().claimed(slot, message.getClaim());
    } else if (message.hasBracket() && slot == border.holder()) {
      owner.invariants().bracket(message.getBracket());
    }
    build.tampering().atForwarder(owner, message);
    border.received(session, message);
    owner.settle();
  }

  /** A message that a slot didn't send, for bugs on purpose. */
  void forge(Slot from, ToForwarder message) {
    sessionSlots.forEach((session, slot) -> {
      if (slot == from) {
        border.received(session, message);
      }
    });
  }

  private static ToForwarder parse(byte[] octets) {
    try {
      return ToForwarder.parseFrom(octets);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a supervisor sent what is no message", e);
    }
  }

  // ---- life and time

  /** The forwarder dies and comes back with empty tables. */
  void restart(long awayNanos) {
    if (!alive) {
      return;
    }
    alive = false;
    List.copyOf(connections.values())
        .forEach(connection -> connection.close(1, "the forwarder died"));
    connections.clear();
    scheduler.after(
        awayNanos,
        () -> {
          plane = build.plane().apply(store.load().incarnation() + 1);
          judged = new JudgedPlane(plane);
          border = newBorder();
          owner.invariants().newForwarder();
          owner.witness().newForwarder();
          alive = true;
          sinceNanos = scheduler.nanos();
        });
  }

  /** What came in by the data plane is told to the border. */
  void drain() {
    if (alive) {
      plane.drain(border);
    }
  }

  /** When the border must look at the time, at the latest. */
  long nextDeadlineNanos() {
    return border.nextDeadlineNanos();
  }

  /** The border looks at the time. */
  void onTime() {
    plane.time(scheduler.nanos());
    drain();
    if (build.instant()) {
      owner.invariants().onTime(scheduler.nanos());
    }
    border.onTime();
    drain();
  }

  /** So many control frames come in at once. */
  void burst(int frames) {
    if (alive) {
      plane.burst(frames, scheduler.nanos());
      owner.settle();
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

  boolean alive() {
    return alive;
  }

  /** When it began: all its ports were closed then. */
  long sinceNanos() {
    return sinceNanos;
  }
}
