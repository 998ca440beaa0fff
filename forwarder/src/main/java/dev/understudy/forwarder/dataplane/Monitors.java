package dev.understudy.forwarder.dataplane;

import dev.understudy.forwarder.monitor.FrameTap;
import dev.understudy.forwarder.monitor.MonitorServer;
import dev.understudy.schema.SetPort;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which ports are monitored. Readers' threads ask, the judgement's thread does, between two other
 * things; everything but {@link #capture} is in the judgement's thread.
 */
final class Monitors implements MonitorServer.Ports {
  private static final long ANSWER_MILLIS = 5_000;

  private final SoftDataPlane plane;
  private final Queue<Runnable> asked = new ConcurrentLinkedQueue<>();
  private final NavigableMap<Integer, FrameTap> taps = new TreeMap<>();
  private long term;
  private long number;

  Monitors(SoftDataPlane plane) {
    this.plane = plane;
  }

  @Override
  public MonitorServer.Capture capture(String port) throws MonitorServer.Refused {
    CompletableFuture<MonitorServer.Capture> begun = new CompletableFuture<>();
    ask(() -> {
      try {
        begun.complete(begin(port));
      } catch (MonitorServer.Refused | RuntimeException e) {
        begun.completeExceptionally(e);
      }
    });
    try {
      return begun.get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new MonitorServer.Refused(String.valueOf(cause.getMessage()));
    } catch (TimeoutException e) {
      ask(() -> {
        var _ = begun.thenAccept(MonitorServer.Capture::close);
      });
      throw new MonitorServer.Refused("the forwarder doesn't answer");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MonitorServer.Refused("interrupted");
    }
  }

  private void ask(Runnable work) {
    asked.add(work);
    plane.wakeup();
  }

  void runAsked() {
    for (Runnable next = asked.poll(); next != null; next = asked.poll()) {
      next.run();
    }
  }

  private MonitorServer.Capture begin(String name) throws MonitorServer.Refused {
    int port =
        plane.ports().stream()
            .filter(set -> set.getName().equals(name))
            .map(SetPort::getPort)
            .findFirst()
            .orElseThrow(() ->
                new MonitorServer.Refused("no port %s; there are %s".formatted(name, names())));
    if (taps.containsKey(port)) {
      throw new MonitorServer.Refused("port " + name + " is monitored already");
    }
    FrameTap tap = new FrameTap();
    taps.put(port, tap);
    plane.ask(thread -> thread.monitor(port, tap.forwarding()));
    return new MonitorServer.Capture(tap, () -> ask(() -> end(port)));
  }

  private void end(int port) {
    taps.remove(port);
    if (plane.isAlive()) {
      plane.ask(thread -> thread.monitor(port, null));
    }
  }

  private String names() {
    return plane.ports().stream().map(SetPort::getName).collect(Collectors.joining(", "));
  }

  /** Where the judgement puts copies of a port's frames, if anybody wants them. */
  FrameTap.@Nullable Entry judgement(int port) {
    FrameTap tap = taps.isEmpty() ? null : taps.get(port);
    return tap == null ? null : tap.judgement();
  }

  void bracketBegins(long newTerm, long newNumber) {
    term = newTerm;
    number = newNumber;
  }

  /** Of the bracket that is carried out. */
  long term() {
    return term;
  }

  /** Of the bracket that is carried out. */
  long number() {
    return number;
  }
}
