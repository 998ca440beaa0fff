package dev.understudy.simulation;

import dev.understudy.schema.Cause;
import dev.understudy.schema.HistoryRow;
import dev.understudy.schema.Hitless;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The same world twice, with its faults and without; and whether anybody could tell.
 *
 * <p>Where takeovers take no time, everything outside must be the same, octet by octet. Where they
 * take time but every fault is one that the switch promises to hide, port states, roles told,
 * topology changes, tables and data frames must be the same. Otherwise the end must be the same,
 * and whatever was noticed must have a cause.
 */
final class Twin {
  /** Silence, one more tick, and the commit limit: the longest time without a bracket. */
  private static final long GAP_TICKS = 8;

  private static final long GAP_MORE_NANOS = 40_000_000L;
  private static final int SHOWN = 3;

  /** How long a network is under way after a change; where a neighbour is legacy; a takeover. */
  private static final long SETTLE_NANOS = 6_000_000_000L;

  private static final long SETTLE_LEGACY_NANOS = 20_000_000_000L;
  private static final long TAKEOVER_NANOS = 500_000_000L;

  private final World world;
  private final Outcome base;
  private final Outcome faulty;
  private final List<String> problems = new ArrayList<>();

  /**
   * What came of it.
   *
   * @param problems empty: nobody could tell, or there was a cause
   * @param hurt somebody could tell
   */
  record Result(Outcome base, Outcome faulty, List<String> problems, boolean hurt) {
    boolean failed() {
      return !problems.isEmpty();
    }
  }

  private Twin(World world, Outcome base, Outcome faulty) {
    this.world = world;
    this.base = base;
    this.faulty = faulty;
  }

  static Result run(World world, Tampering tampering) {
    return run(world, false, tampering);
  }

  /**
   * Runs a world twice.
   *
   * @param keepLines keep traces as text, so that the first difference can be told
   */
  static Result run(World world, boolean keepLines, Tampering tampering) {
    long tail = Simulation.tail(world);
    Outcome base = Simulation.run(world.withoutFaults(), tail, keepLines, tampering);
    Outcome faulty = Simulation.run(world, tail, keepLines, tampering);
    return compare(world, base, faulty);
  }

  /** Compares a run with one of the same world without faults. */
  static Result compare(World world, Outcome base, Outcome faulty) {
    Twin twin = new Twin(world, base, faulty);
    boolean hurt = twin.compare();
    return new Result(base, faulty, List.copyOf(twin.problems), hurt);
  }

  private boolean compare() {
    base.problems().forEach(problem -> problems.add("without faults: " + problem));
    problems.addAll(faulty.problems());
    if (!problems.isEmpty()) {
      return true;
    }
    List<String> seen = new ArrayList<>();
    compareFlows(seen);
    base.bridges().forEach((name, bridge) -> compareMoves(name, bridge, faulty(name), seen));
    List<String> ends = new ArrayList<>();
    base.bridges().forEach((name, bridge) -> compareEnds(name, bridge, faulty(name), ends));
    boolean hurt = !seen.isEmpty();
    if (world.instant()) {
      base.bridges().forEach((name, bridge) -> compareTraces(name, bridge, faulty(name)));
    }
    if (world.harmless()) {
      if (!amidChanges()) {
        problems.addAll(seen);
      }
      faulty.bridges().forEach(this::gap);
    } else if (hurt && !faulty.saysHurt() && !amidChanges() && !begunAnew()) {
      problems.add("noticed, but no takeover says so: " + seen.getFirst());
    }
    problems.addAll(ends);
    base.bridges().forEach(this::caused);
    faulty.bridges().forEach(this::caused);
    faulty.bridges().forEach(this::history);
    return hurt;
  }

  /**
   * Takeovers take time, and the network was changing at the time: what the change costs may take
   * as much longer, and the order of what neighbours do may be another. Then only the end is
   * compared.
   */
  private boolean amidChanges() {
    return !world.instant()
        && faulty.bridges().values().stream()
            .flatMap(bridge -> bridge.strikes().stream())
            .anyMatch(
                strike -> world.changes().stream().anyMatch(change -> isAmid(strike, change)));
  }

  /**
   * Some switch lost forwarder and both supervisors: it starts as if for the first time, and there
   * is nobody left who could tell of a takeover.
   */
  private boolean begunAnew() {
    return faulty.bridges().values().stream()
        .flatMap(bridge -> bridge.takeovers().stream().skip(1))
        .anyMatch(takeover -> takeover.newForwarder() && takeover.held() == 0);
  }

  private boolean isAmid(FaultPlan.Strike strike, World.Change change) {
    long settle =
        world.bridges().stream().anyMatch(bridge -> bridge.knob(Knob.LEGACY, 0) == 1)
            ? SETTLE_LEGACY_NANOS
            : SETTLE_NANOS;
    return strike.nanos() <= change.atNanos() + settle
        && strike.nanos() + strike.fault().durationNanos() + TAKEOVER_NANOS >= change.atNanos();
  }

  private Outcome.OfBridge faulty(String name) {
    return Objects.requireNonNull(faulty.bridges().get(name));
  }

  private void compareTraces(String name, Outcome.OfBridge before, Outcome.OfBridge after) {
    if (before.traceHash() == after.traceHash()) {
      return;
    }
    List<String> one = before.traceLines();
    List<String> other = after.traceLines();
    int at = 0;
    while (at < one.size() && at < other.size() && one.get(at).equals(other.get(at))) {
      at++;
    }
    problems.add(
        name
            + " was not the same outside"
            + (one.isEmpty() ? "" : ": " + line(one, at) + " without, " + line(other, at)));
  }

  private static String line(List<String> lines, int at) {
    return at < lines.size() ? lines.get(at) : "nothing more";
  }

  private void compareMoves(
      String name, Outcome.OfBridge before, Outcome.OfBridge after, List<String> seen) {
    if (!before.moves().equals(after.moves())) {
      before
          .moves()
          .forEach((port, moves) -> {
            List<String> now = after.moves().getOrDefault(port, List.of());
            if (!now.equals(moves)) {
              seen.add(name + ":" + port + " went " + now + ", without faults " + moves);
            }
          });
      if (seen.isEmpty()) {
        seen.add(name + " moved other ports: " + after.moves().keySet());
      }
    }
    if (before.topologyChanges() != after.topologyChanges()) {
      seen.add(
          name
              + " counted "
              + after.topologyChanges()
              + " topology changes, without faults "
              + before.topologyChanges());
    }
  }

  private void compareEnds(
      String name, Outcome.OfBridge before, Outcome.OfBridge after, List<String> ends) {
    before
        .end()
        .forEach((what, value) -> {
          boolean mayDiffer = !world.harmless() && (what.equals("learned") || what.equals("links"));
          if (!mayDiffer
              && !core(what, value).equals(core(what, after.end().getOrDefault(what, "")))) {
            ends.add(
                name
                    + " ends with "
                    + what
                    + " "
                    + after.end().get(what)
                    + ", without faults "
                    + value);
          }
        });
  }

  /** What a port has heard on the way may be forgotten with a cause; its role and state may not. */
  private String core(String what, String value) {
    return what.startsWith("port ") && !world.harmless()
        ? value.replace(" edge", "").replace(" legacy", "")
        : value;
  }

  private void compareFlows(List<String> seen) {
    int shown = 0;
    for (int i = 0; i < base.flows().size() && shown < SHOWN; i++) {
      Network.FlowState before = base.flows().get(i);
      Network.FlowState after = faulty.flows().get(i);
      for (int n = 0; n < before.arrived.size() && shown < SHOWN; n++) {
        if (!before.arrived.get(n).equals(after.arrived.get(n))) {
          shown++;
          seen.add(
              "frame %d of %s to %s, sent at %s, arrived %d times, without faults %d times"
                  .formatted(
                      n,
                      before.flow.from(),
                      before.flow.to(),
                      WorldParser.duration(before.sentNanos.get(n) / 1_000 * 1_000),
                      after.arrived.get(n),
                      before.arrived.get(n)));
        }
      }
    }
  }

  /** 10: nobody takes over without a reason. */
  private void caused(String name, Outcome.OfBridge bridge) {
    long reasons =
        1 + bridge.strikes().stream().filter(strike -> strike.fault().kind().takesOver()).count();
    if (world.harmless() && bridge.takeovers().size() > reasons) {
      problems.add(
          name + " had " + bridge.takeovers().size() + " terms, there were reasons for " + reasons);
    }
  }

  private void gap(String name, Outcome.OfBridge bridge) {
    long tickMillis = world.bridge(name).orElseThrow().knob(Knob.TICK, 20);
    long bound = GAP_TICKS * tickMillis * 1_000_000L + GAP_MORE_NANOS;
    if (bridge.longestGapNanos() > bound) {
      problems.add(
          name
              + " made no bracket for "
              + WorldParser.duration(bridge.longestGapNanos())
              + ", the bound is "
              + WorldParser.duration(bound));
    }
  }

  // ---- what the switch itself says of its takeovers

  private void history(String name, Outcome.OfBridge bridge) {
    for (HistoryRow row : bridge.history()) {
      Optional<Takeover> takeover =
          bridge.takeovers().stream().filter(one -> one.term() == row.getTerm()).findFirst();
      if (takeover.isEmpty()) {
        problems.add(name + " tells of term " + row.getTerm() + ", which was never granted");
        continue;
      }
      history(name, row, takeover.get());
    }
    if (bridge.takeovers().isEmpty()) {
      return;
    }
    long last = bridge.takeovers().getLast().term();
    if (bridge.history().stream().noneMatch(row -> row.getTerm() == last)) {
      problems.add(name + " tells nothing of its last takeover, term " + last);
    }
  }

  private void history(String name, HistoryRow row, Takeover takeover) {
    String which = name + ", term " + row.getTerm() + ": ";
    boolean first = takeover.applied() == 0;
    for (Cause cause : row.getCausesList()) {
      boolean real =
          switch (cause.getCode()) {
            case STANDBY_NOT_SYNCED -> takeover.held() == 0 && !first;
            case STATE_BEHIND_BORDER -> takeover.held() < takeover.applied();
            case FORWARDER_RESTARTED -> takeover.newForwarder();
            case INPUT_LOST -> !world.harmless();
            case TIMER_LATE -> !world.harmless();
            default -> false;
          };
      if (!real) {
        problems.add(
            which + "a cause that is none: " + cause.getCode() + " " + cause.getEvidence());
      }
    }
    if (!first && !takeover.knowsAll() && row.getCausesCount() == 0) {
      problems.add(
          which
              + "no cause, though bracket "
              + takeover.applied()
              + " was carried out and "
              + takeover.held()
              + " the last one held");
    }
    boolean hasCauses = row.getCausesCount() > 0;
    if ((row.getHitless() == Hitless.HITLESS_YES && hasCauses)
        || (row.getHitless() == Hitless.HITLESS_NO && !hasCauses)) {
      problems.add(which + row.getHitless() + " with " + row.getCausesCount() + " causes");
    }
    if (world.harmless() && row.getHitless() == Hitless.HITLESS_NO) {
      problems.add(which + "says that it was noticed, but it was not");
    }
  }
}
