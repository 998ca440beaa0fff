package dev.understudy.border;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.schema.BorderBracket;
import dev.understudy.schema.Claim;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.ClaimRefused;
import dev.understudy.schema.ForwarderCounter;
import dev.understudy.schema.Held;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Output;
import dev.understudy.schema.Position;
import dev.understudy.schema.Resume;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetPortState;
import dev.understudy.schema.SetStaticMac;
import dev.understudy.schema.SetVlans;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StandbyListed;
import dev.understudy.schema.StandbyReady;
import dev.understudy.schema.SupervisorHello;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The judge at claims, and when it wakes up late with a tick due and messages waiting. */
final class JudgementTest {
  private static final long ACTIVE = 1;
  private static final long STANDBY = 2;
  private static final long MILLI = 1_000_000L;

  private long nowNanos = 1;
  private long tick;
  private final Map<Long, ClaimRefused> refused = new TreeMap<>();
  private final Map<Long, StandbyListed> listed = new TreeMap<>();
  private final Border border =
      new Border(
          new Border.Identity("test", 1, "test"), clock(), outbox(), new NoPorts(), new NoDisk());

  private SwitchClock clock() {
    return new SwitchClock() {
      @Override
      public long nanos() {
        return nowNanos;
      }

      @Override
      public long wallMillis() {
        return nowNanos / MILLI;
      }
    };
  }

  private Outbox outbox() {
    return new Outbox() {
      @Override
      public void send(long session, ToSupervisor message) {
        if (message.hasInput() && message.getInput().hasTick()) {
          tick = message.getInput().getTick().getTick();
        }
        if (message.hasClaimRefused()) {
          refused.put(session, message.getClaimRefused());
        }
        if (message.hasStandbyListed()) {
          listed.put(session, message.getStandbyListed());
        }
      }

      @Override
      public void close(long session) {}
    };
  }

  private void hello(long session, Slot slot) {
    border.opened(session);
    border.received(
        session,
        ToForwarder.newBuilder()
            .setHello(SupervisorHello.newBuilder().setSlot(slot).setInstance(session))
            .build());
  }

  private void bracket(long number) {
    border.received(
        ACTIVE,
        ToForwarder.newBuilder()
            .setBracket(
                BorderBracket.newBuilder()
                    .setTerm(border.term())
                    .setMadeInTerm(border.term())
                    .setNumber(number)
                    .setTick(tick))
            .build());
  }

  private void held(long number) {
    border.received(
        STANDBY,
        ToForwarder.newBuilder()
            .setHeld(Held.newBuilder().setTerm(border.term()).setNumber(number))
            .build());
  }

  private void claimCold(long session, long held) {
    claimCold(session, held, 0);
  }

  private void claimCold(long session, long held, long applied) {
    border.received(
        session,
        ToForwarder.newBuilder()
            .setClaim(
                Claim.newBuilder()
                    .setKind(ClaimKind.COLD)
                    .setHeld(Position.newBuilder().setTerm(1).setNumber(held))
                    .setApplied(applied))
            .build());
  }

  /** Time passes and the judge is awake all the while. */
  private void pass(long nanos) {
    long end = nowNanos + nanos;
    while (border.nextDeadlineNanos() <= end) {
      nowNanos = Math.max(nowNanos, border.nextDeadlineNanos());
      border.onTime();
    }
    nowNanos = end;
  }

  /** A is active, B listed, and both have bracket 1. */
  private void begin() {
    hello(ACTIVE, Slot.SLOT_A);
    claimCold(ACTIVE, 0);
    pass(3_000 * MILLI);
    assertThat(border.holder()).isEqualTo(Slot.SLOT_A);
    hello(STANDBY, Slot.SLOT_B);
    bracket(1);
    border.received(
        STANDBY,
        ToForwarder.newBuilder()
            .setStandbyReady(StandbyReady.newBuilder().setTerm(border.term()).setNumber(1))
            .build());
    assertThat(border.inSync()).isEqualTo(Slot.SLOT_B);
    assertThat(border.applied()).isEqualTo(1);
  }

  @Test
  void an_active_that_has_not_been_asked_yet_whether_it_lives_strikes_nobody() {
    begin();
    pass(border.nextDeadlineNanos() - nowNanos); // a tick was just given
    bracket(2);
    nowNanos += 45 * MILLI; // the judge sleeps over the next one
    held(1);
    assertThat(border.inSync()).isEqualTo(Slot.SLOT_B);
    assertThat(border.applied()).isEqualTo(1);
    pass(200 * MILLI);
    assertThat(border.inSync()).isEqualTo(Slot.SLOT_B);
    assertThat(border.applied()).isEqualTo(1);
  }

  @Test
  void a_late_standby_is_struck_once_the_active_has_answered() {
    begin();
    pass(border.nextDeadlineNanos() - nowNanos);
    bracket(2);
    pass(30 * MILLI);
    bracket(3);
    assertThat(border.inSync()).isEqualTo(Slot.SLOT_UNSPECIFIED);
    assertThat(border.applied()).isEqualTo(3);
  }

  @Test
  void an_active_that_is_back_is_told_since_when_its_standby_is_listed() {
    begin();
    long since = nowNanos / MILLI;
    border.closed(ACTIVE);
    pass(30 * MILLI);
    listed.clear();
    long back = 3;
    border.opened(back);
    border.received(
        back,
        ToForwarder.newBuilder()
            .setHello(SupervisorHello.newBuilder().setSlot(Slot.SLOT_A).setInstance(ACTIVE))
            .build());
    border.received(
        back,
        ToForwarder.newBuilder()
            .setResume(
                Resume.newBuilder()
                    .setTerm(border.term())
                    .setInstance(ACTIVE)
                    .setIncarnation(border.incarnation()))
            .build());
    assertThat(border.holderAlive()).isTrue();
    assertThat(listed).containsOnlyKeys(back);
    assertThat(requireNonNull(listed.get(back)).getSlot()).isEqualTo(Slot.SLOT_B);
    assertThat(requireNonNull(listed.get(back)).getWallMillis()).isEqualTo(since);
  }

  @Test
  void who_loses_a_cold_claim_is_told_who_won() {
    hello(ACTIVE, Slot.SLOT_A);
    hello(STANDBY, Slot.SLOT_B);
    claimCold(STANDBY, 8);
    assertThat(border.holder()).isEqualTo(Slot.SLOT_UNSPECIFIED);
    claimCold(ACTIVE, 9);
    assertThat(border.holder()).isEqualTo(Slot.SLOT_A);
    assertThat(refused).containsOnlyKeys(STANDBY);
    assertThat(requireNonNull(refused.get(STANDBY)).getHolder()).isEqualTo(Slot.SLOT_A);
  }

  @Test
  void what_one_claimant_knows_to_be_carried_out_holds_for_the_next_one() {
    hello(ACTIVE, Slot.SLOT_A);
    hello(STANDBY, Slot.SLOT_B);
    claimCold(STANDBY, 8, 7);
    claimCold(ACTIVE, 9, 9);
    assertThat(border.holder()).isEqualTo(Slot.SLOT_A);
    assertThat(border.applied()).isEqualTo(9);
    border.closed(ACTIVE); // before any bracket of its term
    claimCold(STANDBY, 9, 7);
    pass(3_000 * MILLI);
    assertThat(border.holder()).isEqualTo(Slot.SLOT_B);
    assertThat(border.applied()).isEqualTo(9);
  }

  private static final class NoDisk implements BorderStore {
    @Override
    public Stored load() {
      return Stored.NOTHING;
    }

    @Override
    public void saveTermCeiling(long termCeiling, long incarnation) {}

    @Override
    public void saveConfiguration(ByteString switchUuid, long version, ByteString configuration) {}
  }

  private static final class NoPorts implements DataPlane {
    @Override
    public Optional<String> carryOut(Output output) {
      return Optional.empty();
    }

    @Override
    public List<SetPortState> portStates() {
      return List.of();
    }

    @Override
    public List<SetStaticMac> staticMacs() {
      return List.of();
    }

    @Override
    public List<SetVlans.Vlan> vlans() {
      return List.of();
    }

    @Override
    public List<SetPort> ports() {
      return List.of();
    }

    @Override
    public List<LinkInput> links() {
      return List.of();
    }

    @Override
    public List<ForwarderCounter> counters() {
      return List.of();
    }

    @Override
    public long learnedCount() {
      return 0;
    }

    @Override
    public List<LearnedChange> learned(int most) {
      return List.of();
    }

    @Override
    public LearnedInput learnedAfter(long incarnation, long sequence) {
      return LearnedInput.getDefaultInstance();
    }
  }
}
