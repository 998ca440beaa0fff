/*
 * The border between one forwarder and two supervisors: brackets, commit, claims, resume, snapshot,
 * configuration cell, crashes. README.md says which line of code is which action here.
 *
 * Bounds come from `check`: NI inputs, NV requests for a configuration, and how many faults of each
 * kind. A fault is a choice, never a must. -DNO_... takes one rule out; `mutate` does that.
 */
#define OUT(rule) (out == (rule))
#ifndef REPLAY /* spin -t has no C: there the bounds are macros */
c_decl {
\#include <stdlib.h>
static int bound(const char *name) { const char *value = getenv(name); return value ? atoi(value) : 0; }
};
#endif

/* the rules, each of which can be taken out */
#define DISCARD_THE_OPEN_BRACKET 1
#define CELL_BEFORE_APPLIED 2
#define FREE_ONLY_WHAT_IS_APPLIED 3
#define COMMIT_WAITS_FOR_HELD 4
#define TERM_CEILING_ON_DISK 5
#define DROP_OLD_BRACKETS_AT_GRANT 6
#define A_NEW_TERM_LISTS_NOBODY 7
#define OWN_INPUTS_ONLY_OF_THE_LINEAGE 8
#define IF_LOST_ONLY_IF_LOST 9
#define RESUME_ONLY_BY_THE_RIGHTFUL 10
#define TERM_CHECK 11
#define NEXT_NUMBER_ONLY 12
#define HELD_OF_THIS_TERM 13
#define READY_AFTER_THE_WHOLE_SNAPSHOT 14
#define RESEND_AFTER_GRANT 15
#define CELL_AT_START 16
#define CELL_BEFORE_A_STRANGER 17
#define IMAGE_OF_ANOTHER_LINEAGE_GOES 19
#define PERMISSION_TAKEN_BACK 20
#define LINEAGE_AT_GRANT 21
#define OWN_INPUTS_ARE_TAKEN 22
#define PROMISES_END_WITH_THE_TERM 23
#define PERMISSION_ENDS_WITH_THE_SESSION 24
#define APPLIED_OF_THIS_TERM 25
#define RETAIN_WHAT_IS_NOT_APPLIED 26
#define LINEAGE_AT_CATCH_UP 27
#define SNAPSHOT_CARRIES_OUTPUTS 28
#define ANSWERS_BEHIND_THE_FENCE 29
#define STRIKE_BEFORE_BYPASS 30
#define WRITE_ONLY_AFTER_RESUME 31
#define CONSUMED_OF_THIS_FORWARDER 32
#define READY_AFTER_WELCOME 33
#define THE_LOSER_IS_TOLD 34
#define A_STREAM_IS_ASKED_FOR_ONCE 35
#define CARRIED_OUT_OF_THIS_TERM 36
#define LISTING_AFTER_RESUME 37
#define FORGET_AFTER_A_SNAPSHOT 38
#define KEEP_THE_HIGHER_APPLIED 39
#define A_GRANT_OVERTAKEN_IS_NONE 40

#ifndef LOGN
#define LOGN 2     /* brackets that the log for catch-up keeps */
#endif
#ifndef PIPE
#define PIPE 2     /* inputs under way */
#endif

#define NN 12      /* bracket numbers */
#define NONE 2
#define STARTING 0
#define STANDBY 1
#define ACTIVE 2
#define CEILING_STEP 2

/* A bracket's content: consumes up to input c (2 bits), puts out the echo of one (1), carries a
 * configuration v (2) if hv (1), starts a term (1), names a cause in doing so (1). */
#define CONTENT(c, o, hv, v, st, cause) ((c) | ((o) << 2) | ((hv) << 3) | ((v) << 4) | ((st) << 6) | ((cause) << 7))
#define C_OF(w) ((w) & 3)
#define O_OF(w) (((w) >> 2) & 1)
#define HV_OF(w) (((w) >> 3) & 1)
#define V_OF(w) (((w) >> 4) & 3)
#define ST_OF(w) (((w) >> 6) & 1)
#define CAUSE_OF(w) (((w) >> 7) & 1)

/* to the forwarder */
#define CLAIM 1
#define RESUME 2
#define BRACKET 3
#define HELD 4
#define READY 5
#define NOT_READY 6
#define PERMIT 7
/* to a supervisor */
#define WELCOME 10
#define GRANTED 11
#define REFUSED 12
#define INPUT 13
#define FENCED 14
#define PERMIT_EXPIRED 15
#define RESUMED 16
/* between supervisors */
#define HELLO 20
#define SYNC_REQUEST 21
#define STEP 22
#define OPEN 23
#define SNAPSHOT_BEGIN 24
#define RETAINED 25
#define CHUNK 26
#define SNAPSHOT_END 27
#define HAND_OVER 28
#define PLEASE_TAKE_OVER 29
/* kinds of claim */
#define IF_LOST 1
#define HANDED_OVER 2
#define COLD 3

#define UPN 10
#define DOWNN 8
#define PEERN 14
chan up[2] = [UPN] of { byte, byte, byte, byte, byte };
chan down[2] = [DOWNN] of { byte, byte, byte, byte, byte };
chan peer[2] = [PEERN] of { byte, byte, byte, byte, byte };

/* ---- the forwarder */
bit fUp = 1;
byte inc = 1;
byte term, ceiling = CEILING_STEP, ceilingDisk = CEILING_STEP;
byte holder = NONE, holderInstance;
bit holderSession;
byte A, At;
bit any;
byte C, last, delivered;
#define QN 6
chan queue = [QN] of { byte, byte, byte, byte };  /* number, made in term, content, term << 1 | sender */
byte missed;                     /* 0: heard, 1: silent, 2: silent for long */
byte permit;
byte cell, cellDisk;
byte listed = NONE;
bit ready[2];
byte held[2];
bit pending[2];
bit tell[2];                     /* what is listed is under way to it */
bit session[2];                  /* the forwarder's end */

/* ---- supervisors */
bit dead[2];
byte instance[2];
bit welcomed[2];
bit fwd[2], link[2];             /* this end of the session, of the connection to the peer */
byte role[2];
byte it[2], num[2], ic[2], io[2], iv[2], iinc[2];
short lin[2];
bit complete[2];
byte applied[2], appliedT[2], known[2];   /* A, the term in which it was said, and T as far as known here */
bit told[2];                     /* knows that a standby is listed */
bit readySent[2], syncRequested[2], announced[2], claiming[2], asked[2];
byte offered[2];
bit open[2];
byte term_[2], ainc[2], taken[2];
bit writing[2];
bit streaming[2];
byte cursor[2];
bit handing[2];
byte deferred[2];
byte disk[2], diskAtStart[2];
byte answerAt[2], answer[2];     /* a person waits for this bracket, with this request */
byte storeAt[2], storeV[2];
/* brackets kept: made in term, content; for re-sending, for catch-up */
byte km[24], kw[24];
bit kr[24], kl[24];
/* what a claim says */
byte ct[2], cn[2], cc[2], cinc[2], ca[2], cv[2], ck[2];

/* ---- the snapshot that comes in (one at a time) */
byte bOwner = NONE;
byte bt, bn, bc, binc, bo, bv;
short bl;
byte bm[NN], bw[NN];
bit bstep[NN];                   /* came as a step: goes to the log's place, too */

byte incOf[16];                   /* the forwarder's incarnation, by term */
byte starts[16];                 /* TermRow.startsAt, by term */

/* ---- outside, and ghosts */
byte out;                        /* the rule that is taken out; 0: none */
byte scene;                      /* 0: settled, 1: from nothing, 2: a stray input, 3: a stray configuration */
byte toCome;
byte wanted;                     /* mask of requests that people make */
byte requests;                   /* mask of those asked */
byte ackd, aside;
byte seen;                       /* last input whose echo went out */
bit fresh;                       /* a new forwarder, whose frames may repeat */
byte rebased;                    /* the last term that named a cause began after this bracket */
byte highest;                    /* highest term ever granted */
byte losses;
byte faults, crashes, cuts, splits, lates, silences, reboots, switches;

hidden byte k, m, n, s, o, x, y, z, w, i, v;
hidden byte g1, g2, g3, g4;
hidden byte b, b2, b3;
/* what an event leads to, done once at its end */
hidden byte doCold, doGrant, doPump, doClose, doReady, doSync, doClaim, doNotReady, doLinkDown, doDie, doClear, doEmit;
hidden byte ec, eo, ehv, ev, est, ecause;
hidden byte e, torn;

/* a property; the name is what check and mutate print */
#define P(p, name) assert((p) || out == name)
#define within_bounds 200
#define it_goes_on 201
#define listed_standby_holds_all 202
#define in_order_and_once 203
#define one_writer 204
#define no_output_lost_or_doubled 205
#define input_freed_only_when_carried_out 206
#define claims_by_the_rules 207
#define terms_only_grow 208
#define state_has_seen_all_inputs 209
#define promise_is_in_the_cell 210
#define resend_is_complete 211
#define the_rightful_holder_is_never_fenced 212
#define no_promise_lost 213
#define HOLDER_ALIVE (holderSession && missed == 0)
#define BUILDING(s) (bOwner == (s))
#define NEWER_OR_SAME(p, q) (((p) & (q)) == (q))
#define VERSION(p) (((p) & 1) + ((p) >> 1))
#define FIRST(t) (starts[t])
#define HAS(set, t) (((set) >> (t)) & 1)

inline toF(s_, k_, x_, y_, z_, w_) {
  if
  :: fwd[s_] && !dead[s_] -> P(len(up[s_]) < UPN, within_bounds); up[s_]!k_, x_, y_, z_, w_
  :: else
  fi
}

inline toS(s_, k_, x_, y_, z_, w_) {
  if
  :: session[s_] && fwd[s_] -> P(len(down[s_]) < DOWNN, within_bounds); down[s_]!k_, x_, y_, z_, w_
  :: else
  fi
}

inline toPeer(s_, k_, x_, y_, z_, w_) {
  if
  :: link[s_] && link[1 - s_] -> P(len(peer[1 - s_]) < PEERN, within_bounds); peer[1 - s_]!k_, x_, y_, z_, w_
  :: else
  fi
}

inline clearChan(c_) {
  do
  :: len(c_) > 0 -> c_?_, _, _, _, _
  :: else -> break
  od
}

/* ---- brackets kept at a supervisor */

inline tidy(s_, n_) {
  if
  :: !kr[(s_) * NN + n_] && !kl[(s_) * NN + n_] -> km[(s_) * NN + n_] = 0; kw[(s_) * NN + n_] = 0
  :: else
  fi
}

inline keep(s_, n_, m_, w_, r_, l_) {
  P(n_ < NN, it_goes_on);
  km[(s_) * NN + n_] = m_; kw[(s_) * NN + n_] = w_; kr[(s_) * NN + n_] = r_; kl[(s_) * NN + n_] = l_;
  /* the log keeps the newest */
  if
  :: (l_) && n_ > LOGN -> kl[(s_) * NN + n_ - LOGN] = 0; tidy(s_, n_ - LOGN)
  :: else
  fi
}

/* ForwarderSession.isCarriedOut: bracket n_ of term m_ */
#define CARRIED_OUT(s_, n_, m_) ((n_) <= applied[s_] && ((m_) <= appliedT[s_] || OUT(CARRIED_OUT_OF_THIS_TERM)))

/* Following.forgetCarriedOut */
inline forgetCarriedOut(s_) {
  i = 1;
  do
  :: i < NN ->
     if :: CARRIED_OUT(s_, i, km[(s_) * NN + i]) -> kr[(s_) * NN + i] = 0; tidy(s_, i) :: else fi;
     i++
  :: else -> break
  od;
  i = 0
}

/* ForwarderSession.carriedOut: n_ is said in term t_; an older word is worth nothing */
#define NEWER_WORD(s_, n_, t_) (OUT(CARRIED_OUT_OF_THIS_TERM) -> (n_) > applied[s_] : (t_) > appliedT[s_] || ((t_) == appliedT[s_] && (n_) > applied[s_]))
inline carriedOut(s_, n_, t_) {
  if :: NEWER_WORD(s_, n_, t_) -> applied[s_] = n_; appliedT[s_] = t_ :: else fi
}

/* retained.headMap(to, true).clear() */
inline forgetTo(s_, to_) {
  i = 1;
  do
  :: i < NN && i <= to_ -> kr[(s_) * NN + i] = 0; tidy(s_, i); i++
  :: else -> break
  od;
  i = 0
}

inline clearKept(s_, r_, l_) {
  i = 1;
  do
  :: i < NN ->
     if :: r_ -> kr[(s_) * NN + i] = 0 :: else fi;
     if :: l_ -> kl[(s_) * NN + i] = 0 :: else fi;
     tidy(s_, i); i++
  :: else -> break
  od;
  i = 0
}

inline clearBuilding() {
  bOwner = NONE; bt = 0; bn = 0; bc = 0; binc = 0; bo = 0; bv = 0; bl = 0;
  i = 0;
  do
  :: i < NN -> bm[i] = 0; bw[i] = 0; bstep[i] = 0; i++
  :: else -> break
  od;
  i = 0
}

/* StreamReceiver.discard */
inline discard(s_) {
  if /* what was staged of the open bracket is taken for the whole */
  :: OUT(DISCARD_THE_OPEN_BRACKET) && open[s_] && !BUILDING(s_) -> num[s_]++; it[s_] = known[s_]
  :: else
  fi;
  open[s_] = 0;
  if :: BUILDING(s_) -> doClear = 1 :: else fi
}

/* ---- the forwarder's judgement */

/* Standbys: both are told who is listed, and who is not any more */
inline tellListing() { tell[0] = session[0]; tell[1] = session[1] }

inline strike(s_) { if :: listed == s_ -> listed = NONE; tellListing() :: else fi }

inline relist(s_) {
  if
  :: listed == NONE && s_ != holder && ready[s_] && held[s_] >= A -> listed = s_; tellListing()
  :: else
  fi
}

/* a standby that is listed really has all that was carried out, and the outputs of what was not */
inline checkListed() {
  if
  :: listed != NONE ->
     P(held[listed] >= A, listed_standby_holds_all);
     P(dead[listed] || (num[listed] >= A && complete[listed]), listed_standby_holds_all);
     P(dead[listed] || !any || A <= rebased || HAS(lin[listed], At), listed_standby_holds_all)
  :: else
  fi
}

/* Brackets.carryOut of bracket n, made in term m, content w, sent in term v >> 1 by v & 1 */
inline carryOut() {
  P(n == A + 1, in_order_and_once);
  P((v >> 1) == term && (v & 1) == holder, one_writer);
  if
  :: O_OF(w) && !fresh ->
     P(C_OF(w) == seen + 1, no_output_lost_or_doubled);
     seen = C_OF(w)
  :: else
  fi;
  if
  :: ST_OF(w) && CAUSE_OF(w) && incOf[m] == inc -> if :: fresh -> seen = C_OF(w) :: else fi; fresh = 0
  :: else
  fi;
  if :: HV_OF(w) && !OUT(CELL_BEFORE_APPLIED) -> cell = V_OF(w) :: else fi;
  A = n; At = m; any = 1;
  checkListed();
  if
  :: C_OF(w) > C ->
     P(!fresh && C_OF(w) <= seen, input_freed_only_when_carried_out);
     C = C_OF(w)
  :: else
  fi
}

inline deliver() {
  do
  :: holderSession && delivered < last && delivered - C < PIPE && len(down[holder]) < DOWNN - 3 ->
     delivered++;
     if :: OUT(FREE_ONLY_WHAT_IS_APPLIED) -> C = delivered :: else fi;
     toS(holder, INPUT, delivered, 0, 0, 0)
  :: else -> break
  od
}

inline pump() {
  do
  :: len(queue) > 0 ->
     if :: listed == NONE && ready[0] -> relist(0) :: else fi;
     if :: listed == NONE && ready[1] -> relist(1) :: else fi;
     queue?<n, m, w, v>;
     if
     :: OUT(COMMIT_WAITS_FOR_HELD) || listed == NONE || held[listed] >= n ->
        queue?n, m, w, v; carryOut()
     :: else -> break
     fi
  :: else -> break
  od;
  n = 0; m = 0; w = 0; v = 0
}

inline refuse(s_, k_) { toS(s_, REFUSED, k_, holder, term, 0) }

inline fence(s_) { toS(s_, FENCED, term, holder, 0, 0) }

inline newStandbys() {
  listed = NONE; ready[0] = 0; ready[1] = 0; held[0] = 0; held[1] = 0
}

/* Border.grant */
inline grant(s_) {
  x = holder;                                    /* previous */
  b = holderSession && holder != s_;             /* there is somebody to be fenced */
  y = (ck[s_] == HANDED_OVER -> permit : 0);
  b3 = listed == s_;
  b2 = b3 || (cn[s_] >= A && ct[s_] == At);
  P(ck[s_] != IF_LOST || !HOLDER_ALIVE, claims_by_the_rules);
  P(ck[s_] != COLD || !HOLDER_ALIVE, claims_by_the_rules);
  P(ck[s_] != HANDED_OVER || dead[x] || role[x] != ACTIVE || handing[x], claims_by_the_rules);
  if
  :: term + 1 >= ceiling -> ceiling = term + CEILING_STEP;
     if :: !OUT(TERM_CEILING_ON_DISK) -> ceilingDisk = ceiling :: else fi
  :: else
  fi;
  term++;
  P(term < 16, within_bounds);
  P(term > highest, terms_only_grow);
  highest = term;
  incOf[term] = inc;
  holder = s_; holderInstance = instance[s_]; holderSession = 1; missed = 0; permit = 0;
  do :: len(queue) > 0 && !OUT(DROP_OLD_BRACKETS_AT_GRANT) -> queue?_, _, _, _ :: else -> break od;
  if :: pending[1 - s_] && !OUT(THE_LOSER_IS_TOLD) -> refuse(1 - s_, COLD) :: else fi;
  pending[0] = 0; pending[1] = 0;
  if :: !OUT(A_NEW_TERM_LISTS_NOBODY) || listed == s_ -> newStandbys() :: else fi;
  /* what one claimant knows to be carried out is so, whoever is granted the term */
  if :: !any && (ca[s_] >= A || OUT(KEEP_THE_HIGHER_APPLIED)) -> A = ca[s_]; At = ct[s_] :: else fi;
  delivered = (cinc[s_] == inc && cc[s_] > C && (b2 || OUT(OWN_INPUTS_ONLY_OF_THE_LINEAGE)) -> cc[s_] : C);
  if :: b -> fence(x) :: else fi;
  toS(s_, GRANTED, term, A | (At << 4), C | (cell << 2) | ((!any) << 4) | (b3 << 5), inc);
  if
  :: b && y > 0 && y >= A -> ready[x] = 1; held[x] = y; listed = x; tellListing(); checkListed()
  :: else
  fi;
  ct[s_] = 0; cn[s_] = 0; cc[s_] = 0; cinc[s_] = 0; ca[s_] = 0; cv[s_] = 0; ck[s_] = 0;
  x = 0; y = 0; b = 0; b2 = 0; b3 = 0
}

/* ColdClaims.winner; all: the better one is not waited for any more */
inline decideCold(all_) {
  if
  :: !HOLDER_ALIVE && (pending[0] || pending[1]) ->
     if
     :: pending[0] && pending[1] ->
        x = (ct[1] > ct[0] || (ct[1] == ct[0] && (cn[1] > cn[0] || (cn[1] == cn[0] && cv[1] > cv[0]))) -> 1 : 0)
     :: else -> x = (pending[1] -> 1 : 0)
     fi;
     if
     :: (pending[0] && pending[1]) || (all_) || (any && A > 0 && cn[x] >= A) -> doGrant = x + 1
     :: else
     fi;
     x = 0; z = 0
  :: else
  fi
}

/* Border.closed */
inline closed(s_) {
  session[s_] = 0; tell[s_] = 0; clearChan(up[s_]); pending[s_] = 0;
  if
  :: holder == s_ && holderSession ->
     holderSession = 0; permit = 0;
     do :: len(queue) > 0 -> queue?_, _, _, _ :: else -> break od
  :: else -> ready[s_] = 0; strike(s_)
  fi;
  doCold = 1; doPump = 1
}

inline onClaim(s_) {
  if
  :: s_ == holder && holderSession -> refuse(s_, ck[s_])
  :: else ->
     if
     :: ck[s_] == IF_LOST ->
        if
        :: HOLDER_ALIVE && !OUT(IF_LOST_ONLY_IF_LOST) -> refuse(s_, IF_LOST)
        :: holder == NONE -> pending[s_] = 1; doCold = 1
        :: else ->
           b2 = listed == s_ || (cn[s_] >= A && ct[s_] == At);
           if
           :: !b2 && missed < 2 -> refuse(s_, IF_LOST)
           :: else -> doGrant = s_ + 1
           fi;
           b2 = 0
        fi
     :: ck[s_] == HANDED_OVER ->
        if
        :: permit == 0 || cn[s_] < permit -> refuse(s_, HANDED_OVER)
        :: else -> doGrant = s_ + 1
        fi
     :: ck[s_] == COLD ->
        if
        :: HOLDER_ALIVE -> refuse(s_, COLD)
        :: else -> pending[s_] = 1; doCold = 1
        fi
     fi
  fi
}

/* RESUME: term x, taken y, incarnation z */
inline onResume(s_) {
  if
  :: z != inc -> refuse(s_, 0)
  :: z == inc && !OUT(RESUME_ONLY_BY_THE_RIGHTFUL) && (x != term || holder != s_ || holderInstance != instance[s_]) -> fence(s_)
  :: else ->
     holder = s_; holderInstance = instance[s_];
     holderSession = 1; missed = 0;
     do :: len(queue) > 0 -> queue?_, _, _, _ :: else -> break od;
     delivered = (y > C -> y : C);
     toS(s_, RESUMED, term, A, C, 0);
     if :: listed != NONE && !OUT(LISTING_AFTER_RESUME) -> tell[s_] = 1 :: else fi
  fi
}

inline forwarderDisconnected(s_) {
  fwd[s_] = 0; claiming[s_] = 0; readySent[s_] = 0; writing[s_] = 0; welcomed[s_] = 0; told[s_] = 0; clearChan(down[s_])
}

/* BRACKET: term x, number y, made in term z, content w */
inline onBracket(s_) {
  if
  :: (!(s_ == holder && holderSession) || x != term) && !OUT(TERM_CHECK) -> fence(s_)
  :: else ->
     b = (y == A + 1 + len(queue));
     if :: OUT(NEXT_NUMBER_ONLY) -> b = 1 :: else fi;
     if
     :: b -> missed = 0; P(len(queue) < QN, within_bounds); queue!y, z, w, (x << 1) | s_
     :: else -> doClose = 1 /* rejected, the session ends */
     fi;
     b = 0
  fi
}

inline fromSupervisor(s_) {
  up[s_]?k, x, y, z, w;
  if
  :: k == CLAIM -> x = 0; y = 0; z = 0; w = 0; onClaim(s_)
  :: k == RESUME -> onResume(s_)
  :: k == BRACKET -> onBracket(s_)
  :: k == HELD || k == READY ->
     if
     :: (x == term || OUT(HELD_OF_THIS_TERM)) && !(holder == s_ && holderSession) ->
        if :: k == READY -> ready[s_] = 1 :: else fi;
        if :: y > held[s_] -> held[s_] = y :: else fi;
        relist(s_);
        checkListed()
     :: else
     fi
  :: k == NOT_READY ->
     if :: !(holder == s_ && holderSession) -> ready[s_] = 0; strike(s_) :: else fi
  :: k == PERMIT ->
     if
     :: !(holder == s_ && holderSession) || x != term -> fence(s_)
     :: else ->
        if
        :: z -> permit = 0; toS(s_, PERMIT_EXPIRED, term, 0, 0, 0)
        :: else -> permit = y
        fi
     fi
  fi;
  k = 0; x = 0; y = 0; z = 0; w = 0;
  doPump = 1
}

/* ---- a supervisor */

inline claim(s_, k_) {
  if
  :: fwd[s_] && !claiming[s_] && !dead[s_] ->
     claiming[s_] = 1; ck[s_] = k_;
     cc[s_] = ic[s_]; cinc[s_] = iinc[s_];
     /* Following.carriedOutThrough */
     ca[s_] = 1;
     do
     :: ca[s_] <= num[s_] && ca[s_] < NN && !kr[(s_) * NN + ca[s_]] -> ca[s_]++
     :: else -> ca[s_]--; break
     od;
     if
     :: complete[s_] || role[s_] == ACTIVE -> ct[s_] = it[s_]; cn[s_] = num[s_]; v = iv[s_]
     :: else -> ct[s_] = 0; cn[s_] = 0; v = diskAtStart[s_]
     fi;
     cv[s_] = (v & 1) + (v >> 1); v = 0;
     toF(s_, CLAIM, 0, 0, 0, 0)
  :: else
  fi
}

inline requestSync(s_) {
  if
  :: link[s_] && announced[s_] && !syncRequested[s_] && role[s_] == STANDBY ->
     syncRequested[s_] = 1; discard(s_);
     toPeer(s_, SYNC_REQUEST, complete[s_] * it[s_], complete[s_] * num[s_], 1 - complete[s_], 0)
  :: else
  fi
}

inline sendReady(s_) {
  if
  :: OUT(READY_AFTER_THE_WHOLE_SNAPSHOT) && !readySent[s_] && fwd[s_] && link[s_] && role[s_] == STANDBY && BUILDING(s_) && bt >= known[s_] ->
     readySent[s_] = 1; toF(s_, READY, bt, bn, 0, 0)
  :: !(OUT(READY_AFTER_THE_WHOLE_SNAPSHOT) && BUILDING(s_)) && (welcomed[s_] || OUT(READY_AFTER_WELCOME)) && !readySent[s_] && complete[s_] && fwd[s_] && link[s_] && !BUILDING(s_) && role[s_] == STANDBY && it[s_] >= known[s_] ->
     readySent[s_] = 1; toF(s_, READY, it[s_], num[s_], 0, 0)
  :: else
  fi
}

inline notReady(s_) {
  readySent[s_] = 0;
  if :: role[s_] == STANDBY -> toF(s_, NOT_READY, 0, 0, 0, 0) :: else fi
}

inline becomeStandby(s_) {
  role[s_] = STANDBY; readySent[s_] = 0; syncRequested[s_] = 0; claiming[s_] = 0;
  doSync = 1
}

/* what an active has and a standby has not */
inline noTerm(s_) {
  term_[s_] = 0; ainc[s_] = 0; taken[s_] = 0; writing[s_] = 0; streaming[s_] = 0; cursor[s_] = 0;
  handing[s_] = 0; deferred[s_] = 0; storeAt[s_] = 0; storeV[s_] = 0
}

/* the process ends; its connections end later, each by itself */
inline die(s_) {
  dead[s_] = 1; fwd[s_] = 0; welcomed[s_] = 0; clearChan(down[s_]); clearChan(peer[s_]);
  noTerm(s_); open[s_] = 0;
  if :: BUILDING(s_) -> doClear = 1 :: else fi;
  role[s_] = STARTING; it[s_] = 0; num[s_] = 0; ic[s_] = 0; io[s_] = 0; iv[s_] = 0; iinc[s_] = 0; lin[s_] = 0;
  complete[s_] = 0; applied[s_] = 0; appliedT[s_] = 0; told[s_] = 0; known[s_] = 0; readySent[s_] = 0; syncRequested[s_] = 0; announced[s_] = 0;
  claiming[s_] = 0; asked[s_] = 0; offered[s_] = 0; answerAt[s_] = 0; answer[s_] = 0;
  clearKept(s_, true, true)
}

/* ActiveTerm.emit: to the image, to the peer, to the forwarder */
inline emit(s_) {
  g1 = num[s_] + 1; g2 = CONTENT(ec, eo, ehv, ev, est, ecause);
  it[s_] = term_[s_]; num[s_] = g1; ic[s_] = ec; iinc[s_] = ainc[s_];
  if :: ehv -> iv[s_] = ev; storeAt[s_] = g1; storeV[s_] = ev :: else fi;
  if :: est -> lin[s_] = lin[s_] | (1 << term_[s_]); starts[term_[s_]] = g1 :: else fi;
  keep(s_, g1, term_[s_], g2, 1, 1);
  if :: streaming[s_] -> toPeer(s_, STEP, term_[s_], g1, g2, ainc[s_]) :: else fi;
  if :: writing[s_] || OUT(WRITE_ONLY_AFTER_RESUME) -> toF(s_, BRACKET, term_[s_], g1, term_[s_], g2) :: else fi;
  g1 = 0; g2 = 0; ec = 0; eo = 0; ehv = 0; ev = 0; est = 0; ecause = 0
}

inline resend(s_) {
  g3 = 1;
  do
  :: g3 < NN ->
     if
     :: kr[(s_) * NN + g3] && !OUT(RESEND_AFTER_GRANT) ->
        g4 = kw[(s_) * NN + g3];
        /* another forwarder's numbers free nothing */
        if
        :: incOf[km[(s_) * NN + g3]] != ainc[s_] && !OUT(CONSUMED_OF_THIS_FORWARDER) -> g4 = g4 & 252
        :: else
        fi;
        toF(s_, BRACKET, term_[s_], g3, km[(s_) * NN + g3], g4);
        g4 = 0
     :: else
     fi;
     g3++
  :: else -> break
  od;
  g3 = 0
}

inline input(s_, i_) {
  if
  :: i_ > taken[s_] ->
     taken[s_] = i_;
     P(io[s_] == i_ - 1, state_has_seen_all_inputs);
     io[s_] = i_;
     ec = i_; eo = 1; doEmit = 1
  :: else
  fi
}

/* Answers.applied, ActiveTerm.storeApplied */
inline release(s_, n_) {
  if
  :: answerAt[s_] != 0 && answerAt[s_] <= n_ ->
     P(!fUp || (cell & answer[s_]) == answer[s_], promise_is_in_the_cell);
     ackd = ackd | answer[s_]; answerAt[s_] = 0; answer[s_] = 0
  :: else
  fi;
  if
  :: storeAt[s_] != 0 && storeAt[s_] <= n_ -> disk[s_] = storeV[s_]; storeAt[s_] = 0; storeV[s_] = 0
  :: else
  fi
}

/* n_ is carried out, said in term t_ */
inline onApplied(s_, n_, t_) {
  if
  :: !NEWER_WORD(s_, n_, t_) && role[s_] != ACTIVE
  :: else ->
     carriedOut(s_, n_, t_);
     forgetCarriedOut(s_);
     release(s_, n_)
  fi
}

/* Image.descendsFrom (t_, n_): i is the answer */
inline descends(s_, t_, n_) {
  i = 0;
  if
  :: (t_) != 0 && n_ <= num[s_] && HAS(lin[s_], t_) && n_ >= FIRST(t_) ->
     i = 1; g1 = (t_) + 1;
     do
     :: g1 < 16 ->
        if :: HAS(lin[s_], g1) && FIRST(g1) <= n_ -> i = 0 :: else fi;
        g1++
     :: else -> break
     od;
     g1 = 0
  :: else
  fi
}

/* ActiveTerm.newestConfiguration, dropOlderThan, ConfigurationEngine.termStarted: v is what is in force */
inline newestConfiguration(s_, cell_) {
  g1 = diskAtStart[s_]; g2 = cell_;
  if :: OUT(CELL_AT_START) -> g2 = 0 :: else fi;
  if
  :: NEWER_OR_SAME(g1, g2) -> v = g1
  :: !NEWER_OR_SAME(g1, g2) && NEWER_OR_SAME(g2, g1) -> v = g2
  :: else ->
     v = (OUT(CELL_BEFORE_A_STRANGER) && VERSION(g1) >= VERSION(g2) -> g1 : g2);
     if :: !OUT(CELL_BEFORE_A_STRANGER) -> aside = aside | g1 :: else fi
  fi;
  g1 = 0; g2 = 0;
  if
  :: complete[s_] ->
     if
     :: NEWER_OR_SAME(iv[s_], v) -> v = iv[s_]
     :: !NEWER_OR_SAME(iv[s_], v) && NEWER_OR_SAME(v, iv[s_])
     :: else -> if :: OUT(IMAGE_OF_ANOTHER_LINEAGE_GOES) && VERSION(iv[s_]) >= VERSION(v) -> v = iv[s_] :: else fi
     fi
  :: else
  fi;
  o = 1
}

inline permitExpired(s_) {
  if
  :: handing[s_] -> handing[s_] = 0; ec = taken[s_]; doEmit = 1
  :: else
  fi
}

/* this end loses the connection between the modules */
inline peerDown(s_) {
  link[s_] = 0; clearChan(peer[s_]);
  announced[s_] = 0; syncRequested[s_] = 0; offered[s_] = 0;
  discard(s_);
  if
  :: role[s_] == ACTIVE ->
     streaming[s_] = 0; cursor[s_] = 0;
     if
     :: handing[s_] ->
        if
        :: OUT(PERMISSION_TAKEN_BACK) -> permitExpired(s_)
        :: else -> toF(s_, PERMIT, term_[s_], num[s_], 1, 0)
        fi
     :: else
     fi
  :: role[s_] == STANDBY -> 
     if :: len(up[s_]) == 0 -> claiming[s_] = 0; doClaim = IF_LOST :: else fi;
     doNotReady = 1
  :: else
  fi
}

/* SupervisorCore.onGranted, ActiveTerm.begin. x: term, y: A and At, z: C, cell, new forwarder; w: incarnation */
inline onGranted(s_) {
  claiming[s_] = 0; asked[s_] = 0; offered[s_] = 0;
  b = role[s_] == ACTIVE;                       /* was active */
  b2 = complete[s_] || b;                       /* whole */
  discard(s_);
  known[s_] = x; applied[s_] = y & 15; appliedT[s_] = x; told[s_] = 0; handing[s_] = 0; deferred[s_] = 0;
  role[s_] = ACTIVE;
  b3 = b && link[s_] && streaming[s_];          /* the stream goes on */
  if
  :: b3 && cursor[s_] != 0 -> b3 = 0; doLinkDown = 1
  :: else
  fi;
  /* plan */
  g4 = (z >> 4) & 1;                            /* new forwarder */
  m = y & 15;                                   /* A */
  k = w != iinc[s_] && num[s_] != 0;             /* new epoch */
  b2 = b2 && m <= num[s_];
  if
  :: b2 && !g4 && m != 0 && !OUT(LINEAGE_AT_GRANT) && !((z >> 5) & 1) -> descends(s_, y >> 4, m); b2 = b2 && i; i = 0
  :: else
  fi;
  v = 0; o = 0;                                 /* o: 1 a configuration is adopted or renewed */
  if
  :: !b2 -> newestConfiguration(s_, (z >> 2) & 3)
  :: b2 && k -> v = iv[s_]; o = 1
  :: else
  fi;
  if
  :: !b2 -> num[s_] = m; i = NN
  :: else -> i = m
  fi;
  taken[s_] = ((!b2 && !OUT(OWN_INPUTS_ONLY_OF_THE_LINEAGE)) || k || iinc[s_] != w || (z & 3) > ic[s_] || OUT(OWN_INPUTS_ARE_TAKEN) -> z & 3 : ic[s_]);
  n = i; i = 0; forgetTo(s_, n); n = 0;
  term_[s_] = x; ainc[s_] = w; writing[s_] = 1; streaming[s_] = b3; cursor[s_] = 0;
  if :: !b2 -> rebased = m :: else fi;
  /* what may have to be sent again is there, all of it */
  if
  :: b2 && !k && x == term -> /* not a grant that another one has overtaken */
     i = m + 1;
     do
     :: i <= num[s_] -> P(kr[(s_) * NN + i], resend_is_complete); i++
     :: else -> break
     od;
     i = 0
  :: else
  fi;
  resend(s_);
  if :: !b2 || k -> io[s_] = taken[s_] :: else fi;
  ec = taken[s_]; ehv = o; ev = v; est = 1; ecause = (!b2 || k); doEmit = 1;
  complete[s_] = 1; readySent[s_] = 0; announced[s_] = 0;
  g4 = link[s_] && !b3; 
  if :: g4 -> doSync = 2 :: else fi;
  b = 0; b2 = 0; b3 = 0; g4 = 0; m = 0; n = 0; v = 0; o = 0; k = 0
}

inline handedOver(s_) {
  if
  :: answerAt[s_] > applied[s_] && !OUT(PROMISES_END_WITH_THE_TERM) -> answerAt[s_] = 0; answer[s_] = 0
  :: else
  fi;
  if :: storeAt[s_] != 0 -> disk[s_] = storeV[s_] :: else fi;
  noTerm(s_); known[s_] = x;
  becomeStandby(s_);
  if :: !link[s_] -> doNotReady = 1 :: else fi
}

inline fromForwarder(s_) {
  down[s_]?k, x, y, z, w;
  if
  :: k == WELCOME -> /* incarnation x, term y, holder and whether alive z, applied w */
     welcomed[s_] = 1;
     if
     :: role[s_] == ACTIVE ->
        if
        :: x == ainc[s_] -> toF(s_, RESUME, term_[s_], taken[s_], x, 0)
        :: else -> doClaim = COLD
        fi
     :: else ->
        known[s_] = y;
        onApplied(s_, w, y);
        if
        :: (z & 4) && (z & 3) != s_ ->
           /* a stream that is under way goes on */
           if :: role[s_] != STANDBY || OUT(A_STREAM_IS_ASKED_FOR_ONCE) -> becomeStandby(s_) :: else fi;
           doReady = 1
        :: !((z & 4) && (z & 3) != s_) && role[s_] == STARTING -> doClaim = COLD
        :: else -> doReady = 1
        fi
     fi
  :: k == GRANTED ->
     if
     :: iinc[s_] == w && it[s_] > x && !OUT(A_GRANT_OVERTAKEN_IS_NONE) -> claiming[s_] = 0
     :: else -> onGranted(s_)
     fi
  :: k == REFUSED -> /* kind x, holder y, term z */
     claiming[s_] = 0;
     if :: z > known[s_] -> known[s_] = z :: else fi;
     if
     :: role[s_] == ACTIVE ->
        if
        :: x == 0 -> doClaim = COLD
        :: x != 0 && y != s_ && y != NONE -> doDie = 1
        :: else
        fi
     :: role[s_] == STARTING && y != NONE -> becomeStandby(s_)
     :: else
     fi
  :: k == INPUT ->
     if
     :: handing[s_] -> deferred[s_] = x
     :: !handing[s_] && role[s_] == ACTIVE -> input(s_, x)
     :: else
     fi
  :: k == FENCED ->
     if
     :: handing[s_] && y == 1 - s_ -> handedOver(s_)
     :: !(handing[s_] && y == 1 - s_) && role[s_] == ACTIVE ->
        P(x != term_[s_], the_rightful_holder_is_never_fenced);
        doDie = 1
     :: else
     fi
  :: k == PERMIT_EXPIRED -> permitExpired(s_)
  :: k == RESUMED ->
     if
     :: role[s_] == ACTIVE ->
        onApplied(s_, y, x); writing[s_] = 1; resend(s_);
        if :: !OUT(PERMISSION_ENDS_WITH_THE_SESSION) -> permitExpired(s_) :: else fi
     :: else
     fi
  fi;
  k = 0; x = 0; y = 0; z = 0; w = 0
}

/* Applied and WatchTick: what the forwarder says of A and T to a session, behind all else it said */
inline news(s_) {
  if
  :: role[s_] == ACTIVE ->
     if :: term == term_[s_] || OUT(APPLIED_OF_THIS_TERM) -> onApplied(s_, A, term) :: else fi
  :: else -> known[s_] = term; onApplied(s_, A, term)
  fi;
  if :: tell[s_] -> tell[s_] = 0; told[s_] = (listed != NONE) :: else fi
}

#define NEWS(s) (fUp && session[s] && fwd[s] && !dead[s] && len(down[s]) == 0 \
    && (tell[s] || (role[s] == ACTIVE -> (A > applied[s] && (term == term_[s] || OUT(APPLIED_OF_THIS_TERM))) : (known[s] != term || NEWER_WORD(s, A, term)))))

/* ---- the peer */

inline claimHandedOver(s_) {
  if
  :: offered[s_] != 0 && role[s_] == STANDBY ->
     if
     :: num[s_] > offered[s_] -> offered[s_] = 0
     :: num[s_] == offered[s_] -> doClaim = HANDED_OVER
     :: else
     fi
  :: else
  fi
}

/* StreamReceiver.apply of a step: term x, number y, content z, incarnation w */
inline step(s_) {
  if
  :: open[s_] || y != (BUILDING(s_) -> bn : num[s_]) + 1 -> toF(s_, NOT_READY, 0, 0, 0, 0); doLinkDown = 1
  :: else ->
     if
     :: BUILDING(s_) ->
        bt = x; bn = y; bc = C_OF(z); binc = w; bm[y] = x; bw[y] = z; bstep[y] = 1;
        if :: O_OF(z) -> bo = C_OF(z) :: else fi;
        if :: HV_OF(z) -> bv = V_OF(z) :: else fi;
        if :: ST_OF(z) -> bl = bl | (1 << x); if :: CAUSE_OF(z) -> bo = C_OF(z) :: else fi :: else fi
     :: else ->
        it[s_] = x; num[s_] = y; ic[s_] = C_OF(z); iinc[s_] = w;
        if :: O_OF(z) -> io[s_] = C_OF(z) :: else fi;
        if :: ST_OF(z) -> lin[s_] = lin[s_] | (1 << x); if :: CAUSE_OF(z) -> io[s_] = C_OF(z) :: else fi :: else fi;
        keep(s_, y, x, z, (!CARRIED_OUT(s_, y, x) && !OUT(RETAIN_WHAT_IS_NOT_APPLIED)), 1);
        if :: HV_OF(z) -> iv[s_] = V_OF(z); disk[s_] = iv[s_] :: else fi;
        if :: readySent[s_] -> toF(s_, HELD, it[s_], num[s_], 0, 0) :: else fi;
        doReady = 1;
        claimHandedOver(s_)
     fi;
     asked[s_] = 0
  fi
}

/* PeerFeed.start: held (x, y), snapshot wanted z */
inline feed(s_) {
  streaming[s_] = 1; cursor[s_] = 0;
  descends(s_, x, y);
  if :: OUT(LINEAGE_AT_CATCH_UP) -> i = (y != 0 && y <= num[s_]) :: else fi;
  if
  :: !z && i && (y == num[s_] || kl[(s_) * NN + y + 1]) ->
     i = 0; g3 = y + 1;
     do
     :: g3 <= num[s_] -> toPeer(s_, STEP, km[(s_) * NN + g3], g3, kw[(s_) * NN + g3], ainc[s_]); g3++
     :: else -> break
     od;
     g3 = 0
  :: else ->
     i = 0;
     toPeer(s_, SNAPSHOT_BEGIN, it[s_], num[s_], 0, 0);
     g3 = 1;
     do
     :: g3 < NN ->
        if
        :: kr[(s_) * NN + g3] && !OUT(SNAPSHOT_CARRIES_OUTPUTS) -> toPeer(s_, RETAINED, km[(s_) * NN + g3], g3, kw[(s_) * NN + g3], 0)
        :: else
        fi;
        g3++
     :: else -> break
     od;
     g3 = 0;
     cursor[s_] = 1
  fi
}

/* PeerFeed.snapshotChunk: two chunks of rows, then the end */
inline background(s_) {
  if
  :: cursor[s_] == 1 -> toPeer(s_, CHUNK, 1, io[s_], ic[s_], iinc[s_]); cursor[s_] = 2
  :: cursor[s_] == 2 -> toPeer(s_, CHUNK, 2, iv[s_], lin[s_] & 255, lin[s_] >> 8); cursor[s_] = 3
  :: else -> toPeer(s_, SNAPSHOT_END, it[s_], num[s_], applied[s_], 0); cursor[s_] = 0
  fi
}

inline snapshotEnd(s_) {
  it[s_] = bt; num[s_] = bn; ic[s_] = bc; io[s_] = bo; iv[s_] = bv; iinc[s_] = binc; lin[s_] = bl;
  clearKept(s_, true, true);
  carriedOut(s_, z, x);
  g3 = z + 1;
  do
  :: g3 < NN ->
     if :: bm[g3] != 0 -> keep(s_, g3, bm[g3], bw[g3], 1, 0) :: else fi;
     g3++
  :: else -> break
  od;
  g3 = 0;
  /* what was said to be carried out while the snapshot came */
  if :: !OUT(FORGET_AFTER_A_SNAPSHOT) -> forgetCarriedOut(s_) :: else fi;
  clearBuilding();
  complete[s_] = 1;
  disk[s_] = iv[s_];
  doReady = 1
}

inline fromPeer(s_) {
  peer[s_]?k, x, y, z, w;
  b = role[s_] == STANDBY && syncRequested[s_];   /* expectStream */
  if
  :: k == HELLO -> announced[s_] = 1; syncRequested[s_] = 0; doSync = 1
  :: k == SYNC_REQUEST -> if :: role[s_] == ACTIVE -> feed(s_) :: else fi
  :: k == STEP -> if :: b -> step(s_) :: else fi
  :: k == OPEN -> if :: b -> open[s_] = 1 :: else fi
  :: k == SNAPSHOT_BEGIN -> if :: b -> clearBuilding(); bOwner = s_; bt = x; bn = y :: else fi
  :: k == RETAINED ->
     if
     :: b && BUILDING(s_) -> bm[y] = x; bw[y] = z
     :: b && !BUILDING(s_) -> toF(s_, NOT_READY, 0, 0, 0, 0); doLinkDown = 1
     :: else
     fi
  :: k == CHUNK ->
     if
     :: b && BUILDING(s_) ->
        if
        :: x == 1 -> bo = y; bc = z; binc = w;
           if :: OUT(READY_AFTER_THE_WHOLE_SNAPSHOT) -> doReady = 1 :: else fi
        :: else -> bv = y; bl = z | (w << 8)
        fi
     :: b && !BUILDING(s_) -> toF(s_, NOT_READY, 0, 0, 0, 0); doLinkDown = 1
     :: else
     fi
  :: k == SNAPSHOT_END ->
     if
     :: b && BUILDING(s_) ->
        if
        :: bn == y -> snapshotEnd(s_)
        :: else -> toF(s_, NOT_READY, 0, 0, 0, 0); doLinkDown = 1
        fi
     :: else
     fi
  :: k == HAND_OVER -> if :: role[s_] == STANDBY -> offered[s_] = x; claimHandedOver(s_) :: else fi
  :: k == PLEASE_TAKE_OVER ->
     if
     :: role[s_] == STANDBY -> asked[s_] = 1;
        if :: len(up[s_]) == 0 -> claiming[s_] = 0; doClaim = IF_LOST :: else fi
     :: else
     fi
  fi;
  b = 0; k = 0; x = 0; y = 0; z = 0; w = 0
}

/* ---- what happens by itself */

inline connectPeers() {
  clearChan(peer[0]); clearChan(peer[1]); link[0] = 1; link[1] = 1;
  syncRequested[0] = 0; announced[0] = 0; syncRequested[1] = 0; announced[1] = 0;
  if :: role[0] == ACTIVE -> toPeer(0, HELLO, 0, 0, 0, 0) :: else fi;
  if :: role[1] == ACTIVE -> toPeer(1, HELLO, 0, 0, 0, 0) :: else fi
}

inline askConfiguration(s_) {
  v = (requests & 1) + 1;
  requests = requests | v;
  answer[s_] = v;
  v = iv[s_] | v;
  ec = taken[s_]; ehv = 1; ev = v; doEmit = 1;
  answerAt[s_] = num[s_] + 1;
  if :: OUT(ANSWERS_BEHIND_THE_FENCE) -> release(s_, 255) :: else fi;
  v = 0
}

/* a claim would be answered otherwise than before */
#define CLAIM_AGAIN(s) (fUp && !dead[s] && fwd[s] && session[s] && role[s] == STANDBY && len(up[s]) == 0 && len(down[s]) == 0 \
    && !pending[s] && !HOLDER_ALIVE && !(holder == (s) && holderSession) \
    && (missed == 2 || holder == NONE || listed == (s) || (num[s] >= A && it[s] == At && complete[s])))

#define GOOD (fUp && holder != NONE && holderSession && !dead[0] && !dead[1] && role[holder] == ACTIVE \
    && role[1 - holder] == STANDBY && listed == 1 - holder && len(queue) == 0 && toCome == 0 && C == last && !handing[holder] \
    && told[holder] && A == num[0] && A == num[1] && it[0] == it[1] && ic[0] == ic[1] && io[0] == io[1] && iv[0] == iv[1] && lin[0] == lin[1] \
    && cell == iv[0] && disk[0] == iv[0] && disk[1] == iv[0])

inline restartForwarder() {
  fUp = 1; inc++; term = ceilingDisk; ceiling = term + CEILING_STEP;
  if :: !OUT(TERM_CEILING_ON_DISK) -> ceilingDisk = ceiling :: else fi;
  cell = cellDisk; fresh = 1
}

inline crashForwarder() {
  fUp = 0; term = 0; ceiling = 0; holder = NONE; holderInstance = 0; holderSession = 0; A = 0; At = 0; any = 0; C = 0;
  last = 0; delivered = 0; missed = 0; permit = 0; cell = 0; listed = NONE; seen = 0; rebased = 0;
  do :: len(queue) > 0 -> queue?_, _, _, _ :: else -> break od;
  newStandbys(); pending[0] = 0; pending[1] = 0; session[0] = 0; session[1] = 0; tell[0] = 0; tell[1] = 0;
  clearChan(up[0]); clearChan(up[1]);
  if :: fwd[0] -> forwarderDisconnected(0) :: else fi;
  if :: fwd[1] -> forwarderDisconnected(1) :: else fi
}

#define ROOM(s) (len(up[s]) < 5 && len(peer[1 - (s)]) < 6)

/* where most checks begin: 0 is active in term 1, 1 is listed, nothing is under way */
inline settled() {
  term = 1; holder = 0; holderSession = 1; A = 1; At = 1; any = 1; listed = 1; ready[1] = 1; held[1] = 1;
  highest = 1; starts[1] = 1; incOf[1] = 1; term_[0] = 1; ainc[0] = 1; writing[0] = 1; streaming[0] = 1;
  role[0] = ACTIVE; role[1] = STANDBY; readySent[1] = 1; syncRequested[1] = 1; announced[1] = 1;
  s = 0;
  do
  :: s < 2 ->
     session[s] = 1; fwd[s] = 1; welcomed[s] = 1; link[s] = 1; it[s] = 1; num[s] = 1; iinc[s] = 1; lin[s] = 2; complete[s] = 1;
     applied[s] = 1; appliedT[s] = 1; known[s] = 1; told[s] = 1; s++
  :: else -> s = 0; break
  od
}

/* what a fault may take with it: the last message sent, or the rest of a bracket that is open */
inline tear(s_) {
  if
  :: torn > 0 && len(peer[1 - s_]) > 0 ->
     g1 = len(peer[1 - s_]);
     do
     :: g1 > 1 -> peer[1 - s_]?k, x, y, z, w; peer[1 - s_]!k, x, y, z, w; g1--
     :: else -> peer[1 - s_]?k, x, y, z, w; break
     od;
     if :: k == STEP && torn == 2 -> peer[1 - s_]!OPEN, 0, 0, 0, 0 :: else fi;
     g1 = 0; k = 0; x = 0; y = 0; z = 0; w = 0
  :: else
  fi;
  torn = 0
}

/* events of the forwarder, of a supervisor, of the world; then faults */
#define FROM_SUPERVISOR 1
#define SESSION_CLOSED 2
#define FRAME 3
#define FROM_FORWARDER 4
#define FROM_PEER 5
#define NEWS_COME 6
#define BACKGROUND 7
#define LINK_DOWN 8
#define LINK_DOWN_DEAD 9
#define RESTART 10
#define CONNECT_FORWARDER 11
#define CONNECT_PEERS 12
#define WATCH_START 13
#define CLAIM_NOW 14
#define ASK 15
#define SWITCHOVER 16
#define CELL_TO_DISK 17
#define FORWARDER_RESTART 18
#define COLD_WAIT_OVER 19
#define PERMIT_OVER 20
#define COMMIT_LIMIT 21
#define HOLDER_AWAY 22
#define CLAIM_COLD 23
#define QUIET 24
#define TICK 25
#define CRASH 30
#define CUT 31
#define ASK_TO_TAKE_OVER 32
#define SPLIT 33
#define SILENCE 34
#define FORWARDER_CRASH 35
#define CELL_LATE 36
#define LOSE 37

#define ASKABLE(s) (!dead[s] && role[s] == ACTIVE && !handing[s] && requests != wanted \
    && answerAt[s] == 0 && storeAt[s] == 0 && ROOM(s))
#define SWITCHABLE(s) (switches > 0 && !dead[s] && role[s] == ACTIVE && writing[s] && !handing[s] && link[s] \
    && streaming[s] && told[s] && ROOM(s))

/* ... or: 1 holds a bracket of term 1 that was never carried out, and 0 began term 2 without it and from nothing */
inline stray() {
  term = 2; ceiling = 3; ceilingDisk = 3; highest = 2; incOf[2] = 1; starts[2] = 2; term_[0] = 2; known[0] = 2; known[1] = 2;
  A = 2; At = 2; listed = NONE; ready[1] = 0; held[1] = 0; rebased = 1; streaming[0] = 0;
  it[0] = 2; num[0] = 2; lin[0] = 4; applied[0] = 2; applied[1] = 2; appliedT[0] = 2; appliedT[1] = 2; told[0] = 0; told[1] = 0;
  kl[2] = 1; km[2] = 2; kw[2] = CONTENT(0, 0, 0, 0, 1, 1);
  link[0] = 0; link[1] = 0; readySent[1] = 0; syncRequested[1] = 0; announced[1] = 0;
  num[1] = 2; km[NN + 2] = 1; kl[NN + 2] = 1;
  up[1]!READY, 1, 2, 0, 0;       /* what it said in term 1 is still under way */
  if
  :: scene == 2 -> kw[NN + 2] = CONTENT(1, 1, 0, 0, 0, 0); ic[1] = 1; io[1] = 1; toCome--; last = 1; deliver()
  :: else -> kw[NN + 2] = CONTENT(0, 0, 1, 1, 0, 0); iv[1] = 1; disk[1] = 1; requests = 1
  fi
}

active proctype world() {
  d_step {
#ifdef REPLAY
    out = NO; toCome = NI; wanted = NV; crashes = CRASHES; cuts = CUTS; splits = SPLITS; lates = LATES;
    silences = SILENCES; reboots = REBOOTS; switches = SWITCHES; faults = FAULTS; scene = SCENE; losses = LOSSES;
#else
    c_code {
      now.out = bound("NO"); now.toCome = bound("NI"); now.wanted = bound("NV"); now.crashes = bound("CRASHES");
      now.cuts = bound("CUTS"); now.splits = bound("SPLITS"); now.lates = bound("LATES");
      now.silences = bound("SILENCES"); now.reboots = bound("REBOOTS"); now.switches = bound("SWITCHES");
      now.faults = bound("FAULTS"); now.scene = bound("SCENE"); now.losses = bound("LOSSES");
    };
#endif
    wanted = (wanted == 2 -> 3 : wanted);
    if :: scene != 1 -> settled() :: else fi;
    if :: scene > 1 -> stray() :: else fi
  };
again:
  atomic {
    if
    :: true ->
       if
       :: fUp && session[0] && len(up[0]) > 0 -> e = FROM_SUPERVISOR; s = 0
       :: fUp && session[0] && !fwd[0] -> e = SESSION_CLOSED; s = 0
       :: !dead[0] && len(down[0]) > 0 && ROOM(0) -> e = FROM_FORWARDER; s = 0
       :: !dead[0] && len(peer[0]) > 0 && ROOM(0) -> e = FROM_PEER; s = 0
       :: NEWS(0) -> e = NEWS_COME; s = 0
       :: cursor[0] != 0 && link[1 - 0] && ROOM(0) -> e = BACKGROUND; s = 0
       :: !dead[0] && link[0] && !link[1 - 0] -> e = LINK_DOWN; s = 0
       :: dead[0] && link[0] -> e = LINK_DOWN_DEAD; s = 0
       :: dead[0] && !session[0] && !link[0] && !link[1] -> e = RESTART; s = 0
       :: fUp && !dead[0] && !fwd[0] && !session[0] -> e = CONNECT_FORWARDER; s = 0
       :: fUp && !dead[0] && fwd[0] && len(down[0]) == 0 && role[0] == STARTING && HOLDER_ALIVE && holder == 1 - 0 -> e = WATCH_START; s = 0
       :: CLAIM_AGAIN(0) -> e = CLAIM_NOW; s = 0
       :: ASKABLE(0) -> e = ASK; s = 0
       :: SWITCHABLE(0) -> e = SWITCHOVER; s = 0
       :: fUp && session[1] && len(up[1]) > 0 -> e = FROM_SUPERVISOR; s = 1
       :: fUp && session[1] && !fwd[1] -> e = SESSION_CLOSED; s = 1
       :: !dead[1] && len(down[1]) > 0 && ROOM(1) -> e = FROM_FORWARDER; s = 1
       :: !dead[1] && len(peer[1]) > 0 && ROOM(1) -> e = FROM_PEER; s = 1
       :: NEWS(1) -> e = NEWS_COME; s = 1
       :: cursor[1] != 0 && link[1 - 1] && ROOM(1) -> e = BACKGROUND; s = 1
       :: !dead[1] && link[1] && !link[1 - 1] -> e = LINK_DOWN; s = 1
       :: dead[1] && link[1] -> e = LINK_DOWN_DEAD; s = 1
       :: dead[1] && !session[1] && !link[0] && !link[1] -> e = RESTART; s = 1
       :: fUp && !dead[1] && !fwd[1] && !session[1] -> e = CONNECT_FORWARDER; s = 1
       :: fUp && !dead[1] && fwd[1] && len(down[1]) == 0 && role[1] == STARTING && HOLDER_ALIVE && holder == 1 - 1 -> e = WATCH_START; s = 1
       :: CLAIM_AGAIN(1) -> e = CLAIM_NOW; s = 1
       :: ASKABLE(1) -> e = ASK; s = 1
       :: SWITCHABLE(1) -> e = SWITCHOVER; s = 1
       :: fUp && toCome > 0 -> e = FRAME
       :: fUp && cellDisk != cell -> e = CELL_TO_DISK
       :: !fUp -> e = FORWARDER_RESTART
       :: !dead[0] && !dead[1] && !link[0] && !link[1] -> e = CONNECT_PEERS
       :: OUT(CELL_BEFORE_APPLIED) && fUp && listed != NONE && cell != iv[listed] && num[listed] == A -> e = CELL_LATE
       :: else -> /* nothing else can happen: time passes */
          if
          :: GOOD -> e = QUIET
          :: else ->
             if
             :: pending[0] || pending[1] -> e = COLD_WAIT_OVER
             :: else ->
                if
                :: permit != 0 -> e = PERMIT_OVER
                :: permit == 0 && len(queue) > 0 && listed != NONE -> e = COMMIT_LIMIT
                :: permit == 0 && len(queue) == 0 && holder != NONE && !holderSession && missed < 2 -> e = HOLDER_AWAY
                :: permit == 0 && len(queue) == 0 && holder == NONE && fwd[0] && role[0] == STARTING -> e = CLAIM_COLD; s = 0
                :: permit == 0 && len(queue) == 0 && holder == NONE && fwd[1] && role[1] == STARTING -> e = CLAIM_COLD; s = 1
                :: permit == 0 && len(queue) == 0 && holder != NONE && holderSession && role[holder] == ACTIVE && !dead[holder] && writing[holder] && !handing[holder] -> e = TICK; s = holder
                /* otherwise it is stuck: an invalid end state */
                fi
             fi
          fi
       fi
    :: faults > 0 ->
       if
       :: crashes > 0 && !dead[0] -> e = CRASH; s = 0; torn = 0; crashes--
       :: crashes > 0 && !dead[0] && len(peer[1 - 0]) > 0 -> e = CRASH; s = 0; torn = 1; crashes--
       :: crashes > 0 && !dead[0] && len(peer[1 - 0]) > 0 -> e = CRASH; s = 0; torn = 2; crashes--
       :: losses > 0 && session[0] && up[0]?[BRACKET, _, _, _, _] -> e = LOSE; s = 0; losses--
       :: cuts > 0 && fwd[0] -> e = CUT; s = 0; cuts--
       :: !fwd[0] && role[0] == ACTIVE && link[0] && link[1] && len(peer[1 - 0]) < 5 -> e = ASK_TO_TAKE_OVER; s = 0
       :: splits > 0 && link[0] && link[1] && !dead[0] -> e = SPLIT; s = 0; torn = 0; splits--
       :: splits > 0 && link[0] && link[1] && !dead[0] && len(peer[0]) > 0 -> e = SPLIT; s = 0; torn = 1; splits--
       :: splits > 0 && link[0] && link[1] && !dead[0] && len(peer[0]) > 0 -> e = SPLIT; s = 0; torn = 2; splits--
       :: crashes > 0 && !dead[1] -> e = CRASH; s = 1; torn = 0; crashes--
       :: crashes > 0 && !dead[1] && len(peer[1 - 1]) > 0 -> e = CRASH; s = 1; torn = 1; crashes--
       :: crashes > 0 && !dead[1] && len(peer[1 - 1]) > 0 -> e = CRASH; s = 1; torn = 2; crashes--
       :: losses > 0 && session[1] && up[1]?[BRACKET, _, _, _, _] -> e = LOSE; s = 1; losses--
       :: cuts > 0 && fwd[1] -> e = CUT; s = 1; cuts--
       :: !fwd[1] && role[1] == ACTIVE && link[0] && link[1] && len(peer[1 - 1]) < 5 -> e = ASK_TO_TAKE_OVER; s = 1
       :: splits > 0 && link[0] && link[1] && !dead[1] -> e = SPLIT; s = 1; torn = 0; splits--
       :: splits > 0 && link[0] && link[1] && !dead[1] && len(peer[1]) > 0 -> e = SPLIT; s = 1; torn = 1; splits--
       :: splits > 0 && link[0] && link[1] && !dead[1] && len(peer[1]) > 0 -> e = SPLIT; s = 1; torn = 2; splits--
       :: lates > 0 && fUp && len(queue) > 0 && listed != NONE && HOLDER_ALIVE -> e = COMMIT_LIMIT; lates--
       :: silences > 0 && fUp && holder != NONE && missed < 2 -> e = SILENCE; silences--
       :: silences > 0 && fUp && (pending[0] || pending[1]) && !HOLDER_ALIVE -> e = COLD_WAIT_OVER; silences--
       :: silences > 0 && fUp && permit != 0 -> e = PERMIT_OVER; silences--
       :: reboots > 0 && fUp -> e = FORWARDER_CRASH; reboots--
       :: else -> goto again
       fi;
       faults--
    fi;

    if :: e == QUIET -> goto end :: else fi;
    if
    :: e == FROM_SUPERVISOR -> d_step { fromSupervisor(s); skip }
    :: e == SESSION_CLOSED -> d_step { doClose = 1; skip }
    :: e == FRAME -> d_step { toCome--; last++; doPump = 1; skip }
    :: e == FROM_FORWARDER -> d_step { fromForwarder(s); skip }
    :: e == FROM_PEER -> d_step { fromPeer(s); skip }
    :: e == NEWS_COME -> d_step { news(s); skip }
    :: e == BACKGROUND -> d_step { background(s); skip }
    :: e == LINK_DOWN -> d_step { doLinkDown = 1; skip }
    :: e == LINK_DOWN_DEAD -> d_step { link[s] = 0; skip }
    :: e == RESTART -> d_step { dead[s] = 0; instance[s]++; diskAtStart[s] = disk[s]; skip }
    :: e == CONNECT_FORWARDER -> d_step { session[s] = 1; fwd[s] = 1; toS(s, WELCOME, inc, term, holder | (HOLDER_ALIVE << 2), A); skip }
    :: e == CONNECT_PEERS -> d_step { connectPeers(); skip }
    :: e == WATCH_START -> d_step { becomeStandby(s); skip }
    :: e == CLAIM_NOW -> d_step { claiming[s] = 0; doClaim = IF_LOST; skip }
    :: e == ASK -> d_step { askConfiguration(s); skip }
    :: e == SWITCHOVER -> d_step { switches--; ec = taken[s]; doEmit = 2; skip }
    :: e == CELL_TO_DISK -> d_step { cellDisk = cell; skip }
    :: e == CELL_LATE -> d_step { cell = iv[listed]; skip }
    :: e == FORWARDER_RESTART -> d_step { restartForwarder(); skip }
    :: e == COLD_WAIT_OVER -> d_step { doCold = 2; doPump = 1; skip }
    :: e == PERMIT_OVER -> d_step { permit = 0; toS(holder, PERMIT_EXPIRED, term, 0, 0, 0); skip }
    :: e == COMMIT_LIMIT -> d_step {
       if
       :: OUT(STRIKE_BEFORE_BYPASS) -> queue?n, m, w, v; carryOut()
       :: else -> strike(listed)
       fi;
       doPump = 1;
       skip
       }
    :: e == HOLDER_AWAY -> d_step { missed = 2; skip }
    :: e == TICK -> d_step { ec = taken[s]; doEmit = 1; skip }
    :: e == CLAIM_COLD -> d_step { claiming[s] = 0; doClaim = COLD; skip }
    :: e == CRASH -> d_step { tear(s); doDie = 1; skip }
    :: e == LOSE -> d_step { up[s]?_, _, _, _, _; skip }
    :: e == CUT -> d_step { forwarderDisconnected(s); skip }
    :: e == ASK_TO_TAKE_OVER -> d_step { toPeer(s, PLEASE_TAKE_OVER, 0, 0, 0, 0); skip }
    :: e == SPLIT -> d_step { o = 1 - s; tear(o); o = 0; doLinkDown = 1; skip }
    :: e == SILENCE -> d_step {
       missed = (holderSession -> missed + 1 : 2);
       s = 1 - holder;
       if
       :: !dead[s] && role[s] == STANDBY && len(up[s]) == 0 -> claiming[s] = 0; doClaim = IF_LOST
       :: else
       fi;
       skip
       }
    :: e == FORWARDER_CRASH -> d_step { crashForwarder(); skip }
    fi;

    /* what it leads to, at the forwarder */
    d_step {
    if
    :: doClose -> doClose = 0; closed(s); clearChan(down[s]); if :: fwd[s] -> forwarderDisconnected(s) :: else fi
    :: else
    fi;
    if :: doCold -> decideCold(doCold == 2); doCold = 0 :: else fi;
    if :: doGrant -> o = doGrant - 1; doGrant = 0; grant(o); o = 0; doPump = 1 :: else fi;
    if :: doPump -> doPump = 0; pump(); deliver() :: else fi;
    };
    /* and at the supervisor */
    d_step {
    do
    :: doEmit ->
       emit(s);
       if
       :: doEmit == 2 -> /* a hand-over: the permission first */
          handing[s] = 1;
          toF(s, PERMIT, term_[s], num[s], 0, 0);
          toPeer(s, HAND_OVER, num[s], 0, 0, 0)
       :: else
       fi;
       doEmit = 0;
       if
       :: !handing[s] && deferred[s] > taken[s] -> o = taken[s] + 1; input(s, o); o = 0
       :: !handing[s] && deferred[s] <= taken[s] -> deferred[s] = 0
       :: else
       fi
    :: else -> break
    od;
    if :: doLinkDown -> doLinkDown = 0; peerDown(s) :: else fi;
    if :: doEmit -> doEmit = 0; emit(s) :: else fi;
    };
    d_step {
    if :: doClear -> doClear = 0; clearBuilding() :: else fi;
    if :: doSync == 1 -> requestSync(s) :: doSync == 2 && link[s] -> toPeer(s, HELLO, 0, 0, 0, 0) :: else fi;
    doSync = 0;
    if :: doReady -> doReady = 0; sendReady(s) :: else fi;
    if :: doClaim -> o = doClaim; doClaim = 0; claim(s, o); o = 0 :: else fi;
    if :: doNotReady -> doNotReady = 0; notReady(s) :: else fi;
    if :: doDie -> doDie = 0; die(s) :: else fi;
    if :: doClear -> doClear = 0; clearBuilding() :: else fi;
    e = 0; s = 0
    }
  };
  goto again;
end:
  P((ackd & ~iv[0] & ~aside) == 0, no_promise_lost)
}
