package dev.understudy.simulation;

import com.google.protobuf.ByteString;
import dev.understudy.core.Check;
import dev.understudy.core.EngineType;
import dev.understudy.core.ImageView;
import dev.understudy.protocols.configuration.ConfigurationEngine;
import dev.understudy.protocols.configuration.StoredConfigurations;
import dev.understudy.protocols.fdb.FdbEngine;
import dev.understudy.protocols.ports.PortsEngine;
import dev.understudy.protocols.stp.StpEngine;
import dev.understudy.replication.ConfigurationHomes;
import dev.understudy.schema.Config;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.wire.MacAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Bridges, hosts and the links between them, all on one scheduler. */
public final class Network {
  /** The engines of a bridge, in the order in which they get inputs. */
  public static final List<EngineType> ENGINES =
      List.of(ConfigurationEngine.TYPE, PortsEngine.TYPE, StpEngine.TYPE, FdbEngine.TYPE);

  static final long MILLI = 1_000_000L;
  private static final long BRIDGE_MAC_BASE = 0x0200_0000_0000L;
  private static final int HOST_ETHER_TYPE = 0x88b5;

  private final Scheduler scheduler = new Scheduler();
  private final TreeMap<String, Bridge> bridges = new TreeMap<>();
  private final TreeMap<String, Host> hosts = new TreeMap<>();
  private final TreeMap<End, Wire> wires = new TreeMap<>();

  /** One end of a link: a bridge or host by name, and its port. */
  private record End(String name, int port) implements Comparable<End> {
    @Override
    public int compareTo(End other) {
      int byName = name.compareTo(other.name);
      return byName != 0 ? byName : Integer.compare(port, other.port);
    }
  }

  private static final class Wire {
    final End far;
    final long delayNanos;
    boolean plugged = true;

    Wire(End far, long delayNanos) {
      this.far = far;
      this.delayNanos = delayNanos;
    }
  }

  /** A switch of the network and what the outside saw of it. */
  public final class Bridge {
    private final String name;
    private final List<String> trace = new ArrayList<>();
    private final SimulatedSwitch device;
    private SwitchPlane plane;

    private Bridge(String name, int number, Config config, boolean redundant, long delayNanos) {
      this.name = name;
      this.plane = newPlane(1);
      StoredConfiguration seed =
          StoredConfigurations.seed(
              config, uuid(number), new MacAddress(BRIDGE_MAC_BASE + ((long) number << 16)));
      this.device =
          new SimulatedSwitch(
              scheduler,
              new SimulatedSwitch.Build(
                  name,
                  ENGINES,
                  incarnation -> {
                    plane = newPlane(incarnation);
                    return plane;
                  },
                  disk -> homes(disk, seed),
                  delayNanos,
                  300 * MILLI,
                  redundant));
    }

    private SwitchPlane newPlane(long incarnation) {
      SwitchPlane fresh =
          new SwitchPlane(
              incarnation,
              (port, octets) -> {
                trace.add(
                    scheduler.nanos() + " port " + port + " " + HexFormat.of().formatHex(octets));
                transmit(new End(name, port), octets);
              },
              what -> trace.add(scheduler.nanos() + " " + what));
      for (Map.Entry<End, Wire> wire : wires.entrySet()) {
        if (wire.getKey().name.equals(name) && !wire.getValue().plugged) {
          fresh.cable(wire.getKey().port, false);
        }
      }
      return fresh;
    }

    public SimulatedSwitch device() {
      return device;
    }

    /**
     * Every frame out of every port with its time and octets, and every table write that changed
     * something.
     */
    public List<String> trace() {
      return trace;
    }

    private void receive(int port, byte[] octets) {
      plane.receive(port, octets, scheduler.nanos());
      device.planeChanged();
    }

    private void cable(int port, boolean plugged) {
      plane.cable(port, plugged);
      device.planeChanged();
    }
  }

  /** A host that sends numbered frames to another, and counts what it gets. */
  public final class Host {
    private final String name;
    private final long mac;
    private final TreeMap<Long, Integer> received = new TreeMap<>();
    private long sent;

    private Host(String name, int number) {
      this.name = name;
      this.mac = 0x0a00_0000_0000L + number;
    }

    /** Sends a numbered frame every so often, from now until a time. */
    public void send(Host to, long everyNanos, long untilNanos) {
      if (scheduler.nanos() > untilNanos) {
        return;
      }
      byte[] octets = new byte[60];
      put(octets, 0, to.mac, 6);
      put(octets, 6, mac, 6);
      put(octets, 12, HOST_ETHER_TYPE, 2);
      put(octets, 14, mac & 0xffff, 2);
      put(octets, 16, ++sent, 8);
      transmit(new End(name, 1), octets);
      scheduler.after(everyNanos, () -> send(to, everyNanos, untilNanos));
    }

    /** Frames addressed to this host, by sender and number, and how often each came. */
    public Map<Long, Integer> received() {
      return received;
    }

    public long sent() {
      return sent;
    }

    private void receive(byte[] octets) {
      long destination = get(octets, 0, 6);
      if (destination == mac && get(octets, 12, 2) == HOST_ETHER_TYPE) {
        received.merge(get(octets, 14, 2) << 48 | get(octets, 16, 8), 1, Integer::sum);
      }
    }
  }

  public Scheduler scheduler() {
    return scheduler;
  }

  /**
   * Adds a switch.
   *
   * @param delayNanos of its internal connections; 0 makes takeovers take no time
   */
  public Bridge bridge(Config config, boolean redundant, long delayNanos) {
    Check.that(!bridges.containsKey(config.getName()), "names are used once", config.getName());
    Bridge bridge = new Bridge(config.getName(), bridges.size() + 1, config, redundant, delayNanos);
    bridges.put(config.getName(), bridge);
    return bridge;
  }

  public Host host(String name) {
    Host host = new Host(name, hosts.size() + 1);
    hosts.put(name, host);
    return host;
  }

  public void link(String one, int onePort, String other, int otherPort, long delayNanos) {
    End a = new End(one, onePort);
    End b = new End(other, otherPort);
    wires.put(a, new Wire(b, delayNanos));
    wires.put(b, new Wire(a, delayNanos));
  }

  /** Plugs or pulls the link at one of its ends; both ends see it. */
  public void plug(String name, int port, boolean plugged) {
    End near = new End(name, port);
    Wire wire = wire(near);
    wire.plugged = plugged;
    wire(wire.far).plugged = plugged;
    for (End end : List.of(near, wire.far)) {
      Bridge bridge = bridges.get(end.name);
      if (bridge != null) {
        bridge.cable(end.port, plugged);
      }
    }
  }

  private Wire wire(End end) {
    Wire wire = wires.get(end);
    if (wire == null) {
      throw new IllegalArgumentException("nothing is linked to " + end);
    }
    return wire;
  }

  private void transmit(End from, byte[] octets) {
    Wire wire = wires.get(from);
    if (wire == null || !wire.plugged) {
      return;
    }
    scheduler.after(
        wire.delayNanos,
        () -> {
          if (wire.plugged) {
            Bridge bridge = bridges.get(wire.far.name);
            if (bridge != null) {
              bridge.receive(wire.far.port, octets);
            } else {
              Host host = hosts.get(wire.far.name);
              if (host != null) {
                host.receive(octets);
              }
            }
          }
        });
  }

  private static ByteString uuid(int number) {
    byte[] octets = new byte[16];
    octets[15] = (byte) number;
    return ByteString.copyFrom(octets);
  }

  private static ConfigurationHomes homes(
      Optional<StoredConfiguration> disk, StoredConfiguration seed) {
    return new ConfigurationHomes() {
      @Override
      public Optional<StoredConfiguration> disk() {
        return disk;
      }

      @Override
      public StoredConfiguration first() {
        return seed;
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
          case DIVERGED ->
              new Choice(
                  one.getConfig().getVersion() >= other.getConfig().getVersion() ? one : other,
                  true);
        };
      }

      @Override
      public void keepAside(StoredConfiguration copy) {}
    };
  }

  private static void put(byte[] octets, int at, long value, int length) {
    for (int i = 0; i < length; i++) {
      octets[at + i] = (byte) (value >>> (8 * (length - 1 - i)));
    }
  }

  private static long get(byte[] octets, int at, int length) {
    long value = 0;
    for (int i = 0; i < length; i++) {
      value = value << 8 | (octets[at + i] & 0xff);
    }
    return value;
  }
}
