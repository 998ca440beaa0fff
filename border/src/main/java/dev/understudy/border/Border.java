package dev.understudy.border;

import com.google.protobuf.ByteString;
import dev.understudy.core.Check;
import dev.understudy.core.Outputs;
import dev.understudy.schema.Applied;
import dev.understudy.schema.BorderBracket;
import dev.understudy.schema.Claim;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.ClaimRefused;
import dev.understudy.schema.FailSafeInput;
import dev.understudy.schema.Fenced;
import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.FrameInput;
import dev.understudy.schema.Granted;
import dev.understudy.schema.HolderLost;
import dev.understudy.schema.LearnedRequest;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Output;
import dev.understudy.schema.OutputFailedInput;
import dev.understudy.schema.Permit;
import dev.understudy.schema.PermitExpired;
import dev.understudy.schema.Position;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.ReadBackRequest;
import dev.understudy.schema.Rejected;
import dev.understudy.schema.Resume;
import dev.understudy.schema.Resumed;
import dev.understudy.schema.Slot;
import dev.understudy.schema.SupervisorHello;
import dev.understudy.schema.TickInput;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.schema.WatchTick;
import dev.understudy.schema.Welcome;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides who writes, commits brackets, keeps inputs until they are consumed, and gives time.
 *
 * <p>All calls come from one thread, with the control sockets drained before {@link #onTime}. In
 * the terms of the design: T is {@link #term}, A {@link #applied}, C {@link #consumed}, Q {@link
 * #inSync}, L {@link #held}.
 */
public final class Border implements DataPlaneListener {
  /** Brackets of the active that wait for the standby. */
  public static final int QUEUE_MAX = 8192;

  /** Learned addresses in one answer to an inspection. */
  public static final int LEARNED_SHOWN_MAX = 4096;

  static final long TERM_CEILING_STEP = 1000;
  static final int PERMIT_TICKS = 5;

  /** How long a silent but connected holder is left in peace by a claimant without any image. */
  static final long FIRST_WORD_NANOS = 1_500_000_000L;

  private final SwitchClock clock;
  private final Outbox outbox;
  private final DataPlane plane;
  private final BorderStore store;
  private final Identity identity;
  private final Counters counters = new Counters();
  private final Standbys standbys;
  private final Delivery delivery;
  private final Body body;
  private final ColdClaims coldClaims = new ColdClaims();
  private final TreeMap<Long, Session> sessions = new TreeMap<>();
  private final ArrayDeque<Queued> queue = new ArrayDeque<>();
  private final long incarnation;

  private long term;
  private long termCeiling;

  private Slot holder = Slot.SLOT_UNSPECIFIED;
  private long holderInstance;
  private @Nullable Session holderSession;
  private long applied;
  private long appliedTerm;
  private long appliedNanos;
  private boolean appliedAny;
  private boolean holderLostTold;

  private long tick;
  private long holderTick;
  private long nextTickNanos;
  private long lastTickStamp;
  private long wakeAtNanos;
  private long permitNumber = -1;
  private long permitTick;

  /**
   * Who this forwarder is.
   *
   * @param release for people
   * @param scheduling what its thread runs under, for people
   */
  public record Identity(String release, long processId, String scheduling) {}

  private static final class Session {
    final long id;
    Slot slot = Slot.SLOT_UNSPECIFIED;
    long instance;

    Session(long id) {
      this.id = id;
    }

    boolean known() {
      return slot != Slot.SLOT_UNSPECIFIED;
    }
  }

  private record Queued(BorderBracket bracket, long arrivedNanos) {}

  /**
   * A forwarder that begins, with the tables of {@code plane} empty or as found.
   *
   * @param store what an earlier process left; the term ceiling is raised there before this returns
   */
  public Border(
      Identity identity, SwitchClock clock, Outbox outbox, DataPlane plane, BorderStore store) {
    this.identity = identity;
    this.clock = clock;
    this.outbox = outbox;
    this.plane = plane;
    this.store = store;
    BorderStore.Stored stored = store.load();
    standbys = new Standbys(clock, counters, this::tellAll);
    delivery = new Delivery(clock, plane, counters);
    body = new Body(clock, plane, store, stored, counters);
    incarnation = stored.incarnation() + 1;
    term = stored.termCeiling();
    termCeiling = term + TERM_CEILING_STEP;
    store.saveTermCeiling(termCeiling, incarnation);
    nextTickNanos = clock.nanos() + body.timing().getTickNanos();
  }

  // ---- what may be seen from outside

  public long term() {
    return term;
  }

  public Slot holder() {
    return holder;
  }

  public boolean holderAlive() {
    return holderSession != null && !holderSilent();
  }

  public long applied() {
    return applied;
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
    sessions.put(session, new Session(session));
  }

  /** A session is over, for whatever reason. */
  public void closed(long session) {
    Session gone = sessions.remove(session);
    if (gone == null || !gone.known()) {
      return;
    }
    coldClaims.remove(gone.slot);
    if (gone == holderSession) {
      holderSession = null;
      queue.clear();
      permitNumber = -1;
      tellHolderLost("its session to the forwarder ended");
    } else {
      standbys.notReady(gone.slot, "its session to the forwarder ended", applied);
    }
    decideCold();
    pump();
  }

  /** A message of a supervisor. */
  public void received(long sessionId, ToForwarder message) {
    Session session = sessions.get(sessionId);
    if (session == null) {
      return;
    }
    if (!session.known() && message.getKindCase() != ToForwarder.KindCase.HELLO) {
      reject(session, "the first message must be a hello");
      return;
    }
    switch (message.getKindCase()) {
      case HELLO -> onHello(session, message.getHello());
      case CLAIM -> onClaim(session, message.getClaim());
      case RESUME -> onResume(session, message.getResume());
      case BRACKET -> onBracket(session, message.getBracket());
      case HELD -> onHeld(session, message.getHeld().getTerm(), message.getHeld().getNumber());
      case STANDBY_READY ->
          onReady(
              session, message.getStandbyReady().getTerm(), message.getStandbyReady().getNumber());
      case STANDBY_NOT_READY -> onNotReady(session, message.getStandbyNotReady().getReason());
      case PERMIT -> onPermit(session, message.getPermit());
      case READ_BACK -> outbox.send(session.id, readBack(message.getReadBack()));
      case LEARNED_REQUEST -> onLearnedRequest(session, message.getLearnedRequest());
      case KIND_NOT_SET -> counters.count("unknown-messages");
    }
    pump();
  }

  private void onHello(Session session, SupervisorHello hello) {
    if (session.known()) {
      reject(session, "a second hello in one session");
      return;
    }
    if (hello.getSlot() != Slot.SLOT_A && hello.getSlot() != Slot.SLOT_B) {
      reject(session, "the slot must be A or B");
      return;
    }
    if (!hello.getSwitchUuid().isEmpty()
        && !body.switchUuid().isEmpty()
        && !hello.getSwitchUuid().equals(body.switchUuid())) {
      reject(session, "this forwarder belongs to another switch: the UUIDs differ");
      return;
    }
    for (Session other : List.copyOf(sessions.values())) {
      if (other.slot == hello.getSlot()) {
        if (other.instance != hello.getInstance()) {
          counters.count("second-claimants");
          reject(session, "slot " + letter(hello.getSlot()) + " has a session already");
          return;
        }
        closed(other.id);
        outbox.close(other.id);
      }
    }
    session.slot = hello.getSlot();
    session.instance = hello.getInstance();
    outbox.send(
        session.id,
        ToSupervisor.newBuilder()
            .setWelcome(
                Welcome.newBuilder()
                    .setIncarnation(incarnation)
                    .setSwitchUuid(body.switchUuid())
                    .setRelease(identity.release())
                    .setProcessId(identity.processId())
                    .setTerm(term)
                    .setHolder(holder)
                    .setHolderAlive(holderAlive())
                    .setApplied(applied)
                    .setTickNanos(body.timing().getTickNanos())
                    .setSilenceLimitTicks(body.timing().getSilenceLimitTicks())
                    .addAllOutputsKnown(Outputs.known())
                    .setConfigurationVersion(body.configurationVersion())
                    .setConfiguration(body.cell())
                    .setNowNanos(clock.nanos())
                    .setScheduling(identity.scheduling()))
            .build());
  }

  private void reject(Session session, String reason) {
    counters.count("rejected-sessions");
    outbox.send(
        session.id,
        ToSupervisor.newBuilder().setRejected(Rejected.newBuilder().setReason(reason)).build());
    outbox.close(session.id);
  }

  // ---- mastership

  private void onClaim(Session session, Claim claim) {
    if (session.slot == holder && session == holderSession) {
      refuse(session, claim.getKind(), "this supervisor is active already", 0);
      return;
    }
    switch (claim.getKind()) {
      case IF_LOST -> onIfLost(session, claim);
      case HANDED_OVER -> onHandedOver(session, claim);
      case COLD -> {
        if (holderAlive()) {
          refuse(session, ClaimKind.COLD, "slot " + letter(holder) + " is active", 0);
        } else {
          coldClaims.add(session.slot, claim, clock.nanos());
          decideCold();
        }
      }
      case FORCE -> grant(session, claim);
      case CLAIM_KIND_UNSPECIFIED, UNRECOGNIZED ->
          refuse(session, claim.getKind(), "unknown kind of claim", 0);
    }
  }

  private void onIfLost(Session session, Claim claim) {
    if (holderAlive()) {
      counters.count("claims-refused");
      refuse(session, ClaimKind.IF_LOST, "slot " + letter(holder) + " is alive", 1);
    } else if (holder == Slot.SLOT_UNSPECIFIED) {
      coldClaims.add(session.slot, claim, clock.nanos());
      decideCold();
    } else if (!claim.hasHeld() && holderSession != null && missedNanos() < FIRST_WORD_NANOS) {
      // An active that has just begun may take a while to its first bracket on a busy machine. Who
      // holds nothing at all could only begin in its place.
      refuse(session, ClaimKind.IF_LOST, "no image, and the active is still connected", 5);
    } else if (!holdsAll(session.slot, claim)
        && missedTicks() < 2L * body.timing().getSilenceLimitTicks()) {
      // A claimant without the whole state is worse than the holder's return, which is waited for a
      // little.
      refuse(session, ClaimKind.IF_LOST, "not in sync, and the active may return", 1);
    } else {
      grant(session, claim);
    }
  }

  /** True if nothing was carried out that the claimant doesn't hold, listed or not. */
  private boolean holdsAll(Slot slot, Claim claim) {
    return standbys.listed() == slot
        || (claim.getHeld().getNumber() >= applied && claim.getHeld().getTerm() == appliedTerm);
  }

  private void onHandedOver(Session session, Claim claim) {
    if (permitNumber < 0) {
      refuse(session, ClaimKind.HANDED_OVER, "the active has given no permission", 0);
    } else if (claim.getHeld().getNumber() < permitNumber) {
      refuse(
          session,
          ClaimKind.HANDED_OVER,
          "brackets up to " + permitNumber + " are not held yet",
          1);
    } else {
      grant(session, claim);
    }
  }

  private void decideCold() {
    if (holderAlive()) {
      return;
    }
    coldClaims
        .winner(appliedAny ? applied : 0, clock.nanos())
        .ifPresent(slot -> {
          Claim claim = coldClaims.claim(slot);
          sessions.values().stream()
              .filter(session -> session.slot == slot)
              .findFirst()
              .ifPresent(session -> grant(session, claim));
        });
  }

  private void grant(Session session, Claim claim) {
    Slot previous = holder;
    boolean wasInSync = standbys.listed() == session.slot;
    boolean wasComplete = holdsAll(session.slot, claim);
    long handedOverAt = claim.getKind() == ClaimKind.HANDED_OVER ? permitNumber : -1;
    Session fenced = holderSession == session ? null : holderSession;
    advanceTerm();
    holder = session.slot;
    holderInstance = session.instance;
    holderSession = session;
    holderTick = tick;
    holderLostTold = false;
    permitNumber = -1;
    queue.clear();
    for (Session other : sessions.values()) {
      if (other.slot != session.slot && coldClaims.has(other.slot)) {
        refuse(other, ClaimKind.COLD, "slot " + letter(holder) + " was granted", 0);
      }
    }
    coldClaims.clear();
    standbys.newTerm(session.slot);
    if (!appliedAny && claim.getApplied() >= applied) {
      // What a claimant before this one knew to be carried out is so.
      applied = claim.getApplied();
      appliedTerm = claim.getHeld().getTerm();
    }
    if (!wasComplete) {
      // Whoever starts from less than the whole state has not seen the links.
      plane.links().forEach(link -> delivery.append(ForwarderInput.newBuilder().setLink(link)));
    }
    List<String> failSafes = body.failSafesBehind(delivery.consumed());
    delivery.newTerm(
        term,
        wasComplete && claim.getIncarnation() == incarnation ? claim.getConsumed() : 0,
        handedOverAt >= 0);
    wakeAtNanos = 0;
    if (fenced != null) {
      fence(fenced, term - 1);
    }
    counters.count("grants");
    outbox.send(
        session.id,
        ToSupervisor.newBuilder()
            .setGranted(
                Granted.newBuilder()
                    .setTerm(term)
                    .setKind(claim.getKind())
                    .setApplied(applied)
                    .setConsumed(delivery.consumed())
                    .setIncarnation(incarnation)
                    .setNowNanos(delivery.nextStampNanos())
                    .setWallMillis(clock.wallMillis())
                    .setInSync(wasInSync)
                    .setPreviousHolder(previous)
                    .setLastAppliedNanos(appliedNanos)
                    .setConfigurationVersion(body.configurationVersion())
                    .setConfiguration(body.cell())
                    .addAllPortStates(plane.portStates())
                    .setReason(claim.getReason())
                    .setLastApplied(Position.newBuilder().setTerm(appliedTerm).setNumber(applied))
                    .setLostInputs(delivery.lost())
                    .setNewForwarder(!appliedAny)
                    .addAllFailSafes(failSafes))
            .build());
    if (fenced != null && handedOverAt >= applied) {
      standbys.listHandedOver(previous, handedOverAt, applied);
    }
    deliver();
  }

  private void advanceTerm() {
    if (term + 1 >= termCeiling) {
      termCeiling = term + TERM_CEILING_STEP;
      store.saveTermCeiling(termCeiling, incarnation);
    }
    term++;
  }

  private void onResume(Session session, Resume resume) {
    if (resume.getIncarnation() != incarnation) {
      refuse(session, ClaimKind.CLAIM_KIND_UNSPECIFIED, "this is a new forwarder: claim", 1);
      return;
    }
    if (resume.getTerm() != term
        || session.slot != holder
        || resume.getInstance() != holderInstance) {
      fence(session, resume.getTerm());
      return;
    }
    holderSession = session;
    holderTick = tick;
    holderLostTold = false;
    queue.clear();
    delivery.resume(resume.getInputTaken());
    outbox.send(
        session.id,
        ToSupervisor.newBuilder()
            .setResumed(
                Resumed.newBuilder()
                    .setTerm(term)
                    .setApplied(applied)
                    .setConsumed(delivery.consumed()))
            .build());
    standbys.listing().ifPresent(message -> outbox.send(session.id, message));
    deliver();
  }

  private void refuse(Session session, ClaimKind kind, String reason, int retryTicks) {
    outbox.send(
        session.id,
        ToSupervisor.newBuilder()
            .setClaimRefused(
                ClaimRefused.newBuilder()
                    .setKind(
                        kind == ClaimKind.UNRECOGNIZED ? ClaimKind.CLAIM_KIND_UNSPECIFIED : kind)
                    .setReason(reason)
                    .setHolder(holder)
                    .setTerm(term)
                    .setRetryTicks(retryTicks))
            .build());
  }

  private void fence(Session session, long termRefused) {
    outbox.send(
        session.id,
        ToSupervisor.newBuilder()
            .setFenced(
                Fenced.newBuilder()
                    .setTermInForce(term)
                    .setTermRefused(termRefused)
                    .setRefusedWrites(counter("refused-writes"))
                    .setHolder(holder))
            .build());
  }

  private void tellHolderLost(String reason) {
    if (holderLostTold) {
      return;
    }
    holderLostTold = true;
    ToSupervisor lost =
        ToSupervisor.newBuilder()
            .setHolderLost(HolderLost.newBuilder().setSlot(holder).setReason(reason))
            .build();
    for (Session session : sessions.values()) {
      if (session.known() && session.slot != holder) {
        outbox.send(session.id, lost);
      }
    }
  }

  private long missedNanos() {
    return missedTicks() * body.timing().getTickNanos();
  }

  private long missedTicks() {
    return tick - holderTick;
  }

  private boolean holderSilent() {
    return missedTicks() >= body.timing().getSilenceLimitTicks();
  }

  private void onPermit(Session session, Permit permit) {
    if (session != holderSession || permit.getTerm() != term) {
      refuseWrite(session, permit.getTerm());
      return;
    }
    if (permit.getWithdrawn()) {
      expirePermit();
      return;
    }
    permitNumber = permit.getNumber();
    permitTick = tick;
  }

  private void expirePermit() {
    permitNumber = -1;
    if (holderSession != null) {
      outbox.send(
          holderSession.id,
          ToSupervisor.newBuilder()
              .setPermitExpired(PermitExpired.newBuilder().setTerm(term))
              .build());
    }
  }

  // ---- brackets

  private void onBracket(Session session, BorderBracket bracket) {
    if (session != holderSession || bracket.getTerm() != term) {
      refuseWrite(session, bracket.getTerm());
      return;
    }
    long expected = queue.isEmpty() ? applied + 1 : queue.getLast().bracket.getNumber() + 1;
    if (bracket.getNumber() != expected || queue.size() >= QUEUE_MAX) {
      reject(
          session,
          "bracket "
              + bracket.getNumber()
              + " came where "
              + expected
              + " was expected, "
              + queue.size()
              + " are waiting");
      closed(session.id);
      return;
    }
    holderTick = Math.max(holderTick, bracket.getTick());
    queue.add(new Queued(bracket, clock.nanos()));
  }

  private void refuseWrite(Session session, long termRefused) {
    counters.count("refused-writes");
    fence(session, termRefused);
  }

  /** Carries out what may be carried out, and gives inputs. */
  private void pump() {
    while (!queue.isEmpty() && mayCarryOut(queue.getFirst())) {
      carryOut(queue.removeFirst().bracket);
    }
    deliver();
  }

  private boolean mayCarryOut(Queued head) {
    return standbys.mayCarryOut(
        head.bracket.getNumber(),
        head.arrivedNanos,
        applied,
        holderSession != null && missedTicks() == 0 && !tickDue(),
        body.timing());
  }

  /** A judge that slept over a tick has not asked the holder yet whether it lives. */
  private boolean tickDue() {
    return clock.nanos() >= nextTickNanos;
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
    if (bracket.getWakeAtNanos() == 0) {
      wakeAtNanos = 0;
    } else if (bracket.getWakeAtNanos() > lastTickStamp) {
      wakeAtNanos = bracket.getWakeAtNanos();
    }
    tellAll(
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

  // ---- the standby

  private void onHeld(Session session, long heldTerm, long number) {
    if (mayBeStandby(session, heldTerm)) {
      standbys.held(session.slot, number, applied);
    }
  }

  private void onReady(Session session, long readyTerm, long number) {
    if (mayBeStandby(session, readyTerm)) {
      standbys.ready(session.slot, number, applied);
    }
  }

  private boolean mayBeStandby(Session session, long ofTerm) {
    boolean may = ofTerm == term && session != holderSession;
    if (!may) {
      counters.count("stale-held");
    }
    return may;
  }

  private void onNotReady(Session session, String reason) {
    if (session != holderSession) {
      standbys.notReady(session.slot, reason, applied);
    }
  }

  private void tellAll(ToSupervisor message) {
    for (Session session : sessions.values()) {
      if (session.known()) {
        outbox.send(session.id, message);
      }
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
    if (session == holderSession) {
      delivery.learnedRequest(request);
    }
  }

  private void deliver() {
    Session session = holderSession;
    if (session != null) {
      delivery.deliver(message -> outbox.send(session.id, message));
    }
  }

  // ---- time

  /** When {@link #onTime} must be called at the latest, in switch time. */
  public long nextDeadlineNanos() {
    long next = nextTickNanos;
    if (wakeAtNanos > 0) {
      next = Math.min(next, wakeAtNanos);
    }
    if (!queue.isEmpty()) {
      long late = queue.getFirst().arrivedNanos + body.timing().getCommitLimitNanos();
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
    } else if (wakeAtNanos > 0 && now >= wakeAtNanos) {
      giveTick(now);
    }
    pump();
  }

  private void regularTick(long now) {
    tick++;
    // A pause of this process makes one late tick and not many: nobody is accused of what nobody
    // asked.
    nextTickNanos =
        Math.max(
            nextTickNanos + body.timing().getTickNanos(), now + body.timing().getTickNanos() / 2);
    giveTick(now);
    watchTicks(now);
    if (permitNumber >= 0 && tick - permitTick >= PERMIT_TICKS) {
      expirePermit();
    }
    if (holder != Slot.SLOT_UNSPECIFIED && holderSession != null) {
      if (holderSilent()) {
        tellHolderLost("no heartbeat for " + missedTicks() + " ticks");
      } else {
        holderLostTold = false;
      }
    }
    standbys.tick(body.timing());
    carryOutFailSafe();
    decideCold();
  }

  private void giveTick(long now) {
    lastTickStamp = now;
    if (wakeAtNanos <= now) {
      wakeAtNanos = 0;
    }
    delivery.append(ForwarderInput.newBuilder().setTick(TickInput.newBuilder().setTick(tick)));
  }

  private void watchTicks(long now) {
    ToSupervisor message =
        ToSupervisor.newBuilder()
            .setWatchTick(
                WatchTick.newBuilder()
                    .setTick(tick)
                    .setStampNanos(now)
                    .setWallMillis(clock.wallMillis())
                    .setTerm(term)
                    .setApplied(applied)
                    .setHolder(holder)
                    .setHolderAlive(holderAlive()))
            .build();
    for (Session session : sessions.values()) {
      if (session.known() && session != holderSession) {
        outbox.send(session.id, message);
      }
    }
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
            .setApplied(applied)
            .setTerm(term)
            .addAllPortStates(plane.portStates())
            .addAllStaticMacs(plane.staticMacs())
            .addAllVlans(plane.vlans())
            .addAllCounters(plane.counters())
            .addAllPorts(plane.ports())
            .addAllLinks(plane.links())
            .setLearnedAddresses(plane.learnedCount())
            .setScheduling(identity.scheduling())
            .setHolder(holder)
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

  private static String letter(Slot slot) {
    return slot == Slot.SLOT_A ? "A" : slot == Slot.SLOT_B ? "B" : "none";
  }
}
