package dev.understudy.forwarder.kernel;

import dev.understudy.border.DataPlaneListener;
import dev.understudy.edge.CannotStart;
import dev.understudy.forwarder.ControlledDataPlane;
import dev.understudy.linux.BridgeAddress;
import dev.understudy.linux.BridgeMonitor;
import dev.understudy.linux.Bridges;
import dev.understudy.linux.Epoll;
import dev.understudy.linux.ErrnoException;
import dev.understudy.linux.EventFd;
import dev.understudy.linux.LinkMonitor;
import dev.understudy.linux.Links;
import dev.understudy.linux.MacAddress;
import dev.understudy.linux.MonotonicClock;
import dev.understudy.schema.FlushLearned;
import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Output;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetStaticMac;
import dev.understudy.schema.SetVlans;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The kernel's bridge as data plane; see the package. */
public final class KernelDataPlane implements ControlledDataPlane {
  private static final Logger LOG = LoggerFactory.getLogger(KernelDataPlane.class);

  /** Tokens of descriptors that are no port's control socket. */
  private static final int WAKE = 0;

  private static final int LINKS = -1;
  private static final int LEARNED = -2;

  private static final int READY_MAX = 256;
  private static final int FID = 1;
  private static final int AGEING_SECONDS_MAX = 1_000_000;

  /** How often the kernel's ports are compared with what they were told. */
  private static final long AUDIT_NANOS = 60_000_000_000L;

  private final EventFd wake = EventFd.open();
  private final Epoll epoll = Epoll.open(READY_MAX);
  private final MonotonicClock clock = new MonotonicClock();
  private final KernelPort.Frames frames = new KernelPort.Frames();
  private final Links links;
  private final Bridges bridges;
  private final LinkMonitor monitor;
  private final BridgeMonitor learning;
  private final int bridge;
  private final KernelPorts ports;
  private final LearnedLane learned;
  private final Map<MacAddress, SetStaticMac> statics = new TreeMap<>();
  private List<SetVlans.Vlan> vlans =
      List.of(SetVlans.Vlan.newBuilder().setVid(1).setFid(FID).setTree(0).build());
  private long learnedTold;
  private long auditedNanos = clock.nanos();
  private boolean closed;

  /**
   * @param bridge name of the interface
   * @param directory where it is remembered what was made, and how interfaces were before
   * @param incarnation of the forwarder, told with learned addresses
   */
  public record Options(String bridge, Path directory, long incarnation) {}

  /**
   * @throws CannotStart if there is an interface of the bridge's name that isn't ours
   */
  public KernelDataPlane(Options options) {
    links = Links.open();
    bridges = Bridges.open();
    bridge = KernelBridge.makeOrAdopt(links, bridges, options.directory, options.bridge);
    monitor = LinkMonitor.open();
    learning = BridgeMonitor.open(bridge);
    learned = new LearnedLane(options.incarnation);
    ports =
        new KernelPorts(
            new KernelPorts.Kernel(links, bridges, monitor, bridge),
            epoll,
            this::staticsAt,
            options.directory);
    epoll.add(new Epoll.Interest(wake.fd(), Epoll.IN, WAKE));
    epoll.add(new Epoll.Interest(monitor.fd(), Epoll.IN, LINKS));
    epoll.add(new Epoll.Interest(learning.fd(), Epoll.IN, LEARNED));
  }

  /** Makes data planes on a bridge of this name. */
  public static ControlledDataPlane.Maker maker(String bridge, Path directory) {
    return incarnation -> new KernelDataPlane(new Options(bridge, directory, incarnation));
  }

  /** Removes the bridge that a forwarder left, which must not be running. */
  public static void removeBridge(Path directory) {
    KernelBridge.remove(directory);
  }

  // The judgement's loop.

  @Override
  public void awaitControl(long limitNanos) {
    epoll.await(ports.hasNews() ? 0 : limitNanos);
  }

  @Override
  public void wakeup() {
    wake.signal();
  }

  /** Links first, then control frames that were there when it began, then learned addresses. */
  @Override
  public void drainControl(DataPlaneListener listener) {
    int ready = epoll.await(0);
    boolean linksMoved = false;
    boolean addressesMoved = false;
    for (int i = 0; i < ready; i++) {
      int token = (int) epoll.token(i);
      if (token == WAKE) {
        wake.drain();
      }
      linksMoved |= token == LINKS;
      addressesMoved |= token == LEARNED;
    }
    if (linksMoved) {
      ports.follow();
    }
    ports.tellLinks(listener);
    for (int i = 0; i < ready; i++) {
      ports.port((int) epoll.token(i)).ifPresent(port -> port.drain(frames, listener));
    }
    if (addressesMoved) {
      learn(learning.poll());
    }
    if (learned.latest() != learnedTold) {
      learnedTold = learned.latest();
      listener.learnedAvailable();
    }
    if (clock.nanos() - auditedNanos >= AUDIT_NANOS) {
      audit();
    }
  }

  private void learn(BridgeMonitor.News news) {
    if (!news.complete()) {
      LOG.info("notifications of learned addresses were lost; the whole table is read");
      readLearned();
      return;
    }
    for (BridgeMonitor.Change change : news.changes()) {
      BridgeAddress entry = change.entry();
      ports
          .byIndex(entry.port())
          .ifPresent(port -> {
            if (change.present() && !entry.fixed()) {
              learned.put(entry.address(), port.settings.getBridgePort());
            } else {
              learned.remove(entry.address(), port.settings.getBridgePort());
            }
          });
    }
  }

  private void readLearned() {
    TreeMap<MacAddress, Integer> now = new TreeMap<>();
    for (BridgeAddress entry : bridges.addresses(bridge)) {
      if (!entry.fixed()) {
        ports
            .byIndex(entry.port())
            .ifPresent(port -> now.put(entry.address(), port.settings.getBridgePort()));
      }
    }
    learned.replace(now);
  }

  /** What somebody changed behind our back is put right and told. */
  void audit() {
    auditedNanos = clock.nanos();
    try {
      KernelBridge.keepReservedGroups(bridges, bridge);
      ports.audit();
    } catch (ErrnoException e) {
      LOG.warn("the kernel's tables can't be audited: {}", e.getMessage());
    }
  }

  // DataPlane.

  @Override
  public Optional<String> carryOut(Output output) {
    try {
      return switch (output.getKindCase()) {
        case SET_PORT -> setPort(output.getSetPort());
        case REMOVE_PORT -> ports.remove(output.getRemovePort().getPort());
        case SEND_FRAME ->
            ports
                .port(output.getSendFrame().getPort())
                .map(port -> port.send(frames, output.getSendFrame()))
                .orElseGet(() -> Optional.of("no port " + output.getSendFrame().getPort()));
        case SET_PUNT_RULES -> {
          Optional<String> refusal = frames.punts.refusal(output.getSetPuntRules());
          if (refusal.isEmpty()) {
            frames.punts = frames.punts.with(output.getSetPuntRules());
          }
          yield refusal;
        }
        case SET_PORT_STATE -> ports.setState(output.getSetPortState());
        case SET_VLANS -> {
          vlans = List.copyOf(output.getSetVlans().getVlansList());
          yield Optional.empty();
        }
        case FLUSH_LEARNED -> flush(output.getFlushLearned());
        case SET_STATIC_MAC -> setStatic(output.getSetStaticMac());
        case SET_AGEING -> setAgeing(output.getSetAgeing().getSeconds());
        case SET_FAIL_SAFE, STORE_CONFIGURATION, SET_TIMING, KIND_NOT_SET ->
            Optional.of("not an output for the data plane: " + output.getKindCase());
      };
    } catch (ErrnoException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private Optional<String> setPort(SetPort set) {
    Optional<String> refusal = ports.set(set);
    readLearned(); // a port that was adopted has learned already
    return refusal;
  }

  private Optional<String> flush(FlushLearned flush) {
    for (KernelPort port : ports.all()) {
      boolean meant =
          flush.getBridgePort() == 0 || flush.getBridgePort() == port.settings.getBridgePort();
      if (meant && port.index != 0) {
        bridges.flush(port.index);
      }
    }
    return Optional.empty();
  }

  private Optional<String> setStatic(SetStaticMac set) {
    if (set.getVid() != 1) {
      return Optional.of("VLAN " + set.getVid() + ": the linux data plane has VLAN 1 only");
    }
    if (set.getMac().size() != 6 || (set.getMac().byteAt(0) & 1) != 0) {
      return Optional.of("not an individual address");
    }
    long bits = 0;
    for (byte octet : set.getMac().toByteArray()) {
      bits = bits << 8 | (octet & 0xFF);
    }
    MacAddress address = new MacAddress(bits);
    SetStaticMac before = statics.remove(address);
    if (before != null && before.getBridgePort() != set.getBridgePort()) {
      ports
          .byBridgePort(before.getBridgePort())
          .filter(KernelPort::isOpen)
          .ifPresent(port -> bridges.removeAddress(port.index, address));
    }
    if (set.getBridgePort() != 0) {
      statics.put(address, set);
      ports
          .byBridgePort(set.getBridgePort())
          .filter(KernelPort::isOpen)
          .ifPresent(port -> bridges.addStatic(port.index, address));
    }
    return Optional.empty();
  }

  /** Static addresses of a bridge port. */
  private List<MacAddress> staticsAt(int bridgePort) {
    List<MacAddress> found = new ArrayList<>();
    statics.forEach((address, set) -> {
      if (set.getBridgePort() == bridgePort) {
        found.add(address);
      }
    });
    return found;
  }

  private Optional<String> setAgeing(int seconds) {
    if (seconds < 1 || seconds > AGEING_SECONDS_MAX) {
      return Optional.of("ageing of " + seconds + " s");
    }
    bridges.setAgeing(bridge, seconds);
    return Optional.empty();
  }

  @Override
  public List<SetPortState> portStates() {
    return ports.states();
  }

  @Override
  public List<SetStaticMac> staticMacs() {
    return List.copyOf(statics.values());
  }

  @Override
  public List<SetVlans.Vlan> vlans() {
    return vlans;
  }

  @Override
  public List<SetPort> ports() {
    return ports.all().stream().map(port -> port.settings).toList();
  }

  @Override
  public List<LinkInput> links() {
    return ports.all().stream().map(KernelPort::link).toList();
  }

  @Override
  public List<ForwarderCounter> counters() {
    return ports.counters();
  }

  @Override
  public long learnedCount() {
    return learned.count();
  }

  @Override
  public List<LearnedChange> learned(int most) {
    return learned.first(most);
  }

  @Override
  public LearnedInput learnedAfter(long incarnation, long sequence) {
    return learned.after(incarnation, sequence);
  }

  /** Lets go of the kernel's bridge, which goes on forwarding. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    ports.close();
    learning.close();
    monitor.close();
    bridges.close();
    links.close();
    epoll.close();
    wake.close();
  }
}
