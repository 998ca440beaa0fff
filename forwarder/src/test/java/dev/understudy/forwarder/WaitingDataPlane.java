package dev.understudy.forwarder;

import dev.understudy.border.DataPlaneListener;
import dev.understudy.forwarder.dataplane.DirectDataPlane;
import dev.understudy.forwarder.soft.SwitchLimits;
import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Output;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetStaticMac;
import dev.understudy.schema.SetVlans;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The soft switch without sockets, and with a way to wait for it. */
final class WaitingDataPlane implements ControlledDataPlane {
  private final Semaphore wakeups = new Semaphore(0);
  private final DirectDataPlane plane;

  WaitingDataPlane(long incarnation) {
    plane = new DirectDataPlane(SwitchLimits.SMALL, incarnation, (port, octets) -> {});
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

  @Override
  public Optional<String> carryOut(Output output) {
    return plane.carryOut(output);
  }

  @Override
  public List<SetPortState> portStates() {
    return plane.portStates();
  }

  @Override
  public List<SetStaticMac> staticMacs() {
    return plane.staticMacs();
  }

  @Override
  public List<SetVlans.Vlan> vlans() {
    return plane.vlans();
  }

  @Override
  public List<SetPort> ports() {
    return plane.ports();
  }

  @Override
  public List<LinkInput> links() {
    return plane.links();
  }

  @Override
  public List<ForwarderCounter> counters() {
    return plane.counters();
  }

  @Override
  public long learnedCount() {
    return plane.learnedCount();
  }

  @Override
  public List<LearnedChange> learned(int most) {
    return plane.learned(most);
  }

  @Override
  public LearnedInput learnedAfter(long incarnation, long sequence) {
    return plane.learnedAfter(incarnation, sequence);
  }
}
