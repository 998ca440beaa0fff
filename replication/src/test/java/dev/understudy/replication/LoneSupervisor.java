package dev.understudy.replication;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.understudy.core.Engine;
import dev.understudy.core.EngineType;
import dev.understudy.core.ImageView;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.RowChange;
import dev.understudy.core.Step;
import dev.understudy.core.SwitchTime;
import dev.understudy.schema.Applied;
import dev.understudy.schema.BorderBracket;
import dev.understudy.schema.BracketKind;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.Granted;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.Open;
import dev.understudy.schema.PeerHello;
import dev.understudy.schema.Position;
import dev.understudy.schema.Resumed;
import dev.understudy.schema.Slot;
import dev.understudy.schema.SnapshotBegin;
import dev.understudy.schema.SnapshotEnd;
import dev.understudy.schema.StandbyListed;
import dev.understudy.schema.SyncRequest;
import dev.understudy.schema.TickInput;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.schema.WatchTick;
import dev.understudy.schema.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Slot A without anybody: what a forwarder, a peer and people say is told to it, what it says is
 * kept.
 */
final class LoneSupervisor {
  final List<ToForwarder> sent = new ArrayList<>();
  final List<CanonicalMessage> toPeer = new ArrayList<>();
  final List<String> answers = new ArrayList<>();
  final List<String> exits = new ArrayList<>();
  final NoHomes homes = new NoHomes();
  final SupervisorCore core =
      new SupervisorCore(
          new Settings(Slot.SLOT_A, 1, "test", "", 1, List.of(idle()), homes), new Recording());
  boolean peerHasRoom = true;

  private final class Recording extends SilentEnvironment {
    @Override
    public void toForwarder(ToForwarder message) {
      sent.add(message);
    }

    @Override
    public void toPeer(CanonicalMessage message) {
      toPeer.add(message);
    }

    @Override
    public boolean peerReady() {
      return peerHasRoom;
    }

    @Override
    public void answer(String requestId, boolean ok, String text, int copies) {
      answers.add(requestId);
    }

    @Override
    public void exit(String reason) {
      exits.add(reason);
    }
  }

  // ---- scenes

  /** It is active, in term 1. */
  void active() {
    welcome(1, 0, Slot.SLOT_UNSPECIFIED);
    grant(1, 1, Position.getDefaultInstance(), true);
    tell(applied(1, 1));
    sent.clear();
  }

  /** It is active, and slot B listed in sync. */
  void activeWithStandby() {
    active();
    core.peerConnected();
    peerSays(
        CanonicalMessage.newBuilder()
            .setSyncRequest(SyncRequest.newBuilder().setSnapshotWanted(true)));
    tell(
        ToSupervisor.newBuilder()
            .setStandbyListed(StandbyListed.newBuilder().setSlot(Slot.SLOT_B)));
  }

  /** It holds all of slot B, which is active in term 1. */
  void standby() {
    welcome(1, 1, Slot.SLOT_B);
    core.peerConnected();
    peerSays(
        CanonicalMessage.newBuilder()
            .setHello(PeerHello.newBuilder().setSlot(Slot.SLOT_B).setRole(Role.ACTIVE.name())));
    emptySnapshot(at(1, 1), 1);
    sent.clear();
  }

  /** A snapshot without rows, of brackets that are carried out so far. */
  void emptySnapshot(Position at, long applied) {
    peerSays(CanonicalMessage.newBuilder().setSnapshotBegin(SnapshotBegin.newBuilder().setAt(at)));
    peerSays(
        CanonicalMessage.newBuilder()
            .setSnapshotEnd(SnapshotEnd.newBuilder().setAt(at).setApplied(applied)));
  }

  // ---- what the forwarder says

  void tell(ToSupervisor.Builder message) {
    core.forwarderMessage(message.build());
  }

  void welcome(long incarnation, long term, Slot holder) {
    core.forwarderConnected();
    tell(
        ToSupervisor.newBuilder()
            .setWelcome(
                Welcome.newBuilder()
                    .setIncarnation(incarnation)
                    .setTerm(term)
                    .setHolder(holder)
                    .setHolderAlive(holder == Slot.SLOT_B)));
  }

  void grant(long incarnation, long term, Position applied, boolean newForwarder) {
    tell(
        ToSupervisor.newBuilder()
            .setGranted(
                Granted.newBuilder()
                    .setTerm(term)
                    .setKind(ClaimKind.COLD)
                    .setIncarnation(incarnation)
                    .setApplied(applied.getNumber())
                    .setLastApplied(applied)
                    .setNewForwarder(newForwarder)));
  }

  void resumed() {
    tell(
        ToSupervisor.newBuilder()
            .setResumed(Resumed.newBuilder().setTerm(1).setApplied(core.applied())));
  }

  static ToSupervisor.Builder applied(long term, long number) {
    return ToSupervisor.newBuilder()
        .setApplied(Applied.newBuilder().setTerm(term).setNumber(number));
  }

  void tick(long number) {
    tell(
        ToSupervisor.newBuilder()
            .setInput(
                ForwarderInput.newBuilder()
                    .setNumber(number)
                    .setTick(TickInput.newBuilder().setTick(number))));
  }

  void learned(long sequence) {
    tell(
        ToSupervisor.newBuilder()
            .setInput(
                ForwarderInput.newBuilder()
                    .setLearned(
                        LearnedInput.newBuilder().setIncarnation(1).setSequence(sequence))));
  }

  void watchTick(Slot holder) {
    tell(
        ToSupervisor.newBuilder()
            .setWatchTick(
                WatchTick.newBuilder().setTerm(1).setHolder(holder).setHolderAlive(true)));
  }

  // ---- what the peer and people say

  void peerSays(CanonicalMessage.Builder message) {
    core.peerMessage(message.build());
  }

  void bracket(long term, long number) {
    bracket(term, number, 0);
  }

  void bracket(long term, long number, long consumed, RowChange... rows) {
    new Bracket(
            Open.newBuilder()
                .setTerm(term)
                .setNumber(number)
                .setKind(BracketKind.BRACKET_KIND_STEP)
                .setConsumed(consumed)
                .setIncarnation(1)
                .build(),
            List.of(rows),
            List.of(ByteString.EMPTY))
        .send(core::peerMessage);
  }

  void ask(String id) {
    core.request(new Input.ClearErrDisable(id, "port"));
  }

  // ---- what it said

  List<BorderBracket> brackets() {
    return sent.stream().filter(ToForwarder::hasBracket).map(ToForwarder::getBracket).toList();
  }

  List<ClaimKind> claims() {
    return sent.stream()
        .filter(ToForwarder::hasClaim)
        .map(message -> message.getClaim().getKind())
        .toList();
  }

  static Position at(long term, long number) {
    return Position.newBuilder().setTerm(term).setNumber(number).build();
  }

  /** An engine that does nothing. */
  private static EngineType idle() {
    return new EngineType() {
      @Override
      public String name() {
        return "idle";
      }

      @Override
      public List<Message> tables() {
        return List.of();
      }

      @Override
      public Engine restore(ImageView image) {
        return new Engine() {
          @Override
          public Step on(Input input, Moment at) {
            return new Step.Builder().build();
          }

          @Override
          public Optional<SwitchTime> nextDeadline() {
            return Optional.empty();
          }

          @Override
          public List<Message> export() {
            return List.of();
          }
        };
      }
    };
  }
}
