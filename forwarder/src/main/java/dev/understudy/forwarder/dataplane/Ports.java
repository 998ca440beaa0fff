package dev.understudy.forwarder.dataplane;

import dev.understudy.border.DataPlaneListener;
import dev.understudy.forwarder.dataplane.PortBody.Kind;
import dev.understudy.forwarder.dataplane.PortBody.Medium;
import dev.understudy.forwarder.soft.FrameView;
import dev.understudy.forwarder.soft.PortCounter;
import dev.understudy.forwarder.soft.SoftSwitch;
import dev.understudy.linux.Epoll;
import dev.understudy.linux.ErrnoException;
import dev.understudy.linux.FrameChannel;
import dev.understudy.linux.FrameSize;
import dev.understudy.linux.HostStack;
import dev.understudy.linux.InterfaceAddress;
import dev.understudy.linux.Link;
import dev.understudy.linux.LinkMonitor;
import dev.understudy.linux.LinkSpeed;
import dev.understudy.linux.Links;
import dev.understudy.linux.PacketOptions;
import dev.understudy.linux.PacketSocket;
import dev.understudy.linux.TapDevice;
import dev.understudy.linux.UdpSocket;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Output;
import dev.understudy.schema.SetPort;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The judgement's side of the ports: opens and releases what they are attached to, follows their
 * links, reads and writes their control sockets. Everything here runs in the judgement's thread.
 */
final class Ports implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Ports.class);
  private static final int DATA_BUFFER_OCTETS = 16 << 20;
  private static final int CONTROL_BUFFER_OCTETS = 1 << 20;
  private static final int TAG_LENGTH = 4;

  private final SoftDataPlane plane;
  private final ControlFrames control;
  private final Epoll epoll;
  private final InterfaceMemory memory;
  private final NavigableMap<Integer, PortBody> bodies = new TreeMap<>();
  private final Queue<LinkInput> news = new ArrayDeque<>();
  private @Nullable LinkMonitor monitor;
  private @Nullable Links links;

  Ports(SoftDataPlane plane, Epoll epoll, InterfaceMemory memory) {
    this.plane = plane;
    this.epoll = epoll;
    this.memory = memory;
    control = new ControlFrames(plane, epoll, bodies);
  }

  // Settings.

  /** Makes or changes a port. One that can't be attached is there all the same, without link. */
  Optional<String> set(Output output) {
    SetPort set = output.getSetPort();
    Optional<String> refusal = refusal(set).or(() -> plane.write(output));
    if (refusal.isPresent()) {
      return refusal;
    }
    try {
      return apply(set);
    } catch (ErrnoException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private Optional<String> apply(SetPort set) {
    PortBody body = bodies.get(set.getPort());
    if (body != null && !SoftSwitch.isSameAttachment(body.settings, set)) {
      release(body);
      lose(body, 1);
    }
    if (body == null) {
      body = new PortBody(set);
      bodies.put(set.getPort(), body);
    }
    body.settings = set;
    if (!body.attached) {
      open(body);
    }
    applyAdminState(body);
    pollLinks();
    tell(body);
    refreshCore(body);
    return body.error.isEmpty() ? Optional.empty() : Optional.of(body.error);
  }

  private Optional<String> refusal(SetPort set) {
    if (PortBody.kind(set).isEmpty()) {
      return Optional.of("port " + set.getName() + " names not one of interface, TAP and UDP");
    }
    for (PortBody other : bodies.values()) {
      boolean sameInterface =
          !other.interfaceName().isEmpty()
              && (other.interfaceName().equals(set.getInterface())
                  || other.interfaceName().equals(set.getTap()));
      if (other.number() != set.getPort() && sameInterface) {
        return Optional.of(
            other.interfaceName() + " is attached to port " + other.number() + " already");
      }
    }
    return Optional.empty();
  }

  Optional<String> remove(Output output) {
    PortBody body = bodies.remove(output.getRemovePort().getPort());
    if (body != null) {
      release(body);
      handOverCounters(body);
    }
    return plane.write(output);
  }

  void cable(int number, boolean plugged) {
    PortBody body = bodies.get(number);
    if (body != null && PortBody.kind(body.settings).equals(Optional.of(Kind.UDP))) {
      body.unplugged = !plugged;
      follow(body);
    }
  }

  // Attaching.

  private void open(PortBody body) {
    try {
      body.error =
          switch (PortBody.kind(body.settings).orElseThrow()) {
            case UDP -> openUdp(body);
            case TAP -> openTap(body);
            case INTERFACE -> openInterface(body);
          };
    } catch (ErrnoException | UncheckedIOException e) {
      body.error = String.valueOf(e.getMessage());
    }
  }

  private String openUdp(PortBody body) {
    Optional<InetSocketAddress> local = HostPort.parse(body.settings.getUdpListen());
    Optional<InetSocketAddress> peer = HostPort.parse(body.settings.getUdpPeer());
    if (local.isEmpty() || peer.isEmpty()) {
      return "UDP from %s to %s: address and port expected"
          .formatted(body.settings.getUdpListen(), body.settings.getUdpPeer());
    }
    if (local.get().getAddress().getClass() != peer.get().getAddress().getClass()) {
      return "UDP from %s to %s: one is IPv4 and one IPv6"
          .formatted(body.settings.getUdpListen(), body.settings.getUdpPeer());
    }
    UdpSocket socket =
        UdpSocket.open(
            new UdpSocket.Ends(local.get(), peer.get()),
            new PacketOptions.ReceiveBuffer(DATA_BUFFER_OCTETS));
    body.medium = Medium.UNKNOWN;
    attach(body, socket, FrameSize.STANDARD);
    return "";
  }

  private String openTap(PortBody body) {
    TapDevice tap = TapDevice.openWithOffloads(body.settings.getTap());
    LinkMonitor all = monitor();
    all.poll();
    Optional<Link> link = all.link(tap.name());
    if (link.isEmpty()) {
      tap.close();
      return tap.name() + " was made and is gone";
    }
    // The host's stack stays as it is: it is the neighbour at the other end of this cable.
    body.wasAdminUp = link.get().adminUp();
    body.silenced = Set.of();
    bind(body, link.get());
    attach(body, tap, frameSize(link.get().mtu()));
    return "";
  }

  private String openInterface(PortBody body) {
    String name = body.settings.getInterface();
    LinkMonitor all = monitor();
    all.poll();
    Optional<Link> found = all.link(name);
    if (found.isEmpty()) {
      return "no interface " + name;
    }
    Link link = found.get();
    Optional<String> unfit = unfit(link);
    if (unfit.isPresent()) {
      return unfit.get();
    }
    PacketSocket data = null;
    PacketSocket controlSocket = null;
    try {
      data =
          PacketSocket.open(
              link.index(),
              PacketOptions.standard()
                  .withReceiveBuffer(DATA_BUFFER_OCTETS)
                  .withFlags(Set.of(PacketOptions.Flag.PROMISCUOUS, PacketOptions.Flag.OFFLOADS))
                  .withFilter(control.others()));
      controlSocket =
          PacketSocket.open(
              link.index(),
              PacketOptions.standard()
                  .withReceiveBuffer(CONTROL_BUFFER_OCTETS)
                  .withFlags(Set.of())
                  .withFilter(control.own()));
      control.watch(body.number(), controlSocket);
      silence(body, link);
    } catch (ErrnoException | UncheckedIOException e) {
      if (data != null) {
        data.close();
      }
      if (controlSocket != null) {
        controlSocket.close();
      }
      throw e;
    }
    body.control = controlSocket;
    body.controlDropsSeen = 0;
    bind(body, link);
    attach(body, data, frameSize(link.mtu()));
    return "";
  }

  /** Why an interface can't be a port. */
  private Optional<String> unfit(Link link) {
    if (link.master().isPresent()) {
      return Optional.of(link.name() + " is a port of another bridge or bond");
    }
    List<InterfaceAddress> addresses =
        links().addresses(link.index()).stream().filter(address -> !address.isLinkLocal()).toList();
    if (!addresses.isEmpty()) {
      return Optional.of(
          "%s has IP addresses (%s), which a port of a switch must not have"
              .formatted(
                  link.name(),
                  addresses.stream()
                      .map(one -> one.address().getHostAddress() + "/" + one.prefixLength())
                      .collect(Collectors.joining(", "))));
    }
    if (link.address().isEmpty()) {
      return Optional.of(link.name() + " isn't an Ethernet interface");
    }
    return Optional.empty();
  }

  private void silence(PortBody body, Link link) {
    Optional<InterfaceMemory.Before> left = memory.before(link);
    EnumSet<HostStack.Protocol> silenced = EnumSet.noneOf(HostStack.Protocol.class);
    left.ifPresent(before -> silenced.addAll(before.silenced()));
    silenced.addAll(HostStack.silence(links(), link.name()));
    body.silenced = silenced;
    body.wasAdminUp = left.map(InterfaceMemory.Before::adminUp).orElse(link.adminUp());
    memory.remember(
        link.name(), new InterfaceMemory.Before(link.index(), body.wasAdminUp, silenced));
  }

  private static void bind(PortBody body, Link link) {
    body.interfaceIndex = link.index();
    body.carrierLosses = link.carrier().downCount();
  }

  private void attach(PortBody body, FrameChannel channel, FrameSize size) {
    body.frameSize = size;
    body.attached = true;
    int number = body.number();
    LOG.info(
        "port {} ({}) is attached to {}, with a receive buffer of {} octets",
        number,
        body.settings.getName(),
        body.attachment(),
        switch (channel) {
          case PacketSocket socket -> socket.receiveBufferOctets();
          case UdpSocket socket -> socket.receiveBufferOctets();
          case TapDevice _ -> 0;
        });
    boolean apart = body.control != null;
    plane.ask(thread -> {
      thread.soft().controlApart(number, apart);
      return thread.attach(number, channel, size);
    });
  }

  private static FrameSize frameSize(int mtu) {
    int octets = mtu + FrameView.HEADER_LENGTH + TAG_LENGTH;
    if (octets <= FrameSize.STANDARD.octets()) {
      return FrameSize.STANDARD;
    }
    return octets <= FrameSize.JUMBO.octets() ? FrameSize.JUMBO : FrameSize.UNSEGMENTED;
  }

  /** Gives back what the port is attached to. Its link is the caller's to close. */
  private void release(PortBody body) {
    if (!body.attached) {
      return;
    }
    body.attached = false;
    int number = body.number();
    if (plane.isAlive()) {
      plane.ask(thread -> thread.detach(number));
    }
    if (body.control != null) {
      countControlDrops(body, body.control);
      control.forget(body.number());
      body.control.close();
      body.control = null;
    }
    if (body.interfaceIndex != 0) {
      restore(body);
      body.interfaceIndex = 0;
    }
  }

  /** As the interface was before, as far as it is still there. */
  private void restore(PortBody body) {
    String name = body.interfaceName();
    try {
      InterfaceMemory.putBack(
          links(),
          name,
          new InterfaceMemory.Before(body.interfaceIndex, body.wasAdminUp, body.silenced));
      memory.forget(name);
    } catch (ErrnoException | UncheckedIOException e) {
      body.error = String.valueOf(e.getMessage());
    }
  }

  /** A port that is administratively down takes the carrier from its neighbour. */
  private void applyAdminState(PortBody body) {
    if (!body.attached || body.interfaceIndex == 0) {
      return;
    }
    try {
      if (body.settings.getAdminUp()) {
        links().setUp(body.interfaceIndex);
      } else {
        links().setDown(body.interfaceIndex);
      }
    } catch (ErrnoException e) {
      body.error = String.valueOf(e.getMessage());
    }
  }

  // Links.

  private LinkMonitor monitor() {
    LinkMonitor open = monitor;
    if (open == null) {
      open = LinkMonitor.open();
      monitor = open;
      epoll.add(new Epoll.Interest(open.fd(), Epoll.IN, SoftDataPlane.LINKS));
    }
    return open;
  }

  private Links links() {
    Links open = links;
    if (open == null) {
      open = Links.open();
      links = open;
    }
    return open;
  }

  /** Reads what happened to interfaces and follows it. */
  void pollLinks() {
    if (monitor != null) {
      monitor.poll();
    }
    bodies.values().forEach(this::follow);
  }

  /** Brings a port's link up to date with what the kernel says. */
  private void follow(PortBody body) {
    if (PortBody.kind(body.settings).equals(Optional.of(Kind.UDP))) {
      boolean up = body.attached && body.settings.getAdminUp() && !body.unplugged;
      changed(body, up, 0);
      return;
    }
    Optional<Link> link = monitor().link(body.interfaceName());
    if (body.attached && (link.isEmpty() || link.get().index() != body.interfaceIndex)) {
      release(body);
      body.error = body.interfaceName() + " is gone";
      LOG.info("port {}: {}", body.number(), body.error);
      changed(body, false, 0);
    }
    if (!body.attached && link.isPresent()) {
      open(body);
      applyAdminState(body);
    }
    if (body.attached && link.isPresent()) {
      long losses = link.get().carrier().downCount() - body.carrierLosses;
      body.carrierLosses = link.get().carrier().downCount();
      medium(body, link.get());
      changed(body, body.settings.getAdminUp() && link.get().up(), losses);
    } else {
      changed(body, false, 0);
    }
  }

  /** Speeds of virtual links are nobody's measurement. */
  private void medium(PortBody body, Link link) {
    boolean virtual = link.kind().isPresent() && (link.kind().get().equals("veth") || isTun(link));
    Optional<LinkSpeed> speed = virtual || !link.up() ? Optional.empty() : speed(link.name());
    Medium now =
        new Medium(
            speed.map(one -> (int) one.megabitsPerSecond()).orElse(0),
            speed.map(one -> one.duplex() != LinkSpeed.Duplex.HALF).orElse(true),
            link.mtu());
    if (now.equals(body.medium)) {
      return;
    }
    body.medium = now;
    FrameSize size = frameSize(link.mtu());
    if (size != body.frameSize) {
      body.frameSize = size;
      int number = body.number();
      plane.ask(thread -> thread.resize(number, size));
    }
    refreshCore(body);
  }

  private Optional<LinkSpeed> speed(String name) {
    try {
      return links().speed(name);
    } catch (ErrnoException e) {
      // Gone since; the link monitor tells.
      return Optional.empty();
    }
  }

  private static boolean isTun(Link link) {
    return link.kind().equals(Optional.of("tun"));
  }

  /**
   * The link is up or down now, and was lost so often in between. The forwarding thread closes the
   * port before anybody hears of it.
   */
  private void changed(PortBody body, boolean up, long losses) {
    boolean wasUp = body.up;
    if (wasUp && (!up || losses > 0)) {
      lose(body, Math.max(1, losses));
    }
    if (up && !body.up) {
      body.up = true;
      refreshCore(body);
    }
    tell(body);
  }

  private void lose(PortBody body, long losses) {
    if (body.up) {
      body.up = false;
      body.downCount += losses;
      int number = body.number();
      plane.ask(thread -> {
        thread.soft().link(number, false);
        return true;
      });
    }
  }

  /** What the switch must know of a port that it may have made anew. */
  private void refreshCore(PortBody body) {
    int number = body.number();
    boolean up = body.up;
    boolean apart = body.control != null;
    boolean udp = PortBody.kind(body.settings).equals(Optional.of(Kind.UDP));
    int mtu =
        udp
            ? FrameSize.STANDARD.octets() - FrameView.HEADER_LENGTH - TAG_LENGTH
            : body.medium.mtu();
    plane.ask(thread -> {
      thread.soft().mtu(number, mtu);
      thread.soft().controlApart(number, apart);
      thread.soft().link(number, up);
      return true;
    });
  }

  private void tell(PortBody body) {
    LinkInput now = body.link();
    if (!now.equals(body.told)) {
      body.told = now;
      news.add(now);
    }
  }

  ControlFrames control() {
    return control;
  }

  boolean hasNews() {
    return !news.isEmpty();
  }

  void tellLinks(DataPlaneListener listener) {
    for (LinkInput next = news.poll(); next != null; next = news.poll()) {
      listener.link(next);
    }
  }

  List<LinkInput> linkInputs() {
    return bodies.values().stream().map(PortBody::link).toList();
  }

  // Counters and the end.

  /** Gives what was counted here to the switch, which has all counters. */
  void handOverCounters() {
    bodies.values().forEach(this::handOverCounters);
  }

  private void handOverCounters(PortBody body) {
    if (body.control != null) {
      countControlDrops(body, body.control);
    }
    Map<PortCounter, Long> taken = body.takeCounters();
    int number = body.number();
    if (!taken.isEmpty()) {
      plane.ask(thread -> {
        taken.forEach((counter, more) -> thread.soft().count(number, counter, more));
        return true;
      });
    }
  }

  private static void countControlDrops(PortBody body, PacketSocket control) {
    long drops = control.statistics().dropped();
    body.count(PortCounter.DROP_CONTROL_RECEIVE_QUEUE_FULL, drops - body.controlDropsSeen);
    body.controlDropsSeen = drops;
  }

  void releaseAll() {
    bodies.values().forEach(this::release);
    if (!memory.isEmpty()) { // what a killed one left and is no port any more
      memory.putBackAll(links());
    }
  }

  @Override
  public void close() {
    if (monitor != null) {
      monitor.close();
    }
    if (links != null) {
      links.close();
    }
  }
}
