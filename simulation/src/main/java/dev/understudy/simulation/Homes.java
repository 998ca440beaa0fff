package dev.understudy.simulation;

import dev.understudy.core.ImageView;
import dev.understudy.protocols.configuration.StoredConfigurations;
import dev.understudy.replication.ConfigurationHomes;
import dev.understudy.schema.StoredConfiguration;
import java.util.Optional;

/** The homes of a bridge's configuration. */
record Homes(Optional<StoredConfiguration> disk, StoredConfiguration first)
    implements ConfigurationHomes {
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
              one.getConfig().getVersion() >= other.getConfig().getVersion() ? one : other, true);
    };
  }

  @Override
  public void keepAside(StoredConfiguration copy) {}
}
