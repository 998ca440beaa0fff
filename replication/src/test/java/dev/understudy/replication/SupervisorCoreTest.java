package dev.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.understudy.core.Engine;
import dev.understudy.core.EngineType;
import dev.understudy.core.Image;
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
import dev.understudy.schema.Cause;
import dev.understudy.schema.CauseCode;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.ClaimRefused;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.ConfigurationCell;
import dev.understudy.schema.EngineRow;
import dev.understudy.schema.Fenced;
import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.Granted;
import dev.understudy.schema.HandOver;
import dev.understudy.schema.HistoryRow;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.Open;
import dev.understudy.schema.PeerHello;
import dev.understudy.schema.Position;
import dev.understudy.schema.Resumed;
import dev.understudy.schema.Slot;
import dev.understudy.schema.SnapshotBegin;
import dev.understudy.schema.SnapshotEnd;
import dev.understudy.schema.StandbyListed;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.SyncRequest;
import dev.understudy.schema.TermRow;
import dev.understudy.schema.TickInput;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.schema.WatchTick;
import dev.understudy.schema.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a supervisor says to a forwarder around broken sessions; each case was found by the model.
 */
final class SupervisorCoreTest {
  private final List<ToForwarder> sent = new ArrayList<>();
  private final List<CanonicalMessage> toPeer = new ArrayList<>();
  private final List<String> answers = new ArrayList<>();
  private final List<String> exits = new ArrayList<>();
  private final NoHomes homes = new NoHomes();
  private SupervisorCore core;
  private boolean peerHasRoom = true;

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

  @BeforeEach
  void begin() {
    core =
        new SupervisorCore(
            new Settings(Slot.SLOT_A, 1, "test", "", 1, List.of(idle()), homes), new Recording());
  }

  private void tell(ToSupervisor.Builder message) {
    core.forwarderMessage(message.build());
  }

  private void welcome(long incarnation, long term, Slot holder) {
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

  private void grant(long incarnation, long term, Position applied, boolean newForwarder) {
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

  private static Position at(long term, long number) {
    return Position.newBuilder().setTerm(term).setNumber(number).build();
  }

  private void active() {
    welcome(1, 0, Slot.SLOT_UNSPECIFIED);
    grant(1, 1, Position.getDefaultInstance(), true);
    tell(applied(1, 1));
    sent.clear();
  }

  private static ToSupervisor.Builder applied(long term, long number) {
    return ToSupervisor.newBuilder()
        .setApplied(Applied.newBuilder().setTerm(term).setNumber(number));
  }

  private void tick(long number) {
    tell(
        ToSupervisor.newBuilder()
            .setInput(
                ForwarderInput.newBuilder()
                    .setNumber(number)
                    .setTick(TickInput.newBuilder().setTick(number))));
  }

  private void ask(String id) {
    core.request(new Input.ClearErrDisable(id, "port"));
  }

  private void resumed() {
    tell(
        ToSupervisor.newBuilder()
            .setResumed(Resumed.newBuilder().setTerm(1).setApplied(core.applied())));
  }

  private List<BorderBracket> brackets() {
    return sent.stream().filter(ToForwarder::hasBracket).map(ToForwarder::getBracket).toList();
  }

  @Test
  void nobody_is_told_yes_by_what_was_carried_out_in_anothers_term() {
    active();
    core.forwarderDisconnected("cut");
    ask("request");
    core.forwarderConnected();
    tell(applied(2, 5));
    tell(
        ToSupervisor.newBuilder()
            .setWatchTick(WatchTick.newBuilder().setTerm(2).setApplied(6).setHolder(Slot.SLOT_B)));
    assertThat(answers).isEmpty();
  }

  @Test
  void what_was_carried_out_in_the_own_term_releases_the_answer() {
    active();
    ask("request");
    assertThat(answers).isEmpty();
    tell(applied(1, 2));
    assertThat(answers).containsExactly("request");
  }

  @Test
  void the_active_sends_no_bracket_before_its_session_has_resumed_the_term() {
    active();
    core.forwarderDisconnected("cut");
    ask("request-1");
    welcome(1, 1, Slot.SLOT_A);
    ask("request-2");
    assertThat(brackets()).isEmpty();
    resumed();
    assertThat(brackets()).extracting(BorderBracket::getNumber).containsExactly(2L, 3L);
  }

  @Test
  void brackets_of_another_forwarder_free_no_input_of_this_one() {
    active();
    tick(90_210);
    core.forwarderDisconnected("the forwarder died");
    sent.clear();
    welcome(2, 1000, Slot.SLOT_UNSPECIFIED);
    grant(2, 1001, at(1, 1), true);
    assertThat(brackets()).extracting(BorderBracket::getNumber).containsExactly(2L, 3L);
    assertThat(brackets()).extracting(BorderBracket::getConsumed).containsOnly(0L);
  }

  @Test
  void a_standby_is_ready_since_the_forwarder_listed_it_even_before_its_first_tick() {
    welcome(1, 1, Slot.SLOT_B);
    tell(
        ToSupervisor.newBuilder()
            .setStandbyListed(
                StandbyListed.newBuilder().setSlot(Slot.SLOT_A).setWallMillis(1_700_000_000_000L)));
    assertThat(core.status().readySinceWallMillis()).isEqualTo(1_700_000_000_000L);
  }

  private void watchTick(Slot holder) {
    tell(
        ToSupervisor.newBuilder()
            .setWatchTick(
                WatchTick.newBuilder().setTerm(1).setHolder(holder).setHolderAlive(true)));
  }

  private List<ClaimKind> claims() {
    return sent.stream()
        .filter(ToForwarder::hasClaim)
        .map(message -> message.getClaim().getKind())
        .toList();
  }

  @Test
  void a_standby_takes_over_by_itself_when_a_person_forces_it() {
    welcome(1, 1, Slot.SLOT_B);
    core.peerConnected();
    watchTick(Slot.SLOT_B);
    core.takeOver("forced");
    assertThat(claims()).containsExactly(ClaimKind.FORCE);
    assertThat(answers).isEmpty();
    grant(1, 2, at(1, 1), false);
    assertThat(core.role()).isEqualTo(Role.ACTIVE);
    assertThat(answers).containsExactly("forced");
  }

  @Test
  void a_forced_takeover_waits_for_the_answer_to_a_claim_that_is_under_way() {
    welcome(1, 1, Slot.SLOT_B);
    for (int i = 0; i < 10 && claims().isEmpty(); i++) {
      watchTick(Slot.SLOT_B);
    }
    core.takeOver("forced");
    assertThat(claims()).containsExactly(ClaimKind.IF_LOST);
    tell(
        ToSupervisor.newBuilder()
            .setClaimRefused(ClaimRefused.newBuilder().setHolder(Slot.SLOT_B).setTerm(1)));
    watchTick(Slot.SLOT_B);
    assertThat(claims()).containsExactly(ClaimKind.IF_LOST, ClaimKind.FORCE);
    assertThat(answers).isEmpty();
  }

  @Test
  void a_forced_takeover_is_answered_when_the_forwarder_is_lost() {
    welcome(1, 1, Slot.SLOT_B);
    core.peerConnected();
    watchTick(Slot.SLOT_B);
    core.takeOver("forced");
    core.forwarderDisconnected("cut");
    assertThat(answers).containsExactly("forced");
  }

  @Test
  void a_permission_ends_with_the_session_in_which_it_was_given() {
    activeWithStandby();
    core.switchover("switchover", false);
    assertThat(sent).anyMatch(ToForwarder::hasPermit);
    core.forwarderDisconnected("cut");
    core.peerDisconnected("cut");
    welcome(1, 1, Slot.SLOT_A);
    sent.clear();
    resumed();
    tick(1);
    assertThat(brackets()).extracting(BorderBracket::getConsumed).contains(1L);
    assertThat(exits).isEmpty();
  }

  @Test
  void a_request_that_a_hand_over_leaves_undone_is_answered_so_and_never_with_yes() {
    activeWithStandby();
    ask("request");
    core.switchover("switchover", false);
    assertThat(answers).isEmpty();
    tell(
        ToSupervisor.newBuilder()
            .setFenced(Fenced.newBuilder().setTermInForce(2).setHolder(Slot.SLOT_B)));
    assertThat(answers).containsExactly("request", "switchover");
    tell(applied(2, 90));
    assertThat(answers).containsExactly("request", "switchover");
    assertThat(exits).isEmpty();
  }

  @Test
  void a_switchover_that_a_new_forwarder_overtakes_is_answered() {
    activeWithStandby();
    core.switchover("switchover", false);
    core.forwarderDisconnected("it died");
    welcome(2, 1, Slot.SLOT_UNSPECIFIED);
    grant(2, 1001, Position.getDefaultInstance(), true);
    assertThat(answers).containsExactly("switchover");
  }

  @Test
  void an_offer_ends_with_the_session_to_the_forwarder() {
    standby();
    core.forwarderDisconnected("it died");
    welcome(2, 1, Slot.SLOT_UNSPECIFIED);
    core.peerMessage(
        CanonicalMessage.newBuilder().setHandOver(HandOver.newBuilder().setLast(at(1, 1))).build());
    assertThat(claims()).containsExactly(ClaimKind.HANDED_OVER);
    core.forwarderDisconnected("it died again");
    welcome(3, 1, Slot.SLOT_UNSPECIFIED);
    sent.clear();
    watchTick(Slot.SLOT_UNSPECIFIED);
    assertThat(claims()).isEmpty();
  }

  private void activeWithStandby() {
    active();
    core.peerConnected();
    peerSays(
        CanonicalMessage.newBuilder()
            .setSyncRequest(SyncRequest.newBuilder().setSnapshotWanted(true)));
    tell(
        ToSupervisor.newBuilder()
            .setStandbyListed(StandbyListed.newBuilder().setSlot(Slot.SLOT_B)));
  }

  private void peerSays(CanonicalMessage.Builder message) {
    core.peerMessage(message.build());
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

  private void bracket(long term, long number) {
    bracket(term, number, 0);
  }

  private void bracket(long term, long number, long consumed, RowChange... rows) {
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

  private void standby() {
    welcome(1, 1, Slot.SLOT_B);
    core.peerConnected();
    peerSays(
        CanonicalMessage.newBuilder()
            .setHello(PeerHello.newBuilder().setSlot(Slot.SLOT_B).setRole(Role.ACTIVE.name())));
    peerSays(
        CanonicalMessage.newBuilder().setSnapshotBegin(SnapshotBegin.newBuilder().setAt(at(1, 1))));
    peerSays(
        CanonicalMessage.newBuilder()
            .setSnapshotEnd(SnapshotEnd.newBuilder().setAt(at(1, 1)).setApplied(1)));
    sent.clear();
  }

  @Test
  void a_standby_is_not_ready_before_it_knows_which_term_is_in_force() {
    standby();
    core.forwarderDisconnected("the forwarder died");
    core.forwarderConnected();
    bracket(1, 2);
    assertThat(sent).noneMatch(ToForwarder::hasStandbyReady);
    tell(
        ToSupervisor.newBuilder()
            .setWelcome(
                Welcome.newBuilder().setIncarnation(2).setTerm(1000).setHolder(Slot.SLOT_B)));
    assertThat(sent).noneMatch(ToForwarder::hasStandbyReady);
    bracket(1001, 3);
    assertThat(sent)
        .anyMatch(
            message -> message.hasStandbyReady() && message.getStandbyReady().getTerm() == 1001);
  }

  @Test
  void a_bracket_of_the_same_number_and_another_term_is_a_cause() {
    standby();
    bracket(1, 2);
    sent.clear();
    grant(1, 3, at(2, 2), false);
    assertThat(core.image().rows(HistoryRow.getDefaultInstance()))
        .singleElement()
        .satisfies(row -> assertThat(row.getCausesList()).isNotEmpty());
    assertThat(brackets()).extracting(BorderBracket::getMadeInTerm).containsOnly(3L);
  }

  @Test
  void a_start_with_what_an_earlier_forwarder_left_is_a_cause_and_the_first_start_is_none() {
    welcome(1, 0, Slot.SLOT_UNSPECIFIED);
    grant(1, 1, Position.getDefaultInstance(), true);
    assertThat(core.image().rows(HistoryRow.getDefaultInstance()))
        .singleElement()
        .satisfies(row -> assertThat(row.getCausesList()).isEmpty());
    begin();
    welcome(2, 1_000, Slot.SLOT_UNSPECIFIED);
    tell(
        ToSupervisor.newBuilder()
            .setGranted(
                Granted.newBuilder()
                    .setTerm(1_001)
                    .setKind(ClaimKind.COLD)
                    .setIncarnation(2)
                    .setNewForwarder(true)
                    .setConfiguration(
                        ConfigurationCell.newBuilder()
                            .setOctets(
                                StoredConfiguration.newBuilder()
                                    .setConfig(ConfigRow.newBuilder().setVersion(1))
                                    .build()
                                    .toByteString()))));
    assertThat(core.image().rows(HistoryRow.getDefaultInstance()))
        .singleElement()
        .satisfies(row ->
            assertThat(row.getCausesList())
                .extracting(Cause::getCode)
                .containsExactly(CauseCode.FORWARDER_RESTARTED));
  }

  @Test
  void who_was_listed_in_sync_stands_on_what_is_applied() {
    standby();
    bracket(1, 2);
    sent.clear();
    tell(
        ToSupervisor.newBuilder()
            .setGranted(
                Granted.newBuilder()
                    .setTerm(3)
                    .setKind(ClaimKind.IF_LOST)
                    .setIncarnation(1)
                    .setApplied(1)
                    .setLastApplied(at(9, 1))
                    .setInSync(true)));
    assertThat(core.image().rows(HistoryRow.getDefaultInstance()))
        .singleElement()
        .satisfies(row -> assertThat(row.getCausesList()).isEmpty());
    assertThat(brackets()).extracting(BorderBracket::getNumber).containsExactly(2L, 3L);
  }

  @Test
  void what_a_snapshot_says_is_carried_out_is_not_sent_again() {
    welcome(1, 1, Slot.SLOT_B);
    core.peerConnected();
    peerSays(
        CanonicalMessage.newBuilder()
            .setHello(PeerHello.newBuilder().setSlot(Slot.SLOT_B).setRole(Role.ACTIVE.name())));
    peerSays(
        CanonicalMessage.newBuilder().setSnapshotBegin(SnapshotBegin.newBuilder().setAt(at(1, 5))));
    peerSays(
        CanonicalMessage.newBuilder()
            .setSnapshotEnd(SnapshotEnd.newBuilder().setAt(at(1, 5)).setApplied(4)));
    bracket(1, 6);
    assertThat(core.applied()).isEqualTo(4);
  }

  @Test
  void what_an_earlier_forwarder_carried_out_is_no_reason_to_drop_what_this_one_did_not() {
    standby();
    tell(applied(1, 500));
    core.forwarderDisconnected("the forwarder died");
    // Under the next forwarder the peer begins lower: of a lineage that is behind.
    peerSays(
        CanonicalMessage.newBuilder()
            .setSnapshotBegin(SnapshotBegin.newBuilder().setAt(at(1001, 10))));
    peerSays(
        CanonicalMessage.newBuilder()
            .setSnapshotEnd(SnapshotEnd.newBuilder().setAt(at(1001, 10)).setApplied(10)));
    TermRow begun =
        TermRow.newBuilder().setKey(TermRow.Key.newBuilder().setTerm(1001)).setStartsAt(11).build();
    bracket(1001, 11, 0, RowChange.put(begun));
    welcome(2, 1001, Slot.SLOT_B);
    tell(applied(1001, 11));
    bracket(1001, 12);
    sent.clear();
    grant(2, 1002, at(1001, 11), false);
    assertThat(brackets()).extracting(BorderBracket::getNumber).containsExactly(12L, 13L);
    assertThat(core.applied()).isEqualTo(11);
  }

  @Test
  void a_claim_says_of_what_this_forwarder_may_have_missed_that_it_is_still_to_be_carried_out() {
    standby();
    tell(applied(1, 500));
    core.forwarderDisconnected("the forwarder died");
    peerSays(
        CanonicalMessage.newBuilder()
            .setSnapshotBegin(SnapshotBegin.newBuilder().setAt(at(1001, 10))));
    peerSays(
        CanonicalMessage.newBuilder()
            .setSnapshotEnd(SnapshotEnd.newBuilder().setAt(at(1001, 10)).setApplied(10)));
    bracket(1001, 11);
    welcome(3, 2000, Slot.SLOT_UNSPECIFIED);
    core.peerDisconnected("the active died too");
    assertThat(sent)
        .filteredOn(ToForwarder::hasClaim)
        .isNotEmpty()
        .allMatch(message -> message.getClaim().getApplied() == 10);
  }

  @Test
  void what_is_carried_out_while_a_snapshot_comes_leaves_no_gap_in_what_may_be_sent_again() {
    welcome(1, 1, Slot.SLOT_B);
    core.peerConnected();
    peerSays(
        CanonicalMessage.newBuilder()
            .setHello(PeerHello.newBuilder().setSlot(Slot.SLOT_B).setRole(Role.ACTIVE.name())));
    peerSays(
        CanonicalMessage.newBuilder().setSnapshotBegin(SnapshotBegin.newBuilder().setAt(at(1, 1))));
    bracket(1, 2);
    tell(applied(1, 3));
    peerSays(
        CanonicalMessage.newBuilder()
            .setSnapshotEnd(SnapshotEnd.newBuilder().setAt(at(1, 2)).setApplied(1)));
    bracket(1, 3);
    core.forwarderDisconnected("the forwarder died");
    welcome(2, 1000, Slot.SLOT_UNSPECIFIED);
    sent.clear();
    core.peerDisconnected("the active died too");
    assertThat(sent)
        .filteredOn(ToForwarder::hasClaim)
        .isNotEmpty()
        .allMatch(message -> message.getClaim().getApplied() == 3);
  }

  @Test
  void a_grant_that_a_newer_term_has_overtaken_makes_no_active() {
    standby();
    // The grant of term 2 is still under way when the peer's term 3 comes by the stream.
    bracket(3, 2);
    sent.clear();
    grant(1, 2, at(1, 1), false);
    assertThat(core.role().standby()).isTrue();
    assertThat(core.image().position()).isEqualTo(new Image.Position(3, 2));
    assertThat(brackets()).isEmpty();
    tell(
        ToSupervisor.newBuilder()
            .setFenced(Fenced.newBuilder().setTermInForce(3).setHolder(Slot.SLOT_B)));
    assertThat(exits).isEmpty();
  }

  @Test
  void an_active_whose_session_was_resumed_knows_that_its_standby_is_in_sync() {
    active();
    core.peerConnected();
    peerSays(
        CanonicalMessage.newBuilder()
            .setSyncRequest(SyncRequest.newBuilder().setSnapshotWanted(true)));
    core.forwarderDisconnected("cut");
    welcome(1, 1, Slot.SLOT_A);
    resumed();
    assertThat(core.status().notReadyReasons())
        .containsExactly("not listed in sync by the forwarder");
    tell(
        ToSupervisor.newBuilder()
            .setStandbyListed(StandbyListed.newBuilder().setSlot(Slot.SLOT_B)));
    assertThat(core.status().notReadyReasons()).isEmpty();
  }

  @Test
  void a_stream_under_way_is_not_asked_for_again_when_the_forwarder_is_back() {
    standby();
    core.forwarderDisconnected("cut");
    toPeer.clear();
    welcome(1, 1, Slot.SLOT_B);
    assertThat(toPeer).noneMatch(CanonicalMessage::hasSyncRequest);
    assertThat(sent).anyMatch(ToForwarder::hasStandbyReady);
  }

  @Test
  void a_term_in_which_a_faulty_engine_begins_anew_takes_no_input_twice() {
    standby();
    EngineRow faulty =
        EngineRow.newBuilder()
            .setKey(EngineRow.Key.newBuilder().setEngine("idle"))
            .setFaulty(true)
            .build();
    bracket(1, 2, 5, RowChange.put(faulty));
    sent.clear();
    tell(
        ToSupervisor.newBuilder()
            .setGranted(
                Granted.newBuilder()
                    .setTerm(2)
                    .setKind(ClaimKind.IF_LOST)
                    .setIncarnation(1)
                    .setApplied(1)
                    .setLastApplied(at(1, 1))
                    .setConsumed(4)
                    .setInSync(true)));
    assertThat(core.image().row(faulty))
        .hasValueSatisfying(row -> assertThat(row.getFaulty()).isFalse());
    // The one that bracket 2 consumed, which is sent again.
    tick(5);
    assertThat(brackets()).extracting(BorderBracket::getNumber).containsExactly(2L, 3L);
    tick(6);
    assertThat(brackets()).extracting(BorderBracket::getNumber).containsExactly(2L, 3L, 4L);
  }

  @Test
  void a_newer_configuration_on_the_own_disk_is_kept_aside_before_a_snapshot_takes_its_place() {
    StoredConfiguration newer =
        StoredConfiguration.newBuilder().setConfig(ConfigRow.newBuilder().setVersion(7)).build();
    homes.disk = Optional.of(newer);
    standby();
    assertThat(homes.keptAside).containsExactly(newer);
  }

  @Test
  void an_older_configuration_on_the_own_disk_gives_way_to_a_snapshot() {
    homes.disk = Optional.of(StoredConfiguration.getDefaultInstance());
    standby();
    assertThat(homes.keptAside).isEmpty();
  }

  @Test
  void a_fenced_active_ends() {
    active();
    tell(
        ToSupervisor.newBuilder()
            .setFenced(Fenced.newBuilder().setTermInForce(2).setHolder(Slot.SLOT_B)));
    assertThat(exits).hasSize(1);
  }

  private void learned(long sequence) {
    tell(
        ToSupervisor.newBuilder()
            .setInput(
                ForwarderInput.newBuilder()
                    .setLearned(
                        LearnedInput.newBuilder().setIncarnation(1).setSequence(sequence))));
  }

  @Test
  void learned_addresses_come_no_faster_than_a_standby_that_is_behind_takes_them() {
    active();
    core.peerConnected();
    core.peerMessage(
        CanonicalMessage.newBuilder().setSyncRequest(SyncRequest.getDefaultInstance()).build());
    peerHasRoom = false;
    learned(10);
    learned(20);
    tick(1);
    assertThat(brackets()).extracting(BorderBracket::getLearnedSequence).containsOnly(0L);
    peerHasRoom = true;
    sent.clear();
    learned(30);
    tick(2);
    tick(3);
    tick(4);
    assertThat(brackets())
        .extracting(BorderBracket::getLearnedSequence)
        .containsExactly(10L, 20L, 30L, 0L);
  }
}
