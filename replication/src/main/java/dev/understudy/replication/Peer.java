package dev.understudy.replication;

import dev.understudy.core.Tables;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ConfigurationStored;
import dev.understudy.schema.DigestMismatch;
import dev.understudy.schema.PeerHello;
import dev.understudy.schema.PeerPosition;
import dev.understudy.schema.SyncRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The other supervisor, at the far end of the connection between the modules: who it says it is,
 * what it holds, and what becomes of its messages.
 */
final class Peer {
  private final SupervisorCore core;
  private final Settings settings;
  private final Environment environment;
  private final Answers answers;
  private boolean up;
  private @Nullable PeerHello hello;
  private long process;
  private long held;

  Peer(SupervisorCore core, Settings settings, Environment environment, Answers answers) {
    this.core = core;
    this.settings = settings;
    this.environment = environment;
    this.answers = answers;
  }

  /** A message of it. */
  void message(CanonicalMessage message) {
    if (core.role() == Role.FAULTY || !up) {
      return;
    }
    switch (message.getKindCase()) {
      case HELLO -> onHello(message.getHello());
      case OPEN, ROW, OUTPUT, CLOSE, SNAPSHOT_BEGIN, SNAPSHOT_END ->
          core.following().message(message);
      case SYNC_REQUEST -> onSyncRequest(message.getSyncRequest());
      case DIGEST -> core.following().compare(message.getDigest());
      case DIGEST_MISMATCH -> onDigestMismatch(message.getDigestMismatch());
      case HAND_OVER -> core.claims().offered(message.getHandOver());
      case PLEASE_TAKE_OVER -> core.claims().pleaseTakeOver();
      case ALIVE -> core.claims().alive(message.getAlive());
      case CONFIGURATION_STORED -> onStored(message.getConfigurationStored());
      case POSITION -> held = Math.max(held, message.getPosition().getHeld().getNumber());
      case KIND_NOT_SET -> {
        // A kind that this release doesn't know is passed over.
      }
    }
  }

  // ---- the connection

  void connected() {
    up = true;
    hello = null;
    core.following().peerConnected();
    core.claims().peerConnected();
    sendHello();
  }

  /**
   * Says who this is. An active one announces itself so, and the standby answers with its request.
   */
  void sendHello() {
    environment.toPeer(
        CanonicalMessage.newBuilder()
            .setHello(
                PeerHello.newBuilder()
                    .setSlot(settings.slot())
                    .setInstance(settings.instance())
                    .setRelease(settings.release())
                    .setSchemaFingerprint(settings.schemaFingerprint())
                    .setSwitchUuid(core.switchUuid())
                    .setProcessId(settings.processId())
                    .setRole(core.role().name())
                    .setImage(settings.image().id())
                    .setBootFailure(settings.image().failure())
                    .setBootAttempt(settings.image().attempt())
                    .setHeld(SupervisorCore.position(core.image().position())))
            .build());
  }

  void disconnected(String reason) {
    up = false;
    answers.peerLost();
    ActiveTerm active = core.active();
    if (active != null) {
      active.feed().stop();
      core.switchover().withdraw(active, "the connection between the modules ended");
      environment.event(
          Severity.WARNING, "PEER_LOST", "the connection to the standby ended: " + reason);
    }
    core.claims().peerLost();
    core.following().peerLost(reason);
  }

  private void onHello(PeerHello said) {
    if (said.getSlot() != settings.peer()) {
      environment.event(
          Severity.ERROR,
          "PEER_REFUSED",
          "the peer says that it is slot " + Settings.letter(said.getSlot()) + " too");
      environment.closePeer("the peer has the same slot");
      return;
    }
    if (!said.getSwitchUuid().isEmpty()
        && !core.switchUuid().isEmpty()
        && !said.getSwitchUuid().equals(core.switchUuid())) {
      environment.event(
          Severity.ERROR, "PEER_REFUSED", "the peer belongs to another switch: the UUIDs differ");
      environment.closePeer("the peer belongs to another switch");
      return;
    }
    hello = said;
    process = said.getProcessId();
    if (said.getRole().equals(Role.ACTIVE.name())) {
      core.following().activeAnnounced();
    }
  }

  // ---- what is known of it

  boolean isUp() {
    return up;
  }

  /** Whether it is this process that there is a connection to. */
  boolean is(long instance) {
    return up && hello != null && hello.getInstance() == instance;
  }

  /** Who it says it is, in this connection or the one before. */
  Optional<PeerHello> hello() {
    return Optional.ofNullable(hello);
  }

  /** Whether the rows that it writes have the fields and tables of this release. */
  boolean hasSameSchema() {
    PeerHello said = hello;
    return said == null || said.getSchemaFingerprint().equals(settings.schemaFingerprint());
  }

  /** Its process, of this connection or the one before; 0 if it never said. */
  long process() {
    return process;
  }

  /** The last bracket that a standby there is known to hold. */
  long held() {
    return held;
  }

  /** A new term of this supervisor's: nobody is known to hold anything of it. */
  void newTerm() {
    held = 0;
  }

  // ---- what an active does for it, and a standby

  private void onSyncRequest(SyncRequest request) {
    ActiveTerm active = core.active();
    if (active != null) {
      held = request.getHeld().getNumber();
      environment.event(
          Severity.INFO, "SYNCHRONISING", "the standby gets a " + active.feed().start(request));
    }
  }

  private void onDigestMismatch(DigestMismatch mismatch) {
    ActiveTerm active = core.active();
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

  /** Tells it what this supervisor holds. */
  void tellPosition() {
    if (up) {
      environment.toPeer(
          CanonicalMessage.newBuilder()
              .setPosition(
                  PeerPosition.newBuilder()
                      .setHeld(SupervisorCore.position(core.image().position())))
              .build());
    }
  }

  // ---- the disks

  private void onStored(ConfigurationStored stored) {
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

  /** Tells it that this module's disk has, or has not, a version. */
  void tellStored(long version, Optional<String> error) {
    if (up) {
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
}
