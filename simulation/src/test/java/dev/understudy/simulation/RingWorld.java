package dev.understudy.simulation;

import dev.understudy.core.Input;
import dev.understudy.schema.Config;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.SpanningTreeConfig;
import dev.understudy.schema.SpanningTreePortConfig;
import dev.understudy.schema.UdpAttachment;
import java.util.List;

/**
 * A ring of three bridges, the first of which is redundant, with a host at each, and a story: it
 * converges, a link of the ring is pulled and plugged, the priority of the redundant one changes,
 * its supervisors switch over.
 */
final class RingWorld {
  static final long MILLI = 1_000_000L;

  final Network network = new Network();
  final Scheduler scheduler = network.scheduler();
  final Network.Bridge device;
  final Network.Bridge left;
  final Network.Bridge right;
  final Network.Host hostDevice = network.host("hd");
  final Network.Host hostLeft = network.host("hl");
  final Network.Host hostRight = network.host("hr");
  long storyBegins;
  long storyFirstBoundary;

  RingWorld(int devicePriority, long delayNanos) {
    network.link("sw", 1, "left", 1, 5_000);
    network.link("sw", 2, "right", 1, 5_000);
    network.link("left", 2, "right", 2, 5_000);
    network.link("hd", 1, "sw", 3, 1_000);
    network.link("hl", 1, "left", 3, 1_000);
    network.link("hr", 1, "right", 3, 1_000);
    device = network.bridge(config("sw", devicePriority), true, delayNanos);
    left = network.bridge(config("left", 28672), false, 0);
    right = network.bridge(config("right", 32768), false, 0);
  }

  static Config config(String name, int priority) {
    Config.Builder config =
        Config.newBuilder()
            .setName(name)
            .setSpanningTree(
                SpanningTreeConfig.newBuilder()
                    .setPriority(priority)
                    .setHelloTimeSeconds(1)
                    .setMaxAgeSeconds(6)
                    .setForwardDelaySeconds(4)
                    .addPorts(
                        SpanningTreePortConfig.newBuilder().setPort("p3").setAdminEdge(true)));
    for (int port = 1; port <= 3; port++) {
      config.addPorts(
          PortConfig.newBuilder()
              .setName("p" + port)
              .setUdp(
                  UdpAttachment.newBuilder()
                      .setListen("127.0.0.1:900" + port)
                      .setPeer("127.0.0.1:910" + port)));
    }
    return config.build();
  }

  RingWorld untilRedundant() {
    long limit = scheduler.nanos() + 5_000 * MILLI;
    scheduler.runUntil(scheduler.nanos() + MILLI);
    while (!device.device().redundant() && scheduler.nanos() < limit) {
      scheduler.runUntil(scheduler.nanos() + MILLI);
    }
    if (!device.device().redundant()) {
      throw new AssertionError(
          "not redundant within 5 s\n" + String.join("\n", device.device().events()));
    }
    return this;
  }

  RingWorld story() {
    scheduler.runUntil(6_000 * MILLI);
    storyBegins = scheduler.nanos();
    storyFirstBoundary = device.device().boundaries();
    long until = storyBegins + 1_500 * MILLI;
    hostDevice.send(hostLeft, 7 * MILLI, until);
    hostLeft.send(hostDevice, 11 * MILLI, until);
    hostRight.send(hostDevice, 13 * MILLI, until);
    hostDevice.send(hostRight, 17 * MILLI, until);
    scheduler.at(storyBegins + 203 * MILLI, () -> network.plug("sw", 1, false));
    scheduler.at(storyBegins + 405 * MILLI, () -> network.plug("sw", 1, true));
    scheduler.at(
        storyBegins + 711 * MILLI,
        () ->
            device
                .device()
                .ask(
                    new Input.ApplyConfiguration(
                        "request-1", config("sw", 4096), 0, "root from now on")));
    scheduler.at(
        storyBegins + 1_001 * MILLI, () -> device.device().askSwitchover("request-2", false));
    return this;
  }

  void runStory() {
    scheduler.runUntil(storyBegins + 2_600 * MILLI);
  }

  /** What the story made the outside see, from its beginning. */
  List<String> trace() {
    return device.trace().stream()
        .filter(line -> Long.parseLong(line.substring(0, line.indexOf(' '))) >= storyBegins)
        .toList();
  }
}
