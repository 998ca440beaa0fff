package dev.understudy.forwarder;

import dev.understudy.border.DataPlaneListener;
import dev.understudy.border.DelegatingDataPlane;
import dev.understudy.forwarder.dataplane.DirectDataPlane;
import dev.understudy.forwarder.soft.SwitchLimits;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The soft switch without sockets, and with a way to wait for it. */
final class WaitingDataPlane extends DelegatingDataPlane implements ControlledDataPlane {
  private final Semaphore wakeups = new Semaphore(0);
  private final DirectDataPlane plane;

  WaitingDataPlane(long incarnation) {
    this(new DirectDataPlane(SwitchLimits.SMALL, incarnation, (port, octets) -> {}));
  }

  private WaitingDataPlane(DirectDataPlane plane) {
    super(plane);
    this.plane = plane;
  }

  @Override
  public void awaitControl(long limitNanos) {
    try {
      if (wakeups.tryAcquire(Math.max(0, limitNanos), TimeUnit.NANOSECONDS)) {
        wakeups.drainPermits();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void wakeup() {
    wakeups.release();
  }

  @Override
  public void drainControl(DataPlaneListener listener) {
    plane.drainControl(listener);
  }

  @Override
  public void close() {}
}
