package dev.understudy.forwarder.soft;

import dev.understudy.schema.PuntRule;
import java.util.Arrays;
import java.util.List;

/**
 * One token bucket per punt rule, for one port. Used by one thread; a port whose control frames
 * come by a socket of their own has its policers in the thread that reads that socket.
 */
public final class Policers {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private PuntTable table = PuntTable.EMPTY;
  private long[] credits = new long[0];
  private long[] creditsMax = new long[0];
  private long[] costs = new long[0];
  private long[] updatedNanos = new long[0];

  /** May one more frame of this rule pass? Takes its credit if so. */
  public boolean admit(PuntTable rules, int rule, long nowNanos) {
    if (rules != table) {
      reset(rules, nowNanos);
    }
    long elapsed = Math.clamp(nowNanos - updatedNanos[rule], 0, creditsMax[rule]);
    updatedNanos[rule] = nowNanos;
    credits[rule] = Math.min(creditsMax[rule], credits[rule] + elapsed);
    if (credits[rule] < costs[rule]) {
      return false;
    }
    credits[rule] -= costs[rule];
    return true;
  }

  /** Credit is time: a frame costs one second divided by the rate. */
  private void reset(PuntTable rules, long nowNanos) {
    List<PuntRule> list = rules.rules();
    credits = new long[list.size()];
    creditsMax = new long[list.size()];
    costs = new long[list.size()];
    updatedNanos = new long[list.size()];
    for (int i = 0; i < list.size(); i++) {
      costs[i] = Math.max(1, NANOS_PER_SECOND / list.get(i).getRatePerSecond());
      creditsMax[i] = costs[i] * list.get(i).getBurst();
      credits[i] = creditsMax[i];
    }
    Arrays.fill(updatedNanos, nowNanos);
    table = rules;
  }
}
