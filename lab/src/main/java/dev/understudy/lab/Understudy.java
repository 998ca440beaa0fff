package dev.understudy.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The product as its users have it: the command {@code ./understudy}, the processes that it starts,
 * and their JSON.
 */
public final class Understudy implements AutoCloseable {
  private static final Duration BUILD_LIMIT = Duration.ofMinutes(5);
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(60);
  private static final JsonMapper JSON = new JsonMapper();

  private final Lab lab;
  private final Namespace namespace;
  private final Path state;
  private final Signals signals;

  private Understudy(Lab lab, Namespace namespace, Path state, Signals signals) {
    this.lab = lab;
    this.namespace = namespace;
    this.state = state;
    this.signals = signals;
  }

  /** A supervisor's place. */
  public enum Slot {
    A,
    B;

    public Slot other() {
      return this == A ? B : A;
    }
  }

  /** One line of the history. */
  public record Takeover(
      String from,
      String to,
      String trigger,
      double gapMillis,
      String hitless,
      List<String> causes) {}

  /** What {@code show redundancy} says, as far as the lab needs it. */
  public record Redundancy(
      Optional<Slot> active,
      long term,
      Map<Slot, String> roles,
      Map<Slot, Long> pids,
      long forwarderPid,
      long refusedWrites,
      List<Takeover> history) {
    /** The active supervisor's process. */
    public long activePid() {
      return pid(active.orElseThrow(() -> new LabException("nobody is active: " + this)));
    }

    public long pid(Slot slot) {
      return Optional.ofNullable(pids.get(slot))
          .orElseThrow(() -> new LabException("no pid of " + slot + ": " + this));
    }

    /** Whether one is active and the other could take over at once. */
    public boolean redundant() {
      return active.isPresent()
          && "STANDBY_HOT".equals(roles.get(active.get().other()))
          && history.stream().noneMatch(takeover -> takeover.hitless().equals("observing"));
    }
  }

  /**
   * Starts the switch in a namespace and returns when both supervisors are ready; stopped with the
   * lab.
   */
  public static Understudy start(Lab lab, Namespace namespace, String yaml) {
    build();
    Path configuration = lab.file("switch.yaml");
    try {
      Files.writeString(configuration, yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Understudy understudy =
        lab.add(new Understudy(lab, namespace, lab.file("state"), Signals.open(lab)));
    understudy.up("--config", configuration.toString());
    return understudy;
  }

  /** The command's first use builds it, which no later command shall wait for. */
  private static void build() {
    Command.Outcome outcome =
        Command.attempt(BUILD_LIMIT, environment(), List.of(script().toString(), "--version"));
    if (!outcome.succeeded()) {
      throw new LabException("./understudy can't be built: " + outcome.error() + outcome.output());
    }
  }

  /** The virtual machine of this process is the one to use. */
  private static Map<String, String> environment() {
    return Map.of("UNDERSTUDY_JAVA_HOME", System.getProperty("java.home"));
  }

  /** Starts what does not run of the switch, and its launcher. */
  public void up(String... words) {
    List<String> all = new ArrayList<>(List.of("up", "--detach", "--fault-injection"));
    all.addAll(List.of(words));
    command(all);
  }

  /** Runs a command of {@code ./understudy} for this switch and returns its output. */
  public String command(List<String> words) {
    Command.Outcome outcome = attempt(words);
    if (!outcome.succeeded()) {
      throw new LabException(
          "understudy %s: status %d: %s%s%s"
              .formatted(
                  String.join(" ", words),
                  outcome.status(),
                  outcome.error(),
                  outcome.output(),
                  logs()));
    }
    return outcome.output();
  }

  /** Runs a command that may fail. */
  public Command.Outcome attempt(List<String> words) {
    List<String> command = new ArrayList<>();
    command.add(script().toString());
    command.addAll(words);
    command.addAll(List.of("--state", state.toString()));
    return namespace.attempt(COMMAND_LIMIT, environment(), command);
  }

  /** The script at the root of the repository that this runs in. */
  public static Path script() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      Path script = folder.resolve("understudy");
      if (Files.isExecutable(script) && Files.isRegularFile(script)) {
        return script;
      }
    }
    throw new LabException("no script 'understudy' above " + Path.of("").toAbsolutePath());
  }

  /** A {@code show} command's answer. */
  public JsonNode show(String what) {
    return JSON.readTree(command(List.of("show", what, "--json")));
  }

  public Redundancy redundancy() {
    return parseRedundancy(show("redundancy"));
  }

  static Redundancy parseRedundancy(JsonNode json) {
    Map<Slot, String> roles = new HashMap<>();
    Map<Slot, Long> pids = new HashMap<>();
    for (Slot slot : Slot.values()) {
      JsonNode supervisor = json.path("supervisors").path(slot.name());
      if (supervisor.path("role").isString()) {
        roles.put(slot, supervisor.path("role").asString());
      }
      if (supervisor.path("pid").isNumber()) {
        pids.put(slot, supervisor.path("pid").asLong());
      }
    }
    List<Takeover> history = new ArrayList<>();
    for (JsonNode row : json.path("history")) {
      List<String> causes = new ArrayList<>();
      row.path("causes").forEach(cause -> causes.add(cause.toString()));
      history.add(
          new Takeover(
              row.path("from").asString(""),
              row.path("to").asString(""),
              row.path("trigger").asString(""),
              row.path("gapMillis").asDouble(0),
              row.path("hitless").asString(""),
              causes));
    }
    return new Redundancy(
        json.path("active").isString()
            ? Optional.of(Slot.valueOf(json.path("active").asString()))
            : Optional.empty(),
        json.path("term").asLong(0),
        roles,
        pids,
        json.path("forwarder").path("pid").asLong(0),
        json.path("forwarder").path("refusedWrites").asLong(0),
        history);
  }

  /**
   * Waits until one supervisor is active, the other hot, and no earlier takeover is still being
   * observed.
   */
  public Redundancy awaitRedundant(Duration limit) {
    Redundancy[] last = new Redundancy[1];
    Await.until(
        "one supervisor is active and the other hot",
        limit,
        () -> {
          Command.Outcome outcome = attempt(List.of("show", "redundancy", "--json"));
          if (!outcome.succeeded()) {
            return false; // nobody answers during a takeover's first milliseconds
          }
          last[0] = parseRedundancy(JSON.readTree(outcome.output()));
          return last[0].redundant();
        },
        () -> last[0] + "\n" + logs());
    return last[0];
  }

  /** What {@code show spanning-tree} says of a port: role and state. */
  public String portStatus(String port) {
    JsonNode status = show("spanning-tree").path("ports").path(port);
    return status.path("role").asString("") + " " + status.path("state").asString("");
  }

  /** Waits until the ports have these roles and states, for example "root forwarding". */
  public void awaitPorts(Duration limit, Map<String, String> wanted) {
    JsonNode[] last = new JsonNode[1];
    Await.until(
        "ports " + wanted,
        limit,
        () -> {
          last[0] = show("spanning-tree").path("ports");
          return wanted.entrySet().stream()
              .allMatch(port -> {
                JsonNode status = last[0].path(port.getKey());
                return port.getValue()
                    .equals(
                        status.path("role").asString("") + " " + status.path("state").asString(""));
              });
        },
        () -> last[0] + "\n" + logs());
  }

  public void switchover() {
    command(List.of("switchover"));
  }

  /** Asks one supervisor, and no other, to do something bad. */
  public void fault(Slot at, String... words) {
    List<String> all = new ArrayList<>(List.of("fault"));
    all.addAll(List.of(words));
    all.addAll(List.of("--at", at.name()));
    command(all);
  }

  /** Sends a signal to a process of this switch; returns when, nanoseconds since 1970. */
  public long signal(Signals.Signal signal, long pid) {
    return signals.send(signal, pid);
  }

  /**
   * Kills the launcher and nothing else; nobody starts again what exits until the next {@link #up}.
   */
  public void killLauncher() {
    signal(Signals.Signal.KILL, startedPid("launcher"));
  }

  /** The process that the launcher started last in a slot, which may not say so itself yet. */
  public long startedPid(Slot slot) {
    return startedPid(slot.name());
  }

  private long startedPid(String part) {
    try {
      String text = Files.readString(state.resolve("run/" + part + ".pid"));
      return Long.parseLong(text.strip().split("\\s", -1)[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The events that a supervisor writes down from now on. */
  public LogTail eventsOf(Slot slot) {
    return new LogTail(
        state.resolve("supervisor-" + slot.name().toLowerCase(Locale.ROOT)).resolve("events.log"));
  }

  /** The last lines of all processes' logs, for the message of a failure. */
  public String logs() {
    StringBuilder text = new StringBuilder();
    for (String part : List.of("launcher", "forwarder", "A", "B")) {
      Path log = state.resolve("log").resolve(part + ".log");
      if (Files.exists(log)) {
        try {
          List<String> lines = Files.readAllLines(log);
          text.append("\n--- ").append(log).append('\n');
          lines
              .subList(Math.max(0, lines.size() - 30), lines.size())
              .forEach(line -> text.append(line).append('\n'));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    return text.toString();
  }

  @Override
  public void close() {
    // A stopped process can't end when it is asked to.
    for (ProcessHandle process : processes()) {
      Command.attempt("kill", "-CONT", Long.toString(process.pid()));
    }
    Command.Outcome outcome = attempt(List.of("down"));
    List<ProcessHandle> left = processes();
    left.forEach(ProcessHandle::destroyForcibly);
    if (!outcome.succeeded() || !left.isEmpty()) {
      lab.keepFiles();
      throw new LabException(
          "understudy down: status %d, %d processes left: %s%s"
              .formatted(outcome.status(), left.size(), outcome.error(), outcome.output()));
    }
  }

  /** Living Java processes in the switch's namespace. */
  private List<ProcessHandle> processes() {
    return Command.run("ip", "netns", "pids", namespace.name())
        .lines()
        .map(Long::parseLong)
        .flatMap(pid -> ProcessHandle.of(pid).stream())
        .filter(process ->
            process
                .info()
                .command()
                .map(command -> command.toLowerCase(Locale.ROOT).endsWith("/java"))
                .orElse(false))
        .toList();
  }
}
