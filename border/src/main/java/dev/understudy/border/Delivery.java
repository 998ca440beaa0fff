package dev.understudy.border;

import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LearnedRequest;
import dev.understudy.schema.SkippedInput;
import dev.understudy.schema.ToSupervisor;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Gives the active its inputs, in order: each once, again after a takeover if nobody consumed it,
 * and not a third time to a third process. Learned addresses have a lane of their own behind them.
 */
final class Delivery {
  /** Inputs that are under way to the active and not consumed. */
  static final int IN_FLIGHT_MAX = 1024;

  /** An input is given to so many sessions, and then put aside. */
  static final int DELIVERIES_MAX = 2;

  /** Batches of learned addresses that are under way to an active that is quick. */
  static final int LEARNED_IN_FLIGHT_MAX = 8;

  /**
   * A batch carried out within this time may have one more beside it next time; one that took
   * longer halves what may be under way. Ticks and control frames wait behind what is under way, so
   * that this is about how late addresses may make them: half a tick, or one batch.
   */
  static final long LEARNED_PROMPT_NANOS = 10_000_000L;

  private final SwitchClock clock;
  private final DataPlane plane;
  private final Counters counters;
  private final InputLog log = new InputLog();
  private long consumed;
  private long consumedAtGrant;
  private long deliveredThrough;
  private long carefulThrough;
  private long lostAtConsumed;
  private long term;

  private boolean learnedPending;
  private boolean learnedWanted;
  private long learnedIncarnation;
  private long learnedSequence;
  private int learnedInFlightMax = 1;

  /** When the batches under way were given, in order. */
  private final ArrayDeque<Long> learnedGivenNanos = new ArrayDeque<>();

  Delivery(SwitchClock clock, DataPlane plane, Counters counters) {
    this.clock = clock;
    this.plane = plane;
    this.counters = counters;
  }

  /** Adds an input to the log, stamped now; returns its number. */
  long append(ForwarderInput.Builder input) {
    log.add(input.setStampNanos(clock.nanos()).setWallMillis(clock.wallMillis()));
    return log.last();
  }

  /** C: everything up to this number is consumed by a bracket carried out. */
  long consumed() {
    return consumed;
  }

  int logSize() {
    return log.size();
  }

  /** Control frames dropped since the last input consumed. */
  long lost() {
    return log.lostFrames() - lostAtConsumed;
  }

  /** When the first input was stamped that the active doesn't have yet; now, when there is none. */
  long nextStampNanos() {
    return log.next(deliveredThrough)
        .map(entry -> entry.input.getStampNanos())
        .orElse(clock.nanos());
  }

  /** A bracket was carried out. */
  void consume(long through, long learnedThrough) {
    if (through > consumed) {
      consumed = through;
      log.consume(consumed);
      lostAtConsumed = log.lostFrames();
    }
    Long given = learnedThrough == 0 ? null : learnedGivenNanos.poll();
    if (given != null) {
      learnedInFlightMax =
          clock.nanos() - given <= LEARNED_PROMPT_NANOS
              ? Math.min(learnedInFlightMax + 1, LEARNED_IN_FLIGHT_MAX)
              : Math.max(learnedInFlightMax / 2, 1);
    }
  }

  /**
   * A new term: what is not consumed is given to its holder.
   *
   * @param ownConsumed what the brackets consume that it holds and will send again
   * @param handedOver the former holder stopped of its own will: what it left behind it did not die
   *     of
   */
  void newTerm(long newTerm, long ownConsumed, boolean handedOver) {
    if (handedOver) {
      for (InputLog.Entry entry : log.after(consumed)) {
        if (entry.deliveredInTerm == term) {
          entry.deliveries--;
        }
      }
    }
    term = newTerm;
    deliveredThrough = Math.max(consumed, ownConsumed);
    consumedAtGrant = deliveredThrough;
    carefulThrough = 0;
    for (InputLog.Entry entry : log.after(deliveredThrough)) {
      if (entry.deliveries > 0) {
        carefulThrough = entry.number();
      }
    }
    learnedWanted = false;
    learnedGivenNanos.clear();
    learnedInFlightMax = 1; // a new active's code may be cold
  }

  /** The holder is back after a broken session and has taken inputs up to this number. */
  void resume(long taken) {
    deliveredThrough = Math.max(consumed, taken);
    learnedWanted = false;
  }

  void learnedAvailable() {
    learnedPending = true;
  }

  void learnedRequest(LearnedRequest request) {
    learnedWanted = true;
    learnedPending = true;
    learnedGivenNanos.clear();
    learnedIncarnation = request.getIncarnation();
    learnedSequence = request.getSequence();
  }

  /** Gives the active what it may have. */
  void deliver(Consumer<ToSupervisor> to) {
    for (Optional<InputLog.Entry> next = log.next(deliveredThrough);
        next.isPresent();
        next = log.next(deliveredThrough)) {
      if (!mayDeliver(next.get())) {
        return;
      }
      deliver(next.get(), to);
    }
    deliverLearned(to);
  }

  /**
   * Inputs that an earlier session had are given one at a time, so that only the guilty one is
   * found guilty.
   */
  private boolean mayDeliver(InputLog.Entry entry) {
    long done = Math.max(Math.max(consumed, consumedAtGrant), log.first() - 1);
    boolean nothingUnderWay = deliveredThrough <= done;
    boolean careful = entry.number() <= carefulThrough || deliveredThrough <= carefulThrough;
    return nothingUnderWay || (!careful && deliveredThrough - done < IN_FLIGHT_MAX);
  }

  private void deliver(InputLog.Entry entry, Consumer<ToSupervisor> to) {
    if (entry.deliveredInTerm != term) {
      if (entry.deliveries >= DELIVERIES_MAX
          && entry.input.getKindCase() != ForwarderInput.KindCase.SKIPPED) {
        quarantine(entry);
      }
      entry.deliveries++;
      entry.deliveredInTerm = term;
    }
    deliveredThrough = entry.number();
    to.accept(
        ToSupervisor.newBuilder()
            .setInput(entry.input.toBuilder().setDeliveries(entry.deliveries - 1))
            .build());
  }

  private void quarantine(InputLog.Entry entry) {
    counters.count("inputs-quarantined");
    ForwarderInput input = entry.input;
    log.replace(
        entry,
        ForwarderInput.newBuilder()
            .setStampNanos(input.getStampNanos())
            .setWallMillis(input.getWallMillis())
            .setSkipped(
                SkippedInput.newBuilder()
                    .setSkipped(input.getNumber())
                    .setPort(
                        input.hasFrame() ? input.getFrame().getPort() : input.getLink().getPort())
                    .setTick(input.hasTick())
                    .setDeliveries(entry.deliveries)));
    if (input.hasLink()) {
      plane.links().stream()
          .filter(link -> link.getPort() == input.getLink().getPort())
          .forEach(link -> append(ForwarderInput.newBuilder().setLink(link)));
    }
  }

  private void deliverLearned(Consumer<ToSupervisor> to) {
    while (learnedWanted && learnedPending && learnedGivenNanos.size() < learnedInFlightMax) {
      LearnedInput batch = plane.learnedAfter(learnedIncarnation, learnedSequence);
      if (batch.getChangesCount() == 0 && !batch.getDumpBegin() && !batch.getDumpEnd()) {
        learnedPending = false;
        return;
      }
      learnedIncarnation = batch.getIncarnation();
      learnedSequence = batch.getSequence();
      learnedGivenNanos.add(clock.nanos());
      to.accept(
          ToSupervisor.newBuilder()
              .setInput(
                  ForwarderInput.newBuilder()
                      .setStampNanos(clock.nanos())
                      .setWallMillis(clock.wallMillis())
                      .setLearned(batch))
              .build());
    }
  }
}
