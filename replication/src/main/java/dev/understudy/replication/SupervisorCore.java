package dev.understudy.replication;

import com.google.protobuf.ByteString;
import dev.understudy.core.Check;
import dev.understudy.core.EngineHost;
import dev.understudy.core.Image;
import dev.understudy.core.ImageView;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.Tables;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.ClaimRefused;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.ConfigurationStored;
import dev.understudy.schema.DigestMismatch;
import dev.understudy.schema.Failure;
import dev.understudy.schema.Fenced;
import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.Granted;
import dev.understudy.schema.IdentityRow;
import dev.understudy.schema.PeerHello;
import dev.understudy.schema.PeerPosition;
import dev.understudy.schema.PleaseTakeOver;
import dev.understudy.schema.Position;
import dev.understudy.schema.RequestRow;
import dev.understudy.schema.Resume;
import dev.understudy.schema.Resumed;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StandbyListed;
import dev.understudy.schema.SupervisorHello;
import dev.understudy.schema.SyncRequest;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.schema.WatchTick;
import dev.understudy.schema.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One supervisor: takes messages and gives messages, in one thread. See the package's description.
 *
 * <p>Every public method is one event; between two of them image, role and sessions are consistent.
 */
public final class SupervisorCore {
  private final Settings settings;
  private final Environment environment;
  private final BracketLog log = new BracketLog();
  private final Answers answers;
  private final Following following;
  private final Claims claims;
  private final Switchover switchover;

  private Role role = Role.STARTING;
  private @Nullable ActiveTerm active;

  // The forwarder.
  private boolean forwarderUp;
  private @Nullable Welcome welcome;
  private long term;
  private Slot holder = Slot.SLOT_UNSPECIFIED;
  private boolean holderAlive;

  /** Last bracket carried out, and the term in force when the forwarder said so. */
  private Image.Position applied = Image.Position.NONE;

  private int silenceLimitTicks = 5;

  // The peer.
  private boolean peerUp;
  private @Nullable PeerHello peerHello;
  private long peerProcess;
  private long peerHeld;
  private boolean standbyListed;
  private long readySinceWallMillis;
  private String notReadyReason = "starting";

  public SupervisorCore(Settings settings, Environment environment) {
    this.settings = settings;
    this.environment = environment;
    this.answers = new Answers(environment);
    this.following = new Following(this, settings, environment, log);
    this.claims = new Claims(this, environment);
    this.switchover = new Switchover(this, settings, environment);
  }

  // ---- inspection

  public Role role() {
    return role;
  }

  public Image image() {
    return following.image();
  }

  /** The bracket through which the image is whole; none before a snapshot has come whole. */
  public Image.Position held() {
    return following.complete() || active != null ? image().position() : Image.Position.NONE;
  }

  /** The engines, while active; for inspection and fault injection. */
  public Optional<EngineHost> host() {
    return Optional.ofNullable(active).map(ActiveTerm::host);
  }

  /** Last bracket that the forwarder is known to have carried out. */
  public long applied() {
    return applied.number();
  }

  public Status status() {
    List<String> reasons = new ArrayList<>();
    if (!standbyListed) {
      if (role == Role.ACTIVE && !peerUp) {
        reasons.add("no connection between the modules");
      } else if (!notReadyReason.isEmpty()) {
        reasons.add(notReadyReason);
      } else {
        reasons.add("not listed in sync by the forwarder");
      }
    }
    long held = role == Role.ACTIVE ? peerHeld : image().position().number();
    long lag =
        role == Role.ACTIVE
            ? (peerUp ? Math.max(0, image().position().number() - peerHeld) : 0)
            : Math.max(0, applied() - held);
    return new Status(
        role,
        active != null ? active.term() : term,
        Settings.letter(active != null ? settings.slot() : holder),
        image().position(),
        applied(),
        standbyListed,
        held,
        lag,
        role == Role.ACTIVE && peerUp ? log.octetsAfter(peerHeld) : 0,
        role == Role.ACTIVE && peerUp ? lagMillis() : 0,
        standbyListed ? readySinceWallMillis : 0,
        reasons,
        peerUp,
        Optional.ofNullable(peerHello),
        Optional.ofNullable(welcome),
        active != null ? active.faulty() : List.of(),
        following.buildingSnapshot() || (active != null && active.feed().snapshotUnderWay()),
        following.lastRehearsal());
  }

  private long lagMillis() {
    for (Bracket bracket : log.after(peerHeld)) {
      return (image().mark().at().now().nanos() - bracket.mark().at().now().nanos()) / 1_000_000L;
    }
    return 0;
  }

  // ---- what the parts need to know

  Slot slot() {
    return settings.slot();
  }

  @Nullable ActiveTerm active() {
    return active;
  }

  Following following() {
    return following;
  }

  Claims claims() {
    return claims;
  }

  /** The term in force, as far as known. */
  long term() {
    return term;
  }

  boolean forwarderUp() {
    return forwarderUp;
  }

  /** Whether the forwarder has said which term is in force. */
  boolean welcomed() {
    return welcome != null;
  }

  boolean peerUp() {
    return peerUp;
  }

  /** Whether the rows that the peer writes have the fields and tables of this release. */
  boolean peerHasSameSchema() {
    PeerHello hello = peerHello;
    return hello == null || hello.getSchemaFingerprint().equals(settings.schemaFingerprint());
  }

  /** The peer's process, of this session or the one before; 0 if it never said. */
  long peerProcess() {
    return peerProcess;
  }

  int silenceLimitTicks() {
    return silenceLimitTicks;
  }

  String notReadyReason() {
    return notReadyReason;
  }

  void notReadyBecause(String reason) {
    notReadyReason = reason;
  }

  /**
   * The forwarder has carried out brackets up to this one.
   *
   * @param mark the bracket's number, and the term in force when the forwarder said so. In a newer
   *     term it may be lower than before: another forwarder begins with what its first claimant
   *     knows of
   * @return false if that is known already, or of an older term
   */
  boolean carriedOut(Image.Position mark) {
    if (mark.term() < applied.term()
        || (mark.term() == applied.term() && mark.number() <= applied.number())) {
      return false;
    }
    applied = mark;
    return true;
  }

  /**
   * True if a bracket is known to be carried out. What was said in an older term than the bracket's
   * own says nothing of it: it may be another bracket of that number.
   */
  boolean isCarriedOut(Image.Position bracket) {
    return bracket.number() <= applied.number() && bracket.term() <= applied.term();
  }

  // ---- the forwarder

  public void forwarderConnected() {
    forwarderUp = true;
    toForwarder(
        ToForwarder.newBuilder()
            .setHello(
                SupervisorHello.newBuilder()
                    .setSlot(settings.slot())
                    .setInstance(settings.instance())
                    .setRelease(settings.release())
                    .setSchemaFingerprint(settings.schemaFingerprint())
                    .setSwitchUuid(switchUuid())
                    .setProcessId(settings.processId())
                    .setHeld(position(image().position()))));
  }

  public void forwarderDisconnected(String reason) {
    forwarderUp = false;
    welcome = null;
    claims.sessionLost();
    if (active != null) {
      active.sessionLost();
    }
    if (role == Role.STANDBY_HOT) {
      enter(Role.STANDBY_SYNCING, "the session to the forwarder ended: " + reason);
    }
    unlist("no session to the forwarder");
    following.forwarderLost();
    claims.answerForced(false, "the session to the forwarder ended: " + reason);
    environment.event(
        Severity.WARNING,
        "FORWARDER_SESSION_LOST",
        "the session to the forwarder ended: " + reason);
  }

  /** There has been no session to the forwarder for ten ticks. */
  public void forwarderAwayTooLong() {
    if (role == Role.ACTIVE && !forwarderUp && peerUp) {
      environment.toPeer(
          CanonicalMessage.newBuilder()
              .setPleaseTakeOver(
                  PleaseTakeOver.newBuilder().setReason("the active has lost the forwarder"))
              .build());
    }
  }

  public void forwarderMessage(ToSupervisor message) {
    if (role == Role.FAULTY) {
      return;
    }
    switch (message.getKindCase()) {
      case WELCOME -> onWelcome(message.getWelcome());
      case REJECTED -> {
        environment.event(
            Severity.ERROR,
            "FORWARDER_REJECTED",
            "the forwarder refuses this session: " + message.getRejected().getReason());
        environment.closeForwarder(message.getRejected().getReason());
      }
      case GRANTED -> onGranted(message.getGranted());
      case CLAIM_REFUSED -> onClaimRefused(message.getClaimRefused());
      case INPUT -> onInput(message.getInput());
      case APPLIED ->
          onApplied(
              message.getApplied().getTerm(),
              message.getApplied().getNumber(),
              message.getApplied().getStampNanos());
      case STANDBY_LISTED -> onListed(message.getStandbyListed());
      case STANDBY_STRUCK ->
          onStruck(message.getStandbyStruck().getSlot(), message.getStandbyStruck().getReason());
      case HOLDER_LOST -> onHolderLost(message.getHolderLost().getReason());
      case FENCED -> onFenced(message.getFenced());
      case PERMIT_EXPIRED -> onPermitExpired();
      case READ_BACK -> environment.readBack(message.getReadBack());
      case WATCH_TICK -> onWatchTick(message.getWatchTick());
      case RESUMED -> onResumed(message.getResumed());
      case KIND_NOT_SET ->
          environment.event(
              Severity.WARNING,
              "UNKNOWN_MESSAGE",
              "a message of an unknown kind from the forwarder was passed over");
    }
  }

  private void onWelcome(Welcome message) {
    welcome = message;
    silenceLimitTicks = Math.max(2, message.getSilenceLimitTicks());
    holder = message.getHolder();
    holderAlive = message.getHolderAlive();
    ActiveTerm mine = active;
    if (mine != null) {
      if (message.getIncarnation() == mine.incarnation()) {
        toForwarder(
            ToForwarder.newBuilder()
                .setResume(
                    Resume.newBuilder()
                        .setTerm(mine.term())
                        .setInstance(settings.instance())
                        .setInputTaken(mine.taken())
                        .setIncarnation(message.getIncarnation())));
      } else {
        claims.make(ClaimKind.COLD, "the forwarder was restarted");
      }
      return;
    }
    term = message.getTerm();
    onApplied(message.getTerm(), message.getApplied(), 0);
    if (message.getHolderAlive() && message.getHolder() != settings.slot()) {
      if (!role.standby()) { // a stream that is under way goes on
        becomeStandby("slot " + Settings.letter(message.getHolder()) + " is active");
      }
      following.sendReady();
    } else if (role == Role.STARTING) {
      claims.make(ClaimKind.COLD, "start");
    } else {
      following.sendReady();
    }
  }

  long configurationVersion() {
    return image()
        .row(ConfigRow.newBuilder().setKey(ConfigRow.Key.getDefaultInstance()).build())
        .map(ConfigRow::getVersion)
        .or(() -> settings.homes().disk().map(stored -> stored.getConfig().getVersion()))
        .orElse(0L);
  }

  private void onGranted(Granted granted) {
    if (overtaken(granted)) {
      claims.answered();
      environment.event(
          Severity.WARNING,
          "GRANT_OVERTAKEN",
          "term " + granted.getTerm() + " was granted late: " + image().position() + " is held");
      return;
    }
    boolean wasActive = active != null;
    boolean whole = following.complete() || wasActive;
    following.discardOpen();
    term = granted.getTerm();
    holder = settings.slot();
    holderAlive = true;
    carriedOut(new Image.Position(term, granted.getApplied()));
    switchover.termEnds();
    unlist("not synchronised yet");
    peerHeld = 0;
    if (!wasActive) {
      enter(
          Role.ACTIVE,
          "term " + term + " granted (" + granted.getKind() + "): " + granted.getReason());
    }
    ActiveTerm before = active;
    boolean streaming = before != null && peerUp && before.feed().streaming();
    if (streaming && before != null && before.feed().snapshotUnderWay()) {
      streaming = false;
      environment.closePeer("a new forwarder came while a snapshot was under way");
    }
    ActiveTerm begun =
        ActiveTerm.begin(
            settings,
            environment,
            image(),
            log,
            following.retained(),
            answers,
            granted,
            claims.lossBehind(granted.getKind()),
            whole,
            wasActive,
            streaming);
    begun.formerActiveSeen(claims.processSeen());
    active = begun;
    following.becameActive();
    if (wasActive) {
      environment.event(
          Severity.WARNING,
          "FORWARDER_RESTARTED",
          "the forwarder was restarted; its tables are programmed again in term " + term);
    }
    if (peerUp && !streaming) {
      sendHello();
    }
    claims.granted(begun);
    switchover.goOn(begun, "the forwarder was restarted; " + Switchover.GOES_ON);
  }

  /** True if the same forwarder has granted a newer term since, whose brackets are held already. */
  private boolean overtaken(Granted granted) {
    return image().mark().incarnation() == granted.getIncarnation()
        && image().position().term() > granted.getTerm();
  }

  private void onResumed(Resumed resumed) {
    ActiveTerm mine = active;
    if (mine == null) {
      return;
    }
    onApplied(resumed.getTerm(), resumed.getApplied(), 0);
    unlist(""); // the forwarder says next which standby is listed, if one is
    mine.resumed();
    mine.requestLearned();
    environment.event(
        Severity.INFO,
        "FORWARDER_SESSION_RESUMED",
        "term " + resumed.getTerm() + " goes on after bracket " + resumed.getApplied());
    // A permission ends with the session in which it was given, and nobody has used it.
    switchover.expired(mine);
  }

  private void onClaimRefused(ClaimRefused refused) {
    claims.answered();
    term = Math.max(term, refused.getTerm());
    if (active != null) {
      if (refused.getKind() == ClaimKind.CLAIM_KIND_UNSPECIFIED) {
        claims.make(ClaimKind.COLD, "the forwarder was restarted");
      } else if (refused.getHolder() != settings.slot()
          && refused.getHolder() != Slot.SLOT_UNSPECIFIED) {
        fail("the forwarder has given the term to slot " + Settings.letter(refused.getHolder()));
      }
      return;
    }
    if (role == Role.STARTING && refused.getHolder() != Slot.SLOT_UNSPECIFIED) {
      becomeStandby(refused.getReason());
    }
  }

  /**
   * @param ofTerm the term in force when the forwarder said so. What is carried out in another's
   *     term is not this active's bracket of that number
   */
  private void onApplied(long ofTerm, long number, long stampNanos) {
    if (active != null && ofTerm != active.term()) {
      return;
    }
    if (!carriedOut(new Image.Position(ofTerm, number)) && active == null) {
      return;
    }
    following.forgetCarriedOut();
    if (active != null) {
      active.applied(number, stampNanos);
    } else {
      answers.applied(number);
    }
  }

  private void onFenced(Fenced fenced) {
    if (switchover.underWay() && fenced.getHolder() == settings.peer()) {
      handedOver(fenced.getTermInForce());
      return;
    }
    // A standby that handed over may have had a last word under way: that is no reason to end.
    if (active != null) {
      fail(
          "fenced: term "
              + fenced.getTermInForce()
              + " is in force, this supervisor wrote in term "
              + fenced.getTermRefused()
              + "; "
              + fenced.getRefusedWrites()
              + " writes refused");
    }
  }

  private void fail(String reason) {
    enter(Role.FAULTY, reason);
    environment.exit(reason);
  }

  // ---- watching the active

  private void onWatchTick(WatchTick message) {
    term = message.getTerm();
    holder = message.getHolder();
    holderAlive = message.getHolderAlive();
    answers.tick();
    onApplied(message.getTerm(), message.getApplied(), message.getStampNanos());
    if (role == Role.STARTING) {
      if (holderAlive && holder != settings.slot()) {
        becomeStandby("slot " + Settings.letter(holder) + " is active");
      } else {
        claims.startTick();
      }
    } else if (role.standby()) {
      following.tick();
      if (peerUp) {
        environment.toPeer(
            CanonicalMessage.newBuilder()
                .setPosition(PeerPosition.newBuilder().setHeld(position(image().position())))
                .build());
      }
      claims.tick();
    }
  }

  private void onHolderLost(String reason) {
    holderAlive = false;
    claims.holderLost(reason);
  }

  // ---- the peer

  public void peerConnected() {
    peerUp = true;
    peerHello = null;
    following.peerConnected();
    claims.peerConnected();
    sendHello();
  }

  /**
   * Says who this is. An active one announces itself so, and the standby answers with its request.
   */
  private void sendHello() {
    environment.toPeer(
        CanonicalMessage.newBuilder()
            .setHello(
                PeerHello.newBuilder()
                    .setSlot(settings.slot())
                    .setInstance(settings.instance())
                    .setRelease(settings.release())
                    .setSchemaFingerprint(settings.schemaFingerprint())
                    .setSwitchUuid(switchUuid())
                    .setProcessId(settings.processId())
                    .setRole(role.name())
                    .setImage(settings.image().id())
                    .setBootFailure(settings.image().failure())
                    .setBootAttempt(settings.image().attempt())
                    .setHeld(position(image().position())))
            .build());
  }

  public void peerDisconnected(String reason) {
    peerUp = false;
    answers.peerLost();
    if (active != null) {
      active.feed().stop();
      switchover.withdraw(active, "the connection between the modules ended");
      environment.event(
          Severity.WARNING, "PEER_LOST", "the connection to the standby ended: " + reason);
    }
    claims.peerLost();
    following.peerLost(reason);
  }

  public void peerMessage(CanonicalMessage message) {
    if (role == Role.FAULTY || !peerUp) {
      return;
    }
    switch (message.getKindCase()) {
      case HELLO -> onPeerHello(message.getHello());
      case OPEN, ROW, OUTPUT, CLOSE, SNAPSHOT_BEGIN, SNAPSHOT_END -> following.message(message);
      case SYNC_REQUEST -> onSyncRequest(message.getSyncRequest());
      case DIGEST -> following.compare(message.getDigest());
      case DIGEST_MISMATCH -> onDigestMismatch(message.getDigestMismatch());
      case HAND_OVER -> claims.offered(message.getHandOver());
      case PLEASE_TAKE_OVER -> claims.pleaseTakeOver();
      case ALIVE -> claims.alive(message.getAlive());
      case CONFIGURATION_STORED -> onPeerStored(message.getConfigurationStored());
      case POSITION -> peerHeld = Math.max(peerHeld, message.getPosition().getHeld().getNumber());
      case KIND_NOT_SET -> {
        // A kind that this release doesn't know is passed over.
      }
    }
  }

  /** Whether there is a connection to this process of the peer's. */
  public boolean hasPeer(long instance) {
    return peerUp && peerHello != null && peerHello.getInstance() == instance;
  }

  private void onPeerHello(PeerHello hello) {
    if (hello.getSlot() != settings.peer()) {
      environment.event(
          Severity.ERROR,
          "PEER_REFUSED",
          "the peer says that it is slot " + Settings.letter(hello.getSlot()) + " too");
      environment.closePeer("the peer has the same slot");
      return;
    }
    if (!hello.getSwitchUuid().isEmpty()
        && !switchUuid().isEmpty()
        && !hello.getSwitchUuid().equals(switchUuid())) {
      environment.event(
          Severity.ERROR, "PEER_REFUSED", "the peer belongs to another switch: the UUIDs differ");
      environment.closePeer("the peer belongs to another switch");
      return;
    }
    peerHello = hello;
    peerProcess = hello.getProcessId();
    if (hello.getRole().equals(Role.ACTIVE.name())) {
      following.activeAnnounced();
    }
  }

  private void onSyncRequest(SyncRequest request) {
    if (active != null) {
      peerHeld = request.getHeld().getNumber();
      environment.event(
          Severity.INFO, "SYNCHRONISING", "the standby gets a " + active.feed().start(request));
    }
  }

  private void onDigestMismatch(DigestMismatch mismatch) {
    if (active != null && active.feed().streaming()) {
      int rows = active.feed().repair(mismatch);
      environment.event(
          Severity.WARNING,
          "TABLE_MISMATCH",
          "table "
              + Tables.name(mismatch.getExpected().getTable())
              + " differed at the standby and was repaired: "
              + mismatch.getExpected().getRows()
              + " rows here, "
              + mismatch.getRows()
              + " there, "
              + rows
              + " sent again");
    }
  }

  /**
   * The launcher saw something of the peer's process: a reason for people, and nothing that
   * decides.
   */
  public void peerProcessSeen(long processId, Failure failure, String text) {
    environment.event(Severity.WARNING, "PEER_PROCESS", "the launcher says: " + text);
    Loss seen = new Loss(failure, processId, text);
    if (active != null) {
      active.formerActiveSeen(seen);
    } else {
      claims.processSeen(seen);
    }
  }

  private void onPeerStored(ConfigurationStored stored) {
    answers.peerDisk(stored.getVersion(), stored.getOk());
    if (!stored.getOk()) {
      environment.event(
          Severity.WARNING,
          "CONFIGURATION_NOT_STORED",
          "the other module could not store version "
              + stored.getVersion()
              + ": "
              + stored.getError());
    }
  }

  /** This module's disk has, or has not, what {@link Environment#store} asked. */
  public void configurationStored(long version, Optional<String> error) {
    error.ifPresent(text ->
        environment.event(
            Severity.WARNING,
            "CONFIGURATION_NOT_STORED",
            "version " + version + " could not be stored on this module: " + text));
    answers.ownDisk(version, error.isEmpty());
    if (active == null && peerUp) {
      environment.toPeer(
          CanonicalMessage.newBuilder()
              .setConfigurationStored(
                  ConfigurationStored.newBuilder()
                      .setVersion(version)
                      .setOk(error.isEmpty())
                      .setError(error.orElse("")))
              .build());
    }
  }

  // ---- in sync or not

  private void onListed(StandbyListed message) {
    Slot slot = message.getSlot();
    standbyListed = true;
    notReadyReason = "";
    readySinceWallMillis = message.getWallMillis();
    if (slot == settings.slot() && role == Role.STANDBY_SYNCING) {
      enter(Role.STANDBY_HOT, "listed in sync by the forwarder");
    }
    environment.event(
        Severity.INFO, "STANDBY_LISTED", "slot " + Settings.letter(slot) + " is in sync");
  }

  private void onStruck(Slot slot, String reason) {
    unlist(reason);
    notReadyReason = reason;
    if (slot == settings.slot() && role == Role.STANDBY_HOT) {
      enter(Role.STANDBY_SYNCING, "struck from the list by the forwarder: " + reason);
    }
    environment.event(
        Severity.WARNING,
        "STANDBY_STRUCK",
        "slot " + Settings.letter(slot) + " is not in sync any more: " + reason);
  }

  /** The standby that this is can't take over now. */
  void notHot(String reason) {
    if (role == Role.STANDBY_HOT) {
      enter(Role.STANDBY_SYNCING, reason);
    }
    unlist(reason);
  }

  private void unlist(String reason) {
    standbyListed = false;
    notReadyReason = reason;
  }

  // ---- active

  private void onInput(ForwarderInput input) {
    if (switchover.underWay()) {
      if (!switchover.defer(input)) {
        fail("a hand-over took too long: " + Switchover.DEFERRED_MAX + " inputs wait");
      }
    } else if (active != null) {
      active.input(input);
    }
  }

  /** A person's request. */
  public void request(Input.Request request) {
    if (active == null) {
      environment.answer(request.requestId(), false, notActive(), 0);
    } else if (switchover.underWay()) {
      switchover.defer(request);
    } else {
      active.request(request);
    }
  }

  /**
   * Changes rows that no engine owns, in a bracket of their own.
   *
   * @param person whether a retry with the same id must be answered and not done twice
   * @param decide called at once or never
   */
  public void change(
      String requestId, boolean person, BiFunction<ImageView, Moment, Change> decide) {
    ActiveTerm mine = active;
    if (mine == null || switchover.underWay()) {
      environment.answer(
          requestId, false, mine == null ? notActive() : "a switchover is under way", 0);
      return;
    }
    Optional<RequestRow> done = person ? request(requestId) : Optional.empty();
    if (done.isPresent()) {
      environment.answer(requestId, done.get().getOk(), done.get().getResult(), 0);
    } else {
      mine.change(requestId, person, decide);
    }
  }

  private Optional<RequestRow> request(String requestId) {
    return image()
        .row(
            RequestRow.newBuilder()
                .setKey(RequestRow.Key.newBuilder().setRequestId(requestId))
                .build());
  }

  /** A person wants the standby to take over. */
  public void switchover(String requestId, boolean force) {
    ActiveTerm mine = active;
    if (mine == null || switchover.underWay()) {
      environment.answer(
          requestId, false, mine == null ? notActive() : "a switchover is under way", 0);
      return;
    }
    Optional<RequestRow> done = request(requestId);
    if (done.isPresent()) {
      environment.answer(requestId, done.get().getOk(), done.get().getResult(), 0);
      return;
    }
    if (!peerUp || !mine.feed().streaming() || !mine.isHeard() || (!standbyListed && !force)) {
      environment.answer(
          requestId,
          false,
          "slot "
              + Settings.letter(settings.peer())
              + " is not ready: "
              + String.join("; ", status().notReadyReasons()),
          0);
      return;
    }
    switchover.begin(mine, requestId, force && !standbyListed);
  }

  /**
   * A person wants this supervisor to take over, whatever the active one says: the two may be cut
   * off from each other, and then nobody else can ask it.
   */
  public void takeOver(String requestId) {
    if (!role.standby() || !forwarderUp) {
      environment.answer(
          requestId,
          false,
          "slot "
              + Settings.letter(settings.slot())
              + (forwarderUp ? " is " + role : " has no session to the forwarder"),
          0);
      return;
    }
    claims.takeOver(requestId);
  }

  static String activeIn(Slot slot, long term) {
    return "slot " + Settings.letter(slot) + " is active in term " + term;
  }

  /** What is answered to who asks for something that only an active supervisor does. */
  String notActive() {
    return "slot " + Settings.letter(settings.slot()) + " is not active";
  }

  private void handedOver(long termInForce) {
    if (active != null && active.hasUnstored()) {
      environment.store(settings.homes().export(image())); // as a standby does, when it gets one
    }
    active = null;
    answers.abandon("slot " + Settings.letter(settings.slot()) + " is not active any more");
    term = termInForce;
    holder = settings.peer();
    holderAlive = true;
    becomeStandby("handed over");
    if (!peerUp) {
      following.notReady("no connection to the active");
    }
    switchover.taken(termInForce);
  }

  private void onPermitExpired() {
    if (active != null) {
      switchover.expired(active);
    }
  }

  /** One small piece of work that can wait. True: call again when there is nothing else to do. */
  public boolean background() {
    return active != null && active.feed().background(applied());
  }

  // ---- roles

  private void becomeStandby(String reason) {
    if (role != Role.STANDBY_SYNCING && role != Role.STANDBY_HOT) {
      enter(Role.STANDBY_SYNCING, reason);
      unlist("not synchronised yet");
    }
    claims.becameStandby();
    following.becameStandby();
  }

  /** The one place where the role changes. */
  private void enter(Role next, String reason) {
    if (role == next) {
      return;
    }
    Check.that(role.next().contains(next), "a role follows its table", role, next, reason);
    environment.event(
        next == Role.FAULTY ? Severity.ERROR : Severity.INFO,
        "ROLE",
        role
            + " -> "
            + next
            + " at "
            + image().position()
            + ", applied "
            + applied()
            + ": "
            + reason);
    role = next;
  }

  private ByteString switchUuid() {
    return image()
        .row(IdentityRow.newBuilder().setKey(IdentityRow.Key.getDefaultInstance()).build())
        .map(IdentityRow::getUuid)
        .or(() -> settings.homes().disk().map(stored -> stored.getIdentity().getUuid()))
        .orElse(ByteString.EMPTY);
  }

  void toForwarder(ToForwarder.Builder message) {
    if (forwarderUp) {
      environment.toForwarder(message.build());
    }
  }

  static Position position(Image.Position at) {
    return Position.newBuilder().setTerm(at.term()).setNumber(at.number()).build();
  }
}
