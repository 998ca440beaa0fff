package dev.understudy.replication;

import com.google.protobuf.ByteString;
import dev.understudy.core.Check;
import dev.understudy.core.EngineHost;
import dev.understudy.core.Image;
import dev.understudy.core.ImageView;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.ClaimRefused;
import dev.understudy.schema.Failure;
import dev.understudy.schema.Fenced;
import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.Granted;
import dev.understudy.schema.IdentityRow;
import dev.understudy.schema.PleaseTakeOver;
import dev.understudy.schema.Position;
import dev.understudy.schema.Resume;
import dev.understudy.schema.Resumed;
import dev.understudy.schema.Slot;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.schema.WatchTick;
import dev.understudy.schema.Welcome;
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
  private final ForwarderSession forwarder;
  private final Peer peer;
  private final Listing listing;
  private final Following following;
  private final Claims claims;
  private final Switchover switchover;
  private final Requests requests;

  private Role role = Role.STARTING;
  private @Nullable ActiveTerm active;

  public SupervisorCore(Settings settings, Environment environment) {
    this.settings = settings;
    this.environment = environment;
    this.answers = new Answers(environment);
    this.forwarder = new ForwarderSession(settings, environment);
    this.peer = new Peer(this, settings, environment, answers);
    this.listing = new Listing(this, environment);
    this.following = new Following(this, settings, environment, log);
    this.claims = new Claims(this, settings, environment);
    this.switchover = new Switchover(this, settings, environment);
    this.requests = new Requests(this, settings, environment);
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
    return forwarder.applied();
  }

  public Status status() {
    return Status.of(this, log);
  }

  // ---- the parts, for each other

  Slot slot() {
    return settings.slot();
  }

  @Nullable ActiveTerm active() {
    return active;
  }

  ForwarderSession forwarder() {
    return forwarder;
  }

  Peer peer() {
    return peer;
  }

  Listing listing() {
    return listing;
  }

  Following following() {
    return following;
  }

  Claims claims() {
    return claims;
  }

  Switchover switchover() {
    return switchover;
  }

  // ---- the forwarder

  public void forwarderConnected() {
    forwarder.connected(switchUuid(), image().position());
  }

  public void forwarderDisconnected(String reason) {
    forwarder.disconnected();
    claims.sessionLost();
    if (active != null) {
      active.sessionLost();
    }
    if (role == Role.STANDBY_HOT) {
      enter(Role.STANDBY_SYNCING, "the session to the forwarder ended: " + reason);
    }
    listing.unlist("no session to the forwarder");
    following.forwarderLost();
    claims.answerForced(false, "the session to the forwarder ended: " + reason);
    environment.event(
        Severity.WARNING,
        "FORWARDER_SESSION_LOST",
        "the session to the forwarder ended: " + reason);
  }

  /** There has been no session to the forwarder for ten ticks. */
  public void forwarderAwayTooLong() {
    if (role == Role.ACTIVE && !forwarder.isUp() && peer.isUp()) {
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
      case STANDBY_LISTED -> listing.listed(message.getStandbyListed());
      case STANDBY_STRUCK ->
          listing.struck(
              message.getStandbyStruck().getSlot(), message.getStandbyStruck().getReason());
      case HOLDER_LOST -> claims.holderLost(message.getHolderLost().getReason());
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
    forwarder.welcomed(message);
    ActiveTerm mine = active;
    if (mine != null) {
      if (message.getIncarnation() == mine.incarnation()) {
        forwarder.send(
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
    forwarder.inForce(message.getTerm());
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
    long term = granted.getTerm();
    forwarder.inForce(term, settings.slot());
    forwarder.carriedOut(new Image.Position(term, granted.getApplied()));
    switchover.termEnds();
    listing.unlist("not synchronised yet");
    peer.newTerm();
    if (!wasActive) {
      enter(
          Role.ACTIVE,
          "term " + term + " granted (" + granted.getKind() + "): " + granted.getReason());
    }
    ActiveTerm before = active;
    boolean streaming = before != null && peer.isUp() && before.feed().streaming();
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
    if (peer.isUp() && !streaming) {
      peer.sendHello();
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
    listing.unlist(""); // the forwarder says next which standby is listed, if one is
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
    forwarder.inForce(Math.max(forwarder.term(), refused.getTerm()));
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
    if (!forwarder.carriedOut(new Image.Position(ofTerm, number)) && active == null) {
      return;
    }
    following.forgetCarriedOut();
    if (active != null) {
      active.applied(number, stampNanos);
    } else {
      answers.applied(number);
    }
  }

  private void onInput(ForwarderInput input) {
    if (switchover.underWay()) {
      if (!switchover.defer(input)) {
        fail("a hand-over took too long: " + Switchover.DEFERRED_MAX + " inputs wait");
      }
    } else if (active != null) {
      active.input(input);
    }
  }

  private void onPermitExpired() {
    if (active != null) {
      switchover.expired(active);
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

  private void onWatchTick(WatchTick message) {
    forwarder.inForce(message.getTerm(), message.getHolder());
    answers.tick();
    onApplied(message.getTerm(), message.getApplied(), message.getStampNanos());
    if (role == Role.STARTING) {
      if (message.getHolderAlive() && message.getHolder() != settings.slot()) {
        becomeStandby("slot " + Settings.letter(message.getHolder()) + " is active");
      } else {
        claims.startTick();
      }
    } else if (role.standby()) {
      following.tick();
      peer.tellPosition();
      claims.tick();
    }
  }

  // ---- the peer

  public void peerConnected() {
    peer.connected();
  }

  public void peerDisconnected(String reason) {
    peer.disconnected(reason);
  }

  public void peerMessage(CanonicalMessage message) {
    peer.message(message);
  }

  /** Whether there is a connection to this process of the peer's. */
  public boolean hasPeer(long instance) {
    return peer.is(instance);
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

  /** This module's disk has, or has not, what {@link Environment#store} asked. */
  public void configurationStored(long version, Optional<String> error) {
    error.ifPresent(text ->
        environment.event(
            Severity.WARNING,
            "CONFIGURATION_NOT_STORED",
            "version " + version + " could not be stored on this module: " + text));
    answers.ownDisk(version, error.isEmpty());
    if (active == null) {
      peer.tellStored(version, error);
    }
  }

  // ---- people

  /** A person's request. */
  public void request(Input.Request request) {
    requests.request(request);
  }

  /**
   * Changes rows that no engine owns, in a bracket of their own.
   *
   * @param person whether a retry with the same id must be answered and not done twice
   * @param decide called at once or never
   */
  public void change(
      String requestId, boolean person, BiFunction<ImageView, Moment, Change> decide) {
    requests.change(requestId, person, decide);
  }

  /** A person wants the standby to take over. */
  public void switchover(String requestId, boolean force) {
    requests.switchover(requestId, force);
  }

  /**
   * A person wants this supervisor to take over, whatever the active one says: the two may be cut
   * off from each other, and then nobody else can ask it.
   */
  public void takeOver(String requestId) {
    requests.takeOver(requestId);
  }

  /** One small piece of work that can wait. True: call again when there is nothing else to do. */
  public boolean background() {
    return active != null && active.feed().background(applied());
  }

  // ---- roles

  private void becomeStandby(String reason) {
    if (role != Role.STANDBY_SYNCING && role != Role.STANDBY_HOT) {
      enter(Role.STANDBY_SYNCING, reason);
      listing.unlist("not synchronised yet");
    }
    claims.becameStandby();
    following.becameStandby();
  }

  private void handedOver(long termInForce) {
    if (active != null && active.hasUnstored()) {
      environment.store(settings.homes().export(image())); // as a standby does, when it gets one
    }
    active = null;
    answers.abandon("slot " + Settings.letter(settings.slot()) + " is not active any more");
    forwarder.inForce(termInForce, settings.peer());
    becomeStandby("handed over");
    if (!peer.isUp()) {
      following.notReady("no connection to the active");
    }
    switchover.taken(termInForce);
  }

  private void fail(String reason) {
    enter(Role.FAULTY, reason);
    environment.exit(reason);
  }

  /** The one place where the role changes. */
  void enter(Role next, String reason) {
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

  ByteString switchUuid() {
    return image()
        .row(IdentityRow.newBuilder().setKey(IdentityRow.Key.getDefaultInstance()).build())
        .map(IdentityRow::getUuid)
        .or(() -> settings.homes().disk().map(stored -> stored.getIdentity().getUuid()))
        .orElse(ByteString.EMPTY);
  }

  static Position position(Image.Position at) {
    return Position.newBuilder().setTerm(at.term()).setNumber(at.number()).build();
  }
}
