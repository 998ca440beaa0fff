package dev.understudy.border;

import dev.understudy.schema.SetFailSafe;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What the forwarder does when nobody drives an engine any more.
 *
 * <p>An engine counts as driven by each bracket carried out in which it is not FAULTY. Its
 * fail-safe outputs are due when its hold time has passed since the last frame that the supervisor
 * sent, but not before half of it has passed since it was driven last (a switch that has nothing to
 * send is not silent). Carried out once, until it is driven again.
 */
final class FailSafe {
  private static final class Engine {
    SetFailSafe outputs;
    long drivenNanos;
    boolean carriedOut;

    Engine(SetFailSafe outputs, long nowNanos) {
      this.outputs = outputs;
      this.drivenNanos = nowNanos;
    }
  }

  private final TreeMap<String, Engine> engines = new TreeMap<>();
  private long lastFrameNanos;

  void set(SetFailSafe outputs, long nowNanos) {
    Engine engine = engines.get(outputs.getEngine());
    if (engine == null) {
      engines.put(outputs.getEngine(), new Engine(outputs, nowNanos));
    } else {
      engine.outputs = outputs;
    }
  }

  void frameSent(long nowNanos) {
    lastFrameNanos = nowNanos;
  }

  /** A bracket was carried out; {@code faulty} engines had no part in it. */
  void driven(List<String> faulty, long nowNanos) {
    engines.forEach((name, engine) -> {
      if (!faulty.contains(name)) {
        engine.drivenNanos = nowNanos;
        engine.carriedOut = false;
      }
    });
  }

  /** The fail-safe outputs that are due now; each is returned once. */
  List<SetFailSafe> due(long nowNanos) {
    List<SetFailSafe> due = new ArrayList<>();
    for (Engine engine : engines.values()) {
      if (!engine.carriedOut && nowNanos >= deadline(engine)) {
        engine.carriedOut = true;
        due.add(engine.outputs);
      }
    }
    return due;
  }

  private long deadline(Engine engine) {
    long hold = engine.outputs.getHoldNanos();
    return Math.max(
        Math.min(lastFrameNanos, engine.drivenNanos) + hold, engine.drivenNanos + hold / 2);
  }
}
