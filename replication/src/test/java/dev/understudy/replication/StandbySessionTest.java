package dev.understudy.replication;

import static dev.understudy.replication.LoneSupervisor.applied;
import static dev.understudy.replication.LoneSupervisor.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.core.RowChange;
import dev.understudy.schema.BorderBracket;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.PeerHello;
import dev.understudy.schema.Slot;
import dev.understudy.schema.SnapshotBegin;
import dev.understudy.schema.SnapshotEnd;
import dev.understudy.schema.StandbyListed;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.TermRow;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.schema.Welcome;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What a standby takes from a stream and says of it to a forwarder, around broken sessions; each
 * case was found by the model.
 */
final class StandbySessionTest {
  private final LoneSupervisor one = new LoneSupervisor();

  @Test
  void a_standby_is_ready_since_the_forwarder_listed_it_even_before_its_first_tick() {
    one.welcome(1, 1, Slot.SLOT_B);
    one.tell(
        ToSupervisor.newBuilder()
            .setStandbyListed(
                StandbyListed.newBuilder().setSlot(Slot.SLOT_A).setWallMillis(1_700_000_000_000L)));
    assertThat(one.core.status().readySinceWallMillis()).isEqualTo(1_700_000_000_000L);
  }

  @Test
  void a_standby_is_not_ready_before_it_knows_which_term_is_in_force() {
    one.standby();
    one.core.forwarderDisconnected("the forwarder died");
    one.core.forwarderConnected();
    one.bracket(1, 2);
    assertThat(one.sent).noneMatch(ToForwarder::hasStandbyReady);
    one.tell(
        ToSupervisor.newBuilder()
            .setWelcome(
                Welcome.newBuilder().setIncarnation(2).setTerm(1000).setHolder(Slot.SLOT_B)));
    assertThat(one.sent).noneMatch(ToForwarder::hasStandbyReady);
    one.bracket(1001, 3);
    assertThat(one.sent)
        .anyMatch(
            message -> message.hasStandbyReady() && message.getStandbyReady().getTerm() == 1001);
  }

  @Test
  void what_a_snapshot_says_is_carried_out_is_not_sent_again() {
    one.welcome(1, 1, Slot.SLOT_B);
    one.core.peerConnected();
    one.peerSays(
        CanonicalMessage.newBuilder()
            .setHello(PeerHello.newBuilder().setSlot(Slot.SLOT_B).setRole(Role.ACTIVE.name())));
    one.emptySnapshot(at(1, 5), 4);
    one.bracket(1, 6);
    assertThat(one.core.applied()).isEqualTo(4);
  }

  @Test
  void what_an_earlier_forwarder_carried_out_is_no_reason_to_drop_what_this_one_did_not() {
    one.standby();
    one.tell(applied(1, 500));
    one.core.forwarderDisconnected("the forwarder died");
    // Under the next forwarder the peer begins lower: of a lineage that is behind.
    one.emptySnapshot(at(1001, 10), 10);
    TermRow begun =
        TermRow.newBuilder().setKey(TermRow.Key.newBuilder().setTerm(1001)).setStartsAt(11).build();
    one.bracket(1001, 11, 0, RowChange.put(begun));
    one.welcome(2, 1001, Slot.SLOT_B);
    one.tell(applied(1001, 11));
    one.bracket(1001, 12);
    one.sent.clear();
    one.grant(2, 1002, at(1001, 11), false);
    assertThat(one.brackets()).extracting(BorderBracket::getNumber).containsExactly(12L, 13L);
    assertThat(one.core.applied()).isEqualTo(11);
  }

  @Test
  void a_claim_says_of_what_this_forwarder_may_have_missed_that_it_is_still_to_be_carried_out() {
    one.standby();
    one.tell(applied(1, 500));
    one.core.forwarderDisconnected("the forwarder died");
    one.emptySnapshot(at(1001, 10), 10);
    one.bracket(1001, 11);
    one.welcome(3, 2000, Slot.SLOT_UNSPECIFIED);
    one.core.peerDisconnected("the active died too");
    assertThat(one.sent)
        .filteredOn(ToForwarder::hasClaim)
        .isNotEmpty()
        .allMatch(message -> message.getClaim().getApplied() == 10);
  }

  @Test
  void what_is_carried_out_while_a_snapshot_comes_leaves_no_gap_in_what_may_be_sent_again() {
    one.welcome(1, 1, Slot.SLOT_B);
    one.core.peerConnected();
    one.peerSays(
        CanonicalMessage.newBuilder()
            .setHello(PeerHello.newBuilder().setSlot(Slot.SLOT_B).setRole(Role.ACTIVE.name())));
    one.peerSays(
        CanonicalMessage.newBuilder().setSnapshotBegin(SnapshotBegin.newBuilder().setAt(at(1, 1))));
    one.bracket(1, 2);
    one.tell(applied(1, 3));
    one.peerSays(
        CanonicalMessage.newBuilder()
            .setSnapshotEnd(SnapshotEnd.newBuilder().setAt(at(1, 2)).setApplied(1)));
    one.bracket(1, 3);
    one.core.forwarderDisconnected("the forwarder died");
    one.welcome(2, 1000, Slot.SLOT_UNSPECIFIED);
    one.sent.clear();
    one.core.peerDisconnected("the active died too");
    assertThat(one.sent)
        .filteredOn(ToForwarder::hasClaim)
        .isNotEmpty()
        .allMatch(message -> message.getClaim().getApplied() == 3);
  }

  @Test
  void a_stream_under_way_is_not_asked_for_again_when_the_forwarder_is_back() {
    one.standby();
    one.core.forwarderDisconnected("cut");
    one.toPeer.clear();
    one.welcome(1, 1, Slot.SLOT_B);
    assertThat(one.toPeer).noneMatch(CanonicalMessage::hasSyncRequest);
    assertThat(one.sent).anyMatch(ToForwarder::hasStandbyReady);
  }

  @Test
  void a_newer_configuration_on_the_own_disk_is_kept_aside_before_a_snapshot_takes_its_place() {
    StoredConfiguration newer =
        StoredConfiguration.newBuilder().setConfig(ConfigRow.newBuilder().setVersion(7)).build();
    one.homes.disk = Optional.of(newer);
    one.standby();
    assertThat(one.homes.keptAside).containsExactly(newer);
  }

  @Test
  void an_older_configuration_on_the_own_disk_gives_way_to_a_snapshot() {
    one.homes.disk = Optional.of(StoredConfiguration.getDefaultInstance());
    one.standby();
    assertThat(one.homes.keptAside).isEmpty();
  }
}
