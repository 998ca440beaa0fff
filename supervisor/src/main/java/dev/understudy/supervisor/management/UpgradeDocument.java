package dev.understudy.supervisor.management;

import dev.understudy.core.Image;
import dev.understudy.core.compatibility.Compatibility;
import dev.understudy.replication.Upgrade;
import dev.understudy.schema.Slot;
import dev.understudy.schema.UpgradeRow;
import dev.understudy.schema.UpgradeStep;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code show upgrade}: the newest upgrade, and those before. */
final class UpgradeDocument {
  private UpgradeDocument() {}

  /**
   * @param parts what each slot says of itself, by letter
   */
  static JsonNode of(Image image, Map<String, JsonNode> parts) {
    List<UpgradeRow> rows =
        image.rows(UpgradeRow.getDefaultInstance()).stream()
            .sorted(
                Comparator.comparingLong((UpgradeRow row) -> row.getKey().getNumber()).reversed())
            .toList();
    ObjectNode document =
        rows.isEmpty() ? Json.object().put("phase", "none") : row(rows.getFirst(), image);
    ObjectNode running = document.putObject("running");
    for (String slot : List.of("A", "B")) {
      JsonNode part = parts.getOrDefault(slot, Json.object());
      running
          .putObject(slot)
          .put("release", textOrNull(part, "release"))
          .put("image", textOrNull(part, "image"))
          .put("role", textOrNull(part, "role"))
          .put("progress", part.path("upgradeProgress").asDouble(0));
    }
    ArrayNode former = document.putArray("former");
    rows.stream().skip(1).forEach(row -> former.add(row(row, image)));
    return document;
  }

  /** {@code upgrade check}: the verdict, the worst finding first. */
  static JsonNode of(Compatibility compatibility) {
    ObjectNode document = Json.object();
    document.put("from", compatibility.from());
    document.put("to", compatibility.to());
    document.put("verdict", name(compatibility.level()));
    ArrayNode findings = document.putArray("findings");
    compatibility.findings().stream()
        .sorted(Comparator.comparing(Compatibility.Finding::level).reversed())
        .forEach(finding ->
            findings
                .addObject()
                .put("level", name(finding.level()))
                .put("effect", name(finding.effect()))
                .put("protocol", finding.protocol())
                .put("table", finding.table())
                .put("field", Json.textOrNull(finding.field()))
                .put("inUse", finding.rows())
                .put("text", finding.text())
                .put("outside", Json.textOrNull(finding.outside())));
    return document;
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static @org.jspecify.annotations.Nullable String textOrNull(JsonNode part, String name) {
    return Json.textOrNull(part.path(name).asString(""));
  }

  private static ObjectNode row(UpgradeRow row, Image image) {
    ObjectNode document = Json.object();
    document.put("number", row.getKey().getNumber());
    document.put("phase", Upgrade.name(row.getPhase()));
    document.put("underWay", Upgrade.underWay(row));
    document.put("text", row.getText());
    document.put("image", Json.textOrNull(row.getImage()));
    document.put("release", Json.textOrNull(row.getRelease()));
    document.put("location", row.getLocation());
    document.put("signed", row.getIsSigned());
    document.put("unsignedAllowed", row.getUnsignedAllowed());
    document.put("octets", row.getOctets());
    document.put("verdict", Json.textOrNull(row.getVerdict()));
    document.put("degradedAccepted", row.getDegradedAccepted());
    document.putObject("stored").put("A", row.getStoredA()).put("B", row.getStoredB());
    document.put(
        "first",
        row.getFirst() == Slot.SLOT_UNSPECIFIED
            ? null
            : dev.understudy.edge.SlotName.letter(row.getFirst()));
    document
        .putObject("before")
        .put("A", Json.textOrNull(row.getFormerA()))
        .put("B", Json.textOrNull(row.getFormerB()));
    document.put("rollbackSeconds", rollbackSeconds(row, image));
    ArrayNode steps = document.putArray("steps");
    for (UpgradeStep step : row.getStepsList()) {
      ObjectNode each =
          steps
              .addObject()
              .put("phase", Upgrade.name(step.getPhase()))
              .put("began", Json.time(step.getBeganWallMillis()));
      if (step.getEndedWallMillis() == 0) {
        each.putNull("seconds");
      } else {
        each.put("seconds", (step.getEndedWallMillis() - step.getBeganWallMillis()) / 1e3);
      }
    }
    return document;
  }

  private static @org.jspecify.annotations.Nullable Long rollbackSeconds(
      UpgradeRow row, Image image) {
    if (row.getRollbackDeadlineNanos() == 0) {
      return null;
    }
    long left = row.getRollbackDeadlineNanos() - image.mark().at().now().nanos();
    return Math.max(0, left / 1_000_000_000L);
  }
}
