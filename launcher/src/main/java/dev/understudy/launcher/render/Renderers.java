package dev.understudy.launcher.render;

import static dev.understudy.launcher.render.Json.text;
import static dev.understudy.launcher.render.Text.Column.left;
import static dev.understudy.launcher.render.Text.Column.right;
import static dev.understudy.launcher.render.Text.pair;

import dev.understudy.launcher.render.Text.Cell;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** One function for each document of docs/cli-json.md. */
public final class Renderers {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT);

  private Renderers() {}

  /** Renders what {@code show WHAT} answered. */
  public static String render(String what, JsonNode document, boolean coloured) {
    Text text = new Text(coloured);
    switch (what) {
      case "redundancy" -> redundancy(text, document);
      case "history" -> history(text, document.path("history"));
      case "spanning-tree" -> spanningTree(text, document);
      case "mac-address-table" -> macAddressTable(text, document);
      case "interfaces" -> interfaces(text, document);
      case "vlans" -> vlans(text, document);
      case "config" -> config(text, document);
      case "config-history" -> configHistory(text, document);
      case "config-diff" -> configDiff(text, document);
      case "counters" -> counters(text, document);
      case "version" -> version(text, document);
      case "upgrade" -> UpgradeRenderer.render(text, document);
      case "upgrade-check" -> UpgradeRenderer.check(text, document);
      case "state" -> state(text, document);
      case "log" -> log(text, document);
      default -> text.line(Json.pretty(document));
    }
    return text.toString();
  }

  private static void redundancy(Text text, JsonNode document) {
    String active = text(document, "active");
    boolean protectedNow =
        document
            .path("supervisors")
            .valueStream()
            .anyMatch(s -> text(s, "role").equals("STANDBY_HOT"));
    text.line(
        new Cell(text(document, "switch"), Paint.BOLD),
        Cell.of("  active "),
        new Cell(active, active.equals("-") ? Paint.BAD : Paint.GOOD),
        Cell.of("  term " + text(document, "term") + "  "),
        active.equals("-")
            ? new Cell("nobody is active", Paint.BAD)
            : protectedNow
                ? new Cell("redundant", Paint.GOOD)
                : new Cell("simplex: a failure now would not be hitless", Paint.WARNING));
    text.line("");
    List<List<Cell>> rows = new ArrayList<>();
    for (String slot : List.of("A", "B")) {
      JsonNode supervisor = document.path("supervisors").path(slot);
      rows.add(
          List.of(
              Cell.of(slot),
              role(text(supervisor, "role")),
              Cell.of(text(supervisor, "pid")),
              Cell.of(text(supervisor, "release")),
              Cell.of(text(supervisor, "bracket")),
              Cell.of(lag(supervisor)),
              Cell.of(time(supervisor.path("readySince"))),
              rehearsed(supervisor.path("rehearsal")),
              Cell.of(text(supervisor, "scheduling"))));
    }
    text.table(
        List.of(
            left("supervisor"),
            left("role"),
            right("pid"),
            left("release"),
            right("bracket"),
            right("behind"),
            left("ready since"),
            left("rehearsed"),
            left("scheduling")),
        rows);
    for (String slot : List.of("A", "B")) {
      JsonNode reasons = document.path("supervisors").path(slot).path("notReadyReasons");
      if (!reasons.isEmpty()) {
        text.line(new Cell(slot + " is not ready: " + text(reasons), Paint.WARNING));
      }
      JsonNode faulty = document.path("supervisors").path(slot).path("faultyEngines");
      if (!faulty.isEmpty()) {
        text.line(
            new Cell(
                "out of service: "
                    + text(faulty)
                    + "; its ports are closed; `understudy switchover` gives it another try",
                Paint.BAD));
      }
    }
    JsonNode forwarder = document.path("forwarder");
    if (!forwarder.isMissingNode() && !forwarder.isNull()) {
      text.line("");
      text.line(
          "forwarder  process "
              + text(forwarder, "pid")
              + ", release "
              + text(forwarder, "release")
              + ", incarnation "
              + text(forwarder, "incarnation")
              + ", carried out bracket "
              + text(forwarder, "applied")
              + ", refused writes "
              + text(forwarder, "refusedWrites")
              + ", "
              + text(forwarder, "scheduling"));
    }
    if (!document.path("history").isEmpty()) {
      text.line("");
      history(text, document.path("history"));
    }
  }

  private static String lag(JsonNode supervisor) {
    String brackets = text(supervisor, "lagBrackets");
    if (brackets.equals("-") || brackets.equals("0")) {
      return brackets;
    }
    return brackets
        + " ("
        + text(supervisor, "lagBytes")
        + " octets, "
        + text(supervisor, "lagMillis")
        + " ms)";
  }

  /** When a takeover was rehearsed last, and whether it went well. */
  private static Cell rehearsed(JsonNode rehearsal) {
    String when = time(rehearsal.path("time"));
    return rehearsal.path("passed").asBoolean(true)
        ? Cell.of(when)
        : new Cell(when + " failed", Paint.BAD);
  }

  private static Cell role(String role) {
    return new Cell(
        role,
        switch (role) {
          case "ACTIVE", "STANDBY_HOT" -> Paint.GOOD;
          case "FAULTY", "-" -> Paint.BAD;
          default -> Paint.WARNING;
        });
  }

  private static void history(Text text, JsonNode history) {
    List<List<Cell>> rows = new ArrayList<>();
    for (JsonNode entry : history) {
      String hitless = text(entry, "hitless");
      rows.add(
          List.of(
              Cell.of(time(entry.path("time"))),
              Cell.of(text(entry, "term")),
              Cell.of(text(entry, "from") + " → " + text(entry, "to")),
              Cell.of(
                  text(entry, "trigger")
                      + (Json.has(entry, "failure") ? ": " + text(entry, "failure") : "")),
              Cell.of(millis(entry.path("gapMillis"))),
              new Cell(
                  hitless,
                  switch (hitless) {
                    case "yes" -> Paint.GOOD;
                    case "no" -> Paint.BAD;
                    default -> Paint.WARNING;
                  }),
              Cell.of(text(entry, "reason") + causes(entry.path("causes")))));
    }
    text.table(
        List.of(
            left("time"),
            right("term"),
            left("from → to"),
            left("trigger"),
            right("gap"),
            left("hitless"),
            left("reason and causes")),
        rows);
  }

  private static String causes(JsonNode causes) {
    StringBuilder all = new StringBuilder();
    for (JsonNode cause : causes) {
      all.append("; ").append(text(cause, "code"));
      if (Json.has(cause, "evidence")) {
        all.append(" (").append(text(cause, "evidence")).append(')');
      }
    }
    return all.toString();
  }

  private static void spanningTree(Text text, JsonNode document) {
    boolean root = !Json.has(document, "rootPort");
    text.pairs(
        pair("mode", text(document, "mode")),
        pair("bridge", text(document, "bridgeId")),
        pair("root", text(document, "rootId") + (root ? " (this bridge)" : "")),
        pair("root port", text(document, "rootPort")),
        pair("root path cost", text(document, "rootPathCost")),
        pair(
            "times",
            "hello "
                + text(document, "helloTimeSeconds")
                + " s, max-age "
                + text(document, "maxAgeSeconds")
                + " s, forward-delay "
                + text(document, "forwardDelaySeconds")
                + " s"),
        pair(
            "topology changes",
            text(document, "topologyChanges")
                + (Json.has(document, "lastTopologyChange")
                    ? " (last at "
                        + time(document.path("lastTopologyChange").path("time"))
                        + ", port "
                        + text(document.path("lastTopologyChange"), "port")
                        + ")"
                    : "")));
    text.line("");
    List<List<Cell>> rows = new ArrayList<>();
    for (var port : document.path("ports").properties()) {
      JsonNode value = port.getValue();
      String state = text(value, "state");
      rows.add(
          List.of(
              Cell.of(port.getKey()),
              Cell.of(text(value, "role")),
              new Cell(
                  state,
                  switch (state) {
                    case "forwarding" -> Paint.GOOD;
                    case "discarding" -> Paint.DIM;
                    default -> Paint.WARNING;
                  }),
              Cell.of(yes(value.path("edge"))),
              Cell.of(yes(value.path("pointToPoint"))),
              Cell.of(text(value, "cost")),
              Cell.of(text(value, "priority")),
              Cell.of(text(value, "rxBpdus")),
              Cell.of(text(value, "txBpdus"))));
    }
    text.table(
        List.of(
            left("port"),
            left("role"),
            left("state"),
            left("edge"),
            left("p2p"),
            right("cost"),
            right("priority"),
            right("rx BPDUs"),
            right("tx BPDUs")),
        rows);
  }

  private static void macAddressTable(Text text, JsonNode document) {
    List<List<Cell>> rows = new ArrayList<>();
    for (JsonNode entry : document.path("entries")) {
      rows.add(cells(entry, "vlan", "mac", "port", "type"));
    }
    text.table(List.of(right("vlan"), left("address"), left("port"), left("type")), rows);
    text.line(rows.size() + (rows.size() == 1 ? " address" : " addresses"));
  }

  private static List<Cell> cells(JsonNode object, String... names) {
    List<Cell> cells = new ArrayList<>();
    for (String name : names) {
      cells.add(Cell.of(text(object, name)));
    }
    return cells;
  }

  private static void interfaces(Text text, JsonNode document) {
    List<List<Cell>> rows = new ArrayList<>();
    for (var port : document.path("ports").properties()) {
      JsonNode value = port.getValue();
      rows.add(
          List.of(
              Cell.of(port.getKey()),
              Cell.of(text(value, "number")),
              linkState(value),
              Cell.of(text(value, "speedMbps")),
              Cell.of(text(value, "mtu")),
              Cell.of(vlansOf(value)),
              Cell.of(text(value, "linkChanges")),
              Cell.of(text(value, "mac")),
              Cell.of(text(value, "attachment"))));
    }
    text.table(
        List.of(
            left("port"),
            right("number"),
            left("state"),
            right("Mbit/s"),
            right("MTU"),
            left("VLANs"),
            right("changes"),
            left("address"),
            left("attached to")),
        rows);
  }

  private static Cell linkState(JsonNode port) {
    if (Json.has(port, "errDisabled")) {
      return new Cell("err-disabled: " + text(port, "errDisabled"), Paint.BAD);
    }
    if (Json.has(port, "error")) {
      return new Cell(text(port, "error"), Paint.BAD);
    }
    if (port.path("adminUp").isBoolean() && !port.path("adminUp").asBoolean()) {
      return new Cell("switched off", Paint.DIM);
    }
    if (port.path("present").isBoolean() && !port.path("present").asBoolean()) {
      return new Cell("not present", Paint.WARNING);
    }
    return port.path("linkUp").asBoolean(false)
        ? new Cell("up", Paint.GOOD)
        : new Cell("down", Paint.WARNING);
  }

  private static String vlansOf(JsonNode port) {
    if (Json.has(port, "trunkVlans")) {
      return "trunk "
          + text(port, "trunkVlans")
          + (Json.has(port, "nativeVlan") ? ", native " + text(port, "nativeVlan") : "");
    }
    return "access " + text(port, "accessVlan");
  }

  private static void vlans(Text text, JsonNode document) {
    List<List<Cell>> rows = new ArrayList<>();
    for (var vlan : document.path("vlans").properties()) {
      List<String> ports = new ArrayList<>();
      for (var port : vlan.getValue().path("ports").properties()) {
        ports.add(port.getKey() + " " + text(port.getValue()));
      }
      rows.add(
          List.of(
              Cell.of(vlan.getKey()),
              Cell.of(text(vlan.getValue(), "name")),
              Cell.of(ports.isEmpty() ? "-" : String.join(", ", ports))));
    }
    text.table(List.of(right("vlan"), left("name"), left("ports")), rows);
  }

  private static void config(Text text, JsonNode document) {
    int copies = document.path("copies").asInt(3);
    text.line(
        Cell.of(
            "# version "
                + text(document, "version")
                + ", applied "
                + time(document.path("appliedAt"))
                + (Json.has(document, "comment") ? ", " + text(document, "comment") : "")
                + ", "),
        new Cell(copies + " of 3 copies", copies < 3 ? Paint.WARNING : Paint.PLAIN));
    if (Json.has(document, "confirmBySeconds")) {
      text.line(
          new Cell(
              "# not confirmed: the former one returns in "
                  + text(document, "confirmBySeconds")
                  + " s unless `config confirm` is given",
              Paint.WARNING));
    }
    text.line(
        Json.has(document, "yaml")
            ? text(document, "yaml").stripTrailing()
            : Json.pretty(document.path("config")));
  }

  private static void configHistory(Text text, JsonNode document) {
    List<List<Cell>> rows = new ArrayList<>();
    for (JsonNode version : document.path("versions")) {
      rows.add(
          List.of(
              Cell.of(text(version, "version")),
              Cell.of(time(version.path("appliedAt"))),
              Cell.of(
                  version.path("inForce").asBoolean(false)
                      ? "in force"
                      : version.path("canRollBack").asBoolean(true) ? "kept" : "too old"),
              Cell.of(text(version, "comment"))));
    }
    text.table(List.of(right("version"), left("applied"), left("state"), left("comment")), rows);
  }

  private static void configDiff(Text text, JsonNode document) {
    if (document.path("lines").isEmpty()) {
      text.line("no difference");
    }
    for (JsonNode line : document.path("lines")) {
      String content = line.asString("");
      text.line(
          new Cell(
              content,
              content.startsWith("-")
                  ? Paint.BAD
                  : content.startsWith("+") ? Paint.GOOD : Paint.PLAIN));
    }
  }

  private static void counters(Text text, JsonNode document) {
    List<List<Cell>> rows = new ArrayList<>();
    for (JsonNode counter : document.path("counters")) {
      if (counter.path("value").asLong() != 0) {
        rows.add(cells(counter, "where", "name", "port", "value"));
      }
    }
    text.table(List.of(left("where"), left("counter"), left("port"), right("value")), rows);
  }

  private static void version(Text text, JsonNode document) {
    List<List<Cell>> rows = new ArrayList<>();
    rows.add(List.of(Cell.of("command line"), Cell.of(text(document, "commandLine")), Cell.of("")));
    for (var supervisor : document.path("supervisors").properties()) {
      rows.add(
          List.of(
              Cell.of("supervisor " + supervisor.getKey()),
              Cell.of(text(supervisor.getValue(), "release")),
              Cell.of(text(supervisor.getValue(), "schema"))));
    }
    rows.add(
        List.of(
            Cell.of("forwarder"),
            Cell.of(text(document.path("forwarder"), "release")),
            Cell.of("")));
    text.table(List.of(left("part"), left("release"), left("schema")), rows);
  }

  private static void state(Text text, JsonNode document) {
    text.line(
        "at "
            + text(document, "at")
            + ", term "
            + text(document, "term")
            + ", bracket "
            + text(document, "bracket"));
    for (var table : document.path("tables").properties()) {
      text.line("");
      text.line(
          new Cell(table.getKey(), Paint.BOLD),
          Cell.of("  " + table.getValue().path("rows").size() + " rows"),
          new Cell(
              Json.has(table.getValue(), "digest")
                  ? "  digest " + text(table.getValue(), "digest")
                  : "",
              Paint.DIM));
      for (JsonNode row : table.getValue().path("rows")) {
        text.line("  " + row);
      }
    }
  }

  private static void log(Text text, JsonNode document) {
    if (document.path("events").isEmpty()) {
      text.line("no events");
    }
    for (JsonNode event : document.path("events")) {
      String severity = text(event, "severity");
      text.line(
          new Cell(time(event.path("time")), Paint.DIM),
          Cell.of(
              " " + text(event, "slot") + " " + text(event, "term") + "/" + text(event, "bracket")),
          new Cell(
              " " + severity + " ",
              switch (severity) {
                case "error" -> Paint.BAD;
                case "warning" -> Paint.WARNING;
                default -> Paint.DIM;
              }),
          Cell.of(
              (Json.has(event, "code") ? text(event, "code") + ": " : "") + text(event, "text")));
    }
  }

  private static String yes(JsonNode value) {
    return value.isBoolean() ? (value.asBoolean() ? "yes" : "no") : text(value);
  }

  private static String millis(JsonNode value) {
    return value.isNumber() ? String.format(Locale.ROOT, "%.1f ms", value.asDouble()) : text(value);
  }

  /** A time of day as it is here. */
  private static String time(JsonNode value) {
    String text = text(value);
    try {
      return TIME.format(Instant.parse(text).atZone(ZoneId.systemDefault()));
    } catch (DateTimeParseException e) {
      return text;
    }
  }
}
