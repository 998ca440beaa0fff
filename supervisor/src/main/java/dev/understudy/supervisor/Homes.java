package dev.understudy.supervisor;

import com.google.protobuf.ByteString;
import dev.understudy.core.ImageView;
import dev.understudy.protocols.configuration.StoredConfigurations;
import dev.understudy.replication.ConfigurationHomes;
import dev.understudy.schema.Config;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.wire.MacAddress;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.Consumer;

/** The configuration's homes as a process has them. */
final class Homes implements ConfigurationHomes {
  private static final int MAC_OCTETS = 6;
  private static final int LOCALLY_ADMINISTERED = 0x02;
  private static final int GROUP = 0x01;

  private final Optional<StoredConfiguration> disk;
  private final StoredConfiguration first;
  private final Consumer<StoredConfiguration> aside;

  /**
   * @param disk what this module's disk held at start
   * @param seed the content of the first configuration, should one be needed
   * @param aside keeps a copy of another lineage
   */
  Homes(Optional<StoredConfiguration> disk, Config seed, Consumer<StoredConfiguration> aside) {
    this.disk = disk;
    this.first = StoredConfigurations.seed(seed, uuid(), mac());
    this.aside = aside;
  }

  private static ByteString uuid() {
    byte[] octets = random(StoredConfigurations.UUID_LENGTH);
    octets[6] = (byte) ((octets[6] & 0x0f) | 0x40); // RFC 9562, 5.4: version 4
    octets[8] = (byte) ((octets[8] & 0x3f) | 0x80);
    return ByteString.copyFrom(octets);
  }

  private static MacAddress mac() {
    byte[] octets = random(MAC_OCTETS);
    octets[0] = (byte) ((octets[0] & ~GROUP) | LOCALLY_ADMINISTERED);
    return MacAddress.read(octets, 0);
  }

  private static byte[] random(int length) {
    byte[] octets = new byte[length];
    new SecureRandom().nextBytes(octets);
    return octets;
  }

  @Override
  public Optional<StoredConfiguration> disk() {
    return disk;
  }

  @Override
  public StoredConfiguration first() {
    return first;
  }

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
  public void keepAside(StoredConfiguration copy) {
    aside.accept(copy);
  }
}
