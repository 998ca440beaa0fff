package dev.understudy.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.protocols.stp.StpEngine;
import dev.understudy.replication.Environment;
import dev.understudy.replication.Settings;
import dev.understudy.replication.Severity;
import dev.understudy.replication.SupervisorCore;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A supervisor's process: the production core, and an environment that can crash or stop between
 * any two of its messages.
 */
public final class SimulatedSupervisor implements Environment {
  /** Unwinds a core that has crashed in the middle of an event. */
  private static final class Crash extends Error {
    private static final long serialVersionUID = 1L;

    Crash() {
      super("crash", null, false, false);
    }
  }

  /** Where a process is. */
  public enum Life {
    RUNNING,
    STOPPED,
    DEAD
  }

  private final SimulatedSwitch owner;
  private final Settings settings;
  private final SupervisorCore core;
  private final ArrayDeque<Runnable> backlog = new ArrayDeque<>();
  private final ArrayDeque<Runnable> frozen = new ArrayDeque<>();
  private Life life = Life.RUNNING;

  /** The newest bracket in which the spanning tree engine was not FAULTY. */
  private long driving;

  private boolean inside;
  private boolean backgroundNext;
  private @Nullable Connection forwarder;
  private @Nullable Connection peer;
  private int peerEnd;

  SimulatedSupervisor(SimulatedSwitch owner, Settings settings) {
    this.owner = owner;
    this.settings = settings;
    this.core = new SupervisorCore(settings, this);
  }

  public SupervisorCore core() {
    return core;
  }

  public Life life() {
    return life;
  }

  public Settings settings() {
    return settings;
  }

  @Nullable Connection forwarderConnection() {
    return forwarder;
  }

  @Nullable Connection peerConnection() {
    return peer;
  }

  // ---- life and death

  /** True if this process's spanning tree engine had a part in a bracket. */
  boolean hasDriven(long bracket) {
    return bracket <= driving;
  }

  /** Runs one event in this process: now, when it is resumed, or never. */
  void event(Runnable event) {
    switch (life) {
      case DEAD -> {}
      case STOPPED -> backlog.add(event);
      case RUNNING -> {
        inside = true;
        try {
          event.run();
          background();
        } catch (Crash crash) {
          if (life != Life.DEAD) {
            throw crash;
          }
        } finally {
          inside = false;
        }
      }
    }
  }

  /** A part of a snapshot or a digest; then other messages have their turn before the next one. */
  private void background() {
    if (!backgroundNext && life == Life.RUNNING && core.background()) {
      backgroundNext = true;
      owner.later(() -> {
        backgroundNext = false;
        event(() -> {});
      });
    }
  }

  /** Ends the process at once; in the middle of an event when it is in one. */
  void crash() {
    if (life == Life.DEAD) {
      return;
    }
    life = Life.DEAD;
    backlog.clear();
    frozen.clear();
    if (forwarder != null) {
      forwarder.close(0, "the process died");
    }
    if (peer != null) {
      peer.close(peerEnd, "the process died");
    }
    owner.died(this);
    if (inside) {
      throw new Crash();
    }
  }

  /** Ends the process, and what is under way to the other module is lost. */
  void losePower() {
    if (peer != null) {
      peer.cut("the module has no power");
    }
    crash();
  }

  /** Stops the process; in the middle of an event, the rest of it happens when it is resumed. */
  void stop() {
    if (life == Life.RUNNING) {
      life = Life.STOPPED;
    }
  }

  void resume() {
    if (life != Life.STOPPED) {
      return;
    }
    life = Life.RUNNING;
    event(() -> {
      while (!frozen.isEmpty() && life == Life.RUNNING) {
        frozen.remove().run();
      }
    });
    while (!backlog.isEmpty() && life == Life.RUNNING) {
      event(backlog.remove());
    }
  }

  /** What a process does towards the outside: at once, or when it is resumed. */
  private void outward(Runnable act) {
    if (life == Life.DEAD) {
      throw new Crash();
    }
    if (life == Life.STOPPED) {
      frozen.add(act);
    } else {
      act.run();
    }
  }

  // ---- sessions

  void forwarderConnected(Connection connection) {
    forwarder = connection;
    event(core::forwarderConnected);
  }

  Connection.End forwarderEnd() {
    return new Connection.End() {
      @Override
      public void received(byte[] octets) {
        ToSupervisor message = parseForwarder(octets);
        event(() -> {
          if (message.hasGranted()) {
            owner.witness().takes(message.getGranted().getTerm(), core.held());
          }
          core.forwarderMessage(message);
        });
        owner.afterEvent();
      }

      @Override
      public void ended(String reason) {
        forwarder = null;
        event(() -> core.forwarderDisconnected(reason));
        owner.forwarderSessionEnded(SimulatedSupervisor.this);
        owner.afterEvent();
      }
    };
  }

  /** Has a connection to the other one, and isn't told yet: it dies with this process. */
  void peerAttached(Connection connection, int end) {
    peer = connection;
    peerEnd = end;
  }

  void peerConnected() {
    event(core::peerConnected);
  }

  Connection.End peerEnd() {
    return new Connection.End() {
      @Override
      public void received(byte[] octets) {
        CanonicalMessage message = parsePeer(octets);
        event(() -> core.peerMessage(message));
        owner.afterEvent();
      }

      @Override
      public void ended(String reason) {
        peer = null;
        event(() -> core.peerDisconnected(reason));
        owner.peerSessionEnded();
        owner.afterEvent();
      }
    };
  }

  private static ToSupervisor parseForwarder(byte[] octets) {
    try {
      return ToSupervisor.parseFrom(octets);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the forwarder sent what is no message", e);
    }
  }

  private static CanonicalMessage parsePeer(byte[] octets) {
    try {
      return CanonicalMessage.parseFrom(octets);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the peer sent what is no message", e);
    }
  }

  /** A message that the forwarder didn't send, for bugs on purpose. */
  void soon(ToSupervisor message) {
    owner.soon(() -> event(() -> core.forwarderMessage(message)));
  }

  // ---- Environment

  @Override
  public void toForwarder(ToForwarder message) {
    Connection connection = forwarder;
    if (connection != null) {
      if (message.hasBracket()) {
        owner.requests().made(this, message.getBracket().getNumber());
        if (core.host().filter(host -> host.isFaulty(StpEngine.NAME)).isEmpty()) {
          driving = message.getBracket().getNumber();
        }
      }
      for (ToForwarder sent : owner.tampering().toForwarder(this, message)) {
        byte[] octets = sent.toByteArray();
        outward(() -> connection.send(0, octets));
      }
      owner.boundary();
      check();
    }
  }

  @Override
  public void toPeer(CanonicalMessage message) {
    Connection connection = peer;
    if (connection != null) {
      int end = peerEnd;
      for (CanonicalMessage sent : owner.tampering().toPeer(this, message)) {
        byte[] octets = sent.toByteArray();
        outward(() -> connection.send(end, octets));
      }
      owner.sentToPeer(message);
      owner.boundary();
      check();
    }
  }

  private void check() {
    if (life == Life.DEAD) {
      throw new Crash();
    }
  }

  @Override
  public boolean peerReady() {
    return peer != null;
  }

  @Override
  public void closeForwarder(String reason) {
    Connection connection = forwarder;
    if (connection != null) {
      outward(() -> connection.cut(reason));
    }
  }

  @Override
  public void closePeer(String reason) {
    Connection connection = peer;
    if (connection != null) {
      outward(() -> connection.cut(reason));
    }
  }

  @Override
  public void answer(String requestId, boolean ok, String text, int copies) {
    outward(() -> owner.answered(this, requestId, ok, text));
  }

  @Override
  public void store(StoredConfiguration configuration) {
    outward(() -> owner.disks().store(this, configuration));
  }

  @Override
  public void readBack(ReadBack answer) {
    outward(() -> owner.readBack(answer));
  }

  @Override
  public <T> void beside(Supplier<T> work, Consumer<T> then) {
    then.accept(work.get());
  }

  @Override
  public void event(Severity severity, String code, String text) {
    outward(() -> owner.event(settings.slot(), severity, code, text));
  }

  @Override
  public void exit(String reason) {
    outward(this::crash);
  }

  void stored(long version, Optional<String> error) {
    event(() -> core.configurationStored(version, error));
  }
}
