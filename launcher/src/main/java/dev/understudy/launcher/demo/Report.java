package dev.understudy.launcher.demo;

import dev.understudy.launcher.render.Json;
import dev.understudy.launcher.render.Paint;
import dev.understudy.launcher.render.Text;
import dev.understudy.launcher.render.Text.Cell;
import dev.understudy.launcher.render.Text.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** All events of a demonstration, for people and for programs. */
public record Report(List<Verdict> verdicts, double seconds, String broken) {
  public Report {
    verdicts = List.copyOf(verdicts);
  }

  public boolean isHitless() {
    return !verdicts.isEmpty() && verdicts.stream().allMatch(Verdict::isHitless);
  }

  public String json() {
    ObjectNode json = Json.object();
    json.put("hitless", isHitless()).put("seconds", Math.round(seconds * 10) / 10.0);
    json.put("broken", broken.isEmpty() ? null : broken);
    json.put("bpduGapMillisMax", Ring.BPDU_GAP_MILLIS_MAX);
    ArrayNode events = json.putArray("events");
    verdicts.forEach(verdict -> events.add(verdict.json()));
    return Json.pretty(json) + "\n";
  }

  public String text(boolean coloured) {
    Text text = new Text(coloured);
    List<List<Cell>> rows = new ArrayList<>();
    for (Verdict verdict : verdicts) {
      rows.add(row(verdict));
    }
    text.table(
        List.of(
            Column.left("event"),
            Column.right("frames"),
            Column.right("lost"),
            Column.right("dup"),
            Column.right("reord"),
            Column.right("TC seen"),
            Column.right("BPDU gap"),
            Column.right("takeover"),
            Column.left("active"),
            Column.right("term"),
            Column.right("bracket"),
            Column.right("refused"),
            Column.left("hitless")),
        rows);
    for (Verdict verdict : verdicts) {
      for (String complaint : verdict.complaints()) {
        text.line(new Cell(verdict.event().title() + ": " + complaint, Paint.BAD));
      }
      for (String remark : verdict.remarks()) {
        text.line(new Cell(verdict.event().title() + ": " + remark, Paint.WARNING));
      }
    }
    text.line("");
    text.line(
        isHitless()
            ? new Cell("Nobody outside could tell.", Paint.GOOD)
            : new Cell("Somebody outside could tell.", Paint.BAD),
        Cell.of(
            String.format(
                Locale.ROOT,
                "  %d frames in %.0f s%s",
                verdicts.stream().mapToLong(verdict -> verdict.frames().sent()).sum(),
                seconds,
                broken.isEmpty() ? "" : "; broken on purpose: " + broken)));
    return text.toString();
  }

  private static List<Cell> row(Verdict verdict) {
    FlowTally.Count frames = verdict.frames();
    String active =
        verdict.activeBefore().equals(verdict.activeAfter())
            ? verdict.activeAfter()
            : verdict.activeBefore() + " → " + verdict.activeAfter();
    return List.of(
        Cell.of(verdict.event().title()),
        Cell.of(Long.toString(frames.sent())),
        zero(frames.lost()),
        zero(frames.duplicated()),
        zero(frames.reordered()),
        zero(verdict.topologyChangesOnWire() + verdict.neighbourTopologyChanges()),
        new Cell(
            String.format(Locale.ROOT, "%.0f ms", verdict.longestBpduGapMillis()),
            verdict.longestBpduGapMillis() > Ring.BPDU_GAP_MILLIS_MAX ? Paint.BAD : Paint.PLAIN),
        Cell.of(
            verdict
                .takeover()
                .map(entry -> String.format(Locale.ROOT, "%.1f ms", entry.gapMillis()))
                .orElse("-")),
        Cell.of(active),
        Cell.of(Long.toString(verdict.termAfter())),
        Cell.of(Long.toString(verdict.bracketAfter())),
        Cell.of(Long.toString(verdict.refusedWrites())),
        verdict.isHitless() ? new Cell("yes", Paint.GOOD) : new Cell("NO", Paint.BAD));
  }

  private static Cell zero(long value) {
    return new Cell(Long.toString(value), value == 0 ? Paint.PLAIN : Paint.BAD);
  }
}
