package dev.understudy.replication;

import dev.understudy.core.ImageView;
import dev.understudy.schema.StoredConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Homes without configurations, unless the disk is given one; a higher version is the newer one.
 */
final class NoHomes implements ConfigurationHomes {
  final List<StoredConfiguration> keptAside = new ArrayList<>();
  Optional<StoredConfiguration> disk = Optional.empty();

  @Override
  public Optional<StoredConfiguration> disk() {
    return disk;
  }

  @Override
  public StoredConfiguration first() {
    return StoredConfiguration.getDefaultInstance();
  }

  @Override
  public StoredConfiguration export(ImageView image) {
    return StoredConfiguration.getDefaultInstance();
  }

  @Override
  public Choice choose(StoredConfiguration one, StoredConfiguration other) {
    return new Choice(
        one.getConfig().getVersion() >= other.getConfig().getVersion() ? one : other, false);
  }

  @Override
  public void keepAside(StoredConfiguration copy) {
    keptAside.add(copy);
  }
}
