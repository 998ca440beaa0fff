package dev.understudy.border;

import com.google.protobuf.ByteString;
import dev.understudy.core.Outputs;
import dev.understudy.schema.BorderBracket;
import dev.understudy.schema.Claim;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.FailSafeInput;
import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.FrameInput;
import dev.understudy.schema.Granted;
import dev.understudy.schema.LearnedRequest;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Position;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.ReadBackRequest;
import dev.understudy.schema.Resume;
import dev.understudy.schema.Resumed;
import dev.understudy.schema.Slot;
import dev.understudy.schema.SupervisorHello;
import dev.understudy.schema.TickInput;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.schema.WatchTick;
import dev.understudy.schema.Welcome;
import java.util.List;
import java.util.Optional;

/**
 * Decides who writes, commits brackets, keeps inputs until they are consumed, and gives time.
 *
 * <p>All calls come from one thread, with the control sockets drained before {@link #onTime}. In
 * the terms of the design: T is {@link #term}, A {@link #applied}, C {@link #consumed}, Q {@link
 * #inSync}, L {@link #held}; each is kept by the part that decides it.
 */
public final class Border implements DataPlaneListener {
  /** Learned addresses in one answer to an inspection. */
  public static final int LEARNED_SHOWN_MAX = 4096;

  private final SwitchClock clock;
  private final DataPlane plane;
  private final Identity identity;
  private final Counters counters = new Counters();
  private final Sessions sessions;
  private final Standbys standbys;
  private final Delivery delivery;
  private final Body body;
  private final long incarnation;
  private final Ticks ticks;
  private final Brackets brackets;
  private final Mastership mastership;
  private final Succession succession;

  /**
   * Who this forwarder is.
   *
   * @param release for people
   * @param scheduling what its thread runs under, for people
   */
  public record Identity(String release, long processId, String scheduling) {}

  /**
   * A forwarder that begins, with the tables of {@code plane} empty or as found.
   *
   * @param store what an earlier process left; the term ceiling is raised there before this returns
   */
  public Border(
      Identity identity, SwitchClock clock, Outbox outbox, DataPlane plane, BorderStore store) {
    this.identity = identity;
    this.clock = clock;
    this.plane = plane;
    BorderStore.Stored stored = store.load();
    sessions = new Sessions(outbox, counters);
    standbys = new Standbys(clock, counters, sessions::tellAll);
    delivery = new Delivery(clock, plane, counters);
    body = new Body(clock, plane, store, stored, counters);
    incarnation = stored.incarnation() + 1;
    Terms terms = new Terms(store, stored.termCeiling(), incarnation);
    ticks = new Ticks(clock.nanos() + body.timing().getTickNanos());
    brackets = new Brackets(clock, counters, sessions, ticks, standbys, delivery, body);
    mastership = new Mastership(terms, ticks, body, sessions, counters);
    succession =
        new Succession(clock, counters, sessions, mastership, standbys, brackets, this::grant);
  }

  // ---- what may be seen from outside

  public long term() {
    return mastership.term();
  }

  public Slot holder() {
    return mastership.holder();
  }

  public boolean holderAlive() {
    return mastership.alive();
  }

  public long applied() {
    return brackets.applied();
  }

  public long consumed() {
    return delivery.consumed();
  }

  public Slot inSync() {
    return standbys.listed();
  }

  /** L of the standby that is listed, or of the slot that could be. */
  public long held(Slot slot) {
    return standbys.held(slot);
  }

  public long incarnation() {
    return incarnation;
  }

  public long configurationVersion() {
    return body.configurationVersion();
  }

  public long counter(String name) {
    return counters.value(name);
  }

  /** Inputs that are kept and not consumed. */
  public int logSize() {
    return delivery.logSize();
  }

  // ---- sessions

  /** A supervisor has connected; it must say hello first. */
  public void opened(long session) {
    sessions.opened(session);
  }

  /** A session is over, for whatever reason. */
  public void closed(long session) {
    Session gone = sessions.closed(session);
    if (gone == null || !gone.known()) {
      return;
    }
    succession.sessionEnded(gone.slot);
    if (gone == mastership.session()) {
      brackets.clear();
      mastership.sessionEnded();
    } else {
      standbys.notReady(gone.slot, "its session to the forwarder ended", applied());
    }
    succession.decideCold();
    pump();
  }

  /** A message of a supervisor. */
  public void received(long sessionId, ToForwarder message) {
    Session session = sessions.get(sessionId);
    if (session == null) {
      return;
    }
    if (!session.known() && message.getKindCase() != ToForwarder.KindCase.HELLO) {
      sessions.reject(session, "the first message must be a hello");
      return;
    }
    switch (message.getKindCase()) {
      case HELLO -> onHello(session, message.getHello());
      case CLAIM -> succession.on(session, message.getClaim());
      case RESUME -> onResume(session, message.getResume());
      case BRACKET -> onBracket(session, message.getBracket());
      case HELD -> onHeld(session, message.getHeld().getTerm(), message.getHeld().getNumber());
      case STANDBY_READY ->
          onReady(
              session, message.getStandbyReady().getTerm(), message.getStandbyReady().getNumber());
      case STANDBY_NOT_READY -> onNotReady(session, message.getStandbyNotReady().getReason());
      case PERMIT -> mastership.permit(session, message.getPermit());
      case READ_BACK -> sessions.send(session, readBack(message.getReadBack()));
      case LEARNED_REQUEST -> onLearnedRequest(session, message.getLearnedRequest());
      case KIND_NOT_SET -> counters.count("unknown-messages");
    }
    pump();
  }

  private void onHello(Session session, SupervisorHello hello) {
    if (session.known()) {
      sessions.reject(session, "a second hello in one session");
      return;
    }
    if (hello.getSlot() != Slot.SLOT_A && hello.getSlot() != Slot.SLOT_B) {
      sessions.reject(session, "the slot must be A or B");
      return;
    }
    if (!hello.getSwitchUuid().isEmpty()
        && !body.switchUuid().isEmpty()
        && !hello.getSwitchUuid().equals(body.switchUuid())) {
      sessions.reject(session, "this forwarder belongs to another switch: the UUIDs differ");
      return;
    }
    for (Session other : sessions.all()) {
      if (other.slot == hello.getSlot()) {
        if (other.instance != hello.getInstance()) {
          counters.count("second-claimants");
          sessions.reject(
              session, "slot " + Sessions.letter(hello.getSlot()) + " has a session already");
          return;
        }
        closed(other.id);
        sessions.close(other);
      }
    }
    session.slot = hello.getSlot();
    session.instance = hello.getInstance();
    sessions.send(
        session,
        ToSupervisor.newBuilder()
            .setWelcome(
                Welcome.newBuilder()
                    .setIncarnation(incarnation)
                    .setSwitchUuid(body.switchUuid())
                    .setRelease(identity.release())
                    .setProcessId(identity.processId())
                    .setTerm(term())
                    .setHolder(holder())
                    .setHolderAlive(holderAlive())
                    .setApplied(applied())
                    .setTickNanos(body.timing().getTickNanos())
                    .setSilenceLimitTicks(body.timing().getSilenceLimitTicks())
                    .addAllOutputsKnown(Outputs.known())
                    .setConfigurationVersion(body.configurationVersion())
                    .setConfiguration(body.cell())
                    .setNowNanos(clock.nanos())
                    .setScheduling(identity.scheduling()))
            .build());
  }

  // ---- mastership

  /** A new term, for whoever made this claim. */
  private void grant(Session session, Claim claim) {
    Slot previous = mastership.holder();
    boolean wasInSync = standbys.listed() == session.slot;
    boolean wasComplete = succession.holdsAll(session.slot, claim);
    long handedOverAt = claim.getKind() == ClaimKind.HANDED_OVER ? mastership.permitted() : -1;
    Session fenced = mastership.session() == session ? null : mastership.session();
    mastership.take(session);
    brackets.clear();
    succession.granted(session);
    standbys.newTerm(session.slot);
    brackets.believe(claim);
    if (!wasComplete) {
      // Whoever starts from less than the whole state has not seen the links.
      plane.links().forEach(link -> delivery.append(ForwarderInput.newBuilder().setLink(link)));
    }
    List<String> failSafes = body.failSafesBehind(delivery.consumed());
    delivery.newTerm(
        term(),
        wasComplete && claim.getIncarnation() == incarnation ? claim.getConsumed() : 0,
        handedOverAt >= 0);
    ticks.wakeAt(0);
    if (fenced != null) {
      mastership.fence(fenced, term() - 1);
    }
    counters.count("grants");
    sessions.send(
        session,
        ToSupervisor.newBuilder()
            .setGranted(
                Granted.newBuilder()
                    .setTerm(term())
                    .setKind(claim.getKind())
                    .setApplied(applied())
                    .setConsumed(delivery.consumed())
                    .setIncarnation(incarnation)
                    .setNowNanos(delivery.nextStampNanos())
                    .setWallMillis(clock.wallMillis())
                    .setInSync(wasInSync)
                    .setPreviousHolder(previous)
                    .setLastAppliedNanos(brackets.appliedNanos())
                    .setConfigurationVersion(body.configurationVersion())
                    .setConfiguration(body.cell())
                    .addAllPortStates(plane.portStates())
                    .setReason(claim.getReason())
                    .setLastApplied(
                        Position.newBuilder().setTerm(brackets.appliedTerm()).setNumber(applied()))
                    .setLostInputs(delivery.lost())
                    .setNewForwarder(!brackets.anyCarriedOut())
                    .addAllFailSafes(failSafes))
            .build());
    if (fenced != null && handedOverAt >= applied()) {
      standbys.listHandedOver(previous, handedOverAt, applied());
    }
    deliver();
  }

  private void onResume(Session session, Resume resume) {
    if (resume.getIncarnation() != incarnation) {
      succession.refuse(
          session, ClaimKind.CLAIM_KIND_UNSPECIFIED, "this is a new forwarder: claim", 1);
      return;
    }
    if (!mastership.mayResume(session, resume)) {
      mastership.fence(session, resume.getTerm());
      return;
    }
    mastership.resume(session);
    brackets.clear();
    delivery.resume(resume.getInputTaken());
    sessions.send(
        session,
        ToSupervisor.newBuilder()
            .setResumed(
                Resumed.newBuilder()
                    .setTerm(term())
                    .setApplied(applied())
                    .setConsumed(delivery.consumed()))
            .build());
    standbys.listing().ifPresent(message -> sessions.send(session, message));
    deliver();
  }

  // ---- brackets

  private void onBracket(Session session, BorderBracket bracket) {
    if (!mastership.mayWrite(session, bracket.getTerm())) {
      mastership.refuseWrite(session, bracket.getTerm());
      return;
    }
    Optional<String> refusal = brackets.refusal(bracket);
    if (refusal.isPresent()) {
      sessions.reject(session, refusal.get());
      closed(session.id);
      return;
    }
    mastership.heard(bracket.getTick());
    brackets.add(bracket);
  }

  /** Carries out what may be carried out, and gives inputs. */
  private void pump() {
    while (!brackets.isEmpty() && mayCarryOut(brackets.first())) {
      brackets.carryOutFirst();
    }
    deliver();
  }

  private boolean mayCarryOut(Brackets.Queued head) {
    return standbys.mayCarryOut(
        head.bracket().getNumber(),
        head.arrivedNanos(),
        applied(),
        mastership.session() != null && mastership.missedTicks() == 0 && !tickDue(),
        body.timing());
  }

  /** A judge that slept over a tick has not asked the holder yet whether it lives. */
  private boolean tickDue() {
    return ticks.due(clock.nanos());
  }

  // ---- the standby

  private void onHeld(Session session, long heldTerm, long number) {
    if (mayBeStandby(session, heldTerm)) {
      standbys.held(session.slot, number, applied());
    }
  }

  private void onReady(Session session, long readyTerm, long number) {
    if (mayBeStandby(session, readyTerm)) {
      standbys.ready(session.slot, number, applied());
    }
  }

  private boolean mayBeStandby(Session session, long ofTerm) {
    boolean may = ofTerm == term() && session != mastership.session();
    if (!may) {
      counters.count("stale-held");
    }
    return may;
  }

  private void onNotReady(Session session, String reason) {
    if (session != mastership.session()) {
      standbys.notReady(session.slot, reason, applied());
    }
  }

  // ---- inputs

  @Override
  public void frame(int port, ByteString frame, String trafficClass) {
    delivery.append(
        ForwarderInput.newBuilder()
            .setFrame(
                FrameInput.newBuilder()
                    .setPort(port)
                    .setFrame(frame)
                    .setTrafficClass(trafficClass)));
    deliver();
  }

  @Override
  public void link(LinkInput link) {
    long number = delivery.append(ForwarderInput.newBuilder().setLink(link));
    body.linkChanged(link.getPort(), link.getUp(), link.getDownCount(), number);
    deliver();
  }

  @Override
  public void learnedAvailable() {
    delivery.learnedAvailable();
    deliver();
  }

  private void onLearnedRequest(Session session, LearnedRequest request) {
    if (session == mastership.session()) {
      delivery.learnedRequest(request);
    }
  }

  private void deliver() {
    Session session = mastership.session();
    if (session != null) {
      delivery.deliver(message -> sessions.send(session, message));
    }
  }

  // ---- time

  /** When {@link #onTime} must be called at the latest, in switch time. */
  public long nextDeadlineNanos() {
    long next = ticks.deadlineNanos();
    if (!brackets.isEmpty()) {
      long late = brackets.first().arrivedNanos() + body.timing().getCommitLimitNanos();
      // Once late, it waits for a sign of life of the holder, which comes as a message.
      next = late > clock.nanos() ? Math.min(next, late) : next;
    }
    return next;
  }

  /**
   * Time has come: gives ticks, strikes the late, does what fail-safe outputs ask. Control sockets
   * are drained before.
   */
  public void onTime() {
    long now = clock.nanos();
    if (tickDue()) {
      regularTick(now);
    } else if (ticks.wakeDue(now)) {
      giveTick(now);
    }
    pump();
  }

  private void regularTick(long now) {
    ticks.next(now, body.timing().getTickNanos());
    giveTick(now);
    watchTicks(now);
    mastership.tick();
    standbys.tick(body.timing());
    carryOutFailSafe();
    succession.decideCold();
  }

  private void giveTick(long now) {
    ticks.given(now);
    delivery.append(
        ForwarderInput.newBuilder().setTick(TickInput.newBuilder().setTick(ticks.number())));
  }

  private void watchTicks(long now) {
    ToSupervisor message =
        ToSupervisor.newBuilder()
            .setWatchTick(
                WatchTick.newBuilder()
                    .setTick(ticks.number())
                    .setStampNanos(now)
                    .setWallMillis(clock.wallMillis())
                    .setTerm(term())
                    .setApplied(applied())
                    .setHolder(holder())
                    .setHolderAlive(holderAlive()))
            .build();
    sessions.tell(session -> session != mastership.session(), message);
  }

  private void carryOutFailSafe() {
    for (FailSafeInput done : body.carryOutFailSafe()) {
      body.failSafeLogged(done, delivery.append(ForwarderInput.newBuilder().setFailSafe(done)));
    }
  }

  // ---- inspection

  private ToSupervisor readBack(ReadBackRequest request) {
    ReadBack.Builder back =
        ReadBack.newBuilder()
            .setRequest(request.getRequest())
            .setApplied(applied())
            .setTerm(term())
            .addAllPortStates(plane.portStates())
            .addAllStaticMacs(plane.staticMacs())
            .addAllVlans(plane.vlans())
            .addAllCounters(plane.counters())
            .addAllPorts(plane.ports())
            .addAllLinks(plane.links())
            .setLearnedAddresses(plane.learnedCount())
            .setScheduling(identity.scheduling())
            .setHolder(holder())
            .setInSync(standbys.listed());
    counters
        .all()
        .forEach((name, value) ->
            back.addCounters(
                ForwarderCounter.newBuilder().setName("border." + name).setValue(value)));
    if (request.getLearned()) {
      back.addAllLearned(plane.learned(LEARNED_SHOWN_MAX));
    }
    return ToSupervisor.newBuilder().setReadBack(back).build();
  }
}
