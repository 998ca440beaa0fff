package dev.understudy.simulation;

import dev.understudy.schema.Cause;
import dev.understudy.schema.CauseCode;
import dev.understudy.schema.HistoryRow;
import dev.understudy.schema.Hitless;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;

/**
 * The same world twice, with its faults and without; and whether anybody could tell.
 *
 * <p>Where takeovers take no time, everything outside must be the same, octet by octet. Where they
 * take time but every fault is one that the switch promises to hide, port states, roles told,
 * topology changes, tables and data frames must be the same; unless a takeover came while bridges
 * were telling each other about a change, which the run without faults shows. Otherwise the end
 * must be the same, and whatever was noticed must have a cause.
 */
final class Twin {
  /** Silence, one more tick, and the commit limit: the longest time without a bracket. */
  private static final long GAP_TICKS = 8;

  private static final long GAP_MORE_NANOS = 40_000_000L;
  private static final int SHOWN = 3;

  /**
   * For so long after a change, or after ports moved, bridges tell each other about it. Then all
   * that is left are deadlines, which a takeover doesn't move.
   */
  private static final long REACTION_NANOS = 2_000_000_000L;

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

  private boolean hurt;

  /** Nothing is wrong but how it ends, after a takeover amid a change. */
  private boolean mayMove;

  private Twin(World world, Outcome base, Outcome faulty) {
    this.world = world;
    this.base = base;
    this.faulty = faulty;
  }

  static Result run(World world, Tampering tampering) {
    return run(world, false, tampering);
  }

  /**
   * Runs a world twice. Where a takeover took time while the network changed, and the ends are not
   * the same, both may not have come to rest: then they get the time for it.
   *
   * @param keepLines keep traces as text, so that the first difference can be told
   */
  static Result run(World world, boolean keepLines, Tampering tampering) {
    long tail = Simulation.tail(world);
    Twin twin = run(world, tail, keepLines, tampering);
    return twin.mayMove
        ? run(world, tail + Simulation.settle(world), keepLines, tampering).result()
        : twin.result();
  }

  private static Twin run(World world, long tail, boolean keepLines, Tampering tampering) {
    Outcome base = Simulation.run(world.withoutFaults(), tail, keepLines, tampering);
    Twin twin = new Twin(world, base, Simulation.run(world, tail, keepLines, tampering));
    twin.compare();
    return twin;
  }

  /** Compares a run with one of the same world without faults. */
  static Result compare(World world, Outcome base, Outcome faulty) {
    Twin twin = new Twin(world, base, faulty);
    twin.compare();
    return twin.result();
  }

  private Result result() {
    return new Result(base, faulty, List.copyOf(problems), hurt);
  }

  private void compare() {
    base.problems().forEach(problem -> problems.add("without faults: " + problem));
    problems.addAll(faulty.problems());
    if (!problems.isEmpty()) {
      hurt = true;
      return;
    }
    loops();
    List<String> seen = new ArrayList<>();
    compareFlows(seen, sent -> true);
    base.bridges().forEach((name, bridge) -> compareMoves(name, bridge, faulty(name), seen));
    if (!amidChanges(topologyChangeNanos())) {
      base.bridges()
          .forEach((name, bridge) -> compareTopologyChanges(name, bridge, faulty(name), seen));
    }
    List<String> ends = new ArrayList<>();
    boolean amid = amidChanges(REACTION_NANOS);
    base.bridges().forEach((name, bridge) -> compareEnds(name, bridge, faulty(name), amid, ends));
    hurt = !seen.isEmpty();
    if (world.instant()) {
      base.bridges().forEach((name, bridge) -> compareTraces(name, bridge, faulty(name)));
    }
    if (world.harmless()) {
      if (!amid) {
        problems.addAll(seen);
      } else {
        boundsAmidChanges();
      }
      faulty.bridges().forEach(this::gap);
    } else if (hurt && !faulty.saysHurt() && !amid) {
      problems.add("noticed, but no takeover says so: " + seen.getFirst());
    }
    problems.addAll(ends);
    base.bridges().forEach(this::caused);
    faulty.bridges().forEach(this::caused);
    faulty.bridges().forEach(this::history);
    mayMove = amid && problems.size() == ends.size() && !ends.isEmpty();
  }

  // ---- takeovers that take time, while the network changes

  /**
   * A takeover took time while bridges were telling each other about a change: then the order of
   * what they do may be another one.
   */
  private boolean amidChanges(long reactionNanos) {
    if (world.instant()) {
      return false;
    }
    NavigableSet<Long> busy = busy(base);
    return faulty.bridges().values().stream()
        .flatMap(bridge -> bridge.strikes().stream())
        .anyMatch(strike -> isAmid(strike, busy, reactionNanos));
  }

  /**
   * For so long after ports moved, bridges may pass on that they did: each one does for tcWhile,
   * HelloTime and a second (802.1Q-2018 13.29.10), after it has heard of it last.
   */
  private long topologyChangeNanos() {
    long hello =
        world.bridges().stream().mapToLong(bridge -> bridge.knob(Knob.HELLO, 1)).max().orElse(1);
    return world.bridges().size() * (hello + 1) * 1_000_000_000L;
  }

  private static boolean isAmid(
      FaultPlan.Strike strike, NavigableSet<Long> busy, long reactionNanos) {
    Long next = busy.ceiling(strike.nanos() - reactionNanos);
    return next != null && next <= strike.nanos() + strike.fault().durationNanos() + TAKEOVER_NANOS;
  }

  /** When something changed: the world, or ports of some bridge. */
  private NavigableSet<Long> busy(Outcome run) {
    TreeSet<Long> busy = new TreeSet<>();
    world.changes().forEach(change -> busy.add(change.atNanos()));
    run.bridges().values().forEach(bridge -> busy.addAll(bridge.movedNanos()));
    return busy;
  }

  /**
   * What holds even then: data that is sent while both networks are quiet arrives as often, and the
   * network comes to rest within the standard's time.
   */
  private void boundsAmidChanges() {
    NavigableSet<Long> busy = busy(base);
    busy.addAll(busy(faulty));
    if (world.links().stream().noneMatch(World.Link::impaired)) {
      List<String> seen = new ArrayList<>();
      compareFlows(
          seen,
          sent -> {
            Long near = busy.ceiling(sent - REACTION_NANOS);
            return near == null || near > sent + REACTION_NANOS;
          });
      seen.forEach(one -> problems.add("in a quiet time, " + one));
    }
    long strike =
        faulty.bridges().values().stream()
            .flatMap(bridge -> bridge.strikes().stream())
            .mapToLong(one -> one.nanos() + one.fault().durationNanos() + TAKEOVER_NANOS)
            .max()
            .orElse(0);
    long rest = Math.max(strike, busy(base).last()) + Simulation.settle(world);
    long moved = busy(faulty).last();
    if (moved > rest) {
      problems.add(
          "ports move at "
              + WorldParser.duration(moved / 1_000_000 * 1_000_000)
              + ", though the network should have come to rest by "
              + WorldParser.duration(rest / 1_000_000 * 1_000_000));
    }
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
  }

  private static void compareTopologyChanges(
      String name, Outcome.OfBridge before, Outcome.OfBridge after, List<String> seen) {
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
      String name,
      Outcome.OfBridge before,
      Outcome.OfBridge after,
      boolean amid,
      List<String> ends) {
    before
        .end()
        .forEach((what, value) -> {
          String now = after.end().getOrDefault(what, "");
          // Frames to an address that was just flushed are flooded, and whoever gets one that was
          // under way learns: which frames those are, a takeover amid a change may move. What
          // would be wrong with it shows in the frames that arrive.
          boolean may = (what.equals("learned") && amid) || mayDiffer(name, what);
          if (!may && !core(what, value).equals(core(what, now))) {
            ends.add(name + " ends with " + what + " " + now + ", without faults " + value);
          }
        });
  }

  /**
   * A switch that was hurt may have missed what happened to links, a neighbour's topology change,
   * and what happened to a port that is guarded: nobody tells it again.
   */
  private boolean mayDiffer(String name, String what) {
    return !world.harmless()
        && (what.equals("learned")
            || what.equals("links")
            || world.changes().stream()
                .filter(change -> change.what() == World.Change.What.ROGUE)
                .map(World.Change::end)
                .anyMatch(end ->
                    end.name().equals(name)
                        && (what.equals("port p" + end.port())
                            || what.equals("state p" + end.port()))));
  }

  /** What a port has heard on the way may be forgotten with a cause; its role and state may not. */
  private String core(String what, String value) {
    return what.startsWith("port ") && !world.harmless()
        ? value.replace(" edge", "").replace(" legacy", "")
        : value;
  }

  /**
   * @param when looks at frames that were sent at such times
   */
  private void compareFlows(List<String> seen, LongPredicate when) {
    int shown = 0;
    for (int i = 0; i < base.flows().size() && shown < SHOWN; i++) {
      Network.FlowState before = base.flows().get(i);
      Network.FlowState after = faulty.flows().get(i);
      for (int n = 0; n < before.arrived.size() && shown < SHOWN; n++) {
        if (!before.arrived.get(n).equals(after.arrived.get(n))
            && when.test(before.sentNanos.get(n))) {
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

  /**
   * No data frame goes round and round, whatever fails. Without any fault some may for a moment,
   * when a root becomes a worse one: its old promise goes round and round too until it is too old
   * (count to infinity; 802.1Q has no remedy). That excuses the very frames that do so without
   * faults, as they must where takeovers take no time; any other one is the work of a takeover.
   */
  private void loops() {
    for (int i = 0; i < base.flows().size(); i++) {
      Network.FlowState before = base.flows().get(i);
      Network.FlowState after = faulty.flows().get(i);
      long looped =
          IntStream.range(0, after.passed.size())
              .filter(frame -> after.looped(frame) && !before.looped(frame))
              .count();
      if (looped > 0) {
        problems.add(
            looped
                + " frames of "
                + after.flow.from()
                + " to "
                + after.flow.to()
                + " went round and round");
      }
    }
  }

  /** 10: nobody takes over without a reason. */
  private void caused(String name, Outcome.OfBridge bridge) {
    long reasons =
        1 + bridge.strikes().stream().mapToLong(strike -> strike.fault().kind().terms()).sum();
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
      history(name, bridge, row, takeover.get());
    }
    if (bridge.takeovers().isEmpty()) {
      return;
    }
    long last = bridge.takeovers().getLast().term();
    if (bridge.history().stream().noneMatch(row -> row.getTerm() == last)) {
      problems.add(name + " tells nothing of its last takeover, term " + last);
    }
  }

  private void history(String name, Outcome.OfBridge bridge, HistoryRow row, Takeover takeover) {
    String which = name + ", term " + row.getTerm() + ": ";
    boolean first = takeover.first();
    for (Cause cause : row.getCausesList()) {
      boolean real =
          switch (cause.getCode()) {
            case STANDBY_NOT_SYNCED -> takeover.held() == 0 && !first;
            case STATE_BEHIND_BORDER -> takeover.held() < takeover.applied();
            case FORWARDER_RESTARTED -> takeover.newForwarder() && !first;
            case INPUT_LOST -> bridge.inputsLost();
            case INPUT_QUARANTINED -> bridge.inputsSkipped() && !world.harmless();
            case ENGINE_FAULTY ->
                (bridge.inputsSkipped() && !world.harmless())
                    || bridge.strikes().stream()
                        .anyMatch(one -> one.fault().kind() == FaultKind.FAULTY_ENGINE);
            case TIMER_LATE -> !world.harmless();
            default -> false;
          };
      if (!real) {
        problems.add(
            which + "a cause that is none: " + cause.getCode() + " " + cause.getEvidence());
      }
    }
    boolean lost = takeover.lostInputs() > 0;
    if (lost
        && row.getCausesList().stream()
            .noneMatch(cause -> cause.getCode() == CauseCode.INPUT_LOST)) {
      problems.add(which + "nothing of " + takeover.lostInputs() + " inputs that were lost");
    }
    boolean less = !takeover.knowsAll() || takeover.newForwarder();
    if (!first && less && row.getCausesCount() == 0) {
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
