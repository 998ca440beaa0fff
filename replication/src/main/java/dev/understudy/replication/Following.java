package dev.understudy.replication;

import dev.understudy.core.Image;
import dev.understudy.core.ResumeCheck;
import dev.understudy.core.RowChange;
import dev.understudy.core.Tables;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.Digest;
import dev.understudy.schema.DigestMismatch;
import dev.understudy.schema.Held;
import dev.understudy.schema.Position;
import dev.understudy.schema.RowRange;
import dev.understudy.schema.StandbyNotReady;
import dev.understudy.schema.StandbyReady;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.SyncRequest;
import dev.understudy.schema.ToForwarder;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a standby does with the active's stream: keeps its image by it, tells the forwarder what it
 * holds and whether it is ready, and asks for a new beginning when something is wrong.
 */
final class Following {
  /**
   * A bracket that is not closed within so many of the forwarder's ticks breaks the stream: 1 s.
   */
  static final int CLOSE_WITHIN_TICKS = 50;

  /** A takeover is rehearsed every so many of the forwarder's ticks: 5 s. */
  static final int REHEARSE_EVERY_TICKS = 250;

  private final SupervisorCore core;
  private final Settings settings;
  private final Environment environment;
  private final BracketLog log;
  private final TreeMap<Long, Bracket> retained = new TreeMap<>();
  private final StreamReceiver receiver = new StreamReceiver(new Image(), retained);
  private boolean complete;
  private boolean diskCompared;
  private boolean activeAnnounced;
  private boolean requested;
  private boolean readySent;
  private int ticksOpen;

  // Rehearsals: whether one is under way, whether the last one of this image went well.
  private boolean rehearsing;
  private boolean rehearsed;
  private int ticksToRehearsal;
  private Optional<Rehearsal.Outcome> lastRehearsal = Optional.empty();

  /** One image after the other: what was found of a former one says nothing of this one. */
  private long imageNumber;

  Following(SupervisorCore core, Settings settings, Environment environment, BracketLog log) {
    this.core = core;
    this.settings = settings;
    this.environment = environment;
    this.log = log;
  }

  Image image() {
    return receiver.image();
  }

  /** Whether the image is a whole one. */
  boolean complete() {
    return complete;
  }

  boolean buildingSnapshot() {
    return receiver.buildingSnapshot();
  }

  /** Brackets that the forwarder may not have carried out, by number: to be sent again. */
  NavigableMap<Long, Bracket> retained() {
    return retained;
  }

  /** How the last rehearsal went. */
  Optional<Rehearsal.Outcome> lastRehearsal() {
    return lastRehearsal;
  }

  /** Drops of them what is known to be carried out. */
  void forgetCarriedOut() {
    retained
        .headMap(core.applied(), true)
        .values()
        .removeIf(bracket -> core.forwarder().isCarriedOut(bracket.position()));
  }

  /** Everything up to this bracket is known to be carried out. */
  long carriedOutThrough() {
    return retained.isEmpty() ? image().position().number() : retained.firstKey() - 1;
  }

  // ---- sessions and roles

  void peerConnected() {
    requested = false;
    activeAnnounced = false;
  }

  void peerLost(String why) {
    requested = false;
    activeAnnounced = false;
    receiver.discard();
    if (core.role().standby()) {
      notReady("the connection to the active ended: " + why);
    }
  }

  void forwarderLost() {
    readySent = false;
  }

  /** The peer says that it is the active one. */
  void activeAnnounced() {
    activeAnnounced = true;
    requested = false;
    request();
  }

  void becameStandby() {
    readySent = false;
    requested = false;
    request();
  }

  /** The term is this supervisor's: what came since the last open bracket is discarded. */
  void discardOpen() {
    receiver.discard();
  }

  void becameActive() {
    complete = true;
    readySent = false;
    activeAnnounced = false;
    lastRehearsal = Optional.empty();
  }

  /** A tick of the forwarder's. */
  void tick() {
    if (receiver.isOpen() && ++ticksOpen >= CLOSE_WITHIN_TICKS) {
      broken("no close bracket within " + CLOSE_WITHIN_TICKS + " ticks");
    }
    ticksToRehearsal = Math.max(0, ticksToRehearsal - 1);
    if (ticksToRehearsal == 0 && mayBeReady()) {
      rehearse();
    }
  }

  private void request() {
    if (!core.peer().isUp() || !activeAnnounced || requested || !core.role().standby()) {
      return;
    }
    requested = true;
    rehearseAnew();
    receiver.discard();
    environment.toPeer(
        CanonicalMessage.newBuilder()
            .setSyncRequest(
                SyncRequest.newBuilder()
                    .setHeld(
                        complete
                            ? SupervisorCore.position(image().position())
                            : Position.getDefaultInstance())
                    .setSnapshotWanted(!complete)
                    .setReason(core.listing().notReadyReason()))
            .build());
  }

  // ---- the stream

  /** Brackets are for a standby only; what an old active still sends is passed over. */
  private boolean expected() {
    return core.role().standby() && requested;
  }

  /** One message of the stream. */
  void message(CanonicalMessage message) {
    if (!expected()) {
      return;
    }
    try {
      switch (message.getKindCase()) {
        case OPEN -> {
          ticksOpen = 0;
          receiver.open(message.getOpen());
        }
        case ROW -> receiver.row(message.getRow());
        case OUTPUT -> receiver.output(message.getOutput());
        case CLOSE -> effect(receiver.close(message.getClose()));
        case SNAPSHOT_BEGIN -> receiver.snapshotBegin(message.getSnapshotBegin());
        case SNAPSHOT_END -> {
          StreamReceiver.Effect effect = receiver.snapshotEnd(message.getSnapshotEnd());
          // The outputs up to there were not sent along.
          core.forwarder()
              .carriedOut(
                  new Image.Position(
                      message.getSnapshotEnd().getAt().getTerm(),
                      message.getSnapshotEnd().getApplied()));
          effect(effect);
        }
        default -> throw new IllegalArgumentException("not of the stream: " + message);
      }
    } catch (StreamReceiver.BrokenStream e) {
      broken(String.valueOf(e.getMessage()));
    }
  }

  private void effect(StreamReceiver.Effect effect) {
    switch (effect) {
      case NOTHING -> {}
      case SNAPSHOT_STEP -> core.claims().bracketSeen();
      case STEP -> {
        core.claims().bracketSeen();
        Bracket bracket = receiver.lastApplied;
        if (bracket != null) {
          if (core.forwarder().isCarriedOut(bracket.position())) {
            retained.remove(bracket.number());
          }
          log.add(bracket);
          storeIfChanged(bracket);
        }
        if (readySent) {
          core.forwarder()
              .send(
                  ToForwarder.newBuilder()
                      .setHeld(
                          Held.newBuilder()
                              .setTerm(image().position().term())
                              .setNumber(image().position().number())));
        }
        sendReady();
        core.claims().handedOver();
      }
      case SNAPSHOT_COMPLETE -> {
        log.clear();
        forgetCarriedOut();
        complete = true;
        rehearseAnew();
        core.listing().notReadyBecause("");
        environment.event(
            Severity.INFO,
            "SYNCHRONISED",
            "snapshot of " + image().size() + " rows at " + image().position());
        StoredConfiguration now = settings.homes().export(image());
        keepAsideUnlessOlder(now);
        environment.store(now);
        sendReady();
      }
      case REPAIRED -> {
        environment.event(
            Severity.WARNING,
            "TABLE_MISMATCH",
            "rows that differed from the active's were replaced");
        if (!rehearsed) {
          rehearseAnew();
          sendReady();
        }
      }
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

  private void storeIfChanged(Bracket bracket) {
    int table = Tables.number(ConfigRow.getDefaultInstance());
    for (RowChange row : bracket.rows()) {
      if (row.key().table() == table) {
        environment.store(settings.homes().export(image()));
        return;
      }
    }
  }

  // ---- ready or not

  /**
   * Tells the forwarder, once a stream, that this standby has the whole state of the term in force,
   * and could take over with it.
   */
  void sendReady() {
    if (readySent || !mayBeReady()) {
      return;
    }
    if (!rehearsed) {
      if (ticksToRehearsal == 0) {
        rehearse();
      }
      return;
    }
    readySent = true;
    core.listing().notReadyBecause("");
    core.forwarder()
        .send(
            ToForwarder.newBuilder()
                .setStandbyReady(
                    StandbyReady.newBuilder()
                        .setTerm(image().position().term())
                        .setNumber(image().position().number())));
  }

  private boolean mayBeReady() {
    return complete
        && core.forwarder().welcome().isPresent()
        && core.peer().isUp()
        && !receiver.buildingSnapshot()
        && core.role().standby()
        && image().position().term() >= core.forwarder().term();
  }

  /** What was rehearsed until now doesn't count any more. */
  private void rehearseAnew() {
    imageNumber++;
    rehearsed = false;
    ticksToRehearsal = 0;
  }

  /** On a copy of the image and beside the loop, which goes on meanwhile. */
  private void rehearse() {
    if (rehearsing) {
      return;
    }
    rehearsing = true;
    ticksToRehearsal = REHEARSE_EVERY_TICKS;
    if (!readySent) {
      core.listing().notReadyBecause("the takeover is being rehearsed");
    }
    Image copy = image().copy();
    ResumeCheck.Writer writer =
        core.peer().hasSameSchema()
            ? ResumeCheck.Writer.SAME_SCHEMA
            : ResumeCheck.Writer.OTHER_SCHEMA;
    long number = imageNumber;
    environment.beside(
        () -> Rehearsal.run(settings, copy, writer), outcome -> rehearsed(number, outcome));
  }

  private void rehearsed(long number, Rehearsal.Outcome outcome) {
    rehearsing = false;
    if (!core.role().standby()) {
      return;
    }
    if (number != imageNumber) {
      sendReady(); // rehearses the image that there is now
      return;
    }
    String problem = outcome.problem();
    if (problem.isEmpty()) {
      rehearsed = true;
      lastRehearsal = Optional.of(outcome);
      sendReady();
      return;
    }
    if (!problem.equals(lastRehearsal.map(Rehearsal.Outcome::problem).orElse(""))) {
      environment.event(Severity.ERROR, "REHEARSAL_FAILED", problem);
    }
    rehearsed = false;
    lastRehearsal = Optional.of(outcome);
    notReady("a takeover was rehearsed and failed: " + problem);
  }

  void notReady(String reason) {
    readySent = false;
    if (core.role().standby()) {
      core.forwarder()
          .send(
              ToForwarder.newBuilder()
                  .setStandbyNotReady(StandbyNotReady.newBuilder().setReason(reason)));
    }
    core.listing().notHot(reason);
  }

  private void broken(String reason) {
    environment.event(
        Severity.WARNING, "STREAM_BROKEN", "the canonical stream is broken: " + reason);
    receiver.discard();
    notReady(reason);
    requested = false;
    environment.closePeer(reason);
  }

  /** Compares a digest of the active's with the own rows. */
  void compare(Digest digest) {
    if (!expected() || !complete || receiver.buildingSnapshot() || receiver.isOpen()) {
      return;
    }
    RowRange.Builder range =
        RowRange.newBuilder().setTable(digest.getTable()).setFrom(digest.getFrom());
    if (digest.hasTo()) {
      range.setTo(digest.getTo());
    }
    Image.Digest own =
        image().digest(StreamReceiver.from(range.build()), StreamReceiver.to(range.build()));
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
}
