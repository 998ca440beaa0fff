package dev.understudy.protocols;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.core.EngineHost;
import dev.understudy.core.EngineType;
import dev.understudy.core.Image;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.Result;
import dev.understudy.core.SwitchTime;
import dev.understudy.protocols.configuration.ConfigurationEngine;
import dev.understudy.protocols.configuration.StoredConfigurations;
import dev.understudy.protocols.fdb.FdbEngine;
import dev.understudy.protocols.ports.PortsEngine;
import dev.understudy.schema.Config;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.UdpAttachment;
import dev.understudy.wire.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The engines of this package in one host, with an image. At every input a host that was restored
 * from the image just before must make the same of it, and every row must be marked.
 */
public final class EngineBench {
  public static final ByteString UUID = ByteString.copyFrom(new byte[16]);
  public static final MacAddress BRIDGE_MAC = MacAddress.parse("02:00:00:00:10:00");

  private final List<EngineType> types;
  private final Image image = new Image();
  private final Witness witness = new Witness();
  private EngineHost host;
  private SwitchTime now = new SwitchTime(1_000_000_000);
  private long bracket;
  private int requests;

  /** Sees all signals. */
  private static final class Witness implements EngineType {
    final List<Input.Signal> seen = new ArrayList<>();

    @Override
    public String name() {
      return "witness";
    }

    @Override
    public List<com.google.protobuf.Message> tables() {
      return List.of();
    }

    @Override
    public dev.understudy.core.Engine restore(dev.understudy.core.ImageView view) {
      return new dev.understudy.core.Engine() {
        @Override
        public dev.understudy.core.Step on(Input input, Moment at) {
          if (input instanceof Input.Signal signal) {
            seen.add(signal);
          }
          return dev.understudy.core.Step.NOTHING;
        }

        @Override
        public Optional<SwitchTime> nextDeadline() {
          return Optional.empty();
        }

        @Override
        public List<com.google.protobuf.Message> export() {
          return List.of();
        }
      };
    }
  }

  /**
   * The engines that every switch has.
   *
   * @param protocols others, which get each input between those for ports and for addresses
   */
  public EngineBench(EngineType... protocols) {
    List<EngineType> all = new ArrayList<>(List.of(ConfigurationEngine.TYPE, PortsEngine.TYPE));
    all.addAll(List.of(protocols));
    all.addAll(List.of(FdbEngine.TYPE, witness));
    types = List.copyOf(all);
    host = host(image);
  }

  private EngineHost host(Image from) {
    EngineHost made = new EngineHost(types, from);
    made.setFullScan(true);
    return made;
  }

  public Image image() {
    return image;
  }

  public SwitchTime now() {
    return now;
  }

  public void passSeconds(double seconds) {
    now = now.plusNanos((long) (seconds * SwitchTime.NANOS_PER_SECOND));
  }

  /** A takeover: the engines are made anew from the image. */
  public void restore() {
    host = host(image);
  }

  public Result on(Input input) {
    Moment at = new Moment(now, 1_700_000_000_000L + now.nanos() / 1_000_000);
    Result restored = host(image.copy()).on(input, at);
    witness.seen.clear();
    Result result = host.on(input, at);
    assertThat(result).as("restored from its rows just before").isEqualTo(restored);
    assertThat(result.events()).isEmpty();
    bracket++;
    image.apply(result.rows(), new Image.Position(1, bracket), Image.Mark.NONE);
    return result;
  }

  /** Signals of the last input. */
  public List<Input.Signal> signals() {
    return List.copyOf(witness.seen);
  }

  public <T extends Input.Signal> List<T> signals(Class<T> kind) {
    return witness.seen.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  public Result tick() {
    return on(new Input.Tick(now.nanos() / 20_000_000));
  }

  public Result start(Config config) {
    return start(Input.Start.UNSYNCED, Optional.of(stored(config)));
  }

  public Result start(Input.Start how, Optional<StoredConfiguration> stored) {
    return on(new Input.TermStarted(1, how, List.of(), List.of(), stored));
  }

  public Result start(Input.Start how, List<SetPortState> readBack) {
    return on(new Input.TermStarted(1, how, List.of(), readBack, Optional.empty()));
  }

  public Result apply(Config config) {
    return apply(config, 0);
  }

  public Result apply(Config config, int confirmMinutes) {
    return on(new Input.ApplyConfiguration(requestId(), config, confirmMinutes, "by test"));
  }

  public String requestId() {
    requests++;
    return "request-" + requests;
  }

  public Result link(int port, Input.LinkState state) {
    return on(new Input.Link(port, state));
  }

  public static Input.LinkState up(long downCount) {
    return new Input.LinkState(true, true, downCount, 1000, true, 1500, "");
  }

  public static Input.LinkState down(long downCount) {
    return new Input.LinkState(true, false, downCount, 0, false, 1500, "");
  }

  public static StoredConfiguration stored(Config config) {
    return StoredConfigurations.seed(config, UUID, BRIDGE_MAC);
  }

  public static List<Output.KindCase> kinds(Result result) {
    return result.outputs().stream().map(Output::getKindCase).toList();
  }

  /** A configuration with UDP ports of these names. */
  public static Config.Builder config(String... ports) {
    Config.Builder config = Config.newBuilder().setName("sw1");
    for (String port : ports) {
      config.addPorts(udpPort(port, 9000 + config.getPortsCount()));
    }
    return config;
  }

  public static PortConfig.Builder udpPort(String name, int udpPort) {
    return PortConfig.newBuilder()
        .setName(name)
        .setUdp(
            UdpAttachment.newBuilder()
                .setListen("127.0.0.1:" + udpPort)
                .setPeer("127.0.0.1:" + (udpPort + 100)));
  }
}
