package dev.understudy.protocols.ports;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.understudy.core.Engine;
import dev.understudy.core.EngineType;
import dev.understudy.core.ImageView;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.Step;
import dev.understudy.core.SwitchTime;
import dev.understudy.core.Timers;
import dev.understudy.schema.BridgePortRow;
import dev.understudy.schema.Config;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.PortRow;
import dev.understudy.schema.RemovePort;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.VlanRow;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeSet;

/** Owns ports, bridge ports and VLANs. Comes right after the configuration engine. */
public final class PortsEngine implements Engine {
  public static final String NAME = "ports";

  public static final EngineType TYPE =
      new EngineType() {
        @Override
        public String name() {
          return NAME;
        }

        @Override
        public List<Message> tables() {
          return List.of(
              PortRow.getDefaultInstance(),
              BridgePortRow.getDefaultInstance(),
              VlanRow.getDefaultInstance());
        }

        @Override
        public Engine restore(ImageView image) {
          return new PortsEngine(PortsState.restore(image), Timers.restore(NAME, image));
        }
      };

  private static final String ERR_DISABLE_RECOVERY = "errDisableRecovery";

  private final PortsState state;
  private final Timers timers;

  /**
   * Bridge ports that the forwarder has at the beginning of a term without any configuration; only
   * until the first one comes, in the same step.
   */
  private TreeSet<Integer> found = new TreeSet<>();

  /** How much a configuration is told. */
  private enum Extent {
    CHANGES,
    /** All outputs, because the forwarder may not have them. */
    OUTPUTS,
    /** All outputs and all bridge ports, because nobody knows them yet. */
    OUTPUTS_AND_SIGNALS
  }

  private PortsEngine(PortsState state, Timers timers) {
    this.state = state;
    this.timers = timers;
  }

  @Override
  public Step on(Input input, Moment at) {
    Step.Builder step = new Step.Builder();
    switch (input) {
      case Input.TermStarted started -> termStarted(started, at, step);
      case Input.ConfigurationChanged changed -> configurationChanged(changed, at, step);
      case Input.Link link ->
          state.port(link.port()).ifPresent(row -> link(row, link.state(), at, step));
      case Input.ErrDisable disable ->
          state
              .port(disable.bridgePort())
              .ifPresent(row -> errDisable(row, disable.reason(), at, step));
      case Input.ClearErrDisable request -> clearErrDisable(request, at, step);
      case Input.OutputFailed failed ->
          state.port(failed.port()).ifPresent(row -> outputFailed(row, failed.reason(), step));
      case Input.Tick _ -> tick(at, step);
      case Input.Frame _,
          Input.Learned _,
          Input.Lost _,
          Input.Skipped _,
          Input.FailSafeCarriedOut _,
          Input.ApplyConfiguration _,
          Input.ConfirmConfiguration _,
          Input.RollBackConfiguration _,
          Input.BridgePortChanged _,
          Input.BridgePortRemoved _ -> {}
    }
    timers.flush(step);
    return step.build();
  }

  @Override
  public Optional<SwitchTime> nextDeadline() {
    return timers.nextDeadline();
  }

  @Override
  public List<Message> export() {
    List<Message> rows = new ArrayList<>(state.export());
    rows.addAll(timers.export());
    return rows;
  }

  // ---- term and configuration

  private void termStarted(Input.TermStarted started, Moment at, Step.Builder step) {
    if (started.nothingNew()) {
      return;
    }
    TreeSet<Integer> readBack = new TreeSet<>();
    started.readBack().stream().map(SetPortState::getBridgePort).forEach(readBack::add);
    Optional<Config> config = state.config();
    if (config.isEmpty()) {
      found = readBack;
      return;
    }
    if (started.start() == Input.Start.NEW_FORWARDER) {
      for (PortRow row : state.ports()) {
        state.put(row.toBuilder().clearForwarderDownCount().build(), step);
      }
    }
    state.ports().forEach(row -> readBack.remove(row.getBridgePort()));
    readBack.forEach(port -> step.output(removePort(port)));
    reconcile(config.get(), Extent.OUTPUTS, at, step);
  }

  private void configurationChanged(
      Input.ConfigurationChanged changed, Moment at, Step.Builder step) {
    boolean first =
        state.config().isEmpty() || changed.before().equals(Config.getDefaultInstance());
    state.setIdentities(changed.identities());
    state.numbered(changed.now()).keySet().forEach(found::remove);
    found.forEach(port -> step.output(removePort(port)));
    found = new TreeSet<>();
    reconcile(changed.now(), first ? Extent.OUTPUTS_AND_SIGNALS : Extent.CHANGES, at, step);
  }

  /** Makes ports and VLANs what the configuration says, from whatever the rows say they are. */
  private void reconcile(Config now, Extent extent, Moment at, Step.Builder step) {
    Config before = state.config().orElse(Config.getDefaultInstance());
    NavigableMap<Integer, PortConfig> portsBefore = state.numbered(before);
    NavigableMap<Integer, PortConfig> portsNow = state.numbered(now);
    state.setConfig(now);
    TreeSet<Integer> made = new TreeSet<>();
    for (PortRow row : state.ports()) {
      int number = row.getKey().getPort();
      PortConfig portBefore = portsBefore.get(number);
      PortConfig portNow = portsNow.get(number);
      if (portNow == null) {
        takeOut(row, step);
        state.remove(row, step);
      } else if (portBefore != null && !PortsConfig.sameAttachment(portBefore, portNow)) {
        takeOut(row, step);
        state.put(detached(row, at), step);
        made.add(number);
      }
    }
    setGlobals(before, now, extent, step);
    portsNow.forEach((number, port) -> {
      if (state.port(number).isEmpty()) {
        state.put(newPort(number), step);
        made.add(number);
      }
      Output output = PortsConfig.setPort(port, state.identity(port.getName()));
      PortConfig portBefore = portsBefore.getOrDefault(number, port);
      if (extent != Extent.CHANGES
          || made.contains(number)
          || !output.equals(PortsConfig.setPort(portBefore, state.identity(port.getName())))) {
        step.output(output);
      }
      boolean announce = extent == Extent.OUTPUTS_AND_SIGNALS || made.contains(number);
      configure(number, port, announce, step);
    });
  }

  private void setGlobals(Config before, Config now, Extent extent, Step.Builder step) {
    boolean all = extent != Extent.CHANGES;
    Output vlansBefore = PortsConfig.setVlans(state.vlans());
    state.setVlans(PortsConfig.vlans(now), step);
    Output vlansNow = PortsConfig.setVlans(state.vlans());
    if (all || !vlansNow.equals(vlansBefore)) {
      step.output(vlansNow);
    }
    if (all || !PortsConfig.setAgeing(now).equals(PortsConfig.setAgeing(before))) {
      step.output(PortsConfig.setAgeing(now));
    }
    if (all || !PortsConfig.setTiming(now).equals(PortsConfig.setTiming(before))) {
      step.output(PortsConfig.setTiming(now));
    }
  }

  private void takeOut(PortRow row, Step.Builder step) {
    int number = row.getKey().getPort();
    timers.stop(recovery(number));
    step.output(removePort(number));
    step.signal(new Input.BridgePortRemoved(row.getBridgePort()));
  }

  private static PortRow newPort(int number) {
    return PortRow.newBuilder()
        .setKey(PortRow.Key.newBuilder().setPort(number))
        .setBridgePort(number)
        .build();
  }

  /** The same port with nothing attached: its counts go on. */
  private static PortRow detached(PortRow row, Moment at) {
    PortRow.Builder detached = newPort(row.getKey().getPort()).toBuilder();
    detached
        .setName(row.getName())
        .setAdminUp(row.getAdminUp())
        .setDownCount(row.getDownCount())
        .setLinkChanges(row.getLinkChanges())
        .setLastChangeWallMillis(row.getLastChangeWallMillis())
        .setOutputFailures(row.getOutputFailures());
    if (row.getLinkUp()) {
      detached
          .setDownCount(row.getDownCount() + 1)
          .setLinkChanges(row.getLinkChanges() + 1)
          .setLastChangeWallMillis(at.wallMillis());
    }
    return detached.build();
  }

  /** Disabling a port by hand ends its being err-disabled as well. */
  private void configure(int number, PortConfig port, boolean announce, Step.Builder step) {
    PortRow former = state.port(number).orElseThrow();
    PortRow.Builder row = former.toBuilder().setName(port.getName()).setAdminUp(port.getAdminUp());
    if (!port.getAdminUp() && !row.getErrDisabled().isEmpty()) {
      timers.stop(recovery(number));
      row.clearErrDisabled();
    }
    PortRow now = row.build();
    state.put(now, step);
    state.put(PortsConfig.bridgePort(port, now.getBridgePort(), operational(now)), step);
    if (announce || !announcement(now).equals(announcement(former))) {
      step.signal(announcement(now));
    }
  }

  // ---- links

  private void link(PortRow former, Input.LinkState link, Moment at, Step.Builder step) {
    PortRow.Builder row =
        former.toBuilder()
            .setPresent(link.present())
            .setLinkUp(link.up())
            .setSpeedMbps(link.speedMbps())
            .setFullDuplex(link.fullDuplex())
            .setMtu(link.mtu())
            .setError(link.error())
            .setForwarderDownCount(link.downCount());
    long downs = downs(former, link);
    // Each down that was seen or missed ends one up, and each up but the first follows a down.
    long changes = 2 * downs + (former.getLinkUp() ? 0 : 1) - (link.up() ? 0 : 1);
    if (changes > 0) {
      row.setDownCount(former.getDownCount() + downs)
          .setLinkChanges(former.getLinkChanges() + changes);
    }
    if (changes > 0 || former.getPresent() != link.present()) {
      row.setLastChangeWallMillis(at.wallMillis());
    }
    update(former, row.build(), step);
  }

  /**
   * How often the link went down since the last report. A count that is smaller than the last one
   * began anew.
   */
  private static long downs(PortRow former, Input.LinkState link) {
    long counted = link.downCount() - former.getForwarderDownCount();
    long downs = counted < 0 ? link.downCount() : counted;
    return former.getLinkUp() && !link.up() ? Math.max(1, downs) : Math.max(0, downs);
  }

  private void outputFailed(PortRow former, String reason, Step.Builder step) {
    state.put(
        former.toBuilder()
            .setOutputFailures(former.getOutputFailures() + 1)
            .setLastOutputFailure(reason)
            .build(),
        step);
  }

  // ---- err-disable

  private void errDisable(PortRow former, String reason, Moment at, Step.Builder step) {
    if (!former.getErrDisabled().isEmpty()) {
      return;
    }
    int seconds =
        state
            .config()
            .orElse(Config.getDefaultInstance())
            .getRedundancy()
            .getErrDisableRecoverySeconds();
    if (seconds > 0) {
      timers.start(recovery(former.getKey().getPort()), at.now().plusSeconds(seconds));
    }
    update(
        former,
        former.toBuilder()
            .setErrDisabled(reason.isEmpty() ? "unknown reason" : reason)
            .setLastChangeWallMillis(at.wallMillis())
            .build(),
        step);
  }

  private void clearErrDisable(Input.ClearErrDisable request, Moment at, Step.Builder step) {
    Optional<PortRow> row = state.port(request.portName());
    if (row.isEmpty()) {
      step.answer(false, "there is no port " + request.portName());
    } else if (row.get().getErrDisabled().isEmpty()) {
      step.answer(false, "port " + request.portName() + " is not err-disabled");
    } else {
      String reason = row.get().getErrDisabled();
      enableAgain(row.get(), at, step);
      step.answer(
          true, "port " + request.portName() + " is in service again (it was " + reason + ")");
    }
  }

  private void tick(Moment at, Step.Builder step) {
    for (Timers.Timer expired : timers.takeExpired(at.now())) {
      state
          .port(expired.port())
          .filter(row -> !row.getErrDisabled().isEmpty())
          .ifPresent(row -> enableAgain(row, at, step));
    }
  }

  private void enableAgain(PortRow former, Moment at, Step.Builder step) {
    timers.stop(recovery(former.getKey().getPort()));
    update(
        former,
        former.toBuilder().clearErrDisabled().setLastChangeWallMillis(at.wallMillis()).build(),
        step);
  }

  // ---- helpers

  /** A row that changes for another reason than the configuration. */
  private void update(PortRow former, PortRow now, Step.Builder step) {
    state.put(now, step);
    state
        .bridgePort(now.getBridgePort())
        .ifPresent(
            row -> state.put(row.toBuilder().setOperational(operational(now)).build(), step));
    if (!announcement(now).equals(announcement(former))) {
      step.signal(announcement(now));
    }
  }

  private static boolean operational(PortRow row) {
    return row.getAdminUp()
        && row.getPresent()
        && row.getLinkUp()
        && row.getErrDisabled().isEmpty();
  }

  private Input.BridgePortChanged announcement(PortRow row) {
    return new Input.BridgePortChanged(
        row.getBridgePort(),
        row.getName(),
        operational(row),
        row.getDownCount(),
        row.getSpeedMbps(),
        row.getFullDuplex(),
        row.getName().isEmpty() ? ByteString.EMPTY : state.identity(row.getName()).getMac());
  }

  private static Output removePort(int port) {
    return Output.newBuilder().setRemovePort(RemovePort.newBuilder().setPort(port)).build();
  }

  private static Timers.Timer recovery(int port) {
    return new Timers.Timer(ERR_DISABLE_RECOVERY, port, 0);
  }
}
