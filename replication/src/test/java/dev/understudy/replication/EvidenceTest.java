package dev.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.schema.Alive;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.Failure;
import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.Granted;
import dev.understudy.schema.HistoryRow;
import dev.understudy.schema.PeerHello;
import dev.understudy.schema.PleaseTakeOver;
import dev.understudy.schema.Slot;
import dev.understudy.schema.TickInput;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.schema.WatchTick;
import dev.understudy.schema.Welcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A standby that takes over writes down what was wrong with the other one. */
final class EvidenceTest {
  private static final long ACTIVE_PROCESS = 4711;
  private static final int SILENCE_LIMIT_TICKS = 5;

  private final List<String> claims = new ArrayList<>();
  private final SupervisorCore core =
      new SupervisorCore(
          new Settings(Slot.SLOT_A, 1, "test", "", 1, List.of(), new NoHomes()),
          new SilentEnvironment() {
            @Override
            public void toForwarder(ToForwarder message) {
              if (message.hasClaim()) {
                claims.add(message.getClaim().getReason());
              }
            }
          });

  @BeforeEach
  void standby() {
    core.forwarderConnected();
    core.forwarderMessage(
        ToSupervisor.newBuilder()
            .setWelcome(
                Welcome.newBuilder()
                    .setIncarnation(1)
                    .setTerm(1)
                    .setHolder(Slot.SLOT_B)
                    .setSilenceLimitTicks(SILENCE_LIMIT_TICKS)
                    .setHolderAlive(true))
            .build());
    core.peerConnected();
    peer(
        CanonicalMessage.newBuilder()
            .setHello(
                PeerHello.newBuilder()
                    .setSlot(Slot.SLOT_B)
                    .setProcessId(ACTIVE_PROCESS)
                    .setRole(Role.ACTIVE.name())));
    ticks(1);
  }

  private void peer(CanonicalMessage.Builder message) {
    core.peerMessage(message.build());
  }

  private void alive(Alive.Builder sign) {
    peer(CanonicalMessage.newBuilder().setAlive(sign));
  }

  private void ticks(int count) {
    for (int i = 0; i < count; i++) {
      core.forwarderMessage(
          ToSupervisor.newBuilder()
              .setWatchTick(
                  WatchTick.newBuilder().setTerm(1).setHolder(Slot.SLOT_B).setHolderAlive(true))
              .build());
    }
  }

  /** The term is granted; what the history says then. */
  private HistoryRow granted(ClaimKind kind) {
    core.forwarderMessage(
        ToSupervisor.newBuilder()
            .setGranted(
                Granted.newBuilder()
                    .setTerm(2)
                    .setKind(kind)
                    .setIncarnation(1)
                    .setReason(claims.getLast())
                    .setPreviousHolder(Slot.SLOT_B)
                    .setNewForwarder(true))
            .build());
    return history();
  }

  private HistoryRow history() {
    return core.image().rows(HistoryRow.getDefaultInstance()).getLast();
  }

  private HistoryRow afterTick() {
    core.forwarderMessage(
        ToSupervisor.newBuilder()
            .setInput(
                ForwarderInput.newBuilder().setNumber(1).setTick(TickInput.newBuilder().setTick(1)))
            .build());
    return history();
  }

  @Test
  void its_connections_ended() {
    core.peerDisconnected("end of stream");
    assertThat(granted(ClaimKind.IF_LOST).getFailure()).isEqualTo(Failure.ENDED);
  }

  @Test
  void nothing_comes_at_all() {
    ticks(SILENCE_LIMIT_TICKS);
    assertThat(claims.getLast()).contains("no bracket", "no other sign of life");
    assertThat(granted(ClaimKind.IF_LOST).getFailure()).isEqualTo(Failure.SILENT);
  }

  @Test
  void its_loop_is_at_one_event() {
    ticks(SILENCE_LIMIT_TICKS - 2);
    alive(Alive.newBuilder().setBusyMillis(61));
    ticks(2);
    assertThat(claims.getLast()).contains("its loop has been at one event for 61 ms");
    assertThat(granted(ClaimKind.IF_LOST).getFailure()).isEqualTo(Failure.LOOP_STALLED);
  }

  @Test
  void its_loop_is_in_an_engine() {
    ticks(SILENCE_LIMIT_TICKS - 2);
    alive(Alive.newBuilder().setBusyMillis(61).setEngine("stp"));
    ticks(2);
    assertThat(claims.getLast()).contains("in engine stp for 61 ms");
    assertThat(granted(ClaimKind.IF_LOST).getFailure()).isEqualTo(Failure.ENGINE_SLOW);
  }

  /** The last sign that came may be from soon after the event began. */
  @Test
  void what_it_has_done_for_longer_than_it_misses_the_forwarder_is_what_holds_it() {
    ticks(SILENCE_LIMIT_TICKS - 2);
    alive(Alive.newBuilder().setBusyMillis(25).setForwarderSilentMillis(10).setEngine("stp"));
    ticks(2);
    assertThat(claims.getLast()).contains("in engine stp for 25 ms");
    assertThat(granted(ClaimKind.IF_LOST).getFailure()).isEqualTo(Failure.ENGINE_SLOW);
  }

  @Test
  void the_forwarder_does_not_reach_it() {
    ticks(SILENCE_LIMIT_TICKS - 2);
    alive(Alive.newBuilder().setForwarderSilentMillis(70));
    ticks(2);
    assertThat(claims.getLast()).contains("nothing from the forwarder for 70 ms");
    assertThat(granted(ClaimKind.IF_LOST).getFailure()).isEqualTo(Failure.FORWARDER_LOST);
  }

  @Test
  void it_asks_to_be_relieved() {
    peer(CanonicalMessage.newBuilder().setPleaseTakeOver(PleaseTakeOver.getDefaultInstance()));
    assertThat(granted(ClaimKind.IF_LOST).getFailure()).isEqualTo(Failure.FORWARDER_LOST);
  }

  @Test
  void a_sign_of_life_from_before_a_stop_says_nothing_of_now() {
    alive(Alive.newBuilder().setBusyMillis(61));
    ticks(SILENCE_LIMIT_TICKS);
    assertThat(granted(ClaimKind.IF_LOST).getFailure()).isEqualTo(Failure.SILENT);
  }

  @Test
  void nothing_was_wrong_with_one_that_handed_over() {
    core.peerDisconnected("end of stream");
    assertThat(granted(ClaimKind.HANDED_OVER).getFailure()).isEqualTo(Failure.FAILURE_UNSPECIFIED);
  }

  @Test
  void the_launcher_says_how_the_process_ended_even_when_the_term_has_changed_already() {
    core.peerDisconnected("end of stream");
    var _ = granted(ClaimKind.IF_LOST);
    core.peerProcessSeen(ACTIVE_PROCESS, Failure.KILLED, "process 4711 has ended by signal 9");
    assertThat(afterTick().getFailure()).isEqualTo(Failure.KILLED);
    assertThat(history().getReason())
        .isEqualTo(
            "the connection to the active ended; the launcher says: process 4711 has ended by"
                + " signal 9");
  }

  @Test
  void the_launcher_may_see_a_stop_before_anybody_misses_the_active() {
    ticks(1);
    core.peerProcessSeen(ACTIVE_PROCESS, Failure.STOPPED, "process 4711 is stopped");
    ticks(SILENCE_LIMIT_TICKS);
    var _ = granted(ClaimKind.IF_LOST);
    assertThat(afterTick().getFailure()).isEqualTo(Failure.STOPPED);
  }

  @Test
  void what_the_launcher_says_of_another_process_is_no_reason() {
    core.peerDisconnected("end of stream");
    var _ = granted(ClaimKind.IF_LOST);
    core.peerProcessSeen(ACTIVE_PROCESS + 1, Failure.KILLED, "process 4712 has ended");
    assertThat(afterTick().getFailure()).isEqualTo(Failure.ENDED);
  }

  @Test
  void one_that_is_ended_after_it_was_fenced_was_stalled_all_the_same() {
    alive(Alive.newBuilder().setBusyMillis(61));
    ticks(2);
    alive(Alive.newBuilder().setBusyMillis(101));
    ticks(SILENCE_LIMIT_TICKS);
    Failure before = granted(ClaimKind.IF_LOST).getFailure();
    core.peerProcessSeen(ACTIVE_PROCESS, Failure.KILLED, "process 4711 has ended by signal 9");
    assertThat(afterTick().getFailure()).isEqualTo(before);
  }

  @Test
  void one_without_memory_is_slow_before_it_ends() {
    ticks(SILENCE_LIMIT_TICKS - 2);
    alive(Alive.newBuilder().setBusyMillis(61));
    ticks(2);
    var _ = granted(ClaimKind.IF_LOST);
    core.peerProcessSeen(ACTIVE_PROCESS, Failure.OUT_OF_MEMORY, "process 4711 has ended");
    assertThat(afterTick().getFailure()).isEqualTo(Failure.OUT_OF_MEMORY);
  }
}
