package dev.understudy.benchmarks;

import com.google.protobuf.ByteString;
import dev.understudy.border.DataPlaneListener;
import dev.understudy.border.DelegatingDataPlane;
import dev.understudy.forwarder.ControlledDataPlane;
import dev.understudy.forwarder.dataplane.DirectDataPlane;
import dev.understudy.forwarder.soft.SwitchLimits;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A data plane without frames that always has learned something more: a number of hosts that move
 * from the first bridge port to the second and back, all of them, for ever.
 */
final class LearningPlane {
  private static final int CHANGES_IN_BATCH = 512;
  private static final int FID = 1;
  private static final int BRIDGE_PORTS = 2;
  private static final int FIRST_BRIDGE_PORT = 1;

  private final ByteString[] macs;
  private volatile boolean learning;

  LearningPlane(int hosts) {
    macs = new ByteString[hosts];
    for (int host = 0; host < hosts; host++) {
      macs[host] =
          ByteString.copyFrom(
              new byte[] {
                0x02,
                0x12,
                (byte) (host >>> 24),
                (byte) (host >>> 16),
                (byte) (host >>> 8),
                (byte) host
              });
    }
  }

  /** Any thread. */
  void learn(boolean on) {
    learning = on;
  }

  ControlledDataPlane make(long incarnation) {
    return new Plane(incarnation);
  }

  /** On the judge's thread, but for wake-ups. */
  private final class Plane extends DelegatingDataPlane implements ControlledDataPlane {
    /** How often it looks whether to begin. */
    private static final long LOOK_NANOS = 1_000_000;

    private final long incarnation;
    private final DirectDataPlane body;
    private final Semaphore wakeups = new Semaphore(0);

    Plane(long incarnation) {
      this(incarnation, new DirectDataPlane(SwitchLimits.SMALL, incarnation, (port, octets) -> {}));
    }

    private Plane(long incarnation, DirectDataPlane body) {
      super(body);
      this.incarnation = incarnation;
      this.body = body;
    }

    @Override
    public void awaitControl(long limitNanos) {
      try {
        if (wakeups.tryAcquire(Math.min(limitNanos, LOOK_NANOS), TimeUnit.NANOSECONDS)) {
          wakeups.drainPermits();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void wakeup() {
      wakeups.release();
    }

    @Override
    public void drainControl(DataPlaneListener listener) {
      body.drainControl(listener);
      if (learning) {
        listener.learnedAvailable();
      }
    }

    /**
     * The sequence begins at 1, with an empty dump. Every later change of the sequence is a row.
     */
    @Override
    public LearnedInput learnedAfter(long ofIncarnation, long sequence) {
      LearnedInput.Builder batch = LearnedInput.newBuilder().setIncarnation(incarnation);
      if (ofIncarnation != incarnation || sequence < 1) {
        return batch.setSequence(1).setDumpBegin(true).setDumpEnd(true).build();
      }
      if (!learning) {
        return batch.setSequence(sequence).build();
      }
      for (long number = sequence - 1; number < sequence - 1 + CHANGES_IN_BATCH; number++) {
        batch.addChanges(
            LearnedChange.newBuilder()
                .setFid(FID)
                .setMac(macs[(int) (number % macs.length)])
                .setBridgePort(FIRST_BRIDGE_PORT + (int) (number / macs.length % BRIDGE_PORTS)));
      }
      return batch.setSequence(sequence + CHANGES_IN_BATCH).build();
    }

    @Override
    public long learnedCount() {
      return learning ? macs.length : 0;
    }

    @Override
    public List<LearnedChange> learned(int most) {
      return List.of();
    }

    @Override
    public void close() {}
  }
}
