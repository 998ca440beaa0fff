package dev.understudy.replication;

import com.google.protobuf.ByteString;
import dev.understudy.core.Image;
import dev.understudy.schema.Slot;
import dev.understudy.schema.SupervisorHello;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.Welcome;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The session to the forwarder, if there is one, and what was said in it or in an earlier one:
 * which term is in force, who holds it, what has been carried out.
 */
final class ForwarderSession {
  private final Settings settings;
  private final Environment environment;
  private boolean up;
  private @Nullable Welcome welcome;
  private int silenceLimitTicks = 5;
  private long term;
  private Slot holder = Slot.SLOT_UNSPECIFIED;

  /** Last bracket carried out, and the term in force when the forwarder said so. */
  private Image.Position applied = Image.Position.NONE;

  ForwarderSession(Settings settings, Environment environment) {
    this.settings = settings;
    this.environment = environment;
  }

  // ---- the session

  /** There is a session: says who this is. */
  void connected(ByteString switchUuid, Image.Position held) {
    up = true;
    send(
        ToForwarder.newBuilder()
            .setHello(
                SupervisorHello.newBuilder()
                    .setSlot(settings.slot())
                    .setInstance(settings.instance())
                    .setRelease(settings.release())
                    .setSchemaFingerprint(settings.schemaFingerprint())
                    .setSwitchUuid(switchUuid)
                    .setProcessId(settings.processId())
                    .setHeld(SupervisorCore.position(held))));
  }

  void disconnected() {
    up = false;
    welcome = null;
  }

  /** What its greeting says, but for the term: an active one has its own. */
  void welcomed(Welcome message) {
    welcome = message;
    silenceLimitTicks = Math.max(2, message.getSilenceLimitTicks());
    holder = message.getHolder();
  }

  boolean isUp() {
    return up;
  }

  /** Its greeting in this session, which says which term is in force. */
  Optional<Welcome> welcome() {
    return Optional.ofNullable(welcome);
  }

  void send(ToForwarder.Builder message) {
    if (up) {
      environment.toForwarder(message.build());
    }
  }

  int silenceLimitTicks() {
    return silenceLimitTicks;
  }

  // ---- the term

  /** The term in force, as far as known. */
  long term() {
    return term;
  }

  Slot holder() {
    return holder;
  }

  void inForce(long newTerm) {
    term = newTerm;
  }

  void inForce(long newTerm, Slot newHolder) {
    term = newTerm;
    holder = newHolder;
  }

  // ---- what is carried out

  /** Last bracket that the forwarder is known to have carried out. */
  long applied() {
    return applied.number();
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
}
