package dev.understudy.lab;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A network with a place for the switch under test: a namespace with interfaces p1, p2, p3 and p4,
 * foreign neighbours behind p1 and p2, a host behind p3 and one behind p4, and a host behind each
 * neighbour.
 *
 * @param place where the switch goes
 * @param links the switch's links to its neighbours
 * @param edgeHosts the hosts behind p3 and p4
 * @param left one of the two hosts whose frames cross the switch
 * @param right the other
 * @param leftPort the switch's port at which the left one's frames come in
 * @param rightPort the switch's port at which the right one's frames come in
 * @param priority of the switch, so that the roles come out as the network's name says
 * @param portStatus of the switch's ports when all is well
 * @param awaitNeighbours returns when the neighbours have their roles
 * @param neighbourStatus the neighbours' own words for roles and states now
 * @param neighbourChanges all changes of a port's state that the neighbours reported so far
 * @param flaps links that make an event when they go down and come up again; no path in use crosses
 *     them
 * @param helloTime of the root
 * @param watch how long to look on after a strike
 */
record Network(
    Namespace place,
    List<Link> links,
    List<Veth.End> edgeHosts,
    NumberedTraffic.Edge left,
    NumberedTraffic.Edge right,
    Veth.End leftPort,
    Veth.End rightPort,
    int priority,
    Map<String, String> portStatus,
    Runnable awaitNeighbours,
    Supplier<String> neighbourStatus,
    Supplier<List<String>> neighbourChanges,
    Map<Round.Event, Veth> flaps,
    Duration helloTime,
    Duration watch) {

  static final Duration CONVERGENCE = Duration.ofSeconds(60);
  private static final int COST = 20000;

  /** What the switch's port to a neighbour is, where nothing is amiss. */
  enum Role {
    ROOT,
    DESIGNATED,
    ALTERNATE;

    String status() {
      return switch (this) {
        case ROOT -> "root forwarding";
        case DESIGNATED -> "designated forwarding";
        case ALTERNATE -> "alternate discarding";
      };
    }
  }

  /** A link of the switch; end a of the cable is the switch's. */
  record Link(Veth cable, Role role) {
    String port() {
      return cable.a().interfaceName();
    }

    Veth.End neighbourEnd() {
      return cable.b();
    }
  }

  /** Which part the switch plays in the ring. */
  enum Part {
    /** The root; the neighbours' own link is blocked. */
    AS_ROOT,
    /** On the path between the root and the other neighbour, whose own link is blocked. */
    AS_DESIGNATED,
    /** At the ring's far side from the root, with its own port blocked. */
    WITH_ALTERNATE;

    /** What happens before strikes where there is time for one kind only; each has a twin. */
    Round.Event oneEvent() {
      return switch (this) {
        case AS_ROOT -> Round.Event.TOPOLOGY_CHANGE;
        case AS_DESIGNATED -> Round.Event.CONFIGURATION;
        case WITH_ALTERNATE -> Round.Event.LINK_UP;
      };
    }
  }

  /** The switch in a ring with two Open vSwitch bridges; a third hangs on the first. */
  static Network ring(Lab lab, Part part) {
    Namespace place = lab.namespace("sw");
    Namespace neighbours = lab.namespace("ovs");
    Namespace host1 = lab.namespace("h1");
    Namespace host2 = lab.namespace("h2");
    Namespace host3 = lab.namespace("h3");
    Veth one = Veth.between(end(place, "p1"), end(neighbours, "u1"));
    Veth two = Veth.between(end(place, "p2"), end(neighbours, "u2"));
    Veth three = Veth.between(end(place, "p3"), end(host3, "h3"));
    Veth four = Veth.between(end(place, "p4"), end(lab.namespace("h4"), "h4"));
    Veth leaf = Veth.between(end(neighbours, "y1"), end(neighbours, "y2"));
    Veth.between(end(neighbours, "x1"), end(neighbours, "x2"));
    Veth edge1 = Veth.between(end(neighbours, "e1"), end(host1, "h1"));
    Veth edge2 = Veth.between(end(neighbours, "e2"), end(host2, "h2"));
    OpenVSwitch ovs = OpenVSwitch.start(lab, neighbours, "ovs");
    OpenVSwitch.Bridge br1 =
        ovs.addBridge("br1", part == Part.AS_ROOT ? 8192 : 4096, OpenVSwitch.Timers.SHORT);
    OpenVSwitch.Bridge br2 =
        ovs.addBridge("br2", part == Part.WITH_ALTERNATE ? 8192 : 16384, OpenVSwitch.Timers.SHORT);
    br1.addPort("u1", COST).addPort("x1", COST).addEdgePort("e1");
    // Where the neighbours' own link shall be the blocked one, the far neighbour finds it dear.
    br2.addPort("u2", COST)
        .addPort("x2", part == Part.WITH_ALTERNATE ? COST : 10 * COST)
        .addEdgePort("e2");
    ovs.addBridge("br3", 61440, OpenVSwitch.Timers.SHORT).addPort("y2", COST);
    br1.addPort("y1", COST);
    Role roleOne = part == Part.AS_ROOT ? Role.DESIGNATED : Role.ROOT;
    Role roleTwo = part == Part.WITH_ALTERNATE ? Role.ALTERNATE : Role.DESIGNATED;
    Map<String, String> atFirst =
        part == Part.AS_ROOT
            ? Map.of("u1", "Root", "x1", "Designated", "y1", "Designated", "e1", "Designated")
            : Map.of(
                "u1", "Designated", "x1", "Designated", "y1", "Designated", "e1", "Designated");
    Map<String, String> atSecond =
        part == Part.WITH_ALTERNATE
            ? Map.of("u2", "Designated", "x2", "Root", "e2", "Designated")
            : Map.of("u2", "Root", "x2", "Alternate", "e2", "Designated");
    boolean throughEdge = part == Part.WITH_ALTERNATE;
    return new Network(
        place,
        List.of(new Link(one, roleOne), new Link(two, roleTwo)),
        List.of(three.b(), four.b()),
        new NumberedTraffic.Edge(edge1.b(), 1),
        new NumberedTraffic.Edge(throughEdge ? three.b() : edge2.b(), 2),
        one.a(),
        throughEdge ? three.a() : two.a(),
        switch (part) {
          case AS_ROOT -> 4096;
          case AS_DESIGNATED -> 8192;
          case WITH_ALTERNATE -> 32768;
        },
        Map.of("p1", roleOne.status(), "p2", roleTwo.status(), "p3", "designated forwarding"),
        () -> {
          br1.awaitRoles(CONVERGENCE, atFirst);
          br2.awaitRoles(CONVERGENCE, atSecond);
        },
        () -> br1.rstp() + "\n" + br2.rstp(),
        ovs::stateChanges,
        part == Part.WITH_ALTERNATE
            ? Map.of(Round.Event.TOPOLOGY_CHANGE, leaf, Round.Event.LINK_UP, two)
            : Map.of(Round.Event.TOPOLOGY_CHANGE, leaf),
        Duration.ofSeconds(part == Part.AS_ROOT ? 1 : 2),
        Duration.ofSeconds(8));
  }

  /**
   * The switch as root beside the kernel's 802.1D bridge, which has two links to it and blocks the
   * second. The kernel sends nothing at its root port, so that the switch's BPDUs are all that
   * keeps the second link blocked.
   */
  static Network besideKernel(Lab lab) {
    Namespace place = lab.namespace("sw");
    Namespace neighbour = lab.namespace("krn");
    Veth one = Veth.between(end(place, "p1"), end(neighbour, "u1"));
    Veth two = Veth.between(end(place, "p2"), end(neighbour, "u2"));
    Veth three = Veth.between(end(place, "p3"), end(lab.namespace("h3"), "h3"));
    Veth four = Veth.between(end(place, "p4"), end(lab.namespace("h4"), "h4"));
    Veth edge = Veth.between(end(neighbour, "e1"), end(lab.namespace("h1"), "h1"));
    KernelBridge kernel =
        KernelBridge.create(neighbour, "br0", 32768, KernelBridge.Timers.SHORT)
            .addPort("u1")
            .addPort("u2")
            .addPort("e1");
    KernelMonitor monitor = KernelMonitor.start(lab, neighbour);
    Map<String, String> states = Map.of("u1", "forwarding", "u2", "blocking", "e1", "forwarding");
    return new Network(
        place,
        List.of(new Link(one, Role.DESIGNATED), new Link(two, Role.DESIGNATED)),
        List.of(three.b(), four.b()),
        new NumberedTraffic.Edge(edge.b(), 1),
        new NumberedTraffic.Edge(three.b(), 2),
        one.a(),
        three.a(),
        4096,
        Map.of("p1", "designated forwarding", "p2", "designated forwarding"),
        () -> kernel.awaitStates(CONVERGENCE, states),
        () -> kernel.portStates().toString(),
        monitor::stateChanges,
        Map.of(Round.Event.LINK_UP, two),
        Duration.ofSeconds(1),
        Duration.ofSeconds(6 + 10));
  }

  /** The switch with a root made with scapy behind p1 and an Open vSwitch bridge behind p2. */
  static Network besideScapy(Lab lab) {
    Namespace place = lab.namespace("sw");
    Namespace neighbour = lab.namespace("ovs");
    Veth one = Veth.between(end(place, "p1"), end(lab.namespace("scapy"), "s1"));
    Veth two = Veth.between(end(place, "p2"), end(neighbour, "u2"));
    Veth three = Veth.between(end(place, "p3"), end(lab.namespace("h3"), "h3"));
    Veth four = Veth.between(end(place, "p4"), end(lab.namespace("h4"), "h4"));
    Veth edge = Veth.between(end(neighbour, "e2"), end(lab.namespace("h2"), "h2"));
    OpenVSwitch ovs = OpenVSwitch.start(lab, neighbour, "ovs");
    OpenVSwitch.Bridge bridge = ovs.addBridge("br2", 16384, OpenVSwitch.Timers.SHORT);
    bridge.addPort("u2", COST).addEdgePort("e2");
    return new Network(
        place,
        List.of(new Link(one, Role.ROOT), new Link(two, Role.DESIGNATED)),
        List.of(three.b(), four.b()),
        new NumberedTraffic.Edge(edge.b(), 1),
        new NumberedTraffic.Edge(three.b(), 2),
        two.a(),
        three.a(),
        8192,
        Map.of("p1", Role.ROOT.status(), "p2", Role.DESIGNATED.status()),
        () -> bridge.awaitRoles(CONVERGENCE, Map.of("u2", "Root")),
        () -> bridge.rstp().toString(),
        ovs::stateChanges,
        Map.of(),
        Duration.ofSeconds(1),
        Duration.ofSeconds(8));
  }

  private static Veth.End end(Namespace namespace, String interfaceName) {
    return new Veth.End(namespace, interfaceName);
  }

  /**
   * The configuration that puts Understudy into the place.
   *
   * @param change a number that changes nothing outside
   */
  String yaml(int change) {
    List<String> lines = new ArrayList<>();
    lines.add("name: lab");
    lines.add("data-plane: soft");
    lines.add("ports:");
    for (String port : List.of("p1", "p2", "p3", "p4")) {
      lines.add("  %s: {interface: %s}".formatted(port, port));
    }
    lines.add("vlans: {100: {name: change-%d}}".formatted(change));
    lines.add("spanning-tree:");
    lines.add("  mode: rstp");
    lines.add("  priority: " + priority);
    lines.add("  hello-time: 1");
    lines.add("  max-age: 6");
    lines.add("  forward-delay: 4");
    lines.add("  ports:");
    lines.add("    p1: {cost: %d}".formatted(COST));
    lines.add("    p2: {cost: %d}".formatted(COST));
    lines.add("    p3: {admin-edge: true}");
    lines.add("    p4: {admin-edge: true}");
    return String.join("\n", lines) + "\n";
  }

  /** Understudy in the place, converged, both supervisors ready. */
  Understudy startUnderstudy(Lab lab) {
    Understudy understudy = Understudy.start(lab, place, yaml(0));
    awaitNeighbours.run();
    understudy.awaitPorts(CONVERGENCE, portStatus);
    understudy.awaitRedundant(CONVERGENCE);
    return understudy;
  }

  /** Open vSwitch in the place: no product, to see that the networks and the rounds are right. */
  StandIn startStandIn(Lab lab) {
    OpenVSwitch ovs = OpenVSwitch.start(lab, place, "standin");
    OpenVSwitch.Bridge bridge =
        ovs.addBridge("br0", priority, OpenVSwitch.Timers.SHORT)
            .addPort("p1", COST)
            .addPort("p2", COST)
            .addEdgePort("p3")
            .addEdgePort("p4");
    awaitNeighbours.run();
    Map<String, String> roles = new TreeMap<>();
    portStatus.forEach((port, status) -> {
      String role = status.substring(0, status.indexOf(' '));
      roles.put(port, role.substring(0, 1).toUpperCase(Locale.ROOT) + role.substring(1));
    });
    bridge.awaitRoles(CONVERGENCE, roles);
    return new StandIn(ovs, bridge);
  }

  /** Somebody else's switch in the place of Understudy. */
  record StandIn(OpenVSwitch ovs, OpenVSwitch.Bridge bridge) {}

  /** The host behind p3 or p4 as one end of a traffic. */
  NumberedTraffic.Edge edgeHost(int number, int stream) {
    return edgeHosts.stream()
        .filter(host -> host.interfaceName().equals("h" + number))
        .map(host -> new NumberedTraffic.Edge(host, stream))
        .findFirst()
        .orElseThrow();
  }

  /** What can happen before a strike, most of it seen on the wire. */
  List<Round.Event> events() {
    List<Round.Event> events = new ArrayList<>(flaps.keySet());
    events.sort(null);
    events.addAll(List.of(Round.Event.HELLO_DUE, Round.Event.CONFIGURATION, Round.Event.NONE));
    return events;
  }

  /** The link that makes the event. */
  Veth flapped(Round.Event event) {
    return Objects.requireNonNull(flaps.get(event), "no such event here");
  }

  Link link(String port) {
    return links.stream().filter(link -> link.port().equals(port)).findFirst().orElseThrow();
  }
}
