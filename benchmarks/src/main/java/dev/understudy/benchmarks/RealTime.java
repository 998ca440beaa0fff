package dev.understudy.benchmarks;

import java.util.List;

/**
 * Programs beside the product run under the real-time scheduling that its forwarding thread asks
 * for. Otherwise the scheduler would decide which of them is quicker.
 */
final class RealTime {
  private static final List<String> CHRT = List.of("chrt", "--fifo", "12");
  private static final boolean GRANTED =
      Commands.succeeds(CHRT.get(0), CHRT.get(1), CHRT.get(2), "true");

  private RealTime() {}

  /** What stands before a program; nothing where this process may not ask for it. */
  static List<String> prefix() {
    return GRANTED ? CHRT : List.of();
  }

  static String text() {
    return GRANTED ? "all under SCHED_FIFO" : "nobody under SCHED_FIFO";
  }
}
