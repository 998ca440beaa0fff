package dev.understudy.protocols.configuration;

import com.google.protobuf.Message;
import dev.understudy.core.ImageView;
import dev.understudy.core.Step;
import dev.understudy.schema.Config;
import dev.understudy.schema.ConfigHistoryRow;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.IdentityRow;
import dev.understudy.schema.PortIdentityRow;
import dev.understudy.schema.StoredConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** The engine's rows as working memory. Every change goes through a step at once. */
final class ConfigurationState {
  private Optional<IdentityRow> identity = Optional.empty();
  private final TreeMap<String, PortIdentityRow> identities = new TreeMap<>();
  private Optional<ConfigRow> config = Optional.empty();
  private final TreeMap<Long, ConfigHistoryRow> history = new TreeMap<>();

  static ConfigurationState restore(ImageView image) {
    ConfigurationState state = new ConfigurationState();
    state.identity = image.row(IDENTITY);
    image
        .rows(PortIdentityRow.getDefaultInstance())
        .forEach(row -> state.identities.put(row.getKey().getName(), row));
    state.config = image.row(CONFIG);
    image
        .rows(ConfigHistoryRow.getDefaultInstance())
        .forEach(row -> state.history.put(row.getKey().getVersion(), row));
    return state;
  }

  private static final IdentityRow IDENTITY =
      IdentityRow.newBuilder().setKey(IdentityRow.Key.getDefaultInstance()).build();
  private static final ConfigRow CONFIG =
      ConfigRow.newBuilder().setKey(ConfigRow.Key.getDefaultInstance()).build();

  List<Message> export() {
    List<Message> rows = new ArrayList<>();
    identity.ifPresent(rows::add);
    rows.addAll(identities.values());
    config.ifPresent(rows::add);
    rows.addAll(history.values());
    return rows;
  }

  Optional<IdentityRow> identity() {
    return identity;
  }

  Optional<ConfigRow> config() {
    return config;
  }

  /** By number. */
  List<PortIdentityRow> identities() {
    return identities.values().stream()
        .sorted(java.util.Comparator.comparingInt(PortIdentityRow::getNumber))
        .toList();
  }

  /** The content of a version that can be returned to. */
  Optional<Config> content(long version) {
    return Optional.ofNullable(history.get(version))
        .filter(ConfigHistoryRow::hasConfig)
        .map(ConfigHistoryRow::getConfig);
  }

  /** Versions that can be returned to, ascending. */
  List<Long> versions() {
    return history.values().stream()
        .filter(ConfigHistoryRow::hasConfig)
        .map(row -> row.getKey().getVersion())
        .toList();
  }

  /** What the homes of the configuration are given. */
  StoredConfiguration stored() {
    return identity.isPresent() && config.isPresent()
        ? StoredConfigurations.of(identity.get(), identities(), config.get(), history.values())
        : StoredConfiguration.getDefaultInstance();
  }

  void setIdentity(IdentityRow row, Step.Builder step) {
    identity = Optional.of(row);
    step.put(row);
  }

  void setIdentities(List<PortIdentityRow> rows, Step.Builder step) {
    for (PortIdentityRow row : rows) {
      if (!row.equals(identities.put(row.getKey().getName(), row))) {
        step.put(row);
      }
    }
  }

  void setConfig(ConfigRow row, Step.Builder step) {
    config = Optional.of(row);
    step.put(row);
  }

  void addHistory(ConfigHistoryRow row, Step.Builder step) {
    history.put(row.getKey().getVersion(), row);
    step.put(row);
  }

  void clearHistory(Step.Builder step) {
    history.values().forEach(step::delete);
    history.clear();
  }

  /**
   * Takes the content from versions that are too old or too many, and forgets those beyond the
   * lineage. The version in force and the one that may return stay whole.
   */
  void prune(Step.Builder step) {
    while (history.size() > StoredConfigurations.LINEAGE_LENGTH_MAX) {
      step.delete(history.pollFirstEntry().getValue());
    }
    long inForce = config.map(ConfigRow::getVersion).orElse(0L);
    long mayReturn = config.map(ConfigRow::getRollbackVersion).orElse(0L);
    int kept = 0;
    long octets = 0;
    for (ConfigHistoryRow row : List.copyOf(history.descendingMap().values())) {
      long version = row.getKey().getVersion();
      octets += row.getConfig().getSerializedSize();
      kept += row.hasConfig() ? 1 : 0;
      boolean tooOld =
          kept > StoredConfigurations.HISTORY_LENGTH_MAX
              || octets > StoredConfigurations.HISTORY_OCTETS_MAX;
      if (row.hasConfig() && tooOld && version != inForce && version != mayReturn) {
        addHistory(row.toBuilder().clearConfig().build(), step);
      }
    }
  }
}
