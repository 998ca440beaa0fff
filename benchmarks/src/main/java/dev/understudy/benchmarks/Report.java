package dev.understudy.benchmarks;

import dev.understudy.edge.Release;
import dev.understudy.launcher.render.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** All figures of a run, as a table and as JSON. */
final class Report {
  private static final List<String> HEADINGS =
      List.of("measured", "unit", "samples", "min", "median", "p99", "max", "state");

  private final Machine machine;
  private final Instant begun = Instant.now();
  private final List<Figure> figures = new ArrayList<>();
  private final List<String> remarks = new ArrayList<>();

  Report(Machine machine) {
    this.machine = machine;
  }

  void add(Figure figure) {
    figures.add(figure);
  }

  /** What was left out, and why; what went wrong on the way. */
  void remark(String text) {
    remarks.add(text);
  }

  /** The table, with what it was measured on above it. */
  String table() {
    List<List<String>> lines = new ArrayList<>();
    lines.add(HEADINGS);
    for (Figure figure : figures) {
      Figure.Samples samples = figure.samples();
      lines.add(
          List.of(
              figure.benchmark() + ": " + figure.name(),
              figure.unit().text(),
              Integer.toString(samples.count()),
              number(samples.min()),
              number(samples.percentile(50)),
              number(samples.percentile(99)),
              number(samples.max()),
              figure.state()));
    }
    StringBuilder text = new StringBuilder();
    text.append("Understudy ").append(Release.current()).append(" on ");
    text.append(machine.line());
    text.append(String.format(Locale.ROOT, ", %.1f now%n", Machine.load()));
    appendAligned(text, lines);
    remarks.forEach(remark -> text.append("note: ").append(remark).append(System.lineSeparator()));
    return text.toString();
  }

  private static void appendAligned(StringBuilder text, List<List<String>> lines) {
    int columns = HEADINGS.size();
    for (List<String> line : lines) {
      StringBuilder row = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        int at = column;
        int width = lines.stream().mapToInt(any -> any.get(at).length()).max().orElse(0);
        boolean left = column < 2 || column == columns - 1;
        row.append(
            String.format(Locale.ROOT, "%" + (left ? "-" : "") + width + "s  ", line.get(at)));
      }
      text.append(row.toString().stripTrailing()).append(System.lineSeparator());
    }
  }

  /** Four digits that mean something. */
  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    double size = Math.abs(value);
    return String.format(
        Locale.ROOT, size >= 1000 ? "%,.0f" : size >= 100 ? "%.1f" : "%.2f", value);
  }

  ObjectNode json() {
    ObjectNode document = Json.object();
    document.put("release", Release.current());
    document.put("time", begun.truncatedTo(ChronoUnit.MILLIS).toString());
    ObjectNode on = document.putObject("machine");
    on.put("cores", machine.cores());
    on.put("processor", machine.processor());
    on.put("memoryMebibytes", machine.memoryMebibytes());
    on.put("kernel", machine.kernel());
    on.put("java", machine.java());
    on.put("loadBefore", machine.loadBefore());
    on.put("loadAfter", Machine.load());
    ArrayNode all = document.putArray("figures");
    for (Figure figure : figures) {
      Figure.Samples samples = figure.samples();
      ObjectNode one = all.addObject();
      one.put("benchmark", figure.benchmark());
      one.put("name", figure.name());
      one.put("unit", figure.unit().text());
      one.put("state", figure.state());
      one.put("count", samples.count());
      put(one, "min", samples.min());
      put(one, "p50", samples.percentile(50));
      put(one, "p90", samples.percentile(90));
      put(one, "p99", samples.percentile(99));
      put(one, "max", samples.max());
      if (samples.count() <= SAMPLES_PRINTED_MAX) {
        ArrayNode values = one.putArray("samples");
        for (double value : samples.values()) {
          values.add(value);
        }
      }
    }
    ArrayNode notes = document.putArray("remarks");
    remarks.forEach(notes::add);
    return document;
  }

  /** Longer series are told by their percentiles only. */
  private static final int SAMPLES_PRINTED_MAX = 1000;

  private static void put(ObjectNode object, String name, double value) {
    if (!Double.isNaN(value)) {
      object.put(name, value);
    }
  }
}
