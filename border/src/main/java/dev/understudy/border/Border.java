package dev.understudy.border;

import com.google.protobuf.ByteString;
import dev.understudy.core.Check;
import dev.understudy.core.Outputs;
import dev.understudy.schema.Applied;
import dev.understudy.schema.BorderBracket;
import dev.understudy.schema.Claim;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.ClaimRefused;
import dev.understudy.schema.ConfigurationCell;
import dev.understudy.schema.FailSafeInput;
import dev.understudy.schema.Fenced;
import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.FrameInput;
import dev.understudy.schema.Granted;
import dev.understudy.schema.HolderLost;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LearnedRequest;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Output;
import dev.understudy.schema.OutputFailedInput;
import dev.understudy.schema.Permit;
import dev.understudy.schema.PermitExpired;
import dev.understudy.schema.PortState;
import dev.understudy.schema.Position;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.Rejected;
import dev.understudy.schema.Resume;
import dev.understudy.schema.Resumed;
import dev.understudy.schema.SetFailSafe;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetTiming;
import dev.understudy.schema.SkippedInput;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StandbyListed;
import dev.understudy.schema.StandbyStruck;
import dev.understudy.schema.StoreConfiguration;
import dev.understudy.schema.SupervisorHello;
import dev.understudy.schema.TickInput;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.schema.WatchTick;
import dev.understudy.schema.Welcome;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides who writes, commits brackets, keeps inputs until they are consumed, and gives time.
 *
 * <p>All calls come from one thread, with the control sockets drained before {@link #onTime}. In
 * the terms of the design: T is {@link #term}, A {@link #applied}, C {@link #consumed}, Q {@link
 * #inSync}, L {@link Standby#held}.
 */
public final class Border implements DataPlaneListener {
  /** Brackets of the active that wait for the standby. */
  public static final int QUEUE_MAX = 8192;

  /** Inputs that are under way to the active and not consumed. */
  static final int IN_FLIGHT_MAX = 1024;

  /** An input is given to so many sessions, and then put aside. */
  static final int DELIVERIES_MAX = 2;

  /** Batches of learned addresses that are under way. */
  static final int LEARNED_IN_FLIGHT_MAX = 4;

  static final long TERM_CEILING_STEP = 1000;
  static final long CLEAN_NANOS = 100_000_000L;
  static final int PERMIT_TICKS = 5;

  private final SwitchClock clock;
  private final Outbox outbox;
  private final DataPlane plane;
  private final BorderStore store;
  private final Identity identity;
  private final InputLog log = new InputLog();
  private final FailSafe failSafe = new FailSafe();
  private final ColdClaims coldClaims = new ColdClaims();
  private final TreeMap<Long, Session> sessions = new TreeMap<>();
  private final TreeMap<Slot, Standby> standbys = new TreeMap<>();
  private final ArrayDeque<Queued> queue = new ArrayDeque<>();
  private final TreeMap<Integer, Long> closedByInput = new TreeMap<>();
  private final TreeMap<Integer, Long> downCounts = new TreeMap<>();
  private final TreeMap<String, Long> counters = new TreeMap<>();
  private final long incarnation;

  private SetTiming timing =
      SetTiming.newBuilder()
          .setTickNanos(20_000_000L)
          .setSilenceLimitTicks(5)
          .setCommitLimitNanos(20_000_000L)
          .build();
  private long term;
  private long termCeiling;
  private ByteString switchUuid;
  private long configurationVersion;
  private ByteString configuration;

  private Slot holder = Slot.SLOT_UNSPECIFIED;
  private long holderInstance;
  private @Nullable Session holderSession;
  private long applied;
  private long appliedTerm;
  private long appliedNanos;
  private boolean appliedAny;
  private long consumed;
  private long consumedAtGrant;
  private Slot inSync = Slot.SLOT_UNSPECIFIED;
  private long deliveredThrough;
  private long carefulThrough;
  private boolean holderLostTold;
  private long lostAtConsumed;

  private long tick;
  private long holderTick;
  private long nextTickNanos;
  private long lastTickStamp;
  private long wakeAtNanos;
  private long permitNumber = -1;
  private long permitTick;

  private boolean learnedPending;
  private long learnedIncarnation;
  private long learnedSequence;
  private int learnedInFlight;
  private boolean learnedWanted;

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

  /** What the border knows of the supervisor that is not active. */
  private static final class Standby {
    boolean ready;
    long held;
    long behindSinceNanos = -1;
    long cleanSinceNanos;
    boolean struckForLateness;
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
    incarnation = stored.incarnation() + 1;
    term = stored.termCeiling();
    termCeiling = term + TERM_CEILING_STEP;
    store.saveTermCeiling(termCeiling, incarnation);
    switchUuid = stored.switchUuid();
    configurationVersion = stored.configurationVersion();
    configuration = stored.configuration();
    nextTickNanos = clock.nanos() + timing.getTickNanos();
    standbys.put(Slot.SLOT_A, new Standby());
    standbys.put(Slot.SLOT_B, new Standby());
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
    return consumed;
  }

  public Slot inSync() {
    return inSync;
  }

  /** L of the standby that is listed, or of the slot that could be. */
  public long held(Slot slot) {
    return standby(slot).held;
  }

  public long incarnation() {
    return incarnation;
  }

  public long configurationVersion() {
    return configurationVersion;
  }

  public long counter(String name) {
    return counters.getOrDefault(name, 0L);
  }

  /** Inputs that are kept and not consumed. */
  public int logSize() {
    return log.size();
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
      Standby standby = standby(gone.slot);
      standby.ready = false;
      strike(gone.slot, "its session to the forwarder ended");
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
      case READ_BACK -> outbox.send(session.id, readBack(message.getReadBack().getRequest()));
      case LEARNED_REQUEST -> onLearnedRequest(session, message.getLearnedRequest());
      case KIND_NOT_SET -> count("unknown-messages");
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
        && !switchUuid.isEmpty()
        && !hello.getSwitchUuid().equals(switchUuid)) {
      reject(session, "this forwarder belongs to another switch: the UUIDs differ");
      return;
    }
    for (Session other : List.copyOf(sessions.values())) {
      if (other.slot == hello.getSlot()) {
        if (other.instance != hello.getInstance()) {
          count("second-claimants");
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
                    .setSwitchUuid(switchUuid)
                    .setRelease(identity.release())
                    .setProcessId(identity.processId())
                    .setTerm(term)
                    .setHolder(holder)
                    .setHolderAlive(holderAlive())
                    .setApplied(applied)
                    .setTickNanos(timing.getTickNanos())
                    .setSilenceLimitTicks(timing.getSilenceLimitTicks())
                    .addAllOutputsKnown(Outputs.known())
                    .setConfigurationVersion(configurationVersion)
                    .setConfiguration(cell())
                    .setNowNanos(clock.nanos())
                    .setScheduling(identity.scheduling()))
            .build());
  }

  private void reject(Session session, String reason) {
    count("rejected-sessions");
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
      count("claims-refused");
      refuse(session, ClaimKind.IF_LOST, "slot " + letter(holder) + " is alive", 1);
    } else if (holder == Slot.SLOT_UNSPECIFIED) {
      coldClaims.add(session.slot, claim, clock.nanos());
      decideCold();
    } else if (!holdsAll(session.slot, claim)
        && missedTicks() < 2L * timing.getSilenceLimitTicks()) {
      // A claimant without the whole state is worse than the holder's return, which is waited for a
      // little.
      refuse(session, ClaimKind.IF_LOST, "not in sync, and the active may return", 1);
    } else {
      grant(session, claim);
    }
  }

  /** True if nothing was carried out that the claimant doesn't hold, listed or not. */
  private boolean holdsAll(Slot slot, Claim claim) {
    return inSync == slot
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
    boolean wasInSync = inSync == session.slot;
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
    coldClaims.clear();
    inSync = Slot.SLOT_UNSPECIFIED;
    standbys.replaceAll((slot, standby) -> new Standby());
    if (!appliedAny) {
      applied = claim.getApplied();
      appliedTerm = claim.getHeld().getTerm();
    }
    if (!wasComplete) {
      // Whoever starts from less than the whole state has not seen the links.
      plane.links().forEach(link -> append(ForwarderInput.newBuilder().setLink(link)));
    }
    long from = claim.getIncarnation() == incarnation ? claim.getConsumed() : 0;
    deliveredThrough = Math.max(consumed, from);
    consumedAtGrant = deliveredThrough;
    carefulThrough = 0;
    for (InputLog.Entry entry : log.after(deliveredThrough)) {
      if (entry.deliveries > 0) {
        carefulThrough = entry.number();
      }
    }
    learnedWanted = false;
    learnedInFlight = 0;
    wakeAtNanos = 0;
    if (fenced != null) {
      fence(fenced, term - 1);
    }
    count("grants");
    outbox.send(
        session.id,
        ToSupervisor.newBuilder()
            .setGranted(
                Granted.newBuilder()
                    .setTerm(term)
                    .setKind(claim.getKind())
                    .setApplied(applied)
                    .setConsumed(consumed)
                    .setIncarnation(incarnation)
                    .setNowNanos(
                        log.next(deliveredThrough)
                            .map(entry -> entry.input.getStampNanos())
                            .orElse(clock.nanos()))
                    .setWallMillis(clock.wallMillis())
                    .setInSync(wasInSync)
                    .setPreviousHolder(previous)
                    .setLastAppliedNanos(appliedNanos)
                    .setConfigurationVersion(configurationVersion)
                    .setConfiguration(cell())
                    .addAllPortStates(plane.portStates())
                    .setReason(claim.getReason())
                    .setLastApplied(Position.newBuilder().setTerm(appliedTerm).setNumber(applied))
                    .setLostInputs(log.lostFrames() - lostAtConsumed)
                    .setNewForwarder(!appliedAny))
            .build());
    if (fenced != null && handedOverAt >= applied) {
      // The one that handed over holds all that was carried out: it is the standby without a gap.
      standby(previous).ready = true;
      standby(previous).held = handedOverAt;
      list(previous);
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
    learnedWanted = false;
    deliveredThrough = Math.max(consumed, resume.getInputTaken());
    outbox.send(
        session.id,
        ToSupervisor.newBuilder()
            .setResumed(
                Resumed.newBuilder().setTerm(term).setApplied(applied).setConsumed(consumed))
            .build());
    deliver();
  }

  private void refuse(Session session, ClaimKind kind, String reason, int retryTicks) {
    outbox.send(
        session.id,
        ToSupervisor.newBuilder()
            .setClaimRefused(
                ClaimRefused.newBuilder()
                    .setKind(kind)
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

  private long missedTicks() {
    return tick - holderTick;
  }

  private boolean holderSilent() {
    return missedTicks() >= timing.getSilenceLimitTicks();
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
    count("refused-writes");
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
    Slot waitedFor = inSync == Slot.SLOT_UNSPECIFIED ? candidate() : inSync;
    if (waitedFor == Slot.SLOT_UNSPECIFIED) {
      return true;
    }
    Standby standby = standby(waitedFor);
    long needed = inSync == Slot.SLOT_UNSPECIFIED ? applied : head.bracket.getNumber();
    if (standby.held >= needed) {
      if (inSync == Slot.SLOT_UNSPECIFIED) {
        list(waitedFor);
        return mayCarryOut(head);
      }
      return true;
    }
    if (clock.nanos() - head.arrivedNanos < timing.getCommitLimitNanos() || holderSession == null) {
      return false;
    }
    if (inSync == Slot.SLOT_UNSPECIFIED) {
      standby.cleanSinceNanos = clock.nanos();
    } else {
      standby.struckForLateness = true;
      strike(
          inSync,
          "bracket "
              + head.bracket.getNumber()
              + " was not held within "
              + timing.getCommitLimitNanos() / 1_000_000
              + " ms");
    }
    return true;
  }

  private void carryOut(BorderBracket bracket) {
    Check.that(
        bracket.getNumber() == applied + 1,
        "brackets are carried out in order",
        bracket.getNumber(),
        applied);
    Check.that(
        inSync == Slot.SLOT_UNSPECIFIED || standby(inSync).held >= bracket.getNumber(),
        "nothing is carried out before a listed standby holds it",
        bracket.getNumber());
    long now = clock.nanos();
    int index = 0;
    for (Output output : bracket.getOutputsList()) {
      int at = index++;
      carryOut(output, bracket.getConsumed(), now)
          .ifPresent(reason -> outputFailed(bracket.getNumber(), at, output, reason));
    }
    applied = bracket.getNumber();
    appliedTerm = bracket.getMadeInTerm();
    appliedNanos = now;
    appliedAny = true;
    if (bracket.getConsumed() > consumed) {
      consumed = bracket.getConsumed();
      log.consume(consumed);
      lostAtConsumed = log.lostFrames();
    }
    failSafe.driven(bracket.getHealth().getFaultyEnginesList(), now);
    if (bracket.getWakeAtNanos() == 0) {
      wakeAtNanos = 0;
    } else if (bracket.getWakeAtNanos() > lastTickStamp) {
      wakeAtNanos = bracket.getWakeAtNanos();
    }
    if (bracket.getLearnedSequence() != 0 && learnedInFlight > 0) {
      learnedInFlight--;
    }
    for (Standby standby : standbys.values()) {
      if (standby.ready && standby.held < applied && standby.behindSinceNanos < 0) {
        standby.behindSinceNanos = now;
      }
    }
    ToSupervisor message =
        ToSupervisor.newBuilder()
            .setApplied(
                Applied.newBuilder()
                    .setTerm(bracket.getTerm())
                    .setNumber(applied)
                    .setStampNanos(now))
            .build();
    for (Session session : sessions.values()) {
      if (session.known()) {
        outbox.send(session.id, message);
      }
    }
  }

  private Optional<String> carryOut(Output output, long consumedByBracket, long now) {
    return switch (output.getKindCase()) {
      case STORE_CONFIGURATION -> storeConfiguration(output.getStoreConfiguration());
      case SET_TIMING -> setTiming(output.getSetTiming());
      case SET_FAIL_SAFE -> {
        failSafe.set(output.getSetFailSafe(), now);
        yield Optional.empty();
      }
      case SET_PORT_STATE -> setPortState(output.getSetPortState(), consumedByBracket);
      case SEND_FRAME -> {
        failSafe.frameSent(now);
        yield plane.carryOut(output);
      }
      case SET_PORT,
          REMOVE_PORT,
          SET_VLANS,
          SET_PUNT_RULES,
          FLUSH_LEARNED,
          SET_STATIC_MAC,
          SET_AGEING ->
          plane.carryOut(output);
      case KIND_NOT_SET -> Optional.of("this forwarder doesn't know this kind of output");
    };
  }

  private Optional<String> storeConfiguration(StoreConfiguration stored) {
    configurationVersion = stored.getVersion();
    configuration = stored.getCell().getOctets();
    if (switchUuid.isEmpty()) {
      switchUuid = stored.getSwitchUuid();
    }
    store.saveConfiguration(switchUuid, configurationVersion, configuration);
    return Optional.empty();
  }

  private Optional<String> setTiming(SetTiming wanted) {
    if (wanted.getTickNanos() < 1_000_000L
        || wanted.getSilenceLimitTicks() < 2
        || wanted.getCommitLimitNanos() < 1_000_000L) {
      return Optional.of("a timing value is below its minimum");
    }
    timing = wanted;
    return Optional.empty();
  }

  /** Only an output made after the forwarder closed a port by itself opens it again. */
  private Optional<String> setPortState(SetPortState wanted, long consumedByBracket) {
    Long closedBy = closedByInput.get(wanted.getBridgePort());
    if (closedBy != null && wanted.getState() != PortState.PORT_STATE_DISCARDING) {
      if (consumedByBracket < closedBy) {
        count("stale-opens");
        return Optional.empty();
      }
      closedByInput.remove(wanted.getBridgePort());
    }
    return plane.carryOut(Output.newBuilder().setSetPortState(wanted).build());
  }

  private void outputFailed(long bracket, int index, Output output, String reason) {
    count("outputs-failed");
    int port =
        switch (output.getKindCase()) {
          case SEND_FRAME -> output.getSendFrame().getPort();
          case SET_PORT -> output.getSetPort().getPort();
          case REMOVE_PORT -> output.getRemovePort().getPort();
          case SET_PORT_STATE -> output.getSetPortState().getBridgePort();
          default -> 0;
        };
    append(
        ForwarderInput.newBuilder()
            .setOutputFailed(
                OutputFailedInput.newBuilder()
                    .setBracket(bracket)
                    .setIndex(index)
                    .setPort(port)
                    .setReason(reason)));
  }

  // ---- the standby

  private void onHeld(Session session, long heldTerm, long number) {
    if (heldTerm != term || session == holderSession) {
      count("stale-held");
      return;
    }
    Standby standby = standby(session.slot);
    standby.held = Math.max(standby.held, number);
    if (standby.held >= applied) {
      standby.behindSinceNanos = -1;
      relist(session.slot, standby);
    }
  }

  private void onReady(Session session, long readyTerm, long number) {
    if (readyTerm != term || session == holderSession) {
      count("stale-held");
      return;
    }
    Standby standby = standby(session.slot);
    standby.ready = true;
    standby.struckForLateness = false;
    standby.held = Math.max(standby.held, number);
    standby.behindSinceNanos = standby.held >= applied ? -1 : clock.nanos();
    relist(session.slot, standby);
  }

  private void onNotReady(Session session, String reason) {
    if (session != holderSession) {
      standby(session.slot).ready = false;
      strike(session.slot, reason);
    }
  }

  /** The standby that may be listed as soon as it holds what is carried out. */
  private Slot candidate() {
    if (holderSession == null) {
      return Slot.SLOT_UNSPECIFIED;
    }
    for (var entry : standbys.entrySet()) {
      if (entry.getKey() != holder && mayBeListed(entry.getValue())) {
        return entry.getKey();
      }
    }
    return Slot.SLOT_UNSPECIFIED;
  }

  private boolean mayBeListed(Standby standby) {
    return standby.ready
        && (!standby.struckForLateness || clock.nanos() - standby.cleanSinceNanos >= CLEAN_NANOS);
  }

  private void relist(Slot slot, Standby standby) {
    if (inSync == Slot.SLOT_UNSPECIFIED
        && slot != holder
        && standby.held >= applied
        && mayBeListed(standby)) {
      list(slot);
    }
  }

  private void list(Slot slot) {
    Check.that(
        standby(slot).held >= applied, "a listed standby holds what is carried out", applied);
    standby(slot).struckForLateness = false;
    inSync = slot;
    count("standby-listed");
    tellBoth(
        ToSupervisor.newBuilder()
            .setStandbyListed(StandbyListed.newBuilder().setSlot(slot).setNumber(applied))
            .build());
  }

  private void strike(Slot slot, String reason) {
    if (inSync != slot) {
      return;
    }
    inSync = Slot.SLOT_UNSPECIFIED;
    standby(slot).cleanSinceNanos = clock.nanos();
    count("standby-struck");
    tellBoth(
        ToSupervisor.newBuilder()
            .setStandbyStruck(
                StandbyStruck.newBuilder().setSlot(slot).setReason(reason).setNumber(applied))
            .build());
  }

  private void tellBoth(ToSupervisor message) {
    for (Session session : sessions.values()) {
      if (session.known()) {
        outbox.send(session.id, message);
      }
    }
  }

  private Standby standby(Slot slot) {
    return Objects.requireNonNull(standbys.get(slot));
  }

  // ---- inputs

  @Override
  public void frame(int port, ByteString frame, String trafficClass) {
    append(
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
    append(ForwarderInput.newBuilder().setLink(link));
    long before = downCounts.getOrDefault(link.getPort(), 0L);
    downCounts.put(link.getPort(), link.getDownCount());
    if (!link.getUp() || link.getDownCount() > before) {
      closeByItself(link.getPort(), log.last());
    }
    deliver();
  }

  /** The data plane has closed the port already; from here on only a newer output may open it. */
  private void closeByItself(int bridgePort, long input) {
    closedByInput.put(bridgePort, input);
  }

  @Override
  public void learnedAvailable() {
    learnedPending = true;
    deliver();
  }

  private void append(ForwarderInput.Builder input) {
    log.add(input.setStampNanos(clock.nanos()).setWallMillis(clock.wallMillis()));
  }

  private void onLearnedRequest(Session session, LearnedRequest request) {
    if (session == holderSession) {
      learnedWanted = true;
      learnedPending = true;
      learnedInFlight = 0;
      learnedIncarnation = request.getIncarnation();
      learnedSequence = request.getSequence();
    }
  }

  /** Gives the active what it may have. */
  private void deliver() {
    Session session = holderSession;
    if (session == null) {
      return;
    }
    for (Optional<InputLog.Entry> next = log.next(deliveredThrough);
        next.isPresent();
        next = log.next(deliveredThrough)) {
      if (!mayDeliver(next.get())) {
        return;
      }
      deliver(session, next.get());
    }
    deliverLearned(session);
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

  private void deliver(Session session, InputLog.Entry entry) {
    if (entry.deliveredInTerm != term) {
      if (entry.deliveries >= DELIVERIES_MAX
          && entry.input.getKindCase() != ForwarderInput.KindCase.SKIPPED) {
        quarantine(entry);
      }
      entry.deliveries++;
      entry.deliveredInTerm = term;
    }
    deliveredThrough = entry.number();
    outbox.send(
        session.id,
        ToSupervisor.newBuilder()
            .setInput(entry.input.toBuilder().setDeliveries(entry.deliveries - 1))
            .build());
  }

  private void quarantine(InputLog.Entry entry) {
    count("inputs-quarantined");
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

  private void deliverLearned(Session session) {
    while (learnedWanted && learnedPending && learnedInFlight < LEARNED_IN_FLIGHT_MAX) {
      LearnedInput batch = plane.learnedAfter(learnedIncarnation, learnedSequence);
      if (batch.getChangesCount() == 0 && !batch.getDumpBegin() && !batch.getDumpEnd()) {
        learnedPending = false;
        return;
      }
      learnedIncarnation = batch.getIncarnation();
      learnedSequence = batch.getSequence();
      learnedInFlight++;
      outbox.send(
          session.id,
          ToSupervisor.newBuilder()
              .setInput(
                  ForwarderInput.newBuilder()
                      .setStampNanos(clock.nanos())
                      .setWallMillis(clock.wallMillis())
                      .setLearned(batch))
              .build());
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
      next = Math.min(next, queue.getFirst().arrivedNanos + timing.getCommitLimitNanos());
    }
    return next;
  }

  /**
   * Time has come: gives ticks, strikes the late, does what fail-safe outputs ask. Control sockets
   * are drained before.
   */
  public void onTime() {
    long now = clock.nanos();
    if (now >= nextTickNanos) {
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
        Math.max(nextTickNanos + timing.getTickNanos(), now + timing.getTickNanos() / 2);
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
    for (Standby standby : standbys.values()) {
      if (standby.behindSinceNanos >= 0
          && now - standby.behindSinceNanos > timing.getCommitLimitNanos()) {
        standby.cleanSinceNanos = now;
      }
    }
    carryOutFailSafe(now);
    decideCold();
  }

  private void giveTick(long now) {
    lastTickStamp = now;
    if (wakeAtNanos <= now) {
      wakeAtNanos = 0;
    }
    append(ForwarderInput.newBuilder().setTick(TickInput.newBuilder().setTick(tick)));
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

  private void carryOutFailSafe(long now) {
    for (SetFailSafe due : failSafe.due(now)) {
      count("fail-safe-carried-out");
      FailSafeInput.Builder done = FailSafeInput.newBuilder().setEngine(due.getEngine());
      for (SetPortState state : due.getPortStatesList()) {
        plane.carryOut(Output.newBuilder().setSetPortState(state).build());
        done.addPortStates(state);
      }
      append(ForwarderInput.newBuilder().setFailSafe(done));
      for (SetPortState state : due.getPortStatesList()) {
        closeByItself(state.getBridgePort(), log.last());
      }
    }
  }

  // ---- inspection

  private ToSupervisor readBack(long request) {
    ReadBack.Builder back =
        ReadBack.newBuilder()
            .setRequest(request)
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
            .setInSync(inSync);
    counters.forEach((name, value) ->
        back.addCounters(ForwarderCounter.newBuilder().setName("border." + name).setValue(value)));
    return ToSupervisor.newBuilder().setReadBack(back).build();
  }

  private ConfigurationCell cell() {
    return ConfigurationCell.newBuilder().setOctets(configuration).build();
  }

  private void count(String what) {
    counters.merge(what, 1L, Long::sum);
  }

  private static String letter(Slot slot) {
    return slot == Slot.SLOT_A ? "A" : slot == Slot.SLOT_B ? "B" : "none";
  }
}
