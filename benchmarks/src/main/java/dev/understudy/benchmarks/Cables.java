package dev.understudy.benchmarks;

import dev.understudy.linux.FrameChannel;
import dev.understudy.linux.Links;
import dev.understudy.linux.NetworkNamespace;
import dev.understudy.linux.PacketOptions;
import dev.understudy.linux.PacketSocket;
import java.util.List;

/**
 * Three network namespaces in a row: a host, the switch, a host. Each host has the interface
 * {@value #HOST_INTERFACE} with an address; the other end of its cable is the switch's e1 or e2.
 * They go when this is closed.
 */
final class Cables implements Hosts, AutoCloseable {
  static final String SINK_ADDRESS = "10.99.0.2";

  private static final String SOURCE_ADDRESS = "10.99.0.1";
  private static final String HOST_INTERFACE = "eth0";
  private static final int RECEIVE_BUFFER_OCTETS = 32 << 20;

  private final String source;
  private final String middle;
  private final String sink;

  private Cables(String prefix) {
    this.source = prefix + "-1";
    this.middle = prefix + "-s";
    this.sink = prefix + "-2";
  }

  /**
   * Joined by veth cables.
   *
   * @param name tells cables of one process apart
   */
  static Cables make(String name) {
    Cables cables = unplugged(name);
    try {
      cables.plug(cables.source, "e1");
      cables.plug(cables.sink, "e2");
      cables.up();
      return cables;
    } catch (RuntimeException e) {
      cables.close();
      throw e;
    }
  }

  /** Without cables: the switch makes TAP devices in its namespace, see {@link #takeTaps}. */
  static Cables unplugged(String name) {
    Cables cables = new Cables("us-bench-" + ProcessHandle.current().pid() + "-" + name);
    try {
      for (String namespace : cables.names()) {
        Commands.run("ip", "netns", "add", namespace);
        // Nobody's host stack speaks on a port of the switch.
        inside(namespace, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
        inside(namespace, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
        Commands.run("ip", "-n", namespace, "link", "set", "dev", "lo", "up");
      }
      return cables;
    } catch (RuntimeException e) {
      cables.close();
      throw e;
    }
  }

  /** Moves the switch's TAP devices e1 and e2 to the hosts. */
  void takeTaps() {
    take("e1", source);
    take("e2", sink);
    up();
  }

  private void take(String tap, String host) {
    Commands.run("ip", "-n", middle, "link", "set", "dev", tap, "netns", host);
    Commands.run("ip", "-n", host, "link", "set", "dev", tap, "name", HOST_INTERFACE);
  }

  private void up() {
    for (String host : List.of(source, sink)) {
      String address = host.equals(sink) ? SINK_ADDRESS : SOURCE_ADDRESS;
      Commands.run("ip", "-n", host, "addr", "add", address + "/24", "dev", HOST_INTERFACE);
      Commands.run("ip", "-n", host, "link", "set", "dev", HOST_INTERFACE, "up");
    }
  }

  private List<String> names() {
    return List.of(source, middle, sink);
  }

  private static void inside(String namespace, String... command) {
    Commands.run(
        java.util.Map.of(),
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of("ip", "netns", "exec", namespace),
                java.util.stream.Stream.of(command))
            .toList());
  }

  private void plug(String host, String port) {
    Commands.run(
        "ip",
        "-n",
        host,
        "link",
        "add",
        HOST_INTERFACE,
        "type",
        "veth",
        "peer",
        "name",
        port,
        "netns",
        middle);
    Commands.run("ip", "-n", middle, "link", "set", "dev", port, "up");
  }

  /** What stands before a command that is to run where the switch is. */
  List<String> inMiddle() {
    return List.of("ip", "netns", "exec", middle);
  }

  List<String> inSource() {
    return List.of("ip", "netns", "exec", source);
  }

  List<String> inSink() {
    return List.of("ip", "netns", "exec", sink);
  }

  @Override
  public FrameChannel source() {
    return open(source);
  }

  @Override
  public FrameChannel sink() {
    return open(sink);
  }

  private static FrameChannel open(String namespace) {
    try (NetworkNamespace _ = NetworkNamespace.enter(namespace);
        Links links = Links.open()) {
      int index =
          links
              .link(HOST_INTERFACE)
              .orElseThrow(() -> new BenchmarkFailure("no interface in " + namespace))
              .index();
      return PacketSocket.open(
          index, PacketOptions.standard().withReceiveBuffer(RECEIVE_BUFFER_OCTETS));
    }
  }

  @Override
  public void close() {
    for (String name : names()) {
      if (!Commands.succeeds("ip", "netns", "del", name)) {
        System.err.println("benchmark: can't remove the namespace " + name);
      }
    }
  }
}
