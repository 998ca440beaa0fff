package dev.understudy.launcher.command;

import dev.understudy.schema.ManagementReply;
import dev.understudy.schema.ManagementRequest;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks whichever supervisor answers.
 *
 * <p>One may be dead, another stopped: it takes connections and never answers. So the second one is
 * asked as soon as the first has failed or been silent for {@value #SILENT_MILLIS} ms, and the
 * first answer counts. That is safe because a request carries an id: carried out once, it is only
 * answered the second time.
 */
public final class Supervisors {
  static final long SILENT_MILLIS = 400;
  static final long NOBODY_LISTENS_MILLIS = 1_000;
  private static final long PAUSE_MILLIS = 100;

  /** One supervisor. */
  @FunctionalInterface
  public interface Supervisor {
    /** Fails when it doesn't answer within the limit. */
    CompletableFuture<ManagementReply> call(ManagementRequest request, long limitMillis);
  }

  private final SortedMap<String, Supervisor> supervisors;

  /**
   * Those that may be there.
   *
   * @param supervisors by slot; asked in this order
   */
  public Supervisors(SortedMap<String, Supervisor> supervisors) {
    this.supervisors = new TreeMap<>(supervisors);
  }

  /** Nobody answered in time. */
  public static final class Nobody extends Exception {
    private static final long serialVersionUID = 1L;

    Nobody(String message) {
      super(message);
    }
  }

  /**
   * Asks until somebody answers or the patience is at its end. Where nobody listens at all it ends
   * after {@value #NOBODY_LISTENS_MILLIS} ms: a takeover always leaves one who does.
   */
  public ManagementReply ask(ManagementRequest request, long patienceMillis)
      throws Nobody, InterruptedException {
    long begunNanos = System.nanoTime();
    long listenedNanos = begunNanos;
    while (true) {
      Round round = new Round();
      for (var supervisor : supervisors.entrySet()) {
        round.ask(supervisor.getKey(), supervisor.getValue(), request, patienceMillis);
        ManagementReply reply = round.await(SILENT_MILLIS);
        if (reply != null) {
          return reply;
        }
      }
      ManagementReply reply = round.await(Math.max(1, patienceMillis - millisSince(begunNanos)));
      if (reply != null) {
        return reply;
      }
      if (!round.nobodyListened()) {
        listenedNanos = System.nanoTime();
      }
      if (millisSince(begunNanos) + PAUSE_MILLIS > patienceMillis
          || millisSince(listenedNanos) > NOBODY_LISTENS_MILLIS) {
        throw new Nobody(round.failures(patienceMillis));
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  /** The questions under way at once; the first answer counts. */
  private static final class Round {
    private final CompletableFuture<ManagementReply> first = new CompletableFuture<>();
    private final List<String> failures = new ArrayList<>();
    private int underWay;
    private boolean somebodyListens;
    private CompletableFuture<Void> change = new CompletableFuture<>();

    synchronized void ask(
        String slot, Supervisor supervisor, ManagementRequest request, long limitMillis) {
      underWay++;
      var _ =
          supervisor
              .call(request, limitMillis)
              .whenComplete((reply, failure) -> answered(slot, reply, failure));
    }

    private synchronized void answered(
        String slot, @Nullable ManagementReply reply, @Nullable Throwable failure) {
      underWay--;
      if (reply != null) {
        first.complete(reply);
      } else if (failure != null) {
        failures.add("supervisor " + slot + ": " + failure.getMessage());
        somebodyListens |= Status.fromThrowable(failure).getCode() != Status.Code.UNAVAILABLE;
      }
      change.complete(null);
      change = new CompletableFuture<>();
    }

    synchronized boolean nobodyListened() {
      return underWay == 0 && !somebodyListens;
    }

    synchronized String failures(long patienceMillis) {
      return failures.isEmpty()
          ? "no answer within " + patienceMillis + " ms"
          : String.join("; ", failures);
    }

    private synchronized CompletableFuture<Void> nextChange() {
      return underWay == 0 ? CompletableFuture.completedFuture(null) : change;
    }

    /** The answer, or null if all have failed or the time is over. */
    @Nullable ManagementReply await(long millis) throws InterruptedException {
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
      while (true) {
        CompletableFuture<Void> next = nextChange();
        if (first.isDone()) {
          return first.join();
        }
        long left = deadline - System.nanoTime();
        if (next.isDone() || left <= 0) {
          return null;
        }
        try {
          next.get(left, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          return first.isDone() ? first.join() : null;
        } catch (ExecutionException e) {
          throw new IllegalStateException("a mere signal can't fail", e);
        }
      }
    }
  }
}
