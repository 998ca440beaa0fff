package dev.understudy.benchmarks;

import dev.understudy.linux.FrameChannel;
import dev.understudy.linux.Links;
import dev.understudy.linux.NetworkNamespace;
import dev.understudy.linux.PacketOptions;
import dev.understudy.linux.PacketSocket;
import java.util.List;

/**
 * Three network namespaces in a row, joined by veth cables: a host, the switch with its interfaces
 * e1 and e2, a host. They go when this is closed.
 */
final class Cables implements AutoCloseable {
  private static final String HOST_INTERFACE = "h";
  private static final int RECEIVE_BUFFER_OCTETS = 32 << 20;

  private final String source;
  private final String middle;
  private final String sink;

  private Cables(String prefix) {
    this.source = prefix + "-1";
    this.middle = prefix + "-s";
    this.sink = prefix + "-2";
  }

  static Cables make() {
    Cables cables = new Cables("us-bench-" + ProcessHandle.current().pid());
    try {
      for (String name : cables.names()) {
        Commands.run("ip", "netns", "add", name);
        // Nobody's host stack speaks on a port of the switch.
        inside(name, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
        inside(name, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
        Commands.run("ip", "-n", name, "link", "set", "lo", "up");
      }
      cables.plug(cables.source, "e1");
      cables.plug(cables.sink, "e2");
      return cables;
    } catch (RuntimeException e) {
      cables.close();
      throw e;
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
    Commands.run("ip", "-n", host, "link", "set", HOST_INTERFACE, "up");
    Commands.run("ip", "-n", middle, "link", "set", port, "up");
  }

  /** What stands before a command that is to run where the switch is. */
  List<String> inMiddle() {
    return List.of("ip", "netns", "exec", middle);
  }

  FrameChannel source() {
    return open(source);
  }

  FrameChannel sink() {
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
