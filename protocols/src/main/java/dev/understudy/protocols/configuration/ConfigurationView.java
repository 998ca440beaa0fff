package dev.understudy.protocols.configuration;

import dev.understudy.core.ImageView;
import dev.understudy.schema.Config;
import dev.understudy.schema.ConfigHistoryRow;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.IdentityRow;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** What {@code show config} and {@code config history} say, from an image alone. */
public final class ConfigurationView {
  private ConfigurationView() {}

  /**
   * The configuration in force.
   *
   * @param id hexadecimal; tells two configurations of the same version apart
   * @param appliedAt ISO 8601, UTC
   * @param confirmDeadlineNanos switch time by which it must be confirmed; 0: for good
   * @param rollbackVersion whose content returns otherwise; 0: none
   * @param switchUuid hexadecimal
   */
  public record InForce(
      long version,
      String id,
      String name,
      String appliedAt,
      String comment,
      long confirmDeadlineNanos,
      long rollbackVersion,
      String switchUuid,
      Config config) {}

  /** One version, the one in force included. */
  public record HistoryEntry(
      long version, String id, String appliedAt, String comment, int ports, boolean inForce) {}

  /** Empty while the image has no configuration. */
  public static Optional<InForce> config(ImageView image) {
    return inForce(image)
        .map(row ->
            new InForce(
                row.getVersion(),
                HexFormat.of().toHexDigits(row.getId()),
                row.getConfig().getName(),
                time(row.getAppliedWallMillis()),
                row.getComment(),
                row.getConfirmDeadlineNanos(),
                row.getRollbackVersion(),
                uuid(image),
                row.getConfig()));
  }

  /** Versions that can be returned to, newest first. */
  public static List<HistoryEntry> history(ImageView image) {
    long inForce = inForce(image).map(ConfigRow::getVersion).orElse(0L);
    return image.rows(ConfigHistoryRow.getDefaultInstance()).stream()
        .filter(ConfigHistoryRow::hasConfig)
        .sorted(StoredConfigurations.BY_VERSION.reversed())
        .map(row ->
            new HistoryEntry(
                row.getKey().getVersion(),
                HexFormat.of().toHexDigits(row.getId()),
                time(row.getAppliedWallMillis()),
                row.getComment(),
                row.getConfig().getPortsCount(),
                row.getKey().getVersion() == inForce))
        .toList();
  }

  /** The content of a version that can be returned to. */
  public static Optional<Config> content(ImageView image, long version) {
    return image
        .row(
            ConfigHistoryRow.newBuilder()
                .setKey(ConfigHistoryRow.Key.newBuilder().setVersion(version))
                .build())
        .filter(ConfigHistoryRow::hasConfig)
        .map(ConfigHistoryRow::getConfig);
  }

  private static Optional<ConfigRow> inForce(ImageView image) {
    return image.row(ConfigRow.newBuilder().setKey(ConfigRow.Key.getDefaultInstance()).build());
  }

  private static String uuid(ImageView image) {
    return image
        .row(IdentityRow.newBuilder().setKey(IdentityRow.Key.getDefaultInstance()).build())
        .map(row -> HexFormat.of().formatHex(row.getUuid().toByteArray()))
        .orElse("");
  }

  private static String time(long wallMillis) {
    return wallMillis == 0 ? "" : Instant.ofEpochMilli(wallMillis).toString();
  }
}
