package dev.understudy.launcher.render;

import static dev.understudy.launcher.render.Json.text;
import static dev.understudy.launcher.render.Text.Column.left;
import static dev.understudy.launcher.render.Text.Column.right;

import dev.understudy.launcher.render.Text.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** {@code show upgrade}. */
final class UpgradeRenderer {
  private UpgradeRenderer() {}

  static void render(Text text, JsonNode document) {
    String phase = text(document, "phase");
    if (phase.equals("none")) {
      text.line("no upgrade yet; `understudy upgrade install FILE` begins one");
    } else {
      text.line(
          new Cell("upgrade " + text(document, "number"), Paint.BOLD),
          Cell.of("  to " + text(document, "image") + "  "),
          new Cell(phase, paint(phase)));
      if (Json.has(document, "text")) {
        text.line(text(document, "text"));
      }
      if (Json.has(document, "rollbackSeconds")) {
        text.line(
            "what ran before returns in "
                + document.path("rollbackSeconds").asLong(0)
                + " s unless it is committed");
      }
      if (document.path("unsignedAllowed").asBoolean(false)) {
        text.line(
            new Cell(
                document.path("signed").asBoolean(false)
                    ? "an unsigned image would have been taken too"
                    : "the image is not signed: a person allowed that",
                Paint.WARNING));
      }
      if (document.path("degradedAccepted").asBoolean(false)
          && text(document, "verdict").equals("degraded")) {
        text.line(new Cell("what is lost was accepted by a person", Paint.WARNING));
      }
      text.line("from " + text(document, "location"));
      text.line("");
    }
    List<List<Cell>> running = new ArrayList<>();
    for (String slot : List.of("A", "B")) {
      JsonNode part = document.path("running").path(slot);
      running.add(
          List.of(
              Cell.of(slot),
              Cell.of(text(part, "release")),
              Cell.of(text(part, "image")),
              Cell.of(text(part, "role"))));
    }
    text.table(List.of(left("supervisor"), left("release"), left("image"), left("role")), running);
    steps(text, document.path("steps"));
  }

  /** {@code upgrade check}. */
  static void check(Text text, JsonNode document) {
    String verdict = text(document, "verdict");
    text.line(
        Cell.of(text(document, "from") + " to " + text(document, "to") + ": "),
        new Cell(verdict, level(verdict)));
    for (JsonNode finding : document.path("findings")) {
      String level = text(finding, "level");
      text.line(
          Cell.of("  "),
          new Cell(String.format(Locale.ROOT, "%-12s", level), level(level)),
          Cell.of("  " + text(finding, "protocol") + ": " + text(finding, "text")));
      if (Json.has(finding, "outside")) {
        text.line(" ".repeat(16) + "outside: " + text(finding, "outside"));
      }
    }
  }

  private static Paint level(String level) {
    return switch (level) {
      case "compatible" -> Paint.GOOD;
      case "degraded" -> Paint.WARNING;
      default -> Paint.BAD;
    };
  }

  private static Paint paint(String phase) {
    return switch (phase) {
      case "committed", "installed" -> Paint.GOOD;
      case "failed", "aborted" -> Paint.BAD;
      default -> Paint.WARNING;
    };
  }

  private static void steps(Text text, JsonNode steps) {
    if (steps.isEmpty()) {
      return;
    }
    text.line("");
    List<List<Cell>> rows = new ArrayList<>();
    for (JsonNode step : steps) {
      rows.add(
          List.of(
              Cell.of(text(step, "phase")),
              Cell.of(text(step, "began")),
              Cell.of(
                  step.path("seconds").isNumber()
                      ? String.format(Locale.ROOT, "%.1f s", step.path("seconds").asDouble(0))
                      : "under way")));
    }
    text.table(List.of(left("step"), left("began"), right("took")), rows);
  }
}
