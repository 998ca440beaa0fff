package dev.understudy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.understudy.core.Engine;
import dev.understudy.core.EngineType;
import dev.understudy.core.ImageView;
import dev.understudy.core.Input;
import dev.understudy.core.Moment;
import dev.understudy.core.RowChange;
import dev.understudy.core.RowKey;
import dev.understudy.core.Step;
import dev.understudy.core.SwitchTime;
import dev.understudy.core.Tables;
import dev.understudy.schema.BracketKind;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.CounterRow;
import dev.understudy.schema.Open;
import dev.understudy.schema.PeerHello;
import dev.understudy.schema.Position;
import dev.understudy.schema.RowRange;
import dev.understudy.schema.Slot;
import dev.understudy.schema.SnapshotBegin;
import dev.understudy.schema.SnapshotEnd;
import dev.understudy.schema.StandbyListed;
import dev.understudy.schema.StandbyStruck;
import dev.understudy.schema.TermRow;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.schema.WatchTick;
import dev.understudy.schema.Welcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A standby that holds what it could not resume from says so, and is never ready. */
final class StandbyRehearsalTest {
  private static final TermRow TERM =
      TermRow.newBuilder()
          .setKey(TermRow.Key.newBuilder().setTerm(1))
          .setSlot(Slot.SLOT_B)
          .setStartsAt(1)
          .build();

  private final List<ToForwarder> sent = new ArrayList<>();
  private final ArrayDeque<Runnable> beside = new ArrayDeque<>();
  private boolean slow;
  private SupervisorCore core;

  /** An engine of counters, which refuses the value 13. */
  private record Counting(List<CounterRow> rows) implements Engine {
    static final EngineType TYPE =
        new EngineType() {
          @Override
          public String name() {
            return "counting";
          }

          @Override
          public List<Message> tables() {
            return List.of();
          }

          @Override
          public Engine restore(ImageView image) {
            List<CounterRow> rows = image.rows(CounterRow.getDefaultInstance());
            if (rows.stream().anyMatch(row -> row.getValue() == 13)) {
              throw new IllegalStateException("13 is nothing that can be counted");
            }
            return new Counting(rows);
          }
        };

    @Override
    public Step on(Input input, Moment at) {
      return Step.NOTHING;
    }

    @Override
    public Optional<SwitchTime> nextDeadline() {
      return Optional.empty();
    }

    @Override
    public List<Message> export() {
      return List.copyOf(rows);
    }
  }

  private final class Recording extends SilentEnvironment {
    @Override
    public void toForwarder(ToForwarder message) {
      sent.add(message);
    }

    @Override
    public <T> void beside(Supplier<T> work, Consumer<T> then) {
      if (slow) {
        beside.add(() -> then.accept(work.get()));
      } else {
        super.beside(work, then);
      }
    }
  }

  private static CounterRow counter(int port, long value) {
    return CounterRow.newBuilder()
        .setKey(CounterRow.Key.newBuilder().setEngine("counting").setName("frames").setPort(port))
        .setValue(value)
        .build();
  }

  @BeforeEach
  void a_standby() {
    core =
        new SupervisorCore(
            new Settings(Slot.SLOT_A, 1, "test", "", 1, List.of(Counting.TYPE), new NoHomes()),
            new Recording());
    core.forwarderConnected();
    tell(
        ToSupervisor.newBuilder()
            .setWelcome(
                Welcome.newBuilder()
                    .setIncarnation(1)
                    .setTerm(1)
                    .setHolder(Slot.SLOT_B)
                    .setHolderAlive(true)));
    core.peerConnected();
    peer(
        CanonicalMessage.newBuilder()
            .setHello(PeerHello.newBuilder().setSlot(Slot.SLOT_B).setRole(Role.ACTIVE.name())));
  }

  private void tell(ToSupervisor.Builder message) {
    core.forwarderMessage(message.build());
  }

  private void peer(CanonicalMessage.Builder message) {
    core.peerMessage(message.build());
  }

  private static Position at(long number) {
    return Position.newBuilder().setTerm(1).setNumber(number).build();
  }

  private void snapshot(Message... rows) {
    peer(CanonicalMessage.newBuilder().setSnapshotBegin(SnapshotBegin.newBuilder().setAt(at(5))));
    send(BracketKind.BRACKET_KIND_SNAPSHOT, Optional.empty(), rows);
    peer(
        CanonicalMessage.newBuilder()
            .setSnapshotEnd(SnapshotEnd.newBuilder().setAt(at(5)).setRows(rows.length)));
  }

  private void send(BracketKind kind, Optional<RowRange> clear, Message... rows) {
    List<RowChange> changes = new ArrayList<>();
    for (Message row : rows) {
      changes.add(RowChange.put(row));
    }
    Open.Builder open = Open.newBuilder().setKind(kind).setTerm(1).setNumber(5).setIncarnation(1);
    clear.ifPresent(open::setClear);
    new Bracket(open.build(), changes, List.of()).send(message -> core.peerMessage(message));
  }

  private void listed() {
    tell(
        ToSupervisor.newBuilder()
            .setStandbyListed(
                StandbyListed.newBuilder().setSlot(Slot.SLOT_A).setNumber(5).setWallMillis(1)));
  }

  private void ticks(int count) {
    for (int i = 0; i < count; i++) {
      tell(
          ToSupervisor.newBuilder()
              .setWatchTick(
                  WatchTick.newBuilder()
                      .setTerm(1)
                      .setHolder(Slot.SLOT_B)
                      .setHolderAlive(true)
                      .setApplied(5)));
    }
  }

  /** The last row loses its last octet. */
  private void damage() {
    var row = core.image().after(RowKey.first(0)).lastEntry();
    ByteString value = row.getValue();
    core.image().apply(new RowChange(row.getKey(), value.substring(0, value.size() - 1)));
  }

  private long ready() {
    return sent.stream().filter(ToForwarder::hasStandbyReady).count();
  }

  private List<String> notReady() {
    return sent.stream()
        .filter(ToForwarder::hasStandbyNotReady)
        .map(message -> message.getStandbyNotReady().getReason())
        .toList();
  }

  @Test
  void what_can_be_resumed_from_is_rehearsed_before_it_is_called_ready() {
    snapshot(TERM, counter(1, 7));
    assertThat(ready()).isEqualTo(1);
    assertThat(core.status().rehearsal().orElseThrow().problem()).isEmpty();
  }

  @Test
  void a_damaged_row_is_found_within_one_rehearsal_and_named() {
    snapshot(TERM, counter(1, 7), counter(2, 8));
    listed();
    assertThat(core.role()).isEqualTo(Role.STANDBY_HOT);
    damage();

    ticks(Following.REHEARSE_EVERY_TICKS);

    assertThat(core.role()).isEqualTo(Role.STANDBY_SYNCING);
    assertThat(notReady())
        .singleElement()
        .asString()
        .contains("table counter, engine counting, name frames, port 2: can't be read");
    assertThat(core.status().notReadyReasons()).isEqualTo(notReady());
    // Brackets don't make it ready, nor does the time until the next rehearsal.
    ticks(Following.REHEARSE_EVERY_TICKS - 1);
    assertThat(ready()).isEqualTo(1);
  }

  @Test
  void it_is_ready_again_when_the_row_is_mended() {
    snapshot(TERM, counter(1, 7), counter(2, 8));
    listed();
    damage();
    ticks(Following.REHEARSE_EVERY_TICKS);
    tell(
        ToSupervisor.newBuilder()
            .setStandbyStruck(
                StandbyStruck.newBuilder().setSlot(Slot.SLOT_A).setReason(notReady().getFirst())));

    send(
        BracketKind.BRACKET_KIND_REPAIR,
        Optional.of(RowRange.newBuilder().setTable(Tables.number(counter(1, 7))).build()),
        counter(1, 7),
        counter(2, 8));

    assertThat(ready()).isEqualTo(2);
    listed();
    assertThat(core.role()).isEqualTo(Role.STANDBY_HOT);
    assertThat(core.status().rehearsal().orElseThrow().problem()).isEmpty();
  }

  @Test
  void it_is_ready_again_when_a_later_rehearsal_goes_well() {
    snapshot(TERM, counter(1, 7), counter(2, 8));
    damage();
    ticks(Following.REHEARSE_EVERY_TICKS);
    core.image().apply(RowChange.put(counter(2, 8)));
    ticks(Following.REHEARSE_EVERY_TICKS);
    assertThat(ready()).isEqualTo(2);
  }

  @Test
  void a_snapshot_that_an_engine_refuses_never_makes_a_standby_ready() {
    snapshot(TERM, counter(1, 13));
    ticks(3 * Following.REHEARSE_EVERY_TICKS);
    assertThat(ready()).isZero();
    assertThat(core.role()).isEqualTo(Role.STANDBY_SYNCING);
    assertThat(core.status().notReadyReasons())
        .singleElement()
        .asString()
        .contains("engine counting is FAULTY: not restored", "13 is nothing");
  }

  @Test
  void the_loop_goes_on_while_a_takeover_is_rehearsed() {
    slow = true;
    snapshot(TERM, counter(1, 7));
    ticks(2 * Following.REHEARSE_EVERY_TICKS);
    assertThat(beside).as("one rehearsal at a time").hasSize(1);
    assertThat(ready()).isZero();
    assertThat(core.status().notReadyReasons()).containsExactly("the takeover is being rehearsed");

    beside.remove().run();

    assertThat(ready()).isEqualTo(1);
  }

  @Test
  void what_was_found_of_a_former_image_says_nothing_of_the_one_that_came_meanwhile() {
    slow = true;
    snapshot(TERM, counter(1, 13));
    snapshot(TERM, counter(1, 7));
    beside.remove().run();
    assertThat(ready()).isZero();
    assertThat(notReady()).isEmpty();

    beside.remove().run();

    assertThat(ready()).isEqualTo(1);
  }
}
