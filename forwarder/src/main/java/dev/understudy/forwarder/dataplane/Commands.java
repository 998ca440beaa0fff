package dev.understudy.forwarder.dataplane;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the judgement wants done by the thread that forwards: a bounded row, in order, without a
 * lock, so that the forwarding thread never waits for the one that asks. One thread puts, another
 * runs.
 */
final class Commands {
  /** Commands that may wait. */
  static final int CAPACITY = 256;

  private final AtomicReferenceArray<@Nullable Command<?>> row =
      new AtomicReferenceArray<>(CAPACITY);
  private long put;
  private long run;

  /** Something to do, and then its outcome. */
  static final class Command<T> {
    private final Function<DataThread, T> work;
    private final Thread waiter = Thread.currentThread();
    private @Nullable T result;
    private @Nullable Throwable failure;
    private volatile boolean done;

    private Command(Function<DataThread, T> work) {
      this.work = work;
    }

    private void run(DataThread thread) {
      try {
        result = work.apply(thread);
      } catch (RuntimeException | Error e) {
        failure = e;
      }
      done = true;
      LockSupport.unpark(waiter);
    }

    /** False if it isn't done in time; it will be, before all later ones. */
    boolean await(long nanos) {
      long deadline = System.nanoTime() + nanos;
      while (!done) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        LockSupport.parkNanos(this, left);
      }
      return true;
    }

    /** The result of one that is done. */
    T result() {
      if (failure != null) {
        throw new IllegalStateException("in the forwarding thread", failure);
      }
      if (result == null) {
        throw new IllegalStateException("a command without result");
      }
      return result;
    }
  }

  /** Puts a command at the end, or returns null when there is no room. */
  <T> @Nullable Command<T> put(Function<DataThread, T> work) {
    int slot = (int) (put % CAPACITY);
    if (row.get(slot) != null) {
      return null;
    }
    Command<T> command = new Command<>(work);
    row.set(slot, command);
    put++;
    return command;
  }

  /** Runs what there is; called by the forwarding thread. */
  void runAll(DataThread thread) {
    Command<?> next = row.get((int) (run % CAPACITY));
    while (next != null) {
      next.run(thread);
      row.set((int) (run % CAPACITY), null);
      run++;
      next = row.get((int) (run % CAPACITY));
    }
  }
}
