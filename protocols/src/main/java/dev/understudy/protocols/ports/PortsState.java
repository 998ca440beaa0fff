package dev.understudy.protocols.ports;

import com.google.protobuf.Message;
import dev.understudy.core.Check;
import dev.understudy.core.ImageView;
import dev.understudy.core.Step;
import dev.understudy.schema.BridgePortRow;
import dev.understudy.schema.Config;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.PortIdentityRow;
import dev.understudy.schema.PortRow;
import dev.understudy.schema.VlanRow;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The engine's rows as working memory, and what it reads of the configuration's. Every change of a
 * row goes through a step at once.
 */
final class PortsState {
  private Optional<Config> config = Optional.empty();
  private final TreeMap<String, PortIdentityRow> identities = new TreeMap<>();
  private final TreeMap<Integer, PortRow> ports = new TreeMap<>();
  private final TreeMap<Integer, BridgePortRow> bridgePorts = new TreeMap<>();
  private final TreeMap<Integer, VlanRow> vlans = new TreeMap<>();

  static PortsState restore(ImageView image) {
    PortsState state = new PortsState();
    state.config =
        image
            .row(ConfigRow.newBuilder().setKey(ConfigRow.Key.getDefaultInstance()).build())
            .map(ConfigRow::getConfig);
    state.setIdentities(image.rows(PortIdentityRow.getDefaultInstance()));
    image
        .rows(PortRow.getDefaultInstance())
        .forEach(row -> state.ports.put(row.getKey().getPort(), row));
    image
        .rows(BridgePortRow.getDefaultInstance())
        .forEach(row -> state.bridgePorts.put(row.getKey().getBridgePort(), row));
    image
        .rows(VlanRow.getDefaultInstance())
        .forEach(row -> state.vlans.put(row.getKey().getVid(), row));
    return state;
  }

  List<Message> export() {
    List<Message> rows = new ArrayList<>();
    rows.addAll(ports.values());
    rows.addAll(bridgePorts.values());
    rows.addAll(vlans.values());
    return rows;
  }

  /** Empty before the first configuration. */
  Optional<Config> config() {
    return config;
  }

  void setConfig(Config now) {
    config = Optional.of(now);
  }

  void setIdentities(List<PortIdentityRow> rows) {
    identities.clear();
    rows.forEach(row -> identities.put(row.getKey().getName(), row));
  }

  PortIdentityRow identity(String name) {
    PortIdentityRow identity = identities.get(name);
    Check.that(identity != null, "a configured port has an identity", name);
    return java.util.Objects.requireNonNull(identity);
  }

  /** Ports of a configuration with their numbers, by number. */
  NavigableMap<Integer, PortConfig> numbered(Config of) {
    TreeMap<Integer, PortConfig> result = new TreeMap<>();
    for (PortConfig port : of.getPortsList()) {
      result.put(identity(port.getName()).getNumber(), port);
    }
    return result;
  }

  /** By number. */
  List<PortRow> ports() {
    return List.copyOf(ports.values());
  }

  Optional<PortRow> port(int number) {
    return Optional.ofNullable(ports.get(number));
  }

  Optional<PortRow> port(String name) {
    return ports.values().stream().filter(row -> row.getName().equals(name)).findFirst();
  }

  Optional<BridgePortRow> bridgePort(int number) {
    return Optional.ofNullable(bridgePorts.get(number));
  }

  void put(PortRow row, Step.Builder step) {
    if (!row.equals(ports.put(row.getKey().getPort(), row))) {
      step.put(row);
    }
  }

  void put(BridgePortRow row, Step.Builder step) {
    if (!row.equals(bridgePorts.put(row.getKey().getBridgePort(), row))) {
      step.put(row);
    }
  }

  void remove(PortRow port, Step.Builder step) {
    ports.remove(port.getKey().getPort());
    step.delete(port);
    BridgePortRow bridgePort = bridgePorts.remove(port.getBridgePort());
    if (bridgePort != null) {
      step.delete(bridgePort);
    }
  }

  /** By VID. */
  List<VlanRow> vlans() {
    return List.copyOf(vlans.values());
  }

  void setVlans(NavigableMap<Integer, VlanRow> now, Step.Builder step) {
    for (VlanRow row : List.copyOf(vlans.values())) {
      if (!now.containsKey(row.getKey().getVid())) {
        vlans.remove(row.getKey().getVid());
        step.delete(row);
      }
    }
    for (VlanRow row : now.values()) {
      if (!row.equals(vlans.put(row.getKey().getVid(), row))) {
        step.put(row);
      }
    }
  }
}
