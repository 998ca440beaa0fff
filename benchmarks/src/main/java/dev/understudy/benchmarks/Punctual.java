package dev.understudy.benchmarks;

import dev.understudy.linux.Scheduling;

/**
 * Threads that take the time: beside other work they would be woken late and blame what they
 * measure. They come after all threads of the switch that ask for real-time scheduling, too.
 */
final class Punctual {
  private static final Scheduling.Wish WISH = Scheduling.Wish.fifo(5).orNice(-10);

  private Punctual() {}

  /** The calling thread, if that is allowed; it waits most of its time. */
  static void here() {
    var _ = Scheduling.ask(WISH);
  }
}
