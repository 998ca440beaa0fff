package dev.understudy.replication;

import com.google.protobuf.ByteString;
import dev.understudy.core.Check;
import dev.understudy.core.EngineHost;
import dev.understudy.core.Image;
import dev.understudy.core.Input;
import dev.understudy.core.Tables;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Claim;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.ClaimRefused;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.ConfigurationStored;
import dev.understudy.schema.Digest;
import dev.understudy.schema.DigestMismatch;
import dev.understudy.schema.Fenced;
import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.Granted;
import dev.understudy.schema.HandOver;
import dev.understudy.schema.Held;
import dev.understudy.schema.IdentityRow;
import dev.understudy.schema.PeerHello;
import dev.understudy.schema.PeerPosition;
import dev.understudy.schema.Permit;
import dev.understudy.schema.PleaseTakeOver;
import dev.understudy.schema.Position;
import dev.understudy.schema.RequestRow;
import dev.understudy.schema.Resume;
import dev.understudy.schema.Resumed;
import dev.understudy.schema.RowRange;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StandbyListed;
import dev.understudy.schema.StandbyNotReady;
import dev.understudy.schema.StandbyReady;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.SupervisorHello;
import dev.understudy.schema.SyncRequest;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.schema.WatchTick;
import dev.understudy.schema.Welcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One supervisor: takes messages and gives messages, in one thread. See the package's description.
 *
 * <p>Every public method is one event; between two of them image, role and sessions are consistent.
 */
public final class SupervisorCore {
  /**
   * A bracket that is not closed within so many of the forwarder's ticks breaks the stream: 1 s.
   */
  static final int CLOSE_WITHIN_TICKS = 50;

  /** A claim that was refused is made again after so many ticks, while its reason stands. */
  static final int CLAIM_AGAIN_TICKS = 5;

  /** Inputs that wait while a hand-over is under way. */
  static final int DEFERRED_MAX = 4096;

  private final Settings settings;
  private final Environment environment;
  private final BracketLog log = new BracketLog();
  private final TreeMap<Long, Bracket> retained = new TreeMap<>();
  private final Answers answers;
  private final StreamReceiver receiver;

  private Role role = Role.STARTING;
  private Image image = new Image();
  private boolean complete;
  private @Nullable ActiveTerm active;

  // The forwarder.
  private boolean forwarderUp;
  private @Nullable Welcome welcome;
  private long term;
  private Slot holder = Slot.SLOT_UNSPECIFIED;
  private boolean holderAlive;
  private long applied;
  private int silenceLimitTicks = 5;
  private boolean diskCompared;
  private boolean claimOutstanding;
  private int ticksSinceClaim = CLAIM_AGAIN_TICKS;

  // The peer.
  private boolean peerUp;
  private @Nullable PeerHello peerHello;
  private boolean peerAnnounced;
  private boolean syncRequested;
  private boolean readySent;
  private long peerHeld;
  private int ticksSinceBracket;
  private int ticksOpen;
  private boolean askedToTakeOver;
  private boolean standbyListed;
  private long readySinceWallMillis;
  private String notReadyReason = "starting";

  // A planned hand-over.
  private boolean handingOver;
  private @Nullable String handOverRequest;
  private @Nullable String takeOverRequest;
  private @Nullable HandOver handOver;
  private final ArrayDeque<ForwarderInput> deferredInputs = new ArrayDeque<>();
  private final ArrayDeque<Input.Request> deferredRequests = new ArrayDeque<>();

  public SupervisorCore(Settings settings, Environment environment) {
    this.settings = settings;
    this.environment = environment;
    this.answers = new Answers(environment);
    this.receiver = new StreamReceiver(image, retained);
  }

  // ---- inspection

  public Role role() {
    return role;
  }

  public Image image() {
    return image;
  }

  /** The engines, while active; for inspection and fault injection. */
  public Optional<EngineHost> host() {
    return Optional.ofNullable(active).map(ActiveTerm::host);
  }

  /** Last bracket that the forwarder is known to have carried out. */
  public long applied() {
    return applied;
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
    long held = role == Role.ACTIVE ? peerHeld : image.position().number();
    long lag =
        role == Role.ACTIVE
            ? (peerUp ? Math.max(0, image.position().number() - peerHeld) : 0)
            : Math.max(0, applied - held);
    return new Status(
        role,
        active != null ? active.term() : term,
        Settings.letter(active != null ? settings.slot() : holder),
        image.position(),
        applied,
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
        receiver.buildingSnapshot() || (active != null && active.feed().snapshotUnderWay()));
  }

  private long lagMillis() {
    for (Bracket bracket : log.after(peerHeld)) {
      return (image.mark().at().now().nanos() - bracket.mark().at().now().nanos()) / 1_000_000L;
    }
    return 0;
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
                    .setHeld(position(image.position()))));
  }

  public void forwarderDisconnected(String reason) {
    forwarderUp = false;
    welcome = null;
    claimOutstanding = false;
    if (active != null) {
      active.sessionLost();
    }
    if (role == Role.STANDBY_HOT) {
      enter(Role.STANDBY_SYNCING, "the session to the forwarder ended: " + reason);
    }
    unlist("no session to the forwarder");
    readySent = false;
    answerTakeOver(false, "the session to the forwarder ended: " + reason);
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
        claim(ClaimKind.COLD, "the forwarder was restarted");
      }
      return;
    }
    term = message.getTerm();
    applied = Math.max(applied, message.getApplied());
    if (message.getHolderAlive() && message.getHolder() != settings.slot()) {
      if (!role.standby()) { // a stream that is under way goes on
        becomeStandby("slot " + Settings.letter(message.getHolder()) + " is active");
      }
      sendReady();
    } else if (role == Role.STARTING) {
      claim(ClaimKind.COLD, "start");
    } else {
      sendReady();
    }
  }

  private void claim(ClaimKind kind, String reason) {
    if (!forwarderUp || claimOutstanding) {
      return;
    }
    claimOutstanding = true;
    ticksSinceClaim = 0;
    Claim.Builder claim =
        Claim.newBuilder()
            .setKind(kind)
            .setReason(reason)
            .setConfigurationVersion(configurationVersion())
            .setConsumed(image.mark().consumed())
            .setIncarnation(image.mark().incarnation())
            .setApplied(Math.min(applied, image.position().number()))
            .setWasActive(active != null);
    if (complete || active != null) {
      claim.setHeld(position(image.position()));
    }
    toForwarder(ToForwarder.newBuilder().setClaim(claim));
  }

  private long configurationVersion() {
    return image
        .row(ConfigRow.newBuilder().setKey(ConfigRow.Key.getDefaultInstance()).build())
        .map(ConfigRow::getVersion)
        .or(() -> settings.homes().disk().map(stored -> stored.getConfig().getVersion()))
        .orElse(0L);
  }

  private void onGranted(Granted granted) {
    claimOutstanding = false;
    askedToTakeOver = false;
    handOver = null;
    boolean wasActive = active != null;
    boolean whole = complete || wasActive;
    receiver.discard();
    image = receiver.image();
    term = granted.getTerm();
    holder = settings.slot();
    holderAlive = true;
    applied = granted.getApplied();
    handingOver = false;
    deferredInputs.clear();
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
            image,
            log,
            retained,
            answers,
            granted,
            whole,
            wasActive,
            streaming);
    active = begun;
    complete = true;
    readySent = false;
    peerAnnounced = false;
    if (wasActive) {
      environment.event(
          Severity.WARNING,
          "FORWARDER_RESTARTED",
          "the forwarder was restarted; its tables are programmed again in term " + term);
    }
    if (peerUp && !streaming) {
      sendHello();
    }
    String forced = takeOverRequest;
    if (forced != null) {
      String text = activeIn(settings.slot(), term);
      begun.note(forced, true, text);
      answerTakeOver(true, text);
    }
    while (!deferredRequests.isEmpty()) {
      begun.request(deferredRequests.remove());
    }
  }

  private void onResumed(Resumed resumed) {
    ActiveTerm mine = active;
    if (mine == null) {
      return;
    }
    onApplied(resumed.getTerm(), resumed.getApplied(), 0);
    mine.resumed();
    mine.requestLearned();
    environment.event(
        Severity.INFO,
        "FORWARDER_SESSION_RESUMED",
        "term " + resumed.getTerm() + " goes on after bracket " + resumed.getApplied());
    // A permission ends with the session in which it was given, and nobody has used it.
    onPermitExpired();
  }

  private void onClaimRefused(ClaimRefused refused) {
    claimOutstanding = false;
    term = Math.max(term, refused.getTerm());
    if (active != null) {
      if (refused.getKind() == ClaimKind.CLAIM_KIND_UNSPECIFIED) {
        claim(ClaimKind.COLD, "the forwarder was restarted");
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
    if (active == null ? number <= applied : ofTerm != active.term()) {
      return;
    }
    applied = Math.max(applied, number);
    retained.headMap(applied, true).clear();
    if (active != null) {
      active.applied(number, stampNanos);
    } else {
      answers.applied(number);
    }
  }

  private void onFenced(Fenced fenced) {
    if (handingOver && fenced.getHolder() == settings.peer()) {
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
      watchStart();
      return;
    }
    if (!role.standby()) {
      return;
    }
    claimForced(); // if another claim was under way when it was asked for
    ticksSinceBracket++;
    ticksSinceClaim++;
    if (receiver.isOpen() && ++ticksOpen >= CLOSE_WITHIN_TICKS) {
      broken("no close bracket within " + CLOSE_WITHIN_TICKS + " ticks");
    }
    if (peerUp) {
      environment.toPeer(
          CanonicalMessage.newBuilder()
              .setPosition(PeerPosition.newBuilder().setHeld(position(image.position())))
              .build());
    }
    claimHandedOver();
    if (activeSeemsLost() && ticksSinceClaim >= CLAIM_AGAIN_TICKS) {
      claimIfLost();
    }
  }

  private void watchStart() {
    ticksSinceClaim++;
    if (holderAlive && holder != settings.slot()) {
      becomeStandby("slot " + Settings.letter(holder) + " is active");
    } else if (ticksSinceClaim >= CLOSE_WITHIN_TICKS) {
      claimOutstanding = false;
      claim(ClaimKind.COLD, "start");
    }
  }

  /** The first witness: what this standby itself sees. The forwarder is the second. */
  private boolean activeSeemsLost() {
    return !peerUp || askedToTakeOver || ticksSinceBracket >= silenceLimitTicks;
  }

  private String lossReason() {
    if (!peerUp) {
      return "the connection to the active ended";
    }
    if (askedToTakeOver) {
      return "the active has lost the forwarder";
    }
    return "no bracket from the active for " + ticksSinceBracket + " ticks";
  }

  private void claimIfLost() {
    claimOutstanding = false;
    claim(ClaimKind.IF_LOST, lossReason());
  }

  private void onHolderLost(String reason) {
    holderAlive = false;
    if (role.standby() && activeSeemsLost()) {
      claimOutstanding = false;
      claim(ClaimKind.IF_LOST, lossReason() + "; the forwarder says: " + reason);
    }
  }

  // ---- the peer

  public void peerConnected() {
    peerUp = true;
    syncRequested = false;
    peerHello = null;
    peerAnnounced = false;
    ticksSinceBracket = 0;
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
                    .setHeld(position(image.position())))
            .build());
  }

  public void peerDisconnected(String reason) {
    peerUp = false;
    peerAnnounced = false;
    syncRequested = false;
    handOver = null;
    receiver.discard();
    answers.peerLost();
    if (active != null) {
      active.feed().stop();
      if (handingOver) {
        permit(active, "the connection between the modules ended", true);
      }
      environment.event(
          Severity.WARNING, "PEER_LOST", "the connection to the standby ended: " + reason);
    } else if (role.standby()) {
      claimIfLost();
      notReady("the connection to the active ended: " + reason);
    }
  }

  public void peerMessage(CanonicalMessage message) {
    if (role == Role.FAULTY || !peerUp) {
      return;
    }
    try {
      switch (message.getKindCase()) {
        case HELLO -> onPeerHello(message.getHello());
        case OPEN -> {
          if (expectStream()) {
            ticksOpen = 0;
            receiver.open(message.getOpen());
          }
        }
        case ROW -> {
          if (expectStream()) {
            receiver.row(message.getRow());
          }
        }
        case OUTPUT -> {
          if (expectStream()) {
            receiver.output(message.getOutput());
          }
        }
        case CLOSE -> {
          if (expectStream()) {
            effect(receiver.close(message.getClose()));
          }
        }
        case SNAPSHOT_BEGIN -> {
          if (expectStream()) {
            receiver.snapshotBegin(message.getSnapshotBegin());
          }
        }
        case SNAPSHOT_END -> {
          if (expectStream()) {
            StreamReceiver.Effect effect = receiver.snapshotEnd(message.getSnapshotEnd());
            // The outputs up to there were not sent along.
            applied = Math.max(applied, message.getSnapshotEnd().getApplied());
            effect(effect);
          }
        }
        case SYNC_REQUEST -> onSyncRequest(message.getSyncRequest());
        case DIGEST -> onDigest(message.getDigest());
        case DIGEST_MISMATCH -> onDigestMismatch(message.getDigestMismatch());
        case HAND_OVER -> onHandOver(message.getHandOver());
        case PLEASE_TAKE_OVER -> onPleaseTakeOver();
        case CONFIGURATION_STORED -> onPeerStored(message.getConfigurationStored());
        case POSITION -> peerHeld = Math.max(peerHeld, message.getPosition().getHeld().getNumber());
        case KIND_NOT_SET -> {
          // A kind that this release doesn't know is passed over.
        }
      }
    } catch (StreamReceiver.BrokenStream e) {
      broken(String.valueOf(e.getMessage()));
    }
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
    if (hello.getRole().equals(Role.ACTIVE.name())) {
      peerAnnounced = true;
      syncRequested = false;
      requestSync();
    }
  }

  /** Brackets are for a standby only; what an old active still sends is passed over. */
  private boolean expectStream() {
    return role.standby() && syncRequested;
  }

  private void effect(StreamReceiver.Effect effect) {
    switch (effect) {
      case NOTHING -> {}
      case SNAPSHOT_STEP -> bracketSeen();
      case STEP -> {
        bracketSeen();
        Bracket bracket = receiver.lastApplied;
        if (bracket != null) {
          if (bracket.number() <= applied) {
            retained.remove(bracket.number());
          }
          log.add(bracket);
          storeIfChanged(bracket);
        }
        if (readySent) {
          toForwarder(
              ToForwarder.newBuilder()
                  .setHeld(
                      Held.newBuilder()
                          .setTerm(image.position().term())
                          .setNumber(image.position().number())));
        }
        sendReady();
        claimHandedOver();
      }
      case SNAPSHOT_COMPLETE -> {
        image = receiver.image();
        log.clear();
        complete = true;
        notReadyReason = "";
        environment.event(
            Severity.INFO,
            "SYNCHRONISED",
            "snapshot of " + image.size() + " rows at " + image.position());
        StoredConfiguration now = settings.homes().export(image);
        keepAsideUnlessOlder(now);
        environment.store(now);
        sendReady();
      }
      case REPAIRED ->
          environment.event(
              Severity.WARNING,
              "TABLE_MISMATCH",
              "rows that differed from the active's were replaced");
    }
  }

  /**
   * What this module's disk held at start gives way to the active's configuration; unless it is
   * older, it is kept beside it.
   */
  private void keepAsideUnlessOlder(StoredConfiguration now) {
    Optional<StoredConfiguration> disk = diskCompared ? Optional.empty() : settings.homes().disk();
    diskCompared = true;
    if (disk.isEmpty()) {
      return;
    }
    ConfigurationHomes.Choice choice = settings.homes().choose(now, disk.get());
    if (choice.diverged() || !choice.chosen().equals(now)) {
      settings.homes().keepAside(disk.get());
      environment.event(
          Severity.WARNING,
          "CONFIGURATION_DIVERGED",
          "version "
              + disk.get().getConfig().getVersion()
              + " on the disk is not part of the active's version "
              + now.getConfig().getVersion()
              + " and is kept aside");
    }
  }

  private void bracketSeen() {
    ticksSinceBracket = 0;
    askedToTakeOver = false;
  }

  private void storeIfChanged(Bracket bracket) {
    int table = Tables.number(ConfigRow.getDefaultInstance());
    if (bracket.rows().stream().anyMatch(row -> row.key().table() == table)) {
      environment.store(settings.homes().export(image));
    }
  }

  /**
   * Tells the forwarder, once a stream, that this standby has the whole state of the term in force.
   */
  private void sendReady() {
    if (readySent
        || !complete
        || welcome == null
        || !peerUp
        || receiver.buildingSnapshot()
        || !role.standby()
        || image.position().term() < term) {
      return;
    }
    readySent = true;
    notReadyReason = "";
    Rehearsal.run(settings, image)
        .ifPresent(problem -> environment.event(Severity.WARNING, "REHEARSAL", problem));
    toForwarder(
        ToForwarder.newBuilder()
            .setStandbyReady(
                StandbyReady.newBuilder()
                    .setTerm(image.position().term())
                    .setNumber(image.position().number())));
  }

  private void notReady(String reason) {
    notReadyReason = reason;
    readySent = false;
    if (role.standby()) {
      toForwarder(
          ToForwarder.newBuilder()
              .setStandbyNotReady(StandbyNotReady.newBuilder().setReason(reason)));
    }
    if (role == Role.STANDBY_HOT) {
      enter(Role.STANDBY_SYNCING, reason);
    }
    unlist(reason);
  }

  private void broken(String reason) {
    environment.event(
        Severity.WARNING, "STREAM_BROKEN", "the canonical stream is broken: " + reason);
    receiver.discard();
    notReady(reason);
    syncRequested = false;
    environment.closePeer(reason);
  }

  private void requestSync() {
    if (!peerUp || !peerAnnounced || syncRequested || !role.standby()) {
      return;
    }
    syncRequested = true;
    receiver.discard();
    environment.toPeer(
        CanonicalMessage.newBuilder()
            .setSyncRequest(
                SyncRequest.newBuilder()
                    .setHeld(complete ? position(image.position()) : Position.getDefaultInstance())
                    .setSnapshotWanted(!complete)
                    .setReason(notReadyReason))
            .build());
  }

  private void onSyncRequest(SyncRequest request) {
    if (active != null) {
      peerHeld = request.getHeld().getNumber();
      environment.event(
          Severity.INFO, "SYNCHRONISING", "the standby gets a " + active.feed().start(request));
    }
  }

  private void onDigest(Digest digest) {
    if (!expectStream() || !complete || receiver.buildingSnapshot() || receiver.isOpen()) {
      return;
    }
    RowRange.Builder range =
        RowRange.newBuilder().setTable(digest.getTable()).setFrom(digest.getFrom());
    if (digest.hasTo()) {
      range.setTo(digest.getTo());
    }
    Image.Digest own =
        image.digest(StreamReceiver.from(range.build()), StreamReceiver.to(range.build()));
    if (own.rows() != digest.getRows() || own.crc() != digest.getCrc()) {
      environment.toPeer(
          CanonicalMessage.newBuilder()
              .setDigestMismatch(
                  DigestMismatch.newBuilder()
                      .setExpected(digest)
                      .setRows(own.rows())
                      .setCrc(own.crc()))
              .build());
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

  private void onPleaseTakeOver() {
    if (role.standby()) {
      askedToTakeOver = true;
      claimIfLost();
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

  private void unlist(String reason) {
    standbyListed = false;
    notReadyReason = reason;
  }

  // ---- active

  private void onInput(ForwarderInput input) {
    if (handingOver) {
      deferredInputs.add(input);
      if (deferredInputs.size() > DEFERRED_MAX) {
        fail("a hand-over took too long: " + DEFERRED_MAX + " inputs wait");
      }
    } else if (active != null) {
      active.input(input);
    }
  }

  /** A person's request. */
  public void request(Input.Request request) {
    if (active == null) {
      environment.answer(
          request.requestId(),
          false,
          "slot " + Settings.letter(settings.slot()) + " is not active",
          0);
    } else if (handingOver) {
      deferredRequests.add(request);
    } else {
      active.request(request);
    }
  }

  /** A person wants the standby to take over. */
  public void switchover(String requestId, boolean force) {
    ActiveTerm mine = active;
    if (mine == null || handingOver) {
      environment.answer(
          requestId,
          false,
          mine == null
              ? "slot " + Settings.letter(settings.slot()) + " is not active"
              : "a switchover is under way",
          0);
      return;
    }
    Optional<RequestRow> done =
        image.row(
            RequestRow.newBuilder()
                .setKey(RequestRow.Key.newBuilder().setRequestId(requestId))
                .build());
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
    String text =
        "handed over to slot "
            + Settings.letter(settings.peer())
            + " after bracket "
            + (image.position().number() + 1);
    mine.note(requestId, true, text);
    handingOver = true;
    handOverRequest = requestId;
    // The permission first: the claim that follows the other message must not overtake it.
    permit(mine, "switchover", false);
    Position at = position(image.position());
    environment.toPeer(
        CanonicalMessage.newBuilder()
            .setHandOver(
                HandOver.newBuilder()
                    .setLast(at)
                    .setReason("switchover")
                    .setForce(force && !standbyListed))
            .build());
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
    answerTakeOver(false, "another request to take over came");
    takeOverRequest = requestId;
    claimForced();
  }

  private void claimForced() {
    if (takeOverRequest != null) {
      claim(ClaimKind.FORCE, "switchover --force");
    }
  }

  private void answerTakeOver(boolean ok, String text) {
    String request = takeOverRequest;
    if (request != null) {
      takeOverRequest = null;
      environment.answer(request, ok, text, 0);
    }
  }

  private static String activeIn(Slot slot, long term) {
    return "slot " + Settings.letter(slot) + " is active in term " + term;
  }

  private void permit(ActiveTerm mine, String reason, boolean withdrawn) {
    if (!mine.isHeard()) {
      return; // a permission ended with the session
    }
    toForwarder(
        ToForwarder.newBuilder()
            .setPermit(
                Permit.newBuilder()
                    .setTerm(mine.term())
                    .setNumber(image.position().number())
                    .setReason(reason)
                    .setWithdrawn(withdrawn)));
  }

  private void onHandOver(HandOver message) {
    if (role.standby()) {
      handOver = message;
      claimHandedOver();
    }
  }

  private void claimHandedOver() {
    HandOver offered = handOver;
    if (offered == null || !role.standby()) {
      return;
    }
    if (image.position().number() > offered.getLast().getNumber()) {
      handOver = null; // the active went on
      return;
    }
    if (offered.getForce()) {
      claim(ClaimKind.FORCE, offered.getReason());
    } else if (image.position().number() >= offered.getLast().getNumber()) {
      claim(ClaimKind.HANDED_OVER, offered.getReason());
    }
  }

  private void handedOver(long termInForce) {
    handingOver = false;
    deferredInputs.clear();
    if (active != null && active.hasUnstored()) {
      environment.store(settings.homes().export(image)); // as a standby does, when it gets one
    }
    active = null;
    answers.abandon("slot " + Settings.letter(settings.slot()) + " is not active any more");
    term = termInForce;
    holder = settings.peer();
    holderAlive = true;
    becomeStandby("handed over");
    if (!peerUp) {
      notReady("no connection to the active");
    }
    String request = handOverRequest;
    if (request != null) {
      handOverRequest = null;
      environment.answer(request, true, activeIn(settings.peer(), termInForce), 0);
    }
    for (Input.Request waiting : deferredRequests) {
      environment.answer(
          waiting.requestId(),
          false,
          "slot " + Settings.letter(settings.slot()) + " is not active any more",
          0);
    }
    deferredRequests.clear();
  }

  private void onPermitExpired() {
    ActiveTerm mine = active;
    if (!handingOver || mine == null) {
      return;
    }
    handingOver = false;
    String request = handOverRequest;
    handOverRequest = null;
    String text =
        "slot " + Settings.letter(settings.peer()) + " did not take over in time; this one goes on";
    if (request != null) {
      mine.note(request, false, text);
      environment.answer(request, false, text, 0);
    }
    while (!deferredInputs.isEmpty()) {
      mine.input(deferredInputs.remove());
    }
    while (!deferredRequests.isEmpty()) {
      mine.request(deferredRequests.remove());
    }
  }

  /** One small piece of work that can wait. True: call again when there is nothing else to do. */
  public boolean background() {
    return active != null && active.feed().background(applied);
  }

  // ---- roles

  private void becomeStandby(String reason) {
    if (role != Role.STANDBY_SYNCING && role != Role.STANDBY_HOT) {
      enter(Role.STANDBY_SYNCING, reason);
      unlist("not synchronised yet");
    }
    readySent = false;
    syncRequested = false;
    claimOutstanding = false;
    ticksSinceBracket = 0;
    requestSync();
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
        role + " -> " + next + " at " + image.position() + ", applied " + applied + ": " + reason);
    role = next;
  }

  private ByteString switchUuid() {
    return image
        .row(IdentityRow.newBuilder().setKey(IdentityRow.Key.getDefaultInstance()).build())
        .map(IdentityRow::getUuid)
        .or(() -> settings.homes().disk().map(stored -> stored.getIdentity().getUuid()))
        .orElse(ByteString.EMPTY);
  }

  private void toForwarder(ToForwarder.Builder message) {
    if (forwarderUp) {
      environment.toForwarder(message.build());
    }
  }

  private static Position position(Image.Position at) {
    return Position.newBuilder().setTerm(at.term()).setNumber(at.number()).build();
  }
}
