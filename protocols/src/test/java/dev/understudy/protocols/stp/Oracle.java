package dev.understudy.protocols.stp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.protocols.stp.TextNetwork.TestPort;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The tree that a network must end in, worked out without any protocol: best vectors are passed
 * around among bridges that all start as roots until nothing gets better (802.1D-1998 8.3.1, as
 * arithmetic).
 */
final class Oracle {
  /** What a bridge says on a LAN, or a port could make of it: compared number by number. */
  private record Vector(
      long root, long cost, long designatedBridge, long designatedPort, long receivingPort)
      implements Comparable<Vector> {
    private static final Comparator<Vector> ORDER =
        Comparator.comparing(Vector::root, Long::compareUnsigned)
            .thenComparingLong(Vector::cost)
            .thenComparing(Vector::designatedBridge, Long::compareUnsigned)
            .thenComparingLong(Vector::designatedPort)
            .thenComparingLong(Vector::receivingPort);

    @Override
    public int compareTo(Vector other) {
      return ORDER.compare(this, other);
    }
  }

  private record Known(long root, long cost) {}

  private final TextNetwork network;
  private final TreeMap<String, Known> known = new TreeMap<>();
  private final TreeMap<String, String> rootPorts = new TreeMap<>();

  private Oracle(TextNetwork network) {
    this.network = network;
  }

  /** Checks role and path cost of everything. */
  static void check(TextNetwork network) {
    Oracle oracle = new Oracle(network);
    for (TestBridge bridge : network.bridges.values()) {
      oracle.known.put(bridge.name, new Known(id(bridge), 0));
    }
    for (int round = 0; round < 2 * network.bridges.size() + 2; round++) {
      oracle.pass();
    }
    oracle.compare();
  }

  private static long id(TestBridge bridge) {
    return ((long) bridge.config.getPriority() << 48) | bridge.address;
  }

  private static StpConfig.PortParameters parameters(TestPort port) {
    return new StpConfig(port.bridge.config)
        .port(port.name, new StpConfig.Link(port.speedMbps, port.fullDuplex));
  }

  private static long portId(TestPort port) {
    return ((long) parameters(port).priority() << 8) | port.number;
  }

  private Vector says(TestPort port) {
    Known own = known(port.bridge);
    return new Vector(own.root, own.cost, id(port.bridge), portId(port), 0);
  }

  private Known known(TestBridge bridge) {
    return Objects.requireNonNull(known.get(bridge.name));
  }

  private TestPort designated(String lan) {
    TestPort best = null;
    for (TestPort port : network.lans.getOrDefault(lan, List.of())) {
      if (port.operational() && (best == null || says(port).compareTo(says(best)) < 0)) {
        best = port;
      }
    }
    return Objects.requireNonNull(best);
  }

  private void pass() {
    TreeMap<String, Known> next = new TreeMap<>();
    for (TestBridge bridge : network.bridges.values()) {
      Vector best = new Vector(id(bridge), 0, 0, 0, 0);
      String root = "";
      for (TestPort port : bridge.byNumber.values()) {
        if (!port.operational() || parameters(port).restrictedRole()) {
          continue;
        }
        TestPort from = designated(port.lan);
        if (from.bridge == bridge) {
          continue;
        }
        Vector said = says(from);
        Vector path =
            new Vector(
                said.root,
                said.cost + parameters(port).externalPortPathCost(),
                said.designatedBridge,
                said.designatedPort,
                portId(port));
        if (path.compareTo(best) < 0) {
          best = path;
          root = port.name;
        }
      }
      next.put(bridge.name, new Known(best.root, best.cost));
      rootPorts.put(bridge.name, root);
    }
    known.putAll(next);
  }

  private void compare() {
    List<String> expected = new ArrayList<>();
    List<String> actual = new ArrayList<>();
    for (TestBridge bridge : network.bridges.values()) {
      StpView view = bridge.view();
      expected.add(bridge.name + " cost " + known(bridge).cost);
      actual.add(bridge.name + " cost " + view.rootPathCost());
      for (Map.Entry<String, StpView.Port> entry : view.ports().entrySet()) {
        TestPort port = bridge.byName.get(entry.getKey());
        expected.add(port + " " + role(Objects.requireNonNull(port)));
        actual.add(port + " " + entry.getValue().role());
      }
    }
    assertThat(actual).isEqualTo(expected);
  }

  private String role(TestPort port) {
    if (!port.operational()) {
      return "disabled";
    }
    if (port.name.equals(rootPorts.get(port.bridge.name))) {
      return "root";
    }
    TestPort designated = designated(port.lan);
    if (designated == port) {
      return "designated";
    }
    return designated.bridge == port.bridge ? "backup" : "alternate";
  }
}
