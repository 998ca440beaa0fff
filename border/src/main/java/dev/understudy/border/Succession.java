package dev.understudy.border;

import dev.understudy.schema.Claim;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.ClaimRefused;
import dev.understudy.schema.Slot;
import dev.understudy.schema.ToSupervisor;
import java.util.function.BiConsumer;

/**
 * Who gets the next term: each claim is granted, refused, or waits for a better one while nobody
 * holds the term.
 */
final class Succession {
  /** How long a silent but connected holder is left in peace by a claimant without any image. */
  static final long FIRST_WORD_NANOS = 1_500_000_000L;

  private final SwitchClock clock;
  private final Counters counters;
  private final Sessions sessions;
  private final Mastership mastership;
  private final Standbys standbys;
  private final Brackets brackets;
  private final BiConsumer<Session, Claim> grant;
  private final ColdClaims coldClaims = new ColdClaims();

  Succession(
      SwitchClock clock,
      Counters counters,
      Sessions sessions,
      Mastership mastership,
      Standbys standbys,
      Brackets brackets,
      BiConsumer<Session, Claim> grant) {
    this.clock = clock;
    this.counters = counters;
    this.sessions = sessions;
    this.mastership = mastership;
    this.standbys = standbys;
    this.brackets = brackets;
    this.grant = grant;
  }

  void on(Session session, Claim claim) {
    if (session.slot == mastership.holder() && session == mastership.session()) {
      refuse(session, claim.getKind(), "this supervisor is active already", 0);
      return;
    }
    switch (claim.getKind()) {
      case IF_LOST -> onIfLost(session, claim);
      case HANDED_OVER -> onHandedOver(session, claim);
      case COLD -> {
        if (mastership.alive()) {
          refuse(
              session,
              ClaimKind.COLD,
              "slot " + Sessions.letter(mastership.holder()) + " is active",
              0);
        } else {
          coldClaims.add(session.slot, claim, clock.nanos());
          decideCold();
        }
      }
      case FORCE -> grant.accept(session, claim);
      case CLAIM_KIND_UNSPECIFIED, UNRECOGNIZED ->
          refuse(session, claim.getKind(), "unknown kind of claim", 0);
    }
  }

  private void onIfLost(Session session, Claim claim) {
    if (mastership.alive()) {
      counters.count("claims-refused");
      refuse(
          session,
          ClaimKind.IF_LOST,
          "slot " + Sessions.letter(mastership.holder()) + " is alive",
          1);
    } else if (mastership.holder() == Slot.SLOT_UNSPECIFIED) {
      coldClaims.add(session.slot, claim, clock.nanos());
      decideCold();
    } else if (!claim.hasHeld()
        && mastership.session() != null
        && mastership.missedNanos() < FIRST_WORD_NANOS) {
      // An active that has just begun may take a while to its first bracket on a busy machine. Who
      // holds nothing at all could only begin in its place.
      refuse(session, ClaimKind.IF_LOST, "no image, and the active is still connected", 5);
    } else if (!holdsAll(session.slot, claim) && !mastership.silentFor(2)) {
      // A claimant without the whole state is worse than the holder's return, which is waited for a
      // little.
      refuse(session, ClaimKind.IF_LOST, "not in sync, and the active may return", 1);
    } else {
      grant.accept(session, claim);
    }
  }

  /** True if nothing was carried out that the claimant doesn't hold, listed or not. */
  boolean holdsAll(Slot slot, Claim claim) {
    return standbys.listed() == slot
        || (claim.getHeld().getNumber() >= brackets.applied()
            && claim.getHeld().getTerm() == brackets.appliedTerm());
  }

  private void onHandedOver(Session session, Claim claim) {
    if (mastership.permitted() < 0) {
      refuse(session, ClaimKind.HANDED_OVER, "the active has given no permission", 0);
    } else if (claim.getHeld().getNumber() < mastership.permitted()) {
      refuse(
          session,
          ClaimKind.HANDED_OVER,
          "brackets up to " + mastership.permitted() + " are not held yet",
          1);
    } else {
      grant.accept(session, claim);
    }
  }

  /** Grants the best of those that wait, if nobody holds the term and no better one may come. */
  void decideCold() {
    if (mastership.alive()) {
      return;
    }
    coldClaims
        .winner(brackets.anyCarriedOut() ? brackets.applied() : 0, clock.nanos())
        .ifPresent(slot -> {
          Claim claim = coldClaims.claim(slot);
          sessions.of(slot).ifPresent(session -> grant.accept(session, claim));
        });
  }

  /** Whoever waits is told that somebody else was granted. */
  void granted(Session session) {
    for (Session other : sessions.all()) {
      if (other.slot != session.slot && coldClaims.has(other.slot)) {
        refuse(other, ClaimKind.COLD, "slot " + Sessions.letter(session.slot) + " was granted", 0);
      }
    }
    coldClaims.clear();
  }

  void sessionEnded(Slot slot) {
    coldClaims.remove(slot);
  }

  void refuse(Session session, ClaimKind kind, String reason, int retryTicks) {
    sessions.send(
        session,
        ToSupervisor.newBuilder()
            .setClaimRefused(
                ClaimRefused.newBuilder()
                    .setKind(
                        kind == ClaimKind.UNRECOGNIZED ? ClaimKind.CLAIM_KIND_UNSPECIFIED : kind)
                    .setReason(reason)
                    .setHolder(mastership.holder())
                    .setTerm(mastership.term())
                    .setRetryTicks(retryTicks))
            .build());
  }
}
