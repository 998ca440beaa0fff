package dev.understudy.border;

import dev.understudy.schema.Fenced;
import dev.understudy.schema.HolderLost;
import dev.understudy.schema.Permit;
import dev.understudy.schema.PermitExpired;
import dev.understudy.schema.Resume;
import dev.understudy.schema.Slot;
import dev.understudy.schema.ToSupervisor;
import org.jspecify.annotations.Nullable;

/** Who may write: the holder of the term in force, whether it is heard, and what it permits. */
final class Mastership {
  static final int PERMIT_TICKS = 5;

  private final Terms terms;
  private final Ticks ticks;
  private final Body body;
  private final Sessions sessions;
  private final Counters counters;

  private Slot holder = Slot.SLOT_UNSPECIFIED;
  private long holderInstance;
  private @Nullable Session holderSession;
  private long holderTick;
  private boolean holderLostTold;
  private long permitNumber = -1;
  private long permitTick;

  Mastership(Terms terms, Ticks ticks, Body body, Sessions sessions, Counters counters) {
    this.terms = terms;
    this.ticks = ticks;
    this.body = body;
    this.sessions = sessions;
    this.counters = counters;
  }

  // ---- the holder

  /** T. */
  long term() {
    return terms.inForce();
  }

  Slot holder() {
    return holder;
  }

  /** The holder's session; none when it has ended, or when nobody holds the term. */
  @Nullable Session session() {
    return holderSession;
  }

  boolean alive() {
    return holderSession != null && !silent();
  }

  /** True if what comes by this session in this term may be carried out. */
  boolean mayWrite(Session session, long ofTerm) {
    return session == holderSession && ofTerm == terms.inForce();
  }

  /** A new term, which is this session's. */
  void take(Session session) {
    terms.advance();
    holder = session.slot;
    holderInstance = session.instance;
    begin(session);
    permitNumber = -1;
  }

  /** True if the holder may go on in this session: the process is the same, and the term, too. */
  boolean mayResume(Session session, Resume resume) {
    return resume.getTerm() == terms.inForce()
        && session.slot == holder
        && resume.getInstance() == holderInstance;
  }

  void resume(Session session) {
    begin(session);
  }

  private void begin(Session session) {
    holderSession = session;
    holderTick = ticks.number();
    holderLostTold = false;
  }

  /** The holder's session is over. */
  void sessionEnded() {
    holderSession = null;
    permitNumber = -1;
    tellHolderLost("its session to the forwarder ended");
  }

  /** The holder has made a bracket when it knew of this tick. */
  void heard(long tick) {
    holderTick = Math.max(holderTick, tick);
  }

  /** A regular tick: what the holder permitted expires, and one that is silent is missed. */
  void tick() {
    if (permitNumber >= 0 && ticks.number() - permitTick >= PERMIT_TICKS) {
      expirePermit();
    }
    if (holder != Slot.SLOT_UNSPECIFIED && holderSession != null) {
      if (silent()) {
        tellHolderLost("no heartbeat for " + missedTicks() + " ticks");
      } else {
        holderLostTold = false;
      }
    }
  }

  long missedNanos() {
    return missedTicks() * body.timing().getTickNanos();
  }

  long missedTicks() {
    return ticks.number() - holderTick;
  }

  private boolean silent() {
    return silentFor(1);
  }

  /** True when the holder was not heard for so many times the silence limit. */
  boolean silentFor(int limits) {
    return missedTicks() >= (long) limits * body.timing().getSilenceLimitTicks();
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
    sessions.tell(session -> session.slot != holder, lost);
  }

  // ---- what it permits

  /** The bracket after which the holder is ready to hand over; -1: it isn't. */
  long permitted() {
    return permitNumber;
  }

  void permit(Session session, Permit permit) {
    if (!mayWrite(session, permit.getTerm())) {
      refuseWrite(session, permit.getTerm());
      return;
    }
    if (permit.getWithdrawn()) {
      expirePermit();
      return;
    }
    permitNumber = permit.getNumber();
    permitTick = ticks.number();
  }

  private void expirePermit() {
    permitNumber = -1;
    if (holderSession != null) {
      sessions.send(
          holderSession,
          ToSupervisor.newBuilder()
              .setPermitExpired(PermitExpired.newBuilder().setTerm(terms.inForce()))
              .build());
    }
  }

  // ---- the fence

  /** Somebody writes who may not. */
  void refuseWrite(Session session, long termRefused) {
    counters.count("refused-writes");
    fence(session, termRefused);
  }

  void fence(Session session, long termRefused) {
    sessions.send(
        session,
        ToSupervisor.newBuilder()
            .setFenced(
                Fenced.newBuilder()
                    .setTermInForce(terms.inForce())
                    .setTermRefused(termRefused)
                    .setRefusedWrites(counters.value("refused-writes"))
                    .setHolder(holder))
            .build());
  }
}
