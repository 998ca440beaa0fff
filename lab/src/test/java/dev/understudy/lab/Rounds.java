package dev.understudy.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Rounds with Understudy in a network: first without a strike, once for each event, then strike
 * after strike, each compared with the round that had the same event and no strike.
 */
final class Rounds {
  private static final long SEED = 20_260_131;
  private static final Duration HOT_LIMIT = Duration.ofSeconds(40);
  private static final Duration STOPPED_FOR = Duration.ofSeconds(3);
  private static final String CUT_MILLIS = "3000";
  private static final int DELAY_MILLIS_MAX = 20;
  private static final int LAUNCHER_KILLED_ONE_IN = 4;
  private static final int INVALID_ONE_IN = 10;

  private static final String HEADING =
      """
      | network | round | frames | lost | duplicated | longest BPDU gap, ms | takeover, ms | verdict |
      |---|---|---|---|---|---|---|---|
      """;

  private final Lab lab;
  private final Network network;
  private final Understudy understudy;
  private final Map<Round.Plan, Round.Report> twins = new HashMap<>();
  private final Random random = new Random(SEED);
  private final List<String> failures = new ArrayList<>();
  private int dealt;
  private int played;
  private int invalid;
  private int changes;

  Rounds(Lab lab, Network network, Understudy understudy) {
    this.lab = lab;
    this.network = network;
    this.understudy = understudy;
  }

  /** Plays rounds of a strike, each after the next of some events. */
  void play(Strike strike, int count, List<Round.Event> events) {
    for (int i = 0; i < count; i++) {
      Round.Event event = events.get(dealt++ % events.size());
      play(strike, new Round.Plan(event, delay(event)));
    }
  }

  private Duration delay(Round.Event event) {
    return Duration.ofMillis(
        event == Round.Event.NONE
            ? random.nextInt((int) network.helloTime().toMillis())
            : random.nextInt(DELAY_MILLIS_MAX + 1));
  }

  /** Plays one round, again if the lab itself failed. */
  void play(Strike strike, Round.Plan plan) {
    Round.Report twin = twin(plan);
    understudy.awaitPorts(Network.CONVERGENCE, network.portStatus());
    Understudy.Redundancy before = understudy.awaitRedundant(HOT_LIMIT);
    boolean launcherFirst = played++ % LAUNCHER_KILLED_ONE_IN == LAUNCHER_KILLED_ONE_IN - 1;
    if (launcherFirst) {
      understudy.killLauncher();
    }
    Round.Report report =
        Round.run(lab, network, plan, asked -> configure(), () -> strike(strike, before));
    if (launcherFirst) {
      understudy.up();
    }
    Understudy.Redundancy after = understudy.awaitRedundant(HOT_LIMIT);
    String name =
        "%s%s after %s + %d ms"
            .formatted(
                launcherFirst ? "launcher's end and " : "",
                strike,
                plan.event(),
                plan.delay().toMillis());
    List<String> hits = new ArrayList<>(report.hits(twin, network.helloTime()));
    hits.addAll(ownAccount(strike, before, after));
    Optional<String> why = report.invalid();
    write(name, report, hits, before, after);
    if (why.isPresent()) {
      invalid++;
      System.out.println("round void: " + name + ": " + why.get());
      if (invalid * INVALID_ONE_IN <= played + INVALID_ONE_IN) {
        play(strike, plan);
      }
      return;
    }
    if (hits.isEmpty()) {
      Round.forgetFiles(lab);
    } else {
      lab.keepFiles();
      failures.add(
          name + ", files in " + lab.directory() + ":\n    " + String.join("\n    ", hits));
    }
  }

  /**
   * The same event without a strike, played once, with commands running meanwhile as they do in the
   * other rounds. A strike long after the event is watched for longer, and so is its twin.
   */
  private Round.Report twin(Round.Plan struck) {
    Round.Event event = struck.event();
    boolean late = event == Round.Event.LINK_UP && struck.delay().toMillis() > DELAY_MILLIS_MAX;
    Round.Plan plan = new Round.Plan(event, late ? struck.delay() : Duration.ZERO);
    Round.Report known = twins.get(plan);
    if (known != null) {
      return known;
    }
    understudy.awaitPorts(Network.CONVERGENCE, network.portStatus());
    understudy.awaitRedundant(HOT_LIMIT);
    Round.Report twin =
        Round.run(
            lab,
            network,
            plan,
            asked -> configure(),
            () -> understudy.command(List.of("show", "version")));
    assertThat(twin.faultsOfBaseline(network.helloTime()))
        .as("a round with event %s and no strike; files in %s: %s", event, lab.directory(), twin)
        .isEmpty();
    write(event + " without a strike", twin, List.of(), null, null);
    Round.forgetFiles(lab);
    twins.put(plan, twin);
    return twin;
  }

  private void strike(Strike strike, Understudy.Redundancy before) {
    Understudy.Slot active = before.active().orElseThrow();
    switch (strike) {
      case KILL -> understudy.signal(Signals.Signal.KILL, before.activePid());
      case STOP -> {
        understudy.signal(Signals.Signal.STOP, before.activePid());
        Await.pause(STOPPED_FOR);
        understudy.signal(Signals.Signal.CONT, before.activePid());
      }
      case PLANNED -> understudy.switchover();
      case CUT_PEER -> understudy.fault(active, "cut-peer", CUT_MILLIS);
      // Back at once: it is the rightful holder and goes on.
      case CUT_FORWARDER -> understudy.fault(active, "cut-forwarder", "0");
    }
  }

  /** What the switch itself says must agree with what was seen outside. */
  private List<String> ownAccount(
      Strike strike, Understudy.Redundancy before, Understudy.Redundancy after) {
    List<String> faults = new ArrayList<>();
    if (strike.isTakeover()) {
      if (after.active().equals(before.active())) {
        faults.add("no takeover: " + after);
      } else if (after.history().size() <= before.history().size()) {
        faults.add("the takeover is not in the history: " + after);
      } else {
        Understudy.Takeover last = after.history().getLast();
        if (!last.hitless().equals("yes")) {
          faults.add("the history says: " + last);
        }
      }
    }
    if (strike == Strike.STOP && after.refusedWrites() <= before.refusedWrites()) {
      faults.add("the old active wrote nothing that was refused after it woke: " + after);
    }
    String name = understudy.show("vlans").path("vlans").path("100").path("name").asString("");
    if (!name.equals("change-" + changes)) {
      faults.add(
          "configuration change %d was acknowledged and is lost: %s".formatted(changes, name));
    }
    return faults;
  }

  /** Applies a configuration that changes nothing outside; returns when it is acknowledged. */
  private void configure() {
    Path file = lab.file("change.yaml");
    try {
      Files.writeString(file, network.yaml(++changes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    understudy.command(List.of("config", "apply", file.toString()));
  }

  /** Fails if any round did. */
  void verdict() {
    assertThat(failures).as("%d rounds, %d void, seed %d", played, invalid, SEED).isEmpty();
    assertThat(invalid * INVALID_ONE_IN)
        .as("void rounds of %d", played)
        .isLessThanOrEqualTo(played + INVALID_ONE_IN - 1);
  }

  private void write(
      String name,
      Round.Report report,
      List<String> hits,
      Understudy.@org.jspecify.annotations.Nullable Redundancy before,
      Understudy.@org.jspecify.annotations.Nullable Redundancy after) {
    double gap =
        before == null || after == null || after.history().size() <= before.history().size()
            ? 0
            : after.history().getLast().gapMillis();
    String line =
        "| %s | %s | %d | %d | %d | %s | %.1f | %s |%n"
            .formatted(
                lab.name(),
                name,
                report.leftToRight().in() + report.rightToLeft().in(),
                report.leftToRight().lost() + report.rightToLeft().lost(),
                report.leftToRight().duplicated() + report.rightToLeft().duplicated(),
                report.links().values().stream()
                    .filter(link -> link.role() == Network.Role.DESIGNATED)
                    .map(link -> Long.toString(link.ofSwitch().longestGap().toMillis()))
                    .toList(),
                gap,
                report.invalid().orElse(hits.isEmpty() ? "hitless" : hits.size() + " hits"));
    System.out.print(line);
    hits.forEach(hit -> System.out.println("    " + hit));
    Path file = Path.of("target", "lab-results.md");
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, HEADING);
      }
      Files.writeString(file, line, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
