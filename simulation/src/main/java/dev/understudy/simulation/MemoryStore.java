package dev.understudy.simulation;

import com.google.protobuf.ByteString;
import dev.understudy.border.BorderStore;

/** What the forwarder keeps on its disk. */
final class MemoryStore implements BorderStore {
  private Stored stored = Stored.NOTHING;

  @Override
  public Stored load() {
    return stored;
  }

  @Override
  public void saveTermCeiling(long termCeiling, long incarnation) {
    stored =
        new Stored(
            termCeiling,
            incarnation,
            stored.switchUuid(),
            stored.configurationVersion(),
            stored.configuration());
  }

  @Override
  public void saveConfiguration(ByteString switchUuid, long version, ByteString configuration) {
    stored =
        new Stored(stored.termCeiling(), stored.incarnation(), switchUuid, version, configuration);
  }
}
