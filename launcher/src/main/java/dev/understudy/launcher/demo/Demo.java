package dev.understudy.launcher.demo;

import dev.understudy.core.EngineType;
import dev.understudy.launcher.command.Asking;
import dev.understudy.launcher.command.CommandFailure;
import dev.understudy.launcher.command.Readiness;
import dev.understudy.launcher.demo.Verdict.Event;
import dev.understudy.launcher.process.JavaCommand;
import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.process.ProcessId;
import dev.understudy.launcher.process.RunDirectory;
import dev.understudy.launcher.process.Starter;
import dev.understudy.launcher.process.Stopper;
import dev.understudy.launcher.render.Json;
import dev.understudy.linux.Processes;
import dev.understudy.schema.FaultRequest;
import dev.understudy.schema.ManagementReply;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.SwitchoverRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;

/** The story: start, settle, blow after blow, and what was noticed of each. */
public final class Demo implements AutoCloseable {
  private static final long READY_MILLIS_MAX = 60_000;
  private static final long SETTLED_MILLIS_MAX = 60_000;
  private static final long QUIET_MILLIS = 3_000;
  private static final long RECOVERY_MILLIS_MAX = 60_000;
  private static final long STOPPED_MILLIS = 2_000;
  private static final long CUT_MILLIS = 2_000;

  /** Frames that are under way when numbers are read. */
  private static final long UNDER_WAY_MILLIS = 300;

  private static final long LOOK_MILLIS = 100;

  /** What the demonstration needs to know. */
  public record Options(
      RunDirectory directory,
      Optional<Path> captureDirectory,
      Map<Part, JavaCommand> commands,
      List<EngineType> engines,
      Optional<Break> broken) {

    /** All blows, or only the one that shows what is broken. */
    private List<Event> story() {
      return broken
          .map(rule -> List.of(Event.QUIET, rule.shownBy()))
          .orElseGet(() -> List.of(Event.values()));
    }
  }

  /** Who is told how it goes. */
  public interface Progress {
    /** A line that stays. */
    void chapter(String text);

    /** The present state; replaces the former one. */
    void live(String text);
  }

  private final Options options;
  private final Progress progress;
  private final Ring ring;
  private final Starter starter;
  private final Asking asking;
  private final Readiness readiness;
  private final Thread starterThread;
  private final long begunNanos = System.nanoTime();
  private boolean standbyIsBack;
  private final List<String> partsSaid = java.util.Collections.synchronizedList(new ArrayList<>());

  public Demo(Options options, Progress progress) throws IOException {
    this.options = options;
    this.progress = progress;
    options.directory().create();
    ring = new Ring(options.engines(), options.captureDirectory());
    Files.writeString(seed(options.directory()), ring.configuration());
    asking = new Asking(options.directory());
    readiness = new Readiness(asking);
    starter =
        new Starter(
            options.directory(),
            options.commands(),
            (part, what) -> partsSaid.add(part.title() + " " + what),
            part -> List.of("ACTIVE", "STANDBY_HOT").contains(readiness.role(part)));
    starterThread =
        new Thread(
            () -> {
              try {
                starter.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "demo-starter");
    starterThread.setDaemon(true);
  }

  /** The configuration that the switch begins with. */
  public static Path seed(RunDirectory directory) {
    return directory.path().resolve("seed.yaml");
  }

  /** Runs the story. */
  public Report run() throws IOException, InterruptedException {
    starter.start();
    starterThread.start();
    ring.start();
    progress.chapter("starting: a forwarder, two supervisors, two neighbours, four hosts");
    Readiness.Outcome ready = readiness.await(READY_MILLIS_MAX, this::live);
    if (!ready.ready()) {
      throw new CommandFailure("the switch didn't become ready: " + ready.missing() + logs());
    }
    awaitSettled();
    progress.chapter(
        String.format(
            java.util.Locale.ROOT,
            "settled after %.1f s: a ring of three switches, one link blocked; hosts talk",
            seconds()));
    List<Verdict> verdicts = new ArrayList<>();
    for (Event event : options.story()) {
      Verdict verdict = watch(event);
      verdicts.add(verdict);
      if (!standbyIsBack) {
        progress.chapter("the standby didn't come back: the story ends here");
        break;
      }
    }
    return new Report(verdicts, seconds(), options.broken().map(Break::argument).orElse(""));
  }

  private double seconds() {
    return (System.nanoTime() - begunNanos) / 1e9;
  }

  private String logs() {
    return " (logs: " + options.directory().path().resolve("log") + ")";
  }

  private void live(String text) {
    progress.live(String.format(java.util.Locale.ROOT, "%5.1f s  %s", seconds(), text));
  }

  // ---- before the first blow

  /** The ring has one blocked port, hosts reach each other, and for a while nothing changed. */
  private void awaitSettled() throws InterruptedException {
    boolean[] talking = {false};
    long[] quietSince = {System.nanoTime()};
    long[] changes = {-1};
    boolean settled =
        await(
            SETTLED_MILLIS_MAX,
            () -> {
              try {
                Ring.Neighbours seen = ring.neighbours();
                if (seen.isSettled() && !talking[0]) {
                  talking[0] = true;
                  ring.talk();
                }
                long topologyChanges = lookFrom(ring.sent()).topologyChanges();
                if (!seen.isSettled()
                    || topologyChanges > 0
                    || seen.portStateChanges() + seen.topologyChanges() != changes[0]) {
                  changes[0] = seen.portStateChanges() + seen.topologyChanges();
                  quietSince[0] = System.nanoTime();
                }
                live("spanning tree settles; not forwarding: " + seen.notForwarding());
                return System.nanoTime() - quietSince[0] > QUIET_MILLIS * 1_000_000;
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
              }
            });
    if (!settled) {
      throw new CommandFailure(
          "the spanning tree didn't settle: " + ring.neighbours().portStates() + logs());
    }
  }

  private boolean await(long millisMax, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + millisMax * 1_000_000;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(LOOK_MILLIS);
    }
    return true;
  }

  // ---- one event

  /** What the switch says of itself. */
  private record Redundancy(JsonNode document) {
    String active() {
      return Json.text(document, "active");
    }

    long term() {
      return document.path("term").asLong(0);
    }

    long bracket() {
      return document.path("forwarder").path("applied").asLong(0);
    }

    long refusedWrites() {
      return document.path("forwarder").path("refusedWrites").asLong(0);
    }

    /** Entries that an earlier document hasn't got. */
    List<JsonNode> historySince(Redundancy earlier) {
      return document.path("history").valueStream().skip(earlier.historyLength()).toList();
    }

    private int historyLength() {
      return document.path("history").size();
    }
  }

  private Redundancy redundancy() throws InterruptedException {
    return new Redundancy(readiness.look());
  }

  private Verdict watch(Event event) throws InterruptedException {
    progress.chapter(event.title());
    List<String> troubles = new ArrayList<>();
    Redundancy before = redundancyBefore();
    Ring.Seen begin = lookFrom(ring.sent());
    long[] from = ring.sent();
    strike(event, before, troubles);
    Redundancy after = recovered(event, before, troubles, from);
    long[] to = ring.sent();
    Thread.sleep(UNDER_WAY_MILLIS);
    Ring.Seen end = ring.look(from, to);
    return new Verdict(
        event,
        end.frames(),
        end.topologyChanges(),
        end.neighbours().topologyChanges() - begin.neighbours().topologyChanges(),
        end.neighbours().portStateChanges() - begin.neighbours().portStateChanges(),
        end.longestBpduGapNanos() / 1e6,
        end.longestSilenceNanos() / 1e6,
        takeovers(before, after),
        after.refusedWrites() - before.refusedWrites(),
        before.active(),
        after.active(),
        before.term(),
        after.term(),
        after.bracket(),
        Traces.between(begin, end),
        troubles);
  }

  private Ring.Seen lookFrom(long[] sent) throws InterruptedException {
    return ring.look(sent, sent);
  }

  /** What the switch says before a blow; on a busy machine its answer may take a while. */
  private Redundancy redundancyBefore() throws InterruptedException {
    Redundancy[] answer = {redundancy()};
    boolean ready =
        await(
            RECOVERY_MILLIS_MAX,
            () -> {
              try {
                answer[0] = redundancy();
                return Readiness.isReady(answer[0].document());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
              }
            });
    if (!ready) {
      throw new CommandFailure(
          "before a blow there must be a standby that could take over: "
              + roles(answer[0])
              + logs());
    }
    return answer[0];
  }

  private static List<Verdict.Takeover> takeovers(Redundancy before, Redundancy after) {
    return after.historySince(before).stream().map(Demo::takeover).toList();
  }

  private static Verdict.Takeover takeover(JsonNode entry) {
    List<String> causes = new ArrayList<>();
    for (JsonNode cause : entry.path("causes")) {
      causes.add(Json.text(cause, "code") + " " + Json.text(cause, "evidence"));
    }
    return new Verdict.Takeover(
        Json.text(entry, "from"),
        Json.text(entry, "to"),
        Json.text(entry, "trigger"),
        Json.text(entry, "reason"),
        entry.path("gapMillis").asDouble(0),
        Json.text(entry, "hitless"),
        causes,
        entry.path("term").asLong(0),
        entry.path("startsAt").asLong(0));
  }

  private void strike(Event event, Redundancy before, List<String> troubles)
      throws InterruptedException {
    switch (event) {
      case QUIET -> pause(QUIET_MILLIS, "nothing happens");
      case SWITCHOVER -> {
        ask(
            ManagementRequest.newBuilder().setSwitchover(SwitchoverRequest.getDefaultInstance()),
            troubles);
      }
      case KILL -> signal(before, Processes.Signal.KILL, troubles);
      case KILL_NOT_HELD -> dieHalfSent(before, "forwarder", troubles);
      case KILL_ONLY_HELD -> dieHalfSent(before, "standby", troubles);
      case STOP -> {
        Optional<ProcessId> stopped = signal(before, Processes.Signal.STOP, troubles);
        pause(STOPPED_MILLIS, before.active() + " is stopped");
        stopped.ifPresent(process -> Processes.signal(process.pid(), Processes.Signal.CONTINUE));
      }
      case CUT -> {
        ask(fault("cut-peer", Long.toString(CUT_MILLIS)), troubles);
        boolean noticed =
            await(
                CUT_MILLIS,
                () -> {
                  live("the modules don't hear each other");
                  try {
                    return !Readiness.isReady(redundancy().document());
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return true;
                  }
                });
        if (!noticed) {
          troubles.add("the cut was not seen: the standby stayed ready");
        }
        pause(CUT_MILLIS, "the modules don't hear each other");
      }
    }
  }

  /**
   * A kill at the worst moments there are: the next bracket that sends BPDUs has reached the
   * forwarder and not the standby, or the standby and not the forwarder.
   */
  private void dieHalfSent(Redundancy before, String reaches, List<String> troubles)
      throws InterruptedException {
    if (before.active().equals("-")) {
      troubles.add("nobody was active");
      return;
    }
    try {
      ManagementReply reply =
          asking.askOne(
              Part.supervisor(before.active()),
              fault("die-half-sent", reaches),
              RECOVERY_MILLIS_MAX);
      if (!reply.getOk()) {
        troubles.add("refused: " + reply.getError());
      }
    } catch (dev.understudy.launcher.command.Supervisors.Nobody e) {
      troubles.add("nobody answered: " + e.getMessage());
    }
  }

  private static ManagementRequest.Builder fault(String name, String argument) {
    return ManagementRequest.newBuilder()
        .setFault(FaultRequest.newBuilder().setFault(name).setArgument(argument));
  }

  private void pause(long millis, String text) throws InterruptedException {
    long until = System.nanoTime() + millis * 1_000_000;
    while (System.nanoTime() < until) {
      live(text);
      ring.neighbours();
      Thread.sleep(Math.min(LOOK_MILLIS, millis));
    }
  }

  private void ask(ManagementRequest.Builder request, List<String> troubles)
      throws InterruptedException {
    try {
      ManagementReply reply = asking.ask(request, RECOVERY_MILLIS_MAX);
      if (!reply.getOk()) {
        troubles.add("refused: " + reply.getError());
      }
    } catch (dev.understudy.launcher.command.Supervisors.Nobody e) {
      troubles.add("nobody answered: " + e.getMessage());
    }
  }

  private Optional<ProcessId> signal(
      Redundancy before, Processes.Signal signal, List<String> troubles) {
    if (before.active().equals("-")) {
      troubles.add("nobody was active");
      return Optional.empty();
    }
    Optional<ProcessId> process =
        options.directory().processFile(Part.supervisor(before.active())).living();
    if (process.isEmpty() || !Processes.signal(process.get().pid(), signal)) {
      troubles.add("the active supervisor's process wasn't found");
    }
    return process;
  }

  /** Waits until a standby is hot again and the switch has judged the takeover itself. */
  private Redundancy recovered(Event event, Redundancy before, List<String> troubles, long[] from)
      throws InterruptedException {
    Redundancy[] last = {before};
    boolean recovered =
        await(
            RECOVERY_MILLIS_MAX,
            () -> {
              try {
                Redundancy now = redundancy();
                if (!now.document().isEmpty()) {
                  last[0] = now;
                }
                FlowTally.Count frames = ring.count(from, ring.sent());
                live(
                    roles(now)
                        + "  "
                        + frames.sent()
                        + " frames, "
                        + frames.duplicated()
                        + " duplicated");
                return Readiness.isReady(now.document()) && judged(event, before, now);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
              }
            });
    standbyIsBack = recovered;
    if (!recovered) {
      troubles.add("after " + RECOVERY_MILLIS_MAX / 1000 + " s still " + roles(last[0]) + logs());
    }
    return last[0];
  }

  private static boolean judged(Event event, Redundancy before, Redundancy now) {
    List<JsonNode> entries = now.historySince(before);
    return !event.hasTakeover()
        || (!entries.isEmpty()
            && entries.stream().noneMatch(e -> Json.text(e, "hitless").equals("observing")));
  }

  private static String roles(Redundancy now) {
    JsonNode supervisors = now.document().path("supervisors");
    return "A "
        + Json.text(supervisors.path("A"), "role")
        + ", B "
        + Json.text(supervisors.path("B"), "role");
  }

  /** Ends everything that was started. */
  @Override
  public void close() {
    starter.end();
    try {
      starterThread.join(1_000);
      new Stopper(options.directory(), text -> {}).stop(Optional::empty);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    asking.close();
    ring.close();
  }

  /** What the process starter said. */
  List<String> partsSaid() {
    return List.copyOf(partsSaid);
  }
}
