package dev.understudy.replication;

import dev.understudy.core.Input;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.HandOver;
import dev.understudy.schema.Permit;
import dev.understudy.schema.ToForwarder;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A planned hand-over, from the active's side: it gives the forwarder a permission, tells the
 * standby, and keeps what comes in the meantime. It keeps its state too, and goes on if the standby
 * doesn't take over in time.
 */
final class Switchover {
  /** Inputs that wait while a hand-over is under way. */
  static final int DEFERRED_MAX = 4096;

  static final String GOES_ON = "this one goes on";
  private static final String REASON = "switchover";

  private final SupervisorCore core;
  private final Settings settings;
  private final Environment environment;
  private final ArrayDeque<ForwarderInput> inputs = new ArrayDeque<>();
  private final ArrayDeque<Input.Request> requests = new ArrayDeque<>();
  private boolean underWay;
  private @Nullable String askedBy;

  Switchover(SupervisorCore core, Settings settings, Environment environment) {
    this.core = core;
    this.settings = settings;
    this.environment = environment;
  }

  boolean underWay() {
    return underWay;
  }

  /**
   * Offers the term to the standby.
   *
   * @param force whether the standby is to take it even if it doesn't hold everything
   */
  void begin(ActiveTerm mine, String requestId, boolean force) {
    mine.note(
        requestId,
        true,
        "handed over to slot "
            + Settings.letter(settings.peer())
            + " after bracket "
            + (core.image().position().number() + 1));
    underWay = true;
    askedBy = requestId;
    // The permission first: the claim that follows the other message must not overtake it.
    permit(mine, REASON, false);
    environment.toPeer(
        CanonicalMessage.newBuilder()
            .setHandOver(
                HandOver.newBuilder()
                    .setLast(SupervisorCore.position(core.image().position()))
                    .setReason(REASON)
                    .setForce(force))
            .build());
  }

  /** Takes the permission back, if one is given. */
  void withdraw(ActiveTerm mine, String reason) {
    if (underWay) {
      permit(mine, reason, true);
    }
  }

  private void permit(ActiveTerm mine, String reason, boolean withdrawn) {
    if (!mine.isHeard()) {
      return; // a permission ended with the session
    }
    core.forwarder()
        .send(
            ToForwarder.newBuilder()
                .setPermit(
                    Permit.newBuilder()
                        .setTerm(mine.term())
                        .setNumber(core.image().position().number())
                        .setReason(reason)
                        .setWithdrawn(withdrawn)));
  }

  /**
   * Keeps an input until it is known who goes on.
   *
   * @return false if there are too many
   */
  boolean defer(ForwarderInput input) {
    inputs.add(input);
    return inputs.size() <= DEFERRED_MAX;
  }

  void defer(Input.Request request) {
    requests.add(request);
  }

  /** The standby has the term. */
  void taken(long termInForce) {
    termEnds();
    String request = askedBy;
    if (request != null) {
      askedBy = null;
      environment.answer(request, true, Requests.activeIn(settings.peer(), termInForce), 0);
    }
    while (!requests.isEmpty()) {
      environment.answer(
          requests.remove().requestId(), false, Requests.notActive(settings.slot()), 0);
    }
  }

  /** The permission expired unused: this one goes on with what waited. */
  void expired(ActiveTerm mine) {
    if (!underWay) {
      return;
    }
    underWay = false;
    while (!inputs.isEmpty()) {
      mine.input(inputs.remove());
    }
    goOn(
        mine,
        "slot " + Settings.letter(settings.peer()) + " did not take over in time; " + GOES_ON);
  }

  /** The term in which it was begun is over: its inputs are given to whoever has the next one. */
  void termEnds() {
    underWay = false;
    inputs.clear();
  }

  /** Whoever asked for it is told why it came to nothing; requests that waited are this term's. */
  void goOn(ActiveTerm mine, String why) {
    String request = askedBy;
    askedBy = null;
    if (request != null) {
      mine.note(request, false, why);
      environment.answer(request, false, why, 0);
    }
    while (!requests.isEmpty()) {
      mine.request(requests.remove());
    }
  }
}
