package dev.understudy.simulation;

import dev.understudy.simulation.World.Bridge;
import dev.understudy.simulation.World.Change;
import dev.understudy.simulation.World.End;
import dev.understudy.simulation.World.Fault;
import dev.understudy.simulation.World.Flow;
import dev.understudy.simulation.World.Link;
import dev.understudy.simulation.World.Port;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads a world's text; every mistake is told with its line and what was expected. */
public final class WorldParser {
  static final int PORT_MAX = 64;
  private static final long DEFAULT_LINK_DELAY_NANOS = 5_000;
  private static final long DEFAULT_RESTART_NANOS = 300_000_000L;

  /** A text that is no world. */
  public static final class WrongWorld extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    WrongWorld(String message) {
      super(message);
    }
  }

  private long seed;
  private long runNanos = 10_000_000_000L;
  private final List<Bridge> bridges = new ArrayList<>();
  private final List<String> hosts = new ArrayList<>();
  private final List<Link> links = new ArrayList<>();
  private final List<Port> ports = new ArrayList<>();
  private final List<Flow> flows = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();
  private final TreeSet<String> names = new TreeSet<>();
  private final TreeSet<End> linked = new TreeSet<>();
  private final ArrayDeque<String> words = new ArrayDeque<>();
  private int line;

  private WorldParser() {}

  /** Parses a world. */
  public static World parse(String text) {
    WorldParser parser = new WorldParser();
    for (String line : text.split("\n", -1)) {
      parser.line++;
      String content = line.replaceFirst("#.*", "").strip();
      if (!content.isEmpty()) {
        parser.words.clear();
        parser.words.addAll(Arrays.asList(content.split("\\s+", -1)));
        parser.statement();
        if (!parser.words.isEmpty()) {
          throw parser.wrong("nothing more was expected, but there is " + parser.words.peek());
        }
      }
    }
    return parser.world();
  }

  private World world() {
    if (bridges.isEmpty()) {
      throw new WrongWorld("a world has at least one bridge");
    }
    return new World(seed, runNanos, bridges, hosts, links, ports, flows, changes, faults);
  }

  private void statement() {
    String verb = word("a statement");
    switch (verb) {
      case "seed" -> seed = signed();
      case "run" -> runNanos = time();
      case "bridge" -> bridge();
      case "host" -> hosts.add(newName());
      case "link" -> link();
      case "port" -> {
        End end = linkedEnd(true);
        ports.add(new Port(end, knobs(true, new TreeMap<>())));
      }
      case "flow" -> flow();
      case "at" -> change();
      case "fault" -> fault();
      default ->
          throw wrong(
              "seed, run, bridge, host, link, port, flow, at or fault was expected, not " + verb);
    }
  }

  private void bridge() {
    String name = newName();
    boolean redundant = accept("redundant");
    Map<String, Long> times = new TreeMap<>();
    Map<String, Long> knobs = knobs(false, times);
    bridges.add(
        new Bridge(
            name,
            redundant,
            times.getOrDefault("delay", 0L),
            times.getOrDefault("restart", DEFAULT_RESTART_NANOS),
            knobs));
  }

  private Map<String, Long> knobs(boolean ofPort, Map<String, Long> times) {
    TreeMap<String, Long> knobs = new TreeMap<>();
    while (!words.isEmpty()) {
      String name = words.remove();
      if (!ofPort && (name.equals("delay") || name.equals("restart"))) {
        times.put(name, time());
      } else {
        knobs.put(name, value(knob(name, ofPort)));
      }
    }
    return knobs;
  }

  private Knob knob(String name, boolean ofPort) {
    return Knob.of(name, ofPort)
        .orElseThrow(() ->
            wrong(
                "one of "
                    + Knob.names(ofPort)
                    + (ofPort ? "" : ", delay, restart")
                    + " was expected, not "
                    + name));
  }

  private long value(Knob knob) {
    return number(knob.text, knob.least, knob.most);
  }

  private void link() {
    End a = newEnd();
    End b = newEnd();
    long delay = DEFAULT_LINK_DELAY_NANOS;
    int loss = 0;
    int duplicate = 0;
    int reorder = 0;
    while (!words.isEmpty()) {
      String name = words.remove();
      switch (name) {
        case "delay" -> delay = time();
        case "loss" -> loss = ppm();
        case "duplicate" -> duplicate = ppm();
        case "reorder" -> reorder = ppm();
        default -> throw wrong("delay, loss, duplicate or reorder was expected, not " + name);
      }
    }
    if (delay < 1) {
      throw wrong("a link's delay is at least 1ns");
    }
    links.add(new Link(a, b, delay, loss, duplicate, reorder));
  }

  private End newEnd() {
    End end = end();
    if (!linked.add(end)) {
      throw wrong(end + " is linked already");
    }
    return end;
  }

  private End linkedEnd(boolean atBridge) {
    End end = end();
    if (!linked.contains(end)) {
      throw wrong("nothing is linked to " + end);
    }
    if (atBridge && hosts.contains(end.name())) {
      throw wrong(end.name() + " is a host");
    }
    return end;
  }

  private End end() {
    String text = word("NAME:PORT");
    int colon = text.indexOf(':');
    if (colon < 1) {
      throw wrong("NAME:PORT was expected, not " + text);
    }
    String name = text.substring(0, colon);
    known(name);
    return new End(name, (int) parse("port", text.substring(colon + 1), 1, PORT_MAX));
  }

  private void flow() {
    String from = host();
    String to = host();
    expect("every");
    long every = time();
    if (every < 1_000) {
      throw wrong("a flow sends at most every 1us");
    }
    flows.add(new Flow(from, to, every));
  }

  private String host() {
    String name = word("a host");
    if (!hosts.contains(name)) {
      throw wrong("there is no host " + name);
    }
    return name;
  }

  private void change() {
    long at = time();
    String what = word("pull, plug, speed, set, flood or rogue");
    switch (what) {
      case "pull" -> changes.add(new Change(at, Change.What.PULL, linkedEnd(false), "", 0));
      case "plug" -> changes.add(new Change(at, Change.What.PLUG, linkedEnd(false), "", 0));
      case "rogue" -> changes.add(new Change(at, Change.What.ROGUE, linkedEnd(true), "", 0));
      case "speed" -> {
        End end = linkedEnd(false);
        changes.add(new Change(at, Change.What.SPEED, end, "", number("Mbit/s", 1, 400_000)));
      }
      case "flood" -> {
        End end = linkedEnd(true);
        changes.add(new Change(at, Change.What.FLOOD, end, "", number("count", 1, 100_000)));
      }
      case "set" -> {
        String target = words.isEmpty() ? "" : words.peek();
        boolean ofPort = target.contains(":");
        End end = ofPort ? linkedEnd(true) : new End(bridgeName(), 0);
        Knob knob = knob(word("a setting"), ofPort);
        changes.add(new Change(at, Change.What.SET, end, knob.text, value(knob)));
      }
      default -> throw wrong("pull, plug, speed, set, flood or rogue was expected, not " + what);
    }
  }

  private void fault() {
    String bridge = bridgeName();
    if (bridges.stream().noneMatch(one -> one.name().equals(bridge) && one.redundant())) {
      throw wrong("bridge " + bridge + " is not redundant");
    }
    boolean atOnce = accept("at-once");
    expect("after");
    long after = number("messages", 0, 10_000_000);
    String text = word("a fault");
    while (!words.isEmpty() && !words.peek().equals("for")) {
      text += " " + words.remove();
    }
    String kindText = text;
    FaultKind kind =
        FaultKind.of(kindText)
            .orElseThrow(() ->
                wrong(
                    "one of "
                        + String.join(
                            ", ", Arrays.stream(FaultKind.values()).map(FaultKind::text).toList())
                        + " was expected, not "
                        + kindText));
    long duration = 0;
    if (kind.lasts()) {
      expect("for");
      duration = time();
    }
    faults.add(new Fault(bridge, atOnce, after, kind, duration));
  }

  private String bridgeName() {
    String name = word("a bridge");
    if (bridges.stream().noneMatch(bridge -> bridge.name().equals(name))) {
      throw wrong("there is no bridge " + name);
    }
    return name;
  }

  // ---- words

  private String newName() {
    String name = word("a name");
    if (!name.matches("[a-z][a-z0-9-]*")) {
      throw wrong("a name is of a to z, 0 to 9 and -, not " + name);
    }
    if (!names.add(name)) {
      throw wrong("there is a " + name + " already");
    }
    return name;
  }

  private void known(String name) {
    if (!names.contains(name)) {
      throw wrong("there is no bridge or host " + name);
    }
  }

  private String word(String what) {
    if (words.isEmpty()) {
      throw wrong(what + " was expected at the end of the line");
    }
    return words.remove();
  }

  private boolean accept(String word) {
    if (word.equals(words.peek())) {
      words.remove();
      return true;
    }
    return false;
  }

  private void expect(String word) {
    String found = word(word);
    if (!found.equals(word)) {
      throw wrong(word + " was expected, not " + found);
    }
  }

  private long signed() {
    String text = word("a number");
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw wrong("a number was expected, not " + text);
    }
  }

  private long number(String what, long least, long most) {
    return parse(what, word(what), least, most);
  }

  private long parse(String what, String text, long least, long most) {
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw wrong(what + " is a number from " + least + " to " + most + ", not " + text);
  }

  private int ppm() {
    String text = word("a number with ppm");
    if (!text.endsWith("ppm")) {
      throw wrong("a number with ppm was expected, not " + text);
    }
    return (int) parse("ppm", text.substring(0, text.length() - 3), 0, 500_000);
  }

  private long time() {
    String text = word("a time");
    for (Unit unit : Unit.values()) {
      String digits = text.endsWith(unit.text) ? cut(text, unit.text) : "";
      if (digits.matches("[0-9]{1,12}")) {
        return Math.multiplyExact(Long.parseLong(digits), unit.nanos);
      }
    }
    throw wrong("a time such as 5us, 20ms or 3s was expected, not " + text);
  }

  private static String cut(String text, String end) {
    return text.substring(0, text.length() - end.length());
  }

  private enum Unit {
    NANOS("ns", 1),
    MICROS("us", 1_000),
    MILLIS("ms", 1_000_000),
    SECONDS("s", 1_000_000_000);

    final String text;
    final long nanos;

    Unit(String text, long nanos) {
      this.text = text;
      this.nanos = nanos;
    }
  }

  /** In the largest unit in which it is whole. */
  static String duration(long nanos) {
    Unit best = Unit.NANOS;
    for (Unit unit : Unit.values()) {
      if (nanos % unit.nanos == 0 && nanos != 0) {
        best = unit;
      }
    }
    return nanos / best.nanos + best.text;
  }

  private WrongWorld wrong(String what) {
    return new WrongWorld("line " + line + ": " + what);
  }
}
