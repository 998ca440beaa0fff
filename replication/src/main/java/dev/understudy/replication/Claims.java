package dev.understudy.replication;

import dev.understudy.core.Image;
import dev.understudy.schema.Alive;
import dev.understudy.schema.Claim;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.HandOver;
import dev.understudy.schema.ToForwarder;
import org.jspecify.annotations.Nullable;

/**
 * When a supervisor asks the forwarder for the term: at a start without an active one, when the
 * active is lost or hands over, and when a person wants it. The forwarder decides.
 *
 * <p>The active's loss has two witnesses. This is the first: the forwarder's ticks since the
 * active's last bracket, and the connection to it. The forwarder is the second.
 */
final class Claims {
  /** A claim that was refused is made again after so many ticks, while its reason stands. */
  static final int AGAIN_TICKS = 5;

  private final SupervisorCore core;
  private final Settings settings;
  private final Environment environment;
  private final Evidence evidence;
  private boolean outstanding;
  private int ticksSinceClaim = AGAIN_TICKS;
  private Loss loss = Loss.NONE;
  private @Nullable HandOver offered;
  private @Nullable String forcedBy;

  Claims(SupervisorCore core, Settings settings, Environment environment) {
    this.core = core;
    this.settings = settings;
    this.environment = environment;
    this.evidence = new Evidence(core);
  }

  /** Asks for the term, unless an answer is awaited already. */
  void make(ClaimKind kind, String reason) {
    if (!core.forwarder().isUp() || outstanding) {
      return;
    }
    outstanding = true;
    loss = Loss.NONE;
    ticksSinceClaim = 0;
    Image image = core.image();
    Claim.Builder claim =
        Claim.newBuilder()
            .setKind(kind)
            .setReason(reason)
            .setConfigurationVersion(configurationVersion(image))
            .setConsumed(image.mark().consumed())
            .setIncarnation(image.mark().incarnation())
            .setApplied(core.following().carriedOutThrough())
            .setWasActive(core.active() != null);
    Image.Position held = core.held();
    if (!held.equals(Image.Position.NONE)) {
      claim.setHeld(SupervisorCore.position(held));
    }
    core.forwarder().send(ToForwarder.newBuilder().setClaim(claim));
  }

  private long configurationVersion(Image image) {
    return image
        .row(ConfigRow.newBuilder().setKey(ConfigRow.Key.getDefaultInstance()).build())
        .map(ConfigRow::getVersion)
        .or(() -> settings.homes().disk().map(stored -> stored.getConfig().getVersion()))
        .orElse(0L);
  }

  /** The session to the forwarder ended, and with it what the active permitted in its own. */
  void sessionLost() {
    answered();
    offered = null;
  }

  /** The forwarder has answered, or can't any more. */
  void answered() {
    outstanding = false;
  }

  // ---- start

  /** A tick of the forwarder's at a supervisor that is neither active nor standby yet. */
  void startTick() {
    if (++ticksSinceClaim >= Following.CLOSE_WITHIN_TICKS) {
      outstanding = false;
      make(ClaimKind.COLD, "start");
    }
  }

  void becameStandby() {
    outstanding = false;
    evidence.begin();
  }

  // ---- watching the active

  void bracketSeen() {
    evidence.bracketSeen();
  }

  void peerConnected() {
    evidence.begin();
  }

  /** The active's process says what keeps it from making brackets. */
  void alive(Alive sign) {
    if (core.role().standby()) {
      evidence.alive(sign);
    }
  }

  void peerLost() {
    offered = null;
    if (core.role().standby()) {
      ifLost("");
    }
  }

  /** The launcher saw something of the active's process. */
  void processSeen(Loss seen) {
    evidence.processSeen(seen);
  }

  Loss processSeen() {
    return evidence.processSeen();
  }

  /** A tick of the forwarder's at a standby. */
  void tick() {
    forced(); // if another claim was under way when a person asked
    evidence.tick();
    ticksSinceClaim++;
    handedOver();
    if (evidence.activeSeemsLost() && ticksSinceClaim >= AGAIN_TICKS) {
      ifLost("");
    }
  }

  /** The forwarder doesn't hear the active any more. */
  void holderLost(String reason) {
    if (core.role().standby() && evidence.activeSeemsLost()) {
      ifLost("; the forwarder says: " + reason);
    }
  }

  void pleaseTakeOver() {
    if (core.role().standby()) {
      evidence.askedToTakeOver();
      ifLost("");
    }
  }

  private void ifLost(String secondWitness) {
    Loss seen = evidence.loss();
    outstanding = false;
    make(ClaimKind.IF_LOST, seen.evidence() + secondWitness);
    loss = seen;
  }

  /** What was wrong with the former active, when the forwarder has granted this claim. */
  Loss lossBehind(ClaimKind granted) {
    return granted == ClaimKind.IF_LOST ? loss : Loss.NONE;
  }

  // ---- planned

  /** The active offers the term. */
  void offered(HandOver offer) {
    if (core.role().standby()) {
      offered = offer;
      handedOver();
    }
  }

  /** Takes what the active offers as soon as everything up to there is held. */
  void handedOver() {
    HandOver offer = offered;
    if (offer == null || !core.role().standby()) {
      return;
    }
    long held = core.image().position().number();
    if (held > offer.getLast().getNumber()) {
      offered = null; // the active went on
    } else if (offer.getForce()) {
      make(ClaimKind.FORCE, offer.getReason());
    } else if (held == offer.getLast().getNumber()) {
      make(ClaimKind.HANDED_OVER, offer.getReason());
    }
  }

  // ---- forced

  /** A person wants this supervisor to take over, whatever the active one says. */
  void takeOver(String requestId) {
    answerForced(false, "another request to take over came");
    forcedBy = requestId;
    forced();
  }

  private void forced() {
    if (forcedBy != null) {
      make(ClaimKind.FORCE, "switchover --force");
    }
  }

  void answerForced(boolean ok, String text) {
    String request = forcedBy;
    if (request != null) {
      forcedBy = null;
      environment.answer(request, ok, text, 0);
    }
  }

  /** The term is this supervisor's. */
  void granted(ActiveTerm begun) {
    outstanding = false;
    evidence.settled();
    offered = null;
    String request = forcedBy;
    if (request != null) {
      String text = Requests.activeIn(settings.slot(), begun.term());
      begun.note(request, true, text);
      answerForced(true, text);
    }
  }
}
