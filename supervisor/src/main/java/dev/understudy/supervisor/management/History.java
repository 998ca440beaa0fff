package dev.understudy.supervisor.management;

import dev.understudy.core.Image;
import dev.understudy.core.ImageView;
import dev.understudy.edge.SlotName;
import dev.understudy.schema.Failure;
import dev.understudy.schema.HistoryRow;
import dev.understudy.schema.Hitless;
import dev.understudy.schema.Slot;
import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The takeovers that were, oldest first. */
final class History {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double ROUNDING = 1000.0;

  private History() {}

  static JsonNode document(Image image) {
    ObjectNode document = Json.object();
    document.set("history", rows(image));
    return document;
  }

  static ArrayNode rows(ImageView image) {
    ArrayNode rows = Json.NODES.arrayNode();
    image.rows(HistoryRow.getDefaultInstance()).stream()
        .sorted(Comparator.comparingLong((HistoryRow row) -> row.getKey().getSequence()))
        .forEach(row -> rows.add(row(row)));
    return rows;
  }

  private static ObjectNode row(HistoryRow row) {
    ObjectNode object =
        Json.object()
            .put("sequence", row.getKey().getSequence())
            .put("time", Json.time(row.getWallMillis()))
            .put("term", row.getTerm())
            .put("startsAt", row.getStartsAt())
            .put("from", slot(row.getFrom()))
            .put("to", slot(row.getTo()))
            .put("trigger", row.getTrigger())
            .put("failure", failure(row.getFailure()))
            .put("reason", row.getReason())
            .put("gapMillis", gapMillis(row))
            .put("hitless", hitless(row.getHitless()));
    ArrayNode causes = object.putArray("causes");
    row.getCausesList()
        .forEach(cause ->
            causes
                .addObject()
                .put("code", cause.getCode().name())
                .put("evidence", cause.getEvidence()));
    return object;
  }

  /** Microseconds are enough; null when nothing was carried out before. */
  private static @Nullable Double gapMillis(HistoryRow row) {
    return row.hasGapNanos()
        ? Math.round(row.getGapNanos() / NANOS_PER_MILLI * ROUNDING) / ROUNDING
        : null;
  }

  static @Nullable String slot(Slot slot) {
    return slot == Slot.SLOT_A || slot == Slot.SLOT_B ? SlotName.letter(slot) : null;
  }

  private static @Nullable String failure(Failure failure) {
    return switch (failure) {
      case ENDED,
          SILENT,
          LOOP_STALLED,
          ENGINE_SLOW,
          FORWARDER_LOST,
          KILLED,
          OUT_OF_MEMORY,
          BROKEN,
          STOPPED ->
          failure.name().toLowerCase(Locale.ROOT).replace('_', '-');
      case FAILURE_UNSPECIFIED, UNRECOGNIZED -> null;
    };
  }

  private static @Nullable String hitless(Hitless hitless) {
    return switch (hitless) {
      case HITLESS_OBSERVING -> "observing";
      case HITLESS_YES -> "yes";
      case HITLESS_NO -> "no";
      case HITLESS_UNSPECIFIED, UNRECOGNIZED -> null;
    };
  }
}
