package dev.understudy.supervisor;

import com.google.protobuf.Message;
import dev.understudy.core.Engine;
import dev.understudy.core.EngineType;
import dev.understudy.core.ImageView;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.Step;
import dev.understudy.core.SwitchTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Where the loop is, for another thread to see. Written by the loop's thread, read by any.
 *
 * <p>{@link System#nanoTime} is read around each event. It is for people who ask why a supervisor
 * was lost; nothing that decides sees it.
 */
final class Progress {
  private volatile long busySinceNanos;
  private volatile boolean busy;
  private volatile String engine = "";
  private volatile boolean active;
  private volatile long bracketNanos = System.nanoTime();
  private volatile String slowEngine = "";
  private volatile long slowMillis;

  /** An event begins. */
  void begins() {
    busySinceNanos = System.nanoTime();
    busy = true;
  }

  /** An event has ended. */
  void ended() {
    busy = false;
  }

  /** Whether this supervisor makes brackets. */
  void active(boolean makesBrackets) {
    if (makesBrackets != active) {
      bracketNanos = System.nanoTime();
      active = makesBrackets;
    }
  }

  /** A bracket has left. */
  void bracketLeft() {
    bracketNanos = System.nanoTime();
  }

  // ---- any thread

  boolean isActive() {
    return active;
  }

  /** How long the loop has been at one event; 0 when it waits for one. */
  long busyMillis() {
    long since = busySinceNanos;
    return busy ? TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since) : 0;
  }

  /** The engine that the loop is in; empty: in none. */
  String engine() {
    return engine;
  }

  long millisSinceBracket() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - bracketNanos);
  }

  // ---- engines

  /** Fault injection: an engine takes so long for each control frame; 0 ends it. */
  void slow(String slowed, long millis) {
    slowEngine = slowed;
    slowMillis = millis;
  }

  /** The same engines, seen at work. */
  List<EngineType> watched(List<EngineType> types) {
    return types.stream().<EngineType>map(Watched::new).toList();
  }

  private final class Watched implements EngineType {
    private final EngineType type;

    Watched(EngineType type) {
      this.type = type;
    }

    @Override
    public String name() {
      return type.name();
    }

    @Override
    public List<Message> tables() {
      return type.tables();
    }

    @Override
    public boolean beginsAnew() {
      return type.beginsAnew();
    }

    @Override
    public Engine restore(ImageView image) {
      return new AtWork(type.name(), type.restore(image));
    }
  }

  private final class AtWork implements Engine {
    private final String name;
    private final Engine works;

    AtWork(String name, Engine works) {
      this.name = name;
      this.works = works;
    }

    @Override
    public Step on(Input input, Moment at) {
      engine = name;
      try {
        if (slowMillis > 0 && input instanceof Input.Frame && name.equals(slowEngine)) {
          Faults.spin(slowMillis);
        }
        return works.on(input, at);
      } finally {
        engine = "";
      }
    }

    @Override
    public Optional<SwitchTime> nextDeadline() {
      return works.nextDeadline();
    }

    @Override
    public List<Message> export() {
      return works.export();
    }
  }
}
