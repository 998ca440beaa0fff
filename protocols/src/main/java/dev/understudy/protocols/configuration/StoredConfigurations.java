package dev.understudy.protocols.configuration;

import com.google.protobuf.ByteString;
import dev.understudy.core.Check;
import dev.understudy.core.ImageView;
import dev.understudy.schema.Config;
import dev.understudy.schema.ConfigHistoryRow;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.ConfigurationVersion;
import dev.understudy.schema.IdentityRow;
import dev.understudy.schema.PortIdentityRow;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.wire.MacAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/** What the three homes of the configuration hold, and which of two such copies is newer. */
public final class StoredConfigurations {
  /** Versions, the one in force included, whose content is kept to return to. */
  public static final int HISTORY_LENGTH_MAX = 20;

  /** Octets of all those together; beyond it, the oldest content goes first. */
  public static final int HISTORY_OCTETS_MAX = 3 << 19;

  /** Versions whose identifiers are kept: a copy that is older than that looks like a stranger. */
  public static final int LINEAGE_LENGTH_MAX = 256;

  /** Octets of one configuration. */
  public static final int CONFIG_OCTETS_MAX = 1 << 19;

  /** Octets of a switch's UUID. */
  public static final int UUID_LENGTH = 16;

  /** How two copies are related. */
  public enum Relation {
    A_NEWER,
    B_NEWER,
    SAME,
    /** Neither descends from the other. */
    DIVERGED
  }

  private StoredConfigurations() {}

  /**
   * The first configuration of a new switch, version 1.
   *
   * @param uuid 16 octets, made once at random by the caller
   * @param bridgeMac locally administered, made once at random by the caller
   */
  public static StoredConfiguration seed(Config config, ByteString uuid, MacAddress bridgeMac) {
    Check.that(uuid.size() == UUID_LENGTH, "a UUID has 16 octets", uuid.size());
    Check.that(!bridgeMac.isGroup(), "a bridge's address is no group address", bridgeMac);
    IdentityRow identity =
        IdentityRow.newBuilder()
            .setKey(IdentityRow.Key.getDefaultInstance())
            .setUuid(uuid)
            .setBridgeMac(PortIdentities.octets(bridgeMac))
            .build();
    long id = id(0, config, "seed " + HexFormat.of().formatHex(uuid.toByteArray()));
    ConfigRow row =
        ConfigRow.newBuilder()
            .setKey(ConfigRow.Key.getDefaultInstance())
            .setVersion(1)
            .setConfig(config)
            .setComment("first configuration")
            .setId(id)
            .build();
    return of(
        identity,
        PortIdentities.complete(List.of(), config, bridgeMac),
        row,
        List.of(history(row).build()));
  }

  /**
   * What an image says. Without a configuration in the image, the result has none either ({@link
   * StoredConfiguration#hasConfig}).
   */
  public static StoredConfiguration from(ImageView image) {
    ConfigurationState state = ConfigurationState.restore(image);
    return state.stored();
  }

  static StoredConfiguration of(
      IdentityRow identity,
      Collection<PortIdentityRow> identities,
      ConfigRow config,
      Collection<ConfigHistoryRow> history) {
    StoredConfiguration.Builder stored =
        StoredConfiguration.newBuilder()
            .setIdentity(identity)
            .addAllPortIdentities(identities)
            .setConfig(config);
    for (ConfigHistoryRow row : history) {
      if (row.hasConfig()) {
        stored.addHistory(row);
      }
      stored.addLineage(
          ConfigurationVersion.newBuilder()
              .setVersion(row.getKey().getVersion())
              .setId(row.getId()));
    }
    return stored.build();
  }

  static ConfigHistoryRow.Builder history(ConfigRow row) {
    return ConfigHistoryRow.newBuilder()
        .setKey(ConfigHistoryRow.Key.newBuilder().setVersion(row.getVersion()))
        .setConfig(row.getConfig())
        .setAppliedWallMillis(row.getAppliedWallMillis())
        .setComment(row.getComment())
        .setId(row.getId());
  }

  /**
   * Which of two copies descends from the other. A copy without a configuration is older than any
   * that has one; of two copies of the same version the confirmed one is newer.
   */
  public static Relation newer(StoredConfiguration a, StoredConfiguration b) {
    if (!a.hasConfig() || !b.hasConfig()) {
      return a.hasConfig() == b.hasConfig()
          ? Relation.SAME
          : a.hasConfig() ? Relation.A_NEWER : Relation.B_NEWER;
    }
    if (!a.getIdentity().getUuid().equals(b.getIdentity().getUuid())) {
      return Relation.DIVERGED;
    }
    if (newest(a).equals(newest(b))) {
      return Boolean.compare(confirmed(a), confirmed(b)) == 0
          ? Relation.SAME
          : confirmed(a) ? Relation.A_NEWER : Relation.B_NEWER;
    }
    if (a.getLineageList().contains(newest(b))) {
      return Relation.A_NEWER;
    }
    return b.getLineageList().contains(newest(a)) ? Relation.B_NEWER : Relation.DIVERGED;
  }

  private static boolean confirmed(StoredConfiguration stored) {
    return stored.getConfig().getConfirmDeadlineNanos() == 0;
  }

  private static ConfigurationVersion newest(StoredConfiguration stored) {
    return ConfigurationVersion.newBuilder()
        .setVersion(stored.getConfig().getVersion())
        .setId(stored.getConfig().getId())
        .build();
  }

  /** The identifier of a version: never 0, and the same wherever the same version is made. */
  static long id(long formerId, Config config, String requestId) {
    MessageDigest digest = sha256();
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(formerId).array());
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(config.getSerializedSize()).array());
    digest.update(config.toByteArray());
    digest.update(requestId.getBytes(StandardCharsets.UTF_8));
    long id = ByteBuffer.wrap(digest.digest()).getLong();
    return id == 0 ? 1 : id;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** By version. */
  static final Comparator<ConfigHistoryRow> BY_VERSION =
      Comparator.comparingLong(row -> row.getKey().getVersion());
}
