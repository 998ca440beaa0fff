package dev.understudy.forwarder.kernel;

import dev.understudy.border.DataPlaneListener;
import dev.understudy.forwarder.dataplane.InterfaceMemory;
import dev.understudy.forwarder.soft.PortCounter;
import dev.understudy.linux.Bridges;
import dev.understudy.linux.Bridges.Opening;
import dev.understudy.linux.Epoll;
import dev.understudy.linux.ErrnoException;
import dev.understudy.linux.HostStack;
import dev.understudy.linux.InterfaceAddress;
import dev.understudy.linux.Link;
import dev.understudy.linux.LinkMonitor;
import dev.understudy.linux.Links;
import dev.understudy.linux.MacAddress;
import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.PortState;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetPortState;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ports of the bridge: into it and out of it, open and closed, and their links. */
final class KernelPorts {
  private static final Logger LOG = LoggerFactory.getLogger(KernelPorts.class);

  /** The file of the soft data plane as well, so that whoever stops the switch finds it. */
  private static final String INTERFACES = "interfaces";

  private final Kernel kernel;
  private final Epoll epoll;
  private final IntFunction<List<MacAddress>> staticsAt;
  private final InterfaceMemory memory;
  private final CarrierMemory carriers;
  private final TreeMap<Integer, KernelPort> ports = new TreeMap<>();
  private final Queue<LinkInput> news = new ArrayDeque<>();
  private long repairs;

  /** The ways to the kernel. */
  record Kernel(Links links, Bridges bridges, LinkMonitor monitor, int bridge) {}

  /**
   * @param staticsAt static addresses of a bridge port
   */
  KernelPorts(Kernel kernel, Epoll epoll, IntFunction<List<MacAddress>> staticsAt, Path directory) {
    this.kernel = kernel;
    this.epoll = epoll;
    this.staticsAt = staticsAt;
    memory = new InterfaceMemory(Optional.of(directory.resolve(INTERFACES)));
    carriers = new CarrierMemory(directory.resolve("carriers"));
    kernel.monitor.poll();
  }

  Collection<KernelPort> all() {
    return ports.values();
  }

  Optional<KernelPort> port(int number) {
    return Optional.ofNullable(ports.get(number));
  }

  Optional<KernelPort> byIndex(int index) {
    return ports.values().stream().filter(port -> port.index == index).findFirst();
  }

  Optional<KernelPort> byBridgePort(int bridgePort) {
    return ports.values().stream()
        .filter(port -> port.settings.getBridgePort() == bridgePort && port.index != 0)
        .findFirst();
  }

  // Settings.

  Optional<String> set(SetPort set) {
    Optional<String> refusal = refusal(set);
    if (refusal.isPresent()) {
      return refusal;
    }
    KernelPort port = ports.computeIfAbsent(set.getPort(), _ -> new KernelPort(set));
    if (!port.settings.getInterface().equals(set.getInterface())) {
      release(port);
    }
    port.settings = set;
    kernel.monitor.poll();
    follow(port);
    if (port.index != 0) {
      if (set.getAdminUp()) {
        kernel.links.setUp(port.index);
      } else {
        close(port);
        kernel.links.setDown(port.index);
      }
      kernel.monitor.poll();
      follow(port);
    }
    return port.error.isEmpty() ? Optional.empty() : Optional.of(port.error);
  }

  private Optional<String> refusal(SetPort set) {
    if (set.getInterface().isEmpty()) {
      return Optional.of("port " + set.getName() + ": the linux data plane has interfaces only");
    }
    if (set.getAccessVlan() > 1 || set.getTrunkVlansCount() > 0) {
      return Optional.of("port " + set.getName() + ": the linux data plane has VLAN 1 only");
    }
    return ports.values().stream()
        .filter(other -> other.number() != set.getPort())
        .filter(other ->
            other.settings.getInterface().equals(set.getInterface())
                || other.settings.getBridgePort() == set.getBridgePort())
        .findFirst()
        .map(other ->
            "port %d has interface %s and bridge port %d already"
                .formatted(
                    other.number(), other.settings.getInterface(), other.settings.getBridgePort()));
  }

  Optional<String> remove(int number) {
    KernelPort port = ports.remove(number);
    if (port == null) {
      return Optional.of("no port " + number);
    }
    release(port);
    return Optional.empty();
  }

  // Into the bridge and out of it.

  private void attach(KernelPort port, Link link) {
    Optional<String> unfit = unfit(link);
    port.error = unfit.orElse("");
    if (unfit.isPresent()) {
      return;
    }
    try {
      int control = port.openControl(link.index());
      epoll.add(new Epoll.Interest(control, Epoll.IN, port.number()));
      boolean ours = link.master().equals(OptionalInt.of(kernel.bridge));
      silence(link);
      if (!ours) {
        kernel.links.setDown(link.index());
        kernel.bridges.enslave(link.index(), kernel.bridge);
        kernel.bridges.set(link.index(), Opening.CLOSED);
      }
      port.index = link.index();
      port.carrierLosses = link.carrier().downCount();
      if (ours) {
        adopt(port, link);
      }
      LOG.info(
          "port {} ({}) is {} in the bridge, {}",
          port.number(),
          link.name(),
          ours ? "still" : "now",
          port.state);
    } catch (ErrnoException | UncheckedIOException e) {
      port.closeControl();
      port.index = 0;
      port.error = String.valueOf(e.getMessage());
    }
  }

  /** As the forwarder before this one left it, unless its link was lost since. */
  private void adopt(KernelPort port, Link link) {
    boolean open = kernel.bridges.opening(port.index).equals(Optional.of(Opening.OPEN));
    boolean steady = carriers.isStill(link) && link.up();
    port.state = open ? PortState.PORT_STATE_FORWARDING : PortState.PORT_STATE_DISCARDING;
    if (open && !steady) {
      LOG.warn("port {}: its link was lost while no forwarder ran, so it is closed", link.name());
      close(port);
      port.downCount++;
    }
  }

  /** Why an interface can't be a port. */
  private Optional<String> unfit(Link link) {
    if (link.master().isPresent() && link.master().getAsInt() != kernel.bridge) {
      return Optional.of(link.name() + " is a port of another bridge or bond");
    }
    if (link.address().isEmpty()) {
      return Optional.of(link.name() + " isn't an Ethernet interface");
    }
    List<String> addresses =
        kernel.links.addresses(link.index()).stream()
            .filter(address -> !address.isLinkLocal())
            .map(InterfaceAddress::toString)
            .toList();
    return addresses.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%s has IP addresses (%s), which a port of a switch must not have"
                .formatted(link.name(), String.join(", ", addresses)));
  }

  private void silence(Link link) {
    Optional<InterfaceMemory.Before> left = memory.before(link);
    EnumSet<HostStack.Protocol> silenced = EnumSet.noneOf(HostStack.Protocol.class);
    left.ifPresent(before -> silenced.addAll(before.silenced()));
    silenced.addAll(HostStack.silence(kernel.links, link.name()));
    boolean wasUp = left.map(InterfaceMemory.Before::adminUp).orElse(link.adminUp());
    memory.remember(link.name(), new InterfaceMemory.Before(link.index(), wasUp, silenced));
  }

  private void release(KernelPort port) {
    if (port.index == 0) {
      return;
    }
    int index = port.index;
    String name = port.settings.getInterface();
    lose(port, 1);
    port.closeControl();
    port.index = 0;
    try {
      Optional<Link> link = kernel.links.link(name).filter(now -> now.index() == index);
      if (link.isPresent()) {
        kernel.links.setDown(index);
        kernel.bridges.release(index);
        Optional<InterfaceMemory.Before> before = memory.before(link.get());
        if (before.isPresent()) {
          InterfaceMemory.putBack(kernel.links, name, before.get());
        }
      }
      memory.forget(name);
    } catch (ErrnoException | UncheckedIOException e) {
      port.error = String.valueOf(e.getMessage());
    }
  }

  // Open and closed.

  Optional<String> setState(SetPortState set) {
    Optional<KernelPort> found = byBridgePort(set.getBridgePort());
    if (found.isEmpty()) {
      return Optional.of("no bridge port " + set.getBridgePort());
    }
    if (set.getTree() != 0) {
      return Optional.of("tree " + set.getTree());
    }
    KernelPort port = found.get();
    switch (set.getState()) {
      case PORT_STATE_FORWARDING -> {
        if (!port.up) {
          return Optional.of("port " + port.number() + " is down");
        }
        if (!port.isOpen()) {
          kernel.bridges.set(port.index, Opening.OPEN);
          port.state = set.getState();
          staticsAt
              .apply(set.getBridgePort())
              .forEach(address -> kernel.bridges.addStatic(port.index, address));
        }
      }
      case PORT_STATE_DISCARDING, PORT_STATE_LEARNING -> {
        if (port.isOpen()) {
          close(port);
        }
        port.state = set.getState();
      }
      case PORT_STATE_UNSPECIFIED, UNRECOGNIZED -> {
        return Optional.of("no port state that is known here");
      }
    }
    return Optional.empty();
  }

  /** Static addresses go first: a locked port passes frames of addresses that are known there. */
  private void close(KernelPort port) {
    port.state = PortState.PORT_STATE_DISCARDING;
    staticsAt
        .apply(port.settings.getBridgePort())
        .forEach(address -> kernel.bridges.removeAddress(port.index, address));
    kernel.bridges.set(port.index, Opening.CLOSED);
  }

  /** What the kernel has; where it is as it should be, what it was told. */
  List<SetPortState> states() {
    List<SetPortState> states = new ArrayList<>();
    for (KernelPort port : ports.values()) {
      PortState state = port.index == 0 ? PortState.PORT_STATE_DISCARDING : present(port);
      states.add(
          SetPortState.newBuilder()
              .setBridgePort(port.settings.getBridgePort())
              .setTree(0)
              .setState(state)
              .build());
    }
    return states;
  }

  private PortState present(KernelPort port) {
    try {
      boolean open = kernel.bridges.opening(port.index).equals(Optional.of(Opening.OPEN));
      if (open == port.isOpen()) {
        return port.state;
      }
      return open ? PortState.PORT_STATE_FORWARDING : PortState.PORT_STATE_DISCARDING;
    } catch (ErrnoException e) {
      return PortState.PORT_STATE_DISCARDING; // gone; the link monitor tells
    }
  }

  void audit() {
    for (KernelPort port : ports.values()) {
      if (port.index != 0 && present(port) != port.state) {
        repairs++;
        LOG.warn(
            "port {} ({}) was {} in the kernel and should be {}: somebody changed it; repaired",
            port.number(),
            port.settings.getInterface(),
            present(port),
            port.state);
        kernel.bridges.set(port.index, port.isOpen() ? Opening.OPEN : Opening.CLOSED);
      }
    }
  }

  // Links.

  void follow() {
    kernel.monitor.poll();
    ports.values().forEach(this::follow);
  }

  private void follow(KernelPort port) {
    Optional<Link> found = kernel.monitor.link(port.settings.getInterface());
    if (port.index != 0 && found.map(link -> !isStillOurs(port, link)).orElse(true)) {
      port.error = port.settings.getInterface() + " is gone or was taken out of the bridge";
      LOG.warn("port {}: {}", port.number(), port.error);
      port.up = false;
      port.state = PortState.PORT_STATE_DISCARDING;
      port.downCount++;
      port.closeControl();
      port.index = 0;
    }
    if (port.index == 0 && found.isPresent()) {
      attach(port, found.get());
      if (port.index != 0 && port.settings.getAdminUp()) {
        kernel.links.setUp(port.index);
      }
    } else if (found.isEmpty()) {
      port.error = "no interface " + port.settings.getInterface();
    }
    if (port.index != 0 && found.isPresent()) {
      Link link = found.get();
      long losses = Math.max(0, link.carrier().downCount() - port.carrierLosses);
      boolean up = port.settings.getAdminUp() && link.up();
      if (port.up && (!up || losses > 0)) {
        lose(port, Math.max(1, losses));
      }
      port.carrierLosses = link.carrier().downCount();
      port.mtu = link.mtu();
      port.up = up;
      carriers.remember(link);
    }
    tell(port);
  }

  private boolean isStillOurs(KernelPort port, Link link) {
    return link.index() == port.index
        // What the monitor knows may be older than our own request to enslave it.
        && (link.master().equals(OptionalInt.of(kernel.bridge))
            || kernel
                .links
                .link(link.name())
                .flatMap(now -> Optional.of(now.master().equals(OptionalInt.of(kernel.bridge))))
                .orElse(false));
  }

  private void lose(KernelPort port, long losses) {
    if (port.up) {
      port.up = false;
      port.downCount += losses;
    }
    if (port.index != 0) {
      close(port);
    }
  }

  private void tell(KernelPort port) {
    LinkInput now = port.link();
    if (!now.equals(port.told)) {
      port.told = now;
      news.add(now);
    }
  }

  boolean hasNews() {
    return !news.isEmpty();
  }

  void tellLinks(DataPlaneListener listener) {
    for (LinkInput next = news.poll(); next != null; next = news.poll()) {
      listener.link(next);
    }
  }

  // Counters and the end.

  List<ForwarderCounter> counters() {
    Map<PortCounter, Long> sums = new EnumMap<>(PortCounter.class);
    List<ForwarderCounter> all = new ArrayList<>();
    for (KernelPort port : ports.values()) {
      Map<PortCounter, Long> counted = port.counters();
      if (port.index != 0) {
        kernel
            .links
            .traffic(port.index)
            .ifPresent(traffic -> {
              counted.put(PortCounter.RX_FRAMES, traffic.receivedFrames());
              counted.put(PortCounter.RX_OCTETS, traffic.receivedOctets());
              counted.put(PortCounter.TX_FRAMES, traffic.sentFrames());
              counted.put(PortCounter.TX_OCTETS, traffic.sentOctets());
            });
      }
      counted.forEach((counter, value) -> {
        sums.merge(counter, value, Long::sum);
        if (value != 0) {
          all.add(counter(counter.text(), port.number(), value));
        }
      });
    }
    sums.forEach((counter, value) -> all.add(counter(counter.text(), 0, value)));
    all.add(counter("kernel-port-states-repaired", 0, repairs));
    all.add(counter("kernel-link-notifications-lost", 0, kernel.monitor.overruns()));
    return all;
  }

  private static ForwarderCounter counter(String name, int port, long value) {
    return ForwarderCounter.newBuilder().setName(name).setPort(port).setValue(value).build();
  }

  /** Ports stay in the bridge as they are. */
  void close() {
    ports.values().forEach(KernelPort::closeControl);
  }
}
