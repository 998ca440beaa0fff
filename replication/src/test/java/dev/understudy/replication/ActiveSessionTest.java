package dev.understudy.replication;

import static dev.understudy.replication.LoneSupervisor.applied;
import static dev.understudy.replication.LoneSupervisor.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.schema.BorderBracket;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Fenced;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StandbyListed;
import dev.understudy.schema.SyncRequest;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.schema.WatchTick;
import org.junit.jupiter.api.Test;

/** What an active says to a forwarder around broken sessions; each case was found by the model. */
final class ActiveSessionTest {
  private final LoneSupervisor one = new LoneSupervisor();

  @Test
  void nobody_is_told_yes_by_what_was_carried_out_in_anothers_term() {
    one.active();
    one.core.forwarderDisconnected("cut");
    one.ask("request");
    one.core.forwarderConnected();
    one.tell(applied(2, 5));
    one.tell(
        ToSupervisor.newBuilder()
            .setWatchTick(WatchTick.newBuilder().setTerm(2).setApplied(6).setHolder(Slot.SLOT_B)));
    assertThat(one.answers).isEmpty();
  }

  @Test
  void what_was_carried_out_in_the_own_term_releases_the_answer() {
    one.active();
    one.ask("request");
    assertThat(one.answers).isEmpty();
    one.tell(applied(1, 2));
    assertThat(one.answers).containsExactly("request");
  }

  @Test
  void the_active_sends_no_bracket_before_its_session_has_resumed_the_term() {
    one.active();
    one.core.forwarderDisconnected("cut");
    one.ask("request-1");
    one.welcome(1, 1, Slot.SLOT_A);
    one.ask("request-2");
    assertThat(one.brackets()).isEmpty();
    one.resumed();
    assertThat(one.brackets()).extracting(BorderBracket::getNumber).containsExactly(2L, 3L);
  }

  @Test
  void brackets_of_another_forwarder_free_no_input_of_this_one() {
    one.active();
    one.tick(90_210);
    one.core.forwarderDisconnected("the forwarder died");
    one.sent.clear();
    one.welcome(2, 1000, Slot.SLOT_UNSPECIFIED);
    one.grant(2, 1001, at(1, 1), true);
    assertThat(one.brackets()).extracting(BorderBracket::getNumber).containsExactly(2L, 3L);
    assertThat(one.brackets()).extracting(BorderBracket::getConsumed).containsOnly(0L);
  }

  @Test
  void an_active_whose_session_was_resumed_knows_that_its_standby_is_in_sync() {
    one.active();
    one.core.peerConnected();
    one.peerSays(
        CanonicalMessage.newBuilder()
            .setSyncRequest(SyncRequest.newBuilder().setSnapshotWanted(true)));
    one.core.forwarderDisconnected("cut");
    one.welcome(1, 1, Slot.SLOT_A);
    one.resumed();
    assertThat(one.core.status().notReadyReasons())
        .containsExactly("not listed in sync by the forwarder");
    one.tell(
        ToSupervisor.newBuilder()
            .setStandbyListed(StandbyListed.newBuilder().setSlot(Slot.SLOT_B)));
    assertThat(one.core.status().notReadyReasons()).isEmpty();
  }

  @Test
  void a_fenced_active_ends() {
    one.active();
    one.tell(
        ToSupervisor.newBuilder()
            .setFenced(Fenced.newBuilder().setTermInForce(2).setHolder(Slot.SLOT_B)));
    assertThat(one.exits).hasSize(1);
  }

  @Test
  void learned_addresses_come_no_faster_than_a_standby_that_is_behind_takes_them() {
    one.active();
    one.core.peerConnected();
    one.core.peerMessage(
        CanonicalMessage.newBuilder().setSyncRequest(SyncRequest.getDefaultInstance()).build());
    one.peerHasRoom = false;
    one.learned(10);
    one.learned(20);
    one.tick(1);
    assertThat(one.brackets()).extracting(BorderBracket::getLearnedSequence).containsOnly(0L);
    one.peerHasRoom = true;
    one.sent.clear();
    one.learned(30);
    one.tick(2);
    one.tick(3);
    one.tick(4);
    assertThat(one.brackets())
        .extracting(BorderBracket::getLearnedSequence)
        .containsExactly(10L, 20L, 30L, 0L);
  }
}
