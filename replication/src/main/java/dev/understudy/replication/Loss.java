package dev.understudy.replication;

import dev.understudy.schema.Failure;
import java.util.Optional;

/**
 * What was wrong with a supervisor that lost its term.
 *
 * @param processId of that supervisor, 0 if it never said
 * @param evidence for people
 */
record Loss(Failure failure, long processId, String evidence) {
  /** Nothing was wrong with anybody. */
  static final Loss NONE = new Loss(Failure.FAILURE_UNSPECIFIED, 0, "");

  /**
   * The same with what the launcher saw, where that says more: it sees how a process ended, and
   * whether one is stopped. A process that has no memory left is slow first and ends later.
   */
  Optional<Loss> refined(Loss seen) {
    if (processId == 0 || seen.processId != processId || failure == seen.failure) {
      return Optional.empty();
    }
    boolean says =
        switch (seen.failure) {
          case OUT_OF_MEMORY -> failure != Failure.FAILURE_UNSPECIFIED;
          case KILLED, BROKEN -> failure == Failure.ENDED || failure == Failure.SILENT;
          case STOPPED -> failure == Failure.SILENT;
          case FAILURE_UNSPECIFIED,
              ENDED,
              SILENT,
              LOOP_STALLED,
              ENGINE_SLOW,
              FORWARDER_LOST,
              UNRECOGNIZED ->
              false;
        };
    return says ? Optional.of(new Loss(seen.failure, processId, evidence)) : Optional.empty();
  }
}
