package dev.understudy.supervisor;

import dev.understudy.schema.BorderBracket;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Output;
import dev.understudy.schema.ToForwarder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The way out to forwarder and standby, and what can be done to it on purpose. The loop's thread.
 *
 * <p>A bracket goes to the standby first and to the forwarder right after. A process can die
 * between the two, or with one of them still in its own memory; {@link #dieHalfSent} makes it die
 * just there.
 */
final class Sending {
  private final Consumer<ToForwarder> forwarder;
  private final Consumer<CanonicalMessage> peer;
  private final Supervisor.Breakage breakage;
  private final Runnable die;
  private final List<CanonicalMessage> heldBack = new ArrayList<>();
  private Reaches reaches = Reaches.BOTH;

  /** Where the last bracket before death arrives. */
  enum Reaches {
    BOTH,
    FORWARDER,
    STANDBY
  }

  /**
   * @param die ends the process as a kill would, when what was sent has left; doesn't return
   */
  Sending(
      Consumer<ToForwarder> forwarder,
      Consumer<CanonicalMessage> peer,
      Supervisor.Breakage breakage,
      Runnable die) {
    this.forwarder = forwarder;
    this.peer = peer;
    this.breakage = breakage;
    this.die = die;
  }

  /** The next bracket with a frame in it reaches only one of the two, and is the last. */
  void dieHalfSent(Reaches only) {
    reaches = only;
  }

  void toPeer(CanonicalMessage message) {
    if (reaches == Reaches.FORWARDER) {
      heldBack.add(message);
    } else {
      peer.accept(message);
    }
  }

  void toForwarder(ToForwarder message) {
    if (!message.hasBracket()) {
      forwarder.accept(message);
      return;
    }
    boolean last =
        reaches != Reaches.BOTH
            && message.getBracket().getOutputsList().stream().anyMatch(Output::hasSendFrame);
    if (!last) {
      heldBack.forEach(peer);
      heldBack.clear();
    }
    if (!last || reaches == Reaches.FORWARDER) {
      forwarder.accept(spoiled(message));
    }
    if (last) {
      die.run();
    }
  }

  private ToForwarder spoiled(ToForwarder message) {
    BorderBracket bracket = message.getBracket();
    boolean sentAgain = bracket.getMadeInTerm() < bracket.getTerm();
    return breakage == Supervisor.Breakage.SKIP_RESEND && sentAgain
        ? ToForwarder.newBuilder().setBracket(bracket.toBuilder().clearOutputs()).build()
        : message;
  }
}
