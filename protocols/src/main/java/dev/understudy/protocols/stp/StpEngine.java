package dev.understudy.protocols.stp;

import com.google.protobuf.Message;
import dev.understudy.core.Engine;
import dev.understudy.core.EngineType;
import dev.understudy.core.ImageView;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.Step;
import dev.understudy.core.SwitchTime;
import dev.understudy.core.Timers;
import dev.understudy.schema.Config;
import dev.understudy.schema.PortState;
import dev.understudy.schema.PortStateRow;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.StpBridgeRow;
import dev.understudy.schema.StpPortRow;
import dev.understudy.schema.StpTreePortRow;
import dev.understudy.wire.Decoded;
import dev.understudy.wire.bpdu.Bpdu;
import dev.understudy.wire.bpdu.BpduCodec;
import dev.understudy.wire.bpdu.PortId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/** The spanning tree protocol of one bridge. */
public final class StpEngine implements Engine {
  public static final String NAME = StpBridge.ENGINE;

  /** Quota class of BPDUs in the forwarder's input log. */
  public static final String TRAFFIC_CLASS = "stp";

  /** Why a port with BPDU guard is taken out of service. */
  public static final String BPDU_GUARD = "bpdu-guard";

  public static final EngineType TYPE =
      new EngineType() {
        @Override
        public boolean beginsAnew() {
          return true;
        }

        @Override
        public String name() {
          return NAME;
        }

        @Override
        public List<Message> tables() {
          return List.of(
              PortStateRow.getDefaultInstance(),
              StpBridgeRow.getDefaultInstance(),
              StpPortRow.getDefaultInstance(),
              StpTreePortRow.getDefaultInstance());
        }

        @Override
        public Engine restore(ImageView image) {
          return new StpEngine(StpState.restore(image), StpRules.restore(image));
        }
      };

  private final StpBridge bridge;
  private final StpRules rules;
  private final StpMachines machines;

  private StpEngine(StpBridge bridge, StpRules rules) {
    this.bridge = bridge;
    this.rules = rules;
    this.machines = new StpMachines(bridge);
  }

  @Override
  public Step on(Input input, Moment at) {
    bridge.now = at.now();
    bridge.step = new StpStep();
    switch (input) {
      case Input.Frame frame -> frame(frame);
      case Input.Tick _ -> tick();
      case Input.FailSafeCarriedOut carriedOut -> failSafeCarriedOut(carriedOut);
      case Input.TermStarted started -> termStarted(started);
      case Input.ConfigurationChanged changed -> configure(changed.now());
      case Input.BridgePortChanged changed -> bridgePortChanged(changed);
      case Input.BridgePortRemoved removed -> bridgePortRemoved(removed.bridgePort());
      case Input.Link _,
          Input.Learned _,
          Input.Lost _,
          Input.Skipped _,
          Input.OutputFailed _,
          Input.ApplyConfiguration _,
          Input.ConfirmConfiguration _,
          Input.RollBackConfiguration _,
          Input.ClearErrDisable _,
          Input.ErrDisable _ -> {}
    }
    return finish(at);
  }

  @Override
  public Optional<SwitchTime> nextDeadline() {
    return bridge.timers.nextDeadline();
  }

  @Override
  public List<Message> export() {
    List<Message> rows = new ArrayList<>();
    if (bridge.recorded) {
      bridge.trees.forEach(tree -> rows.add(StpState.row(tree)));
    }
    bridge.ports.values().forEach(port -> rows.addAll(StpState.rows(port)));
    rows.addAll(rules.export());
    rows.addAll(bridge.counters.export());
    rows.addAll(bridge.timers.export());
    return rows;
  }

  // ---- BPDUs and time

  private void frame(Input.Frame frame) {
    // A port is the only member of the bridge port of its number; an aggregator changes this line.
    StpPort port = bridge.ports.get(frame.port());
    if (port == null || !port.portEnabled || !frame.trafficClass().equals(TRAFFIC_CLASS)) {
      return;
    }
    byte[] octets = frame.octets().toByteArray();
    switch (BpduCodec.decodeFrame(octets, 0, octets.length)) {
      case Decoded.Bad<Bpdu> bad -> bad(bad.reason().name(), port);
      case Decoded.Ok<Bpdu>(Bpdu.Unknown _) -> bad("type", port);
      case Decoded.Ok<Bpdu>(Bpdu bpdu) -> bpdu(bpdu, port);
    }
  }

  private void bad(String reason, StpPort port) {
    bridge.counters.add("bad-" + reason.toLowerCase(Locale.ROOT).replace('_', '-'), port.number);
  }

  private void bpdu(Bpdu bpdu, StpPort port) {
    port.rxBpdus++;
    port.touch();
    if (port.bpduGuard) {
      bridge.counters.add(BPDU_GUARD, port.number);
      bridge.step.signal(new Input.ErrDisable(port.number, BPDU_GUARD));
      return;
    }
    port.received = bpdu;
    port.rcvdBpdu = true;
    machines.run();
  }

  /** Port Timers, 13.30: what the standard counts down each second is a deadline here. */
  private void tick() {
    List<Timers.Timer> expired = bridge.timers.takeExpired(bridge.now);
    if (expired.isEmpty()) {
      return;
    }
    for (Timers.Timer timer : expired) {
      Optional.ofNullable(bridge.ports.get(timer.port())).ifPresent(port -> port.expire(timer));
    }
    machines.run();
  }

  // ---- terms

  private void termStarted(Input.TermStarted started) {
    boolean anew = started.anew().contains(NAME);
    if (started.start() == Input.Start.HITLESS && !anew) {
      return;
    }
    begin(started);
    if (started.start() == Input.Start.UNSYNCED || anew) {
      compare(started.readBack());
    } else {
      for (StpPort port : bridge.ports.values()) {
        port.trees.forEach(p -> StpProcedures.tellAgain(p, p.state));
      }
    }
  }

  private void begin(Input.TermStarted started) {
    rules.tellAgain();
    bridge.step.bridgeTouched = true;
    if (!bridge.hasAddress()) {
      started.stored().ifPresent(stored -> adoptAddress(stored.getIdentity().getBridgeMac()));
    }
  }

  private void adoptAddress(com.google.protobuf.ByteString address) {
    bridge.adoptAddress(address);
    reselectAll();
    machines.run();
  }

  /** Where image and forwarder differ, the more closed state wins: the port starts over. */
  private void compare(List<SetPortState> readBack) {
    TreeMap<Integer, PortState> unknown = new TreeMap<>();
    readBack.forEach(write -> {
      if (write.getTree() == bridge.cist.number) {
        unknown.put(write.getBridgePort(), closedUnlessKnown(write.getState()));
      }
    });
    List<StpPort> different = new ArrayList<>();
    for (StpTreePort p : bridge.cist.ports.values()) {
      PortState real = unknown.remove(p.port.number);
      if ((real == null ? PortState.PORT_STATE_DISCARDING : real) != p.state) {
        different.add(p.port);
      }
    }
    unknown.forEach((port, state) -> {
      if (state != PortState.PORT_STATE_DISCARDING) {
        bridge.step.close(port, bridge.cist.number);
      }
    });
    startOver(different);
  }

  private static PortState closedUnlessKnown(PortState state) {
    return switch (state) {
      case PORT_STATE_LEARNING, PORT_STATE_FORWARDING -> state;
      case PORT_STATE_DISCARDING, PORT_STATE_UNSPECIFIED, UNRECOGNIZED ->
          PortState.PORT_STATE_DISCARDING;
    };
  }

  /** The forwarder has closed ports, as nobody was there. They open by the standard's rules. */
  private void failSafeCarriedOut(Input.FailSafeCarriedOut carriedOut) {
    if (!carriedOut.engine().equals(NAME)) {
      return;
    }
    List<StpPort> closed = new ArrayList<>();
    for (SetPortState write : carriedOut.portStates()) {
      StpPort port = bridge.ports.get(write.getBridgePort());
      if (port != null && !closed.contains(port)) {
        closed.add(port);
      }
    }
    startOver(closed);
  }

  /**
   * Discarding at once, said again to the forwarder even if it knows; then as if the links had just
   * come up.
   */
  private void startOver(List<StpPort> ports) {
    for (StpPort port : ports) {
      port.trees.forEach(p -> StpProcedures.tellAgain(p, PortState.PORT_STATE_DISCARDING));
      disable(port);
    }
    machines.run();
    ports.forEach(this::enableIfOperational);
    machines.run();
  }

  // ---- configuration

  private void configure(Config now) {
    bridge.config = new StpConfig(now.getSpanningTree());
    bridge.step.bridgeTouched = true;
    if (bridge.config.mode() != bridge.mode) {
      changeMode();
    }
    Times bridgeTimes = bridge.config.bridgeTimes();
    if (bridge.config.txHoldCount() != bridge.txHoldCount) {
      bridge.txHoldCount = bridge.config.txHoldCount();
      bridge.ports.values().forEach(StpEngine::clearTxCount);
    }
    bridge.cist.bridgeTimes = bridgeTimes;
    if (bridge.hasAddress()) {
      bridge.setIdentifier(bridge.config.bridgePriority(), bridge.address());
    }
    bridge.ports.values().forEach(this::configure);
    reselectAll();
    machines.run();
  }

  /** ForceProtocolVersion changes: all machines begin again (13.25, BEGIN). */
  private void changeMode() {
    bridge.ports.values().forEach(StpEngine::disable);
    machines.run();
    bridge.mode = bridge.config.mode();
    bridge.ports.values().forEach(StpMachines::begin);
    PortInformation.begin(bridge.cist);
    machines.run();
    bridge.ports.values().forEach(this::enableIfOperational);
    machines.run();
  }

  /** 12.8.1.3: when TxHoldCount changes, txCount of all ports is set to zero. */
  private static void clearTxCount(StpPort port) {
    port.setTxCount(0, 0);
    port.txCountWhen.stop();
    port.touch();
  }

  /** Sets a port's parameters. */
  private void configure(StpPort port) {
    StpConfig.PortParameters now =
        bridge.config.port(port.name, new StpConfig.Link(port.speedMbps, port.fullDuplex));
    boolean roleMayChange =
        port.externalPortPathCost != now.externalPortPathCost()
            || port.restrictedRole != now.restrictedRole();
    boolean becomesAdminEdge = now.adminEdge() && !port.adminEdge;
    port.externalPortPathCost = now.externalPortPathCost();
    port.adminEdge = now.adminEdge();
    port.autoEdge = now.autoEdge();
    port.operPointToPointMac = now.operPointToPointMac();
    port.restrictedRole = now.restrictedRole();
    port.bpduGuard = now.bpduGuard();
    PortId portId = PortId.of(now.priority(), port.number);
    for (StpTreePort p : port.trees) {
      roleMayChange |= !p.portId.equals(portId);
      p.portId = portId;
      if (roleMayChange) {
        p.reselect();
      }
    }
    if (becomesAdminEdge && port.portEnabled) {
      PortMachines.adminEdgeSet(port);
    }
    port.touch();
  }

  private void reselectAll() {
    bridge.trees.forEach(tree -> tree.reselect = true);
  }

  // ---- bridge ports

  private void bridgePortChanged(Input.BridgePortChanged now) {
    if (!bridge.hasAddress()) {
      // No identity was given: the first port's address will do, as it stays with this switch.
      adoptAddress(now.mac());
    }
    StpPort port = bridge.ports.get(now.bridgePort());
    if (port == null) {
      port = create(now.bridgePort(), now.name());
    } else if (port.operational && (!now.operational() || port.downCount != now.downCount())) {
      port.operational = false;
      disable(port);
      machines.run();
    }
    port.name = now.name();
    port.downCount = now.downCount();
    port.speedMbps = now.speedMbps();
    port.fullDuplex = now.fullDuplex();
    port.mac = StpState.mac(now.mac());
    configure(port);
    if (!port.operational && now.operational()) {
      port.operational = true;
      enableIfOperational(port);
    }
    machines.run();
  }

  private StpPort create(int number, String name) {
    StpPort port = new StpPort(bridge, number);
    bridge.ports.put(number, port);
    port.name = name;
    configure(port);
    StpMachines.begin(port);
    machines.run();
    return port;
  }

  private void bridgePortRemoved(int number) {
    StpPort port = bridge.ports.get(number);
    if (port == null) {
      return;
    }
    port.operational = false;
    disable(port);
    machines.run();
    bridge.remove(port);
    bridge.step.removed(port);
    machines.run();
  }

  private static void disable(StpPort port) {
    port.portEnabled = false;
    if (!port.bridge.runsProtocol()) {
      port.trees.forEach(p -> StpProcedures.tellAlways(p, PortState.PORT_STATE_DISCARDING));
    }
    port.touch();
  }

  /** Without a protocol an operational port forwards. */
  private void enableIfOperational(StpPort port) {
    if (!port.operational) {
      return;
    }
    if (bridge.runsProtocol()) {
      port.portEnabled = true;
      PortMachines.startHeldTimers(port);
    } else {
      port.trees.forEach(p -> StpProcedures.tellAlways(p, PortState.PORT_STATE_FORWARDING));
    }
    port.touch();
  }

  // ---- the end of a step

  private Step finish(Moment at) {
    StpStep work = bridge.step;
    bridge.settled();
    Step.Builder step = new Step.Builder();
    for (StpTree tree : bridge.trees) {
      noteTopologyChange(tree, at);
      if (work.bridgeTouched) {
        bridge.recorded = true;
        step.put(StpState.row(tree));
      }
    }
    for (StpPort port : work.removed()) {
      StpState.rows(port).forEach(step::delete);
      port.timers().forEach(PortTimer::stop);
      port.trees.forEach(p -> p.timers().forEach(PortTimer::stop));
      bridge.counters.remove(port.number, step);
    }
    boolean failSafeChanged = !work.removed().isEmpty();
    for (StpPort port : work.touched()) {
      port.endStep();
      StpState.rows(port).forEach(step::put);
      boolean belongs = port.belongsInFailSafe();
      failSafeChanged |= belongs != port.inFailSafe;
      port.inFailSafe = belongs;
    }
    if (failSafeChanged || work.bridgeTouched) {
      rules.update(bridge, failSafeChanged, step);
    }
    bridge.counters.flush(step);
    bridge.timers.flush(step);
    work.into(step);
    return step.build();
  }

  /**
   * Counts inputs at which a change, detected here or received, started tcWhile on a port; a change
   * that is told again while it is being propagated is not a new one.
   */
  private static void noteTopologyChange(StpTree tree, Moment at) {
    if (tree.topologyChanged) {
      tree.topologyChanges++;
      tree.lastTopologyChangeWallMillis = at.wallMillis();
      tree.lastTopologyChangePort = tree.topologyChangePort;
      tree.bridge.step.bridgeTouched = true;
    }
    tree.topologyChanged = false;
    tree.topologyChangePort = 0;
  }
}
