package dev.understudy.launcher.demo;

import com.google.protobuf.ByteString;
import dev.understudy.border.Border;
import dev.understudy.border.BorderStore;
import dev.understudy.border.Outbox;
import dev.understudy.border.SwitchClock;
import dev.understudy.core.Check;
import dev.understudy.core.EngineType;
import dev.understudy.core.ImageView;
import dev.understudy.forwarder.dataplane.DirectDataPlane;
import dev.understudy.forwarder.soft.SwitchLimits;
import dev.understudy.protocols.configuration.StoredConfigurations;
import dev.understudy.replication.ConfigurationHomes;
import dev.understudy.replication.Environment;
import dev.understudy.replication.Settings;
import dev.understudy.replication.Severity;
import dev.understudy.replication.SilentEnvironment;
import dev.understudy.replication.SupervisorCore;
import dev.understudy.schema.Config;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.StpBridgeRow;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.wire.MacAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A whole switch with one supervisor on one thread of this process, on the real clock: judgement,
 * supervisor and data plane are the production classes, joined by method calls instead of sockets.
 * It has no standby and keeps nothing on a disk: a neighbour for demonstrations.
 *
 * <p>Not the simulator's switch: nothing here can be stopped, cut or set to another time.
 */
final class InProcessSwitch implements Reactor.Timed {
  private static final long SESSION = 1;
  private static final int MESSAGES_MAX = 1_000_000;

  /** Where a port's frames leave. */
  @FunctionalInterface
  interface PortOutput {
    void send(byte[] frame);
  }

  private final long originNanos = System.nanoTime();
  private final Map<String, PortOutput> outputs = new HashMap<>();
  private final Consumer<String> events;
  private final DirectDataPlane plane;
  private final Border border;
  private final SupervisorCore core;
  // Messages between judgement and supervisor: one is taken only when the other has finished.
  private final ArrayDeque<Runnable> messages = new ArrayDeque<>();
  private Map<Integer, String> portNames = Map.of();
  private Map<String, Integer> portNumbers = Map.of();
  private int portsKnown = -1;
  private List<SetPortState> lastPortStates = List.of();
  private long portStateChanges;

  /**
   * A switch that begins.
   *
   * @param mac its bridge address
   * @param events lines of its event stream
   */
  InProcessSwitch(
      Config config, MacAddress mac, List<EngineType> engines, Consumer<String> events) {
    this.events = events;
    plane = new DirectDataPlane(SwitchLimits.SMALL, 1, this::leaves);
    border =
        new Border(
            new Border.Identity("in process", ProcessHandle.current().pid(), "default"),
            clock(),
            outbox(),
            plane,
            store());
    core =
        new SupervisorCore(
            new Settings(
                Slot.SLOT_A,
                1,
                "in process",
                "",
                ProcessHandle.current().pid(),
                engines,
                homes(config, mac)),
            environment());
  }

  /** Says where a port's frames leave; to be called for every port before {@link #begin}. */
  void attach(String port, PortOutput output) {
    outputs.put(port, output);
  }

  void begin() {
    messages.add(() -> border.opened(SESSION));
    messages.add(core::forwarderConnected);
    settle();
  }

  /** A frame came in. */
  void received(String port, byte[] frame) {
    learnPorts();
    Integer number = portNumbers.get(port);
    if (number != null) {
      plane.receive(number, frame, nanos());
      settle();
    }
  }

  // ---- what may be seen

  /** The image: everything the switch knows. */
  ImageView image() {
    return core.image();
  }

  /** Topology changes that its spanning tree has counted. */
  long topologyChanges() {
    return core.image().rows(StpBridgeRow.getDefaultInstance()).stream()
        .mapToLong(StpBridgeRow::getTopologyChanges)
        .sum();
  }

  /** Port states as the data plane has them, by port name: what frames meet. */
  Map<String, String> portStates() {
    learnPorts();
    TreeMap<String, String> states = new TreeMap<>();
    for (var state : plane.portStates()) {
      String name = portNames.getOrDefault(state.getBridgePort(), "?" + state.getBridgePort());
      states.merge(name, state.getState().name(), (one, other) -> one + " " + other);
    }
    return states;
  }

  /** How often any port's state has changed. */
  long portStateChanges() {
    return portStateChanges;
  }

  // ---- time

  private long nanos() {
    return System.nanoTime() - originNanos;
  }

  @Override
  public long nextNanos() {
    return border.nextDeadlineNanos() + originNanos;
  }

  @Override
  public void onTime(long nowNanos) {
    plane.age(nanos());
    settle();
    border.onTime();
    settle();
  }

  /** Until nobody has anything to say. */
  private void settle() {
    for (int i = 0; ; i++) {
      Check.that(i < MESSAGES_MAX, "judgement and supervisor come to rest", i);
      plane.drainControl(border);
      Runnable next = messages.poll();
      if (next == null) {
        if (!core.background()) {
          return;
        }
      } else {
        next.run();
        noticePortStates();
      }
    }
  }

  private void noticePortStates() {
    List<SetPortState> now = plane.portStates();
    if (!now.equals(lastPortStates)) {
      lastPortStates = now;
      portStateChanges++;
    }
  }

  // ---- frames

  private void leaves(int port, byte[] frame) {
    learnPorts();
    PortOutput output = outputs.get(portNames.getOrDefault(port, ""));
    if (output != null) {
      output.send(frame);
    }
  }

  private void learnPorts() {
    List<SetPort> ports = plane.ports();
    if (ports.size() != portsKnown) {
      Map<Integer, String> names = new HashMap<>();
      Map<String, Integer> numbers = new HashMap<>();
      for (SetPort port : ports) {
        names.put(port.getPort(), port.getName());
        numbers.put(port.getName(), port.getPort());
      }
      portNames = names;
      portNumbers = numbers;
      portsKnown = ports.size();
    }
  }

  // ---- what the parts need of the world

  private SwitchClock clock() {
    return new SwitchClock() {
      @Override
      public long nanos() {
        return InProcessSwitch.this.nanos();
      }

      @Override
      public long wallMillis() {
        return System.currentTimeMillis();
      }
    };
  }

  private Outbox outbox() {
    return new Outbox() {
      @Override
      public void send(long session, ToSupervisor message) {
        messages.add(() -> core.forwarderMessage(message));
      }

      @Override
      public void close(long session) {
        throw new IllegalStateException("the judgement ended its only session");
      }
    };
  }

  private static BorderStore store() {
    return new BorderStore() {
      @Override
      public Stored load() {
        return Stored.NOTHING;
      }

      @Override
      public void saveTermCeiling(long termCeiling, long incarnation) {}

      @Override
      public void saveConfiguration(
          ByteString switchUuid, long version, ByteString configuration) {}
    };
  }

  private Environment environment() {
    return new SilentEnvironment() {
      @Override
      public void toForwarder(ToForwarder message) {
        messages.add(() -> border.received(SESSION, message));
      }

      @Override
      public void closeForwarder(String reason) {
        throw new IllegalStateException("the supervisor left its judgement: " + reason);
      }

      @Override
      public void store(StoredConfiguration configuration) {
        long version = configuration.getConfig().getVersion();
        messages.add(() -> core.configurationStored(version, Optional.empty()));
      }

      @Override
      public void event(Severity severity, String code, String text) {
        events.accept(severity + " " + code + ": " + text);
      }

      @Override
      public void exit(String reason) {
        throw new IllegalStateException("the supervisor wants to end: " + reason);
      }
    };
  }

  private static ConfigurationHomes homes(Config config, MacAddress mac) {
    byte[] uuid = new byte[StoredConfigurations.UUID_LENGTH];
    mac.write(uuid, uuid.length - MacAddress.LENGTH);
    StoredConfiguration first = StoredConfigurations.seed(config, ByteString.copyFrom(uuid), mac);
    return new ConfigurationHomes() {
      @Override
      public Optional<StoredConfiguration> disk() {
        return Optional.empty();
      }

      @Override
      public StoredConfiguration first() {
        return first;
      }

      @Override
      public StoredConfiguration export(ImageView image) {
        return StoredConfigurations.from(image);
      }

      @Override
      public Choice choose(StoredConfiguration one, StoredConfiguration other) {
        return switch (StoredConfigurations.newer(one, other)) {
          case A_NEWER, SAME -> new Choice(one, false);
          case B_NEWER -> new Choice(other, false);
          case DIVERGED -> new Choice(one, true);
        };
      }

      @Override
      public void keepAside(StoredConfiguration copy) {}
    };
  }
}
