package dev.understudy.protocols.stp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.understudy.core.Engine;
import dev.understudy.core.EngineHost;
import dev.understudy.core.EngineType;
import dev.understudy.core.Image;
import dev.understudy.core.ImageView;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.Result;
import dev.understudy.core.RowChange;
import dev.understudy.core.Step;
import dev.understudy.core.SwitchTime;
import dev.understudy.core.Tables;
import dev.understudy.protocols.stp.TextNetwork.TestPort;
import dev.understudy.schema.Config;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.IdentityRow;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortState;
import dev.understudy.schema.SetFailSafe;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetPuntRules;
import dev.understudy.schema.SpanningTreeConfig;
import dev.understudy.wire.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** The production engine in its host, with a data plane of a few lines. */
final class TestBridge {
  private static final int SETTLED_CHECKED_EVERY = 10;

  /** A row that was forgotten stays different, so the next scan finds it as well. */
  private static final int SCANNED_EVERY = 5;

  private static final int IDLE_TICKS_LEFT_OUT = 25;
  private static final long WALL_MILLIS = 1_700_000_000_000L;

  final TextNetwork network;
  final String name;
  final long address;
  final long phaseNanos;
  final Image image = new Image();
  final TreeMap<String, TestPort> byName = new TreeMap<>();
  final TreeMap<Integer, TestPort> byNumber = new TreeMap<>();
  final EngineHost host;
  SpanningTreeConfig config = SpanningTreeConfig.getDefaultInstance();
  boolean stopped;

  /** What the forwarder has been told. */
  SetFailSafe failSafe = SetFailSafe.getDefaultInstance();

  SetPuntRules puntRules = SetPuntRules.getDefaultInstance();

  /** Of the last input. */
  Result last = new Result(List.of(), List.of(), Optional.empty(), Optional.empty(), List.of());

  private long ticks;
  private long inputs;
  private long wakeNanos = Long.MAX_VALUE;

  TestBridge(TextNetwork network, String name, long address, long phaseNanos) {
    this.network = network;
    this.name = name;
    this.address = address;
    this.phaseNanos = phaseNanos;
    this.host = new EngineHost(List.of(new Ports(), StpEngine.TYPE), image);
  }

  /** Stands in for the engine that knows links: an err-disabled port isn't operational. */
  private final class Ports implements EngineType, Engine {
    @Override
    public String name() {
      return "ports";
    }

    @Override
    public List<Message> tables() {
      return List.of();
    }

    @Override
    public Engine restore(ImageView view) {
      return this;
    }

    @Override
    public Step on(Input input, Moment at) {
      Step.Builder step = new Step.Builder();
      if (input instanceof Input.ErrDisable disable) {
        TestPort port = port(disable.bridgePort());
        port.errDisabled = true;
        step.signal(changed(port));
      }
      return step.build();
    }

    @Override
    public Optional<SwitchTime> nextDeadline() {
      return Optional.empty();
    }

    @Override
    public List<Message> export() {
      return List.of();
    }
  }

  void add(TestPort port) {
    byName.put(port.name, port);
    byNumber.put(port.number, port);
  }

  TestPort port(int number) {
    return Objects.requireNonNull(byNumber.get(number));
  }

  MacAddress mac() {
    return new MacAddress(address);
  }

  void start() {
    putRow(
        IdentityRow.newBuilder()
            .setKey(IdentityRow.Key.getDefaultInstance())
            .setBridgeMac(ByteString.copyFrom(mac().octets().toByteArray()))
            .build());
    host.rebuild();
    on(new Input.TermStarted(1, Input.Start.UNSYNCED, List.of(), List.of(), Optional.empty()));
    configure(config);
    byNumber.values().forEach(port -> on(changed(port)));
  }

  private void putRow(Message row) {
    image.apply(RowChange.put(row));
  }

  void configure(SpanningTreeConfig now) {
    config = now;
    Config whole = Config.newBuilder().setSpanningTree(now).build();
    putRow(
        ConfigRow.newBuilder().setKey(ConfigRow.Key.getDefaultInstance()).setConfig(whole).build());
    on(new Input.ConfigurationChanged(Config.getDefaultInstance(), whole));
    byNumber.values().forEach(port -> on(changed(port)));
  }

  Input.BridgePortChanged changed(TestPort port) {
    return new Input.BridgePortChanged(
        port.number,
        port.name,
        port.operational(),
        port.downCount,
        port.speedMbps,
        port.fullDuplex,
        ByteString.copyFrom(
            new MacAddress(address + 0x0200_0000_0000L + ((long) port.number << 24))
                .octets()
                .toByteArray()));
  }

  void link(TestPort port, boolean up) {
    network.start();
    if (port.up && !up) {
      port.downCount++;
      dataPlaneCloses(port);
    }
    port.up = up;
    port.errDisabled &= !up;
    on(changed(port));
  }

  void flap(TestPort port) {
    port.downCount++;
    dataPlaneCloses(port);
    on(changed(port));
  }

  /** On link loss the forwarder itself closes a port. */
  private void dataPlaneCloses(TestPort port) {
    port.state = PortState.PORT_STATE_DISCARDING;
    port.stateSinceNanos = network.now();
  }

  void receive(TestPort port, ByteString frame) {
    if (port.operational() && !puntRules.getRulesList().isEmpty()) {
      on(new Input.Frame(port.number, frame, StpEngine.TRAFFIC_CLASS));
    }
  }

  /** Most ticks at which nothing is due are left out, to save the tests' time; some are not. */
  void tick() {
    boolean due = host.nextDeadline().filter(d -> !d.isAfter(network.time())).isPresent();
    if (++ticks % IDLE_TICKS_LEFT_OUT == 0 || due) {
      Result result = on(new Input.Tick(ticks));
      if (!due && !stopped) {
        assertThat(result.rows()).as("rows of a tick at which nothing is due").isEmpty();
        assertThat(result.outputs()).as("outputs of such a tick").isEmpty();
      }
    }
  }

  /** One input through the host, and its outputs into the data plane. */
  Result on(Input input) {
    if (stopped) {
      return last;
    }
    Moment at = new Moment(network.time(), WALL_MILLIS + network.now() / 1_000_000);
    host.setFullScan(inputs % SCANNED_EVERY == 0);
    Result result = host.on(input, at);
    assertThat(result.events()).as("bridge %s at %s: %s", name, network.time(), input).isEmpty();
    result.rows().forEach(image::apply);
    last = result;
    if (network.restoreNow()) {
      host.rebuild();
    }
    if (++inputs % SETTLED_CHECKED_EVERY == 0) {
      checkSettled();
    }
    result.outputs().forEach(this::carryOut);
    result.wakeAt().ifPresent(this::wake);
    return result;
  }

  /**
   * Ports that nothing happened to are not looked at. So whoever looks at all of them, at any time
   * between two inputs, must find that none of their machines wants to move.
   */
  private void checkSettled() {
    StpBridge bridge = StpState.restore(image);
    bridge.now = network.time();
    List<String> before = rows();
    bridge.markAllDirty();
    new StpMachines(bridge).run();
    List<String> after = new ArrayList<>();
    for (StpPort port : bridge.step.touched()) {
      after.add(port.name + " moved");
      for (Message row : StpState.rows(port)) {
        String text = Tables.name(Tables.number(row)) + " " + row;
        before.stream()
            .filter(b -> b.startsWith(text.substring(0, text.indexOf('}'))))
            .filter(b -> !b.equals(text))
            .forEach(b -> after.add(difference(b, text)));
      }
    }
    assertThat(after).as("ports of %s that had not settled", name).isEmpty();
  }

  private static String difference(String before, String after) {
    List<String> was = before.lines().toList();
    return after.lines().filter(line -> !was.contains(line)).toList().toString();
  }

  /** The forwarder puts a tick at the deadline that was asked for. */
  private void wake(SwitchTime deadline) {
    if (deadline.nanos() == wakeNanos) {
      return;
    }
    wakeNanos = deadline.nanos();
    network.at(
        Math.max(deadline.nanos(), network.now()),
        () -> {
          if (wakeNanos == deadline.nanos()) {
            wakeNanos = Long.MAX_VALUE;
            tick();
          }
        });
  }

  private void carryOut(Output output) {
    network.trace.add(network.time() + " " + name + " " + describe(output));
    switch (output.getKindCase()) {
      case SET_PORT_STATE -> {
        SetPortState write = output.getSetPortState();
        TestPort port = port(write.getBridgePort());
        port.state = write.getState();
        port.stateSinceNanos = network.now();
        if (write.getState() == PortState.PORT_STATE_FORWARDING) {
          port.openedNanos = network.now();
        }
      }
      case SEND_FRAME ->
          network.send(port(output.getSendFrame().getPort()), output.getSendFrame().getFrame());
      case FLUSH_LEARNED -> port(output.getFlushLearned().getBridgePort()).flushes++;
      case SET_FAIL_SAFE -> failSafe = output.getSetFailSafe();
      case SET_PUNT_RULES -> puntRules = output.getSetPuntRules();
      default -> throw new AssertionError("not an output of this engine: " + output);
    }
  }

  private static String describe(Output output) {
    return java.util.HexFormat.of().formatHex(output.toByteArray());
  }

  /** Nobody drove the switch for the hold time: the data plane does what it was told to do then. */
  void failSafeCarriedOut() {
    for (SetPortState write : failSafe.getPortStatesList()) {
      port(write.getBridgePort()).state = write.getState();
    }
    on(new Input.FailSafeCarriedOut(StpEngine.NAME, failSafe.getPortStatesList()));
  }

  StpView view() {
    return StpView.of(image);
  }

  /** The engine's rows as text, for comparing. */
  List<String> rows() {
    List<String> rows = new ArrayList<>();
    for (Message row : StpEngine.TYPE.restore(image).export()) {
      rows.add(Tables.name(Tables.number(row)) + " " + row);
    }
    return rows;
  }
}
