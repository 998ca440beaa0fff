package dev.understudy.replication;

import dev.understudy.core.ImageView;
import dev.understudy.schema.StoredConfiguration;
import java.util.Optional;

/** What the core needs to know of the configuration's three homes. */
public interface ConfigurationHomes {
  /** What this module's disk held at start. */
  Optional<StoredConfiguration> disk();

  /** The first configuration of a switch that has none anywhere, with a new identity. */
  StoredConfiguration first();

  /** What is to be stored of an image. */
  StoredConfiguration export(ImageView image);

  /** Which of two copies is to be used. */
  Choice choose(StoredConfiguration one, StoredConfiguration other);

  /**
   * @param chosen the newer one; of two lineages the one with the higher version
   * @param diverged true when neither descends from the other; the one not chosen is kept aside
   */
  record Choice(StoredConfiguration chosen, boolean diverged) {}

  /** A copy of another lineage that must not be lost. */
  void keepAside(StoredConfiguration copy);
}
