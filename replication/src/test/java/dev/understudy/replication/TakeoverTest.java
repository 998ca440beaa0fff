package dev.understudy.replication;

import static dev.understudy.replication.LoneSupervisor.applied;
import static dev.understudy.replication.LoneSupervisor.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.core.Image;
import dev.understudy.core.RowChange;
import dev.understudy.schema.BorderBracket;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Cause;
import dev.understudy.schema.CauseCode;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.ClaimRefused;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.ConfigurationCell;
import dev.understudy.schema.EngineRow;
import dev.understudy.schema.Fenced;
import dev.understudy.schema.Granted;
import dev.understudy.schema.HandOver;
import dev.understudy.schema.HistoryRow;
import dev.understudy.schema.Position;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import org.junit.jupiter.api.Test;

/** Claims, grants and hand-overs around broken sessions; each case was found by the model. */
final class TakeoverTest {
  private final LoneSupervisor one = new LoneSupervisor();

  @Test
  void a_standby_takes_over_by_itself_when_a_person_forces_it() {
    one.welcome(1, 1, Slot.SLOT_B);
    one.core.peerConnected();
    one.watchTick(Slot.SLOT_B);
    one.core.takeOver("forced");
    assertThat(one.claims()).containsExactly(ClaimKind.FORCE);
    assertThat(one.answers).isEmpty();
    one.grant(1, 2, at(1, 1), false);
    assertThat(one.core.role()).isEqualTo(Role.ACTIVE);
    assertThat(one.answers).containsExactly("forced");
  }

  @Test
  void a_forced_takeover_waits_for_the_answer_to_a_claim_that_is_under_way() {
    one.welcome(1, 1, Slot.SLOT_B);
    for (int i = 0; i < 10 && one.claims().isEmpty(); i++) {
      one.watchTick(Slot.SLOT_B);
    }
    one.core.takeOver("forced");
    assertThat(one.claims()).containsExactly(ClaimKind.IF_LOST);
    one.tell(
        ToSupervisor.newBuilder()
            .setClaimRefused(ClaimRefused.newBuilder().setHolder(Slot.SLOT_B).setTerm(1)));
    one.watchTick(Slot.SLOT_B);
    assertThat(one.claims()).containsExactly(ClaimKind.IF_LOST, ClaimKind.FORCE);
    assertThat(one.answers).isEmpty();
  }

  @Test
  void a_forced_takeover_is_answered_when_the_forwarder_is_lost() {
    one.welcome(1, 1, Slot.SLOT_B);
    one.core.peerConnected();
    one.watchTick(Slot.SLOT_B);
    one.core.takeOver("forced");
    one.core.forwarderDisconnected("cut");
    assertThat(one.answers).containsExactly("forced");
  }

  @Test
  void a_permission_ends_with_the_session_in_which_it_was_given() {
    one.activeWithStandby();
    one.core.switchover("switchover", false);
    assertThat(one.sent).anyMatch(ToForwarder::hasPermit);
    one.core.forwarderDisconnected("cut");
    one.core.peerDisconnected("cut");
    one.welcome(1, 1, Slot.SLOT_A);
    one.sent.clear();
    one.resumed();
    one.tick(1);
    assertThat(one.brackets()).extracting(BorderBracket::getConsumed).contains(1L);
    assertThat(one.exits).isEmpty();
  }

  @Test
  void a_request_that_a_hand_over_leaves_undone_is_answered_so_and_never_with_yes() {
    one.activeWithStandby();
    one.ask("request");
    one.core.switchover("switchover", false);
    assertThat(one.answers).isEmpty();
    one.tell(
        ToSupervisor.newBuilder()
            .setFenced(Fenced.newBuilder().setTermInForce(2).setHolder(Slot.SLOT_B)));
    assertThat(one.answers).containsExactly("request", "switchover");
    one.tell(applied(2, 90));
    assertThat(one.answers).containsExactly("request", "switchover");
    assertThat(one.exits).isEmpty();
  }

  @Test
  void a_switchover_that_a_new_forwarder_overtakes_is_answered() {
    one.activeWithStandby();
    one.core.switchover("switchover", false);
    one.core.forwarderDisconnected("it died");
    one.welcome(2, 1, Slot.SLOT_UNSPECIFIED);
    one.grant(2, 1001, Position.getDefaultInstance(), true);
    assertThat(one.answers).containsExactly("switchover");
  }

  @Test
  void an_offer_ends_with_the_session_to_the_forwarder() {
    one.standby();
    one.core.forwarderDisconnected("it died");
    one.welcome(2, 1, Slot.SLOT_UNSPECIFIED);
    one.core.peerMessage(
        CanonicalMessage.newBuilder().setHandOver(HandOver.newBuilder().setLast(at(1, 1))).build());
    assertThat(one.claims()).containsExactly(ClaimKind.HANDED_OVER);
    one.core.forwarderDisconnected("it died again");
    one.welcome(3, 1, Slot.SLOT_UNSPECIFIED);
    one.sent.clear();
    one.watchTick(Slot.SLOT_UNSPECIFIED);
    assertThat(one.claims()).isEmpty();
  }

  @Test
  void a_bracket_of_the_same_number_and_another_term_is_a_cause() {
    one.standby();
    one.bracket(1, 2);
    one.sent.clear();
    one.grant(1, 3, at(2, 2), false);
    assertThat(one.core.image().rows(HistoryRow.getDefaultInstance()))
        .singleElement()
        .satisfies(row -> assertThat(row.getCausesList()).isNotEmpty());
    assertThat(one.brackets()).extracting(BorderBracket::getMadeInTerm).containsOnly(3L);
  }

  @Test
  void a_start_with_what_an_earlier_forwarder_left_is_a_cause_and_the_first_start_is_none() {
    one.welcome(1, 0, Slot.SLOT_UNSPECIFIED);
    one.grant(1, 1, Position.getDefaultInstance(), true);
    assertThat(one.core.image().rows(HistoryRow.getDefaultInstance()))
        .singleElement()
        .satisfies(row -> assertThat(row.getCausesList()).isEmpty());
    LoneSupervisor another = new LoneSupervisor();
    another.welcome(2, 1_000, Slot.SLOT_UNSPECIFIED);
    another.tell(
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
    assertThat(another.core.image().rows(HistoryRow.getDefaultInstance()))
        .singleElement()
        .satisfies(row ->
            assertThat(row.getCausesList())
                .extracting(Cause::getCode)
                .containsExactly(CauseCode.FORWARDER_RESTARTED));
  }

  @Test
  void who_was_listed_in_sync_stands_on_what_is_applied() {
    one.standby();
    one.bracket(1, 2);
    one.sent.clear();
    one.tell(
        ToSupervisor.newBuilder()
            .setGranted(
                Granted.newBuilder()
                    .setTerm(3)
                    .setKind(ClaimKind.IF_LOST)
                    .setIncarnation(1)
                    .setApplied(1)
                    .setLastApplied(at(9, 1))
                    .setInSync(true)));
    assertThat(one.core.image().rows(HistoryRow.getDefaultInstance()))
        .singleElement()
        .satisfies(row -> assertThat(row.getCausesList()).isEmpty());
    assertThat(one.brackets()).extracting(BorderBracket::getNumber).containsExactly(2L, 3L);
  }

  @Test
  void a_grant_that_a_newer_term_has_overtaken_makes_no_active() {
    one.standby();
    // The grant of term 2 is still under way when the peer's term 3 comes by the stream.
    one.bracket(3, 2);
    one.sent.clear();
    one.grant(1, 2, at(1, 1), false);
    assertThat(one.core.role().standby()).isTrue();
    assertThat(one.core.image().position()).isEqualTo(new Image.Position(3, 2));
    assertThat(one.brackets()).isEmpty();
    one.tell(
        ToSupervisor.newBuilder()
            .setFenced(Fenced.newBuilder().setTermInForce(3).setHolder(Slot.SLOT_B)));
    assertThat(one.exits).isEmpty();
  }

  @Test
  void a_term_in_which_a_faulty_engine_begins_anew_takes_no_input_twice() {
    one.standby();
    EngineRow faulty =
        EngineRow.newBuilder()
            .setKey(EngineRow.Key.newBuilder().setEngine("idle"))
            .setFaulty(true)
            .build();
    one.bracket(1, 2, 5, RowChange.put(faulty));
    one.sent.clear();
    one.tell(
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
    assertThat(one.core.image().row(faulty))
        .hasValueSatisfying(row -> assertThat(row.getFaulty()).isFalse());
    // The one that bracket 2 consumed, which is one.sent again.
    one.tick(5);
    assertThat(one.brackets()).extracting(BorderBracket::getNumber).containsExactly(2L, 3L);
    one.tick(6);
    assertThat(one.brackets()).extracting(BorderBracket::getNumber).containsExactly(2L, 3L, 4L);
  }
}
