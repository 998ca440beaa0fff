package dev.understudy.forwarder;

import dev.understudy.border.DataPlane;
import dev.understudy.border.DataPlaneListener;

/**
 * A data plane whose control frames and events can be waited for. All calls but {@link #wakeup}
 * come from the judge's thread.
 */
public interface ControlledDataPlane extends DataPlane, AutoCloseable {
  /**
   * Returns when there is something to drain, after a wake-up (also one that came before), or when
   * the time is over.
   *
   * @param limitNanos 0 or less: doesn't wait
   */
  void awaitControl(long limitNanos);

  /** Makes {@link #awaitControl} return. Any thread. */
  void wakeup();

  /** Tells the judgement all that was there when this was called. */
  void drainControl(DataPlaneListener listener);

  @Override
  void close();

  /** Makes a data plane, on the judge's thread. */
  @FunctionalInterface
  interface Maker {
    /**
     * @param incarnation of the forwarder process
     */
    ControlledDataPlane make(long incarnation);
  }
}
