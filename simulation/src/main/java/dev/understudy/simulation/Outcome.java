package dev.understudy.simulation;

import dev.understudy.schema.Cause;
import dev.understudy.schema.HistoryRow;
import dev.understudy.schema.Hitless;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one run of a world left behind.
 *
 * @param bridges by name
 * @param flows in the world's order
 * @param problems broken invariants and promises; with any, the rest may be incomplete
 */
record Outcome(
    Map<String, OfBridge> bridges,
    List<Network.FlowState> flows,
    List<String> problems,
    long virtualNanos,
    long events) {

  /**
   * One bridge.
   *
   * @param traceHash of all frames out and table writes, with their times
   * @param moves port states and roles told, by port, in order
   * @param movedNanos when ports moved
   * @param end tables, roles and configuration at the end
   * @param inputsLost control frames were dropped because the input log was full
   * @param inputsSkipped an input was put aside because two sessions had ended with it
   * @param failSafeTold somebody was told that the forwarder had closed ports by itself
   */
  record OfBridge(
      long traceHash,
      List<String> traceLines,
      Map<Integer, List<String>> moves,
      List<Long> movedNanos,
      long topologyChanges,
      Map<String, String> end,
      List<Takeover> takeovers,
      List<HistoryRow> history,
      List<String> events,
      List<FaultPlan.Strike> strikes,
      long longestGapNanos,
      boolean inputsLost,
      boolean inputsSkipped,
      boolean failSafeTold,
      long messages) {}

  /** Takeovers of all switches but their first, and those before which rows had changed. */
  long failovers() {
    return bridges.values().stream()
        .flatMap(bridge -> bridge.takeovers.stream().skip(1))
        .filter(Takeover::rowsChanged)
        .count();
  }

  /** Causes in all histories, and how often. */
  Map<String, Integer> causes() {
    TreeMap<String, Integer> result = new TreeMap<>();
    for (OfBridge bridge : bridges.values()) {
      for (HistoryRow row : bridge.history) {
        for (Cause cause : row.getCausesList()) {
          result.merge(cause.getCode().name(), 1, Integer::sum);
        }
      }
    }
    return result;
  }

  /** What struck, and how often; a fault that didn't wait for the end of another one by itself. */
  Map<String, Integer> struck() {
    TreeMap<String, Integer> result = new TreeMap<>();
    for (OfBridge bridge : bridges.values()) {
      for (FaultPlan.Strike strike : bridge.strikes) {
        String backToBack = strike.fault().atOnce() ? ", right after another" : "";
        result.merge(strike.fault().kind().text() + backToBack, 1, Integer::sum);
      }
    }
    return result;
  }

  /** Some takeover says that it was noticed. */
  boolean saysHurt() {
    return bridges.values().stream().anyMatch(OfBridge::failSafeTold)
        || bridges.values().stream()
            .flatMap(bridge -> bridge.history.stream())
            .anyMatch(row -> row.getHitless() == Hitless.HITLESS_NO);
  }
}
