package dev.understudy.border;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import dev.understudy.schema.LearnedRequest;
import dev.understudy.schema.TickInput;
import dev.understudy.schema.ToSupervisor;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Learned addresses never pile up before a tick at an active that is slow. */
final class LearnedLaneTest {
  private static final long MILLI = 1_000_000L;

  private long nowNanos = 1;
  private long batches;
  private final List<ToSupervisor> given = new ArrayList<>();
  private final Delivery delivery = new Delivery(clock(), endlessPlane(), new Counters());

  private SwitchClock clock() {
    return new SwitchClock() {
      @Override
      public long nanos() {
        return nowNanos;
      }

      @Override
      public long wallMillis() {
        return 0;
      }
    };
  }

  /** Always has learned something more; nothing else of it is used. */
  private DataPlane endlessPlane() {
    return (DataPlane)
        Proxy.newProxyInstance(
            DataPlane.class.getClassLoader(),
            new Class<?>[] {DataPlane.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("learnedAfter");
              return LearnedInput.newBuilder()
                  .setIncarnation(1)
                  .setSequence(++batches)
                  .addChanges(LearnedChange.getDefaultInstance())
                  .build();
            });
  }

  private void begin() {
    delivery.newTerm(1, 0, false);
    delivery.learnedRequest(LearnedRequest.getDefaultInstance());
    delivery.deliver(given::add);
  }

  /** Batches given before the tick that comes now. */
  private long learnedBeforeTick() {
    long before = given.stream().filter(message -> message.getInput().hasLearned()).count();
    delivery.append(ForwarderInput.newBuilder().setTick(TickInput.getDefaultInstance()));
    delivery.deliver(given::add);
    assertThat(given.getLast().getInput().hasTick()).isTrue();
    return before - carriedOut;
  }

  private long carriedOut;

  private void carryOut(long afterNanos) {
    nowNanos += afterNanos;
    carriedOut++;
    delivery.consume(0, carriedOut);
    delivery.deliver(given::add);
  }

  @Test
  void at_first_a_tick_waits_behind_one_batch_at_most() {
    begin();
    assertThat(learnedBeforeTick()).isEqualTo(1);
  }

  @Test
  void a_quick_active_gets_more_at_a_time_up_to_the_limit() {
    begin();
    for (int i = 0; i < 2 * Delivery.LEARNED_IN_FLIGHT_MAX; i++) {
      carryOut(MILLI / 2);
    }
    assertThat(learnedBeforeTick()).isEqualTo(Delivery.LEARNED_IN_FLIGHT_MAX);
  }

  @Test
  void an_active_that_becomes_slow_has_one_batch_under_way_soon() {
    begin();
    for (int i = 0; i < 2 * Delivery.LEARNED_IN_FLIGHT_MAX; i++) {
      carryOut(MILLI / 2);
    }
    for (int i = 0; i < 2 * Delivery.LEARNED_IN_FLIGHT_MAX; i++) {
      carryOut(25 * MILLI);
    }
    assertThat(learnedBeforeTick()).isEqualTo(1);
  }

  @Test
  void a_new_term_begins_with_one_batch_again() {
    begin();
    for (int i = 0; i < 2 * Delivery.LEARNED_IN_FLIGHT_MAX; i++) {
      carryOut(MILLI / 2);
    }
    given.clear();
    carriedOut = 0;
    begin();
    assertThat(learnedBeforeTick()).isEqualTo(1);
  }
}
