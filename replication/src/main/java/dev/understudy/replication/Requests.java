package dev.understudy.replication;

import dev.understudy.core.ImageView;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.schema.RequestRow;
import dev.understudy.schema.Slot;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What people ask of a supervisor: goes to the part that does it, or is answered at once where this
 * supervisor can't do it now, or did it before.
 */
final class Requests {
  private final SupervisorCore core;
  private final Settings settings;
  private final Environment environment;

  Requests(SupervisorCore core, Settings settings, Environment environment) {
    this.core = core;
    this.settings = settings;
    this.environment = environment;
  }

  void request(Input.Request request) {
    ActiveTerm active = core.active();
    if (active == null) {
      environment.answer(request.requestId(), false, notActive(settings.slot()), 0);
    } else if (core.switchover().underWay()) {
      core.switchover().defer(request);
    } else {
      active.request(request);
    }
  }

  void change(String requestId, boolean person, BiFunction<ImageView, Moment, Change> decide) {
    ActiveTerm mine = core.active();
    if (mine == null || core.switchover().underWay()) {
      answerNotNow(requestId);
      return;
    }
    Optional<RequestRow> done = person ? request(requestId) : Optional.empty();
    if (done.isPresent()) {
      environment.answer(requestId, done.get().getOk(), done.get().getResult(), 0);
    } else {
      mine.change(requestId, person, decide);
    }
  }

  void switchover(String requestId, boolean force) {
    ActiveTerm mine = core.active();
    if (mine == null || core.switchover().underWay()) {
      answerNotNow(requestId);
      return;
    }
    Optional<RequestRow> done = request(requestId);
    if (done.isPresent()) {
      environment.answer(requestId, done.get().getOk(), done.get().getResult(), 0);
      return;
    }
    if (!core.peer().isUp()
        || !mine.feed().streaming()
        || !mine.isHeard()
        || (!core.listing().isListed() && !force)) {
      environment.answer(
          requestId,
          false,
          "slot "
              + Settings.letter(settings.peer())
              + " is not ready: "
              + String.join("; ", core.listing().notReadyReasons()),
          0);
      return;
    }
    core.switchover().begin(mine, requestId, force && !core.listing().isListed());
  }

  void takeOver(String requestId) {
    if (!core.role().standby() || !core.forwarder().isUp()) {
      environment.answer(
          requestId,
          false,
          "slot "
              + Settings.letter(settings.slot())
              + (core.forwarder().isUp()
                  ? " is " + core.role()
                  : " has no session to the forwarder"),
          0);
      return;
    }
    core.claims().takeOver(requestId);
  }

  private void answerNotNow(String requestId) {
    environment.answer(
        requestId,
        false,
        core.active() == null ? notActive(settings.slot()) : "a switchover is under way",
        0);
  }

  private Optional<RequestRow> request(String requestId) {
    return core.image()
        .row(
            RequestRow.newBuilder()
                .setKey(RequestRow.Key.newBuilder().setRequestId(requestId))
                .build());
  }

  static String activeIn(Slot slot, long term) {
    return "slot " + Settings.letter(slot) + " is active in term " + term;
  }

  /** What is answered to who asks for something that only an active supervisor does. */
  static String notActive(Slot slot) {
    return "slot " + Settings.letter(slot) + " is not active";
  }
}
