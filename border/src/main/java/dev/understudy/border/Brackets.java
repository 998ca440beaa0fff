package dev.understudy.border;

import dev.understudy.core.Check;
import dev.understudy.schema.Applied;
import dev.understudy.schema.BorderBracket;
import dev.understudy.schema.Claim;
import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.Output;
import dev.understudy.schema.OutputFailedInput;
import dev.understudy.schema.ToSupervisor;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Optional;

/** The active's brackets: which wait, in order, and up to which they are carried out: A. */
final class Brackets {
  /** Brackets of the active that wait for the standby. */
  static final int QUEUE_MAX = 8192;

  record Queued(BorderBracket bracket, long arrivedNanos) {}

  private final SwitchClock clock;
  private final Counters counters;
  private final Sessions sessions;
  private final Ticks ticks;
  private final Standbys standbys;
  private final Delivery delivery;
  private final Body body;
  private final ArrayDeque<Queued> queue = new ArrayDeque<>();
  private long applied;
  private long appliedTerm;
  private long appliedNanos;
  private boolean appliedAny;

  Brackets(
      SwitchClock clock,
      Counters counters,
      Sessions sessions,
      Ticks ticks,
      Standbys standbys,
      Delivery delivery,
      Body body) {
    this.clock = clock;
    this.counters = counters;
    this.sessions = sessions;
    this.ticks = ticks;
    this.standbys = standbys;
    this.delivery = delivery;
    this.body = body;
  }

  // ---- those that wait

  /** Why a bracket can't be taken; empty when it can. */
  Optional<String> refusal(BorderBracket bracket) {
    long expected = queue.isEmpty() ? applied + 1 : queue.getLast().bracket.getNumber() + 1;
    return bracket.getNumber() != expected || queue.size() >= QUEUE_MAX
        ? Optional.of(
            "bracket "
                + bracket.getNumber()
                + " came where "
                + expected
                + " was expected, "
                + queue.size()
                + " are waiting")
        : Optional.empty();
  }

  void add(BorderBracket bracket) {
    queue.add(new Queued(bracket, clock.nanos()));
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  Queued first() {
    return queue.getFirst();
  }

  /** Who sent them is active no more, or sends them again. */
  void clear() {
    queue.clear();
  }

  // ---- what is carried out

  /** A: the last bracket carried out. */
  long applied() {
    return applied;
  }

  /** The term in which it was made. */
  long appliedTerm() {
    return appliedTerm;
  }

  long appliedNanos() {
    return appliedNanos;
  }

  /** Whether this forwarder has carried out any. */
  boolean anyCarriedOut() {
    return appliedAny;
  }

  /** While this forwarder has carried out none: what a claimant knows to be carried out is so. */
  void believe(Claim claim) {
    if (!appliedAny && claim.getApplied() >= applied) {
      applied = claim.getApplied();
      appliedTerm = claim.getHeld().getTerm();
    }
  }

  void carryOutFirst() {
    carryOut(queue.removeFirst().bracket);
  }

  private void carryOut(BorderBracket bracket) {
    Check.that(
        bracket.getNumber() == applied + 1,
        "brackets are carried out in order",
        bracket.getNumber(),
        applied);
    body.bracketBegins(bracket.getMadeInTerm(), bracket.getNumber());
    int index = 0;
    for (Output output : bracket.getOutputsList()) {
      int at = index++;
      body.carryOut(output, bracket.getConsumed())
          .ifPresent(reason -> outputFailed(bracket.getNumber(), at, output, reason));
    }
    applied = bracket.getNumber();
    appliedTerm = bracket.getMadeInTerm();
    appliedNanos = clock.nanos();
    appliedAny = true;
    standbys.carriedOut(applied);
    delivery.consume(bracket.getConsumed(), bracket.getLearnedSequence());
    body.driven(bracket.getHealth().getFaultyEnginesList());
    ticks.wakeAt(bracket.getWakeAtNanos());
    sessions.tellAll(
        ToSupervisor.newBuilder()
            .setApplied(
                Applied.newBuilder()
                    .setTerm(bracket.getTerm())
                    .setNumber(applied)
                    .setStampNanos(appliedNanos))
            .build());
  }

  private void outputFailed(long bracket, int index, Output output, String reason) {
    counters.count("outputs-failed");
    int port =
        switch (output.getKindCase()) {
          case SEND_FRAME -> output.getSendFrame().getPort();
          case SET_PORT -> output.getSetPort().getPort();
          case REMOVE_PORT -> output.getRemovePort().getPort();
          case SET_PORT_STATE -> output.getSetPortState().getBridgePort();
          default -> 0;
        };
    delivery.append(
        ForwarderInput.newBuilder()
            .setOutputFailed(
                OutputFailedInput.newBuilder()
                    .setBracket(bracket)
                    .setIndex(index)
                    .setPort(port)
                    .setReason(kind(output) + ": " + reason)));
  }

  /** As people read it: {@code send-frame}. */
  private static String kind(Output output) {
    return output.getKindCase().name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
