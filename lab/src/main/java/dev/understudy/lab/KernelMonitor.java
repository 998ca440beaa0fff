package dev.understudy.lab;

import java.util.List;
import java.util.Map;

/** Everything that the kernel says of its bridge ports, as {@code bridge monitor link} tells it. */
public final class KernelMonitor implements AutoCloseable {
  private final Daemon monitor;

  private KernelMonitor(Daemon monitor) {
    this.monitor = monitor;
  }

  public static KernelMonitor start(Lab lab, Namespace namespace) {
    Daemon monitor =
        Daemon.start(
            "bridge monitor",
            lab.file("bridge-monitor.log"),
            Map.of(),
            namespace.inside(List.of("stdbuf", "-oL", "bridge", "-t", "monitor", "link")));
    return lab.add(new KernelMonitor(monitor));
  }

  /** Lines so far that tell a port's state. */
  public List<String> stateChanges() {
    return monitor.log().lines().filter(line -> line.contains(" state ")).toList();
  }

  @Override
  public void close() {
    monitor.close();
  }
}
