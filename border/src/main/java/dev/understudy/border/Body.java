package dev.understudy.border;

import com.google.protobuf.ByteString;
import dev.understudy.schema.ConfigurationCell;
import dev.understudy.schema.FailSafeInput;
import dev.understudy.schema.Output;
import dev.understudy.schema.PortState;
import dev.understudy.schema.SetFailSafe;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetTiming;
import dev.understudy.schema.StoreConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Carries out single outputs: the data plane's, and the forwarder's own (the configuration's cell,
 * timing, fail-safe outputs). Remembers which ports the forwarder closed by itself; only an output
 * made after that opens them.
 */
final class Body {
  private final SwitchClock clock;
  private final DataPlane plane;
  private final BorderStore store;
  private final Counters counters;
  private final FailSafe failSafe = new FailSafe();
  private final TreeMap<Integer, Long> closedByInput = new TreeMap<>();
  private final TreeMap<String, Long> closedForEngine = new TreeMap<>();
  private final TreeMap<Integer, Long> downCounts = new TreeMap<>();
  private ByteString switchUuid;
  private long configurationVersion;
  private ByteString configuration;
  private SetTiming timing =
      SetTiming.newBuilder()
          .setTickNanos(20_000_000L)
          .setSilenceLimitTicks(5)
          .setCommitLimitNanos(20_000_000L)
          .build();

  Body(
      SwitchClock clock,
      DataPlane plane,
      BorderStore store,
      BorderStore.Stored stored,
      Counters counters) {
    this.clock = clock;
    this.plane = plane;
    this.store = store;
    this.counters = counters;
    this.switchUuid = stored.switchUuid();
    this.configurationVersion = stored.configurationVersion();
    this.configuration = stored.configuration();
  }

  SetTiming timing() {
    return timing;
  }

  ByteString switchUuid() {
    return switchUuid;
  }

  long configurationVersion() {
    return configurationVersion;
  }

  ConfigurationCell cell() {
    return ConfigurationCell.newBuilder().setOctets(configuration).build();
  }

  /** The outputs to come are those of this bracket. */
  void bracketBegins(long term, long number) {
    plane.bracketBegins(term, number);
  }

  /**
   * Carries out one output.
   *
   * @param consumed number of the last input that the output's bracket knew of
   * @return empty when done; otherwise why not
   */
  Optional<String> carryOut(Output output, long consumed) {
    return switch (output.getKindCase()) {
      case STORE_CONFIGURATION -> storeConfiguration(output.getStoreConfiguration());
      case SET_TIMING -> setTiming(output.getSetTiming());
      case SET_FAIL_SAFE -> {
        failSafe.set(output.getSetFailSafe(), clock.nanos());
        yield Optional.empty();
      }
      case SET_PORT_STATE -> setPortState(output.getSetPortState(), consumed);
      case SEND_FRAME -> {
        failSafe.frameSent(clock.nanos());
        yield plane.carryOut(output);
      }
      case SET_PORT,
          REMOVE_PORT,
          SET_VLANS,
          SET_PUNT_RULES,
          FLUSH_LEARNED,
          SET_STATIC_MAC,
          SET_AGEING ->
          plane.carryOut(output);
      case KIND_NOT_SET -> Optional.of("this forwarder doesn't know this kind of output");
    };
  }

  private Optional<String> storeConfiguration(StoreConfiguration stored) {
    configurationVersion = stored.getVersion();
    configuration = stored.getCell().getOctets();
    if (switchUuid.isEmpty()) {
      switchUuid = stored.getSwitchUuid();
    }
    store.saveConfiguration(switchUuid, configurationVersion, configuration);
    return Optional.empty();
  }

  private Optional<String> setTiming(SetTiming wanted) {
    if (wanted.getTickNanos() < 1_000_000L
        || wanted.getSilenceLimitTicks() < 2
        || wanted.getCommitLimitNanos() < 1_000_000L) {
      return Optional.of("a timing value is below its minimum");
    }
    timing = wanted;
    return Optional.empty();
  }

  private Optional<String> setPortState(SetPortState wanted, long consumed) {
    Long closedBy = closedByInput.get(wanted.getBridgePort());
    if (closedBy != null && wanted.getState() != PortState.PORT_STATE_DISCARDING) {
      if (consumed < closedBy) {
        counters.count("stale-opens");
        return Optional.empty();
      }
      closedByInput.remove(wanted.getBridgePort());
    }
    return plane.carryOut(Output.newBuilder().setSetPortState(wanted).build());
  }

  /** The data plane has closed a port because its link went down, even if it is up again. */
  void linkChanged(int port, boolean up, long downCount, long input) {
    Long before = downCounts.put(port, downCount);
    if (!up || downCount > (before == null ? 0 : before)) {
      closedByInput.put(port, input);
    }
  }

  /** A bracket was carried out in which these engines had no part. */
  void driven(List<String> faultyEngines) {
    failSafe.driven(faultyEngines, clock.nanos());
  }

  /**
   * Does what engines asked for, for the case that nobody drives them any more; each is to be told
   * as an input.
   */
  List<FailSafeInput> carryOutFailSafe() {
    List<FailSafeInput> done = new ArrayList<>();
    for (SetFailSafe due : failSafe.due(clock.nanos())) {
      counters.count("fail-safe-carried-out");
      for (SetPortState state : due.getPortStatesList()) {
        plane.carryOut(Output.newBuilder().setSetPortState(state).build());
      }
      done.add(
          FailSafeInput.newBuilder()
              .setEngine(due.getEngine())
              .addAllPortStates(due.getPortStatesList())
              .build());
    }
    return done;
  }

  /** Engines whose fail-safe outputs closed ports, which stands in the log behind this number. */
  List<String> failSafesBehind(long consumed) {
    return closedForEngine.entrySet().stream()
        .filter(closed -> closed.getValue() > consumed)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The fail-safe outputs stand in the log under this number. */
  void failSafeLogged(FailSafeInput done, long input) {
    for (SetPortState state : done.getPortStatesList()) {
      closedByInput.put(state.getBridgePort(), input);
      closedForEngine.put(done.getEngine(), input);
    }
  }
}
