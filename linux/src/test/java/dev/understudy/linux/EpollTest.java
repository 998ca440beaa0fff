package dev.understudy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EpollTest {
  @Test
  void a_signal_of_another_thread_wakes_the_one_that_waits_and_signals_add_up()
      throws InterruptedException {
    try (Epoll epoll = Epoll.open(4);
        EventFd event = EventFd.open()) {
      epoll.add(new Epoll.Interest(event.fd(), Epoll.IN, 0x1234_5678_9ABCL));
      assertThat(epoll.await(0)).isZero();
      Thread other =
          Thread.ofPlatform()
              .start(() -> {
                event.signal();
                event.signal();
              });
      assertThat(epoll.await(Long.MAX_VALUE)).isEqualTo(1);
      other.join();
      assertThat(epoll.token(0)).isEqualTo(0x1234_5678_9ABCL);
      assertThat(epoll.events(0)).isEqualTo(Epoll.IN);
      assertThat(event.drain()).isEqualTo(2);
      assertThat(event.drain()).isZero();
      assertThat(epoll.await(0)).isZero();
    }
  }

  @Test
  void many_descriptors_are_told_apart_and_can_be_changed_and_removed() {
    try (Epoll epoll = Epoll.open(8);
        EventFd first = EventFd.open();
        EventFd second = EventFd.open();
        EventFd third = EventFd.open()) {
      epoll.add(new Epoll.Interest(first.fd(), Epoll.IN, 1));
      epoll.add(new Epoll.Interest(second.fd(), Epoll.IN, 2));
      epoll.add(new Epoll.Interest(third.fd(), Epoll.IN | Epoll.EDGE_TRIGGERED, 3));
      first.signal();
      second.signal();
      third.signal();
      assertThat(tokens(epoll)).containsExactlyInAnyOrder(1L, 2L, 3L);
      // Level-triggered ones are told again, the edge is not.
      assertThat(tokens(epoll)).containsExactlyInAnyOrder(1L, 2L);
      epoll.remove(second.fd());
      epoll.modify(new Epoll.Interest(first.fd(), Epoll.IN | Epoll.OUT, 11));
      assertThat(tokens(epoll)).containsExactly(11L);
      assertThat(epoll.events(0)).isEqualTo(Epoll.IN | Epoll.OUT);
      assertThatThrownBy(() -> epoll.remove(second.fd()))
          .isInstanceOf(ErrnoException.class)
          .hasMessageContaining("EPOLL_CTL_DEL")
          .hasMessageContaining("ENOENT");
    }
  }

  private static Long[] tokens(Epoll epoll) {
    int ready = epoll.await(0);
    Long[] tokens = new Long[ready];
    for (int i = 0; i < ready; i++) {
      tokens[i] = epoll.token(i);
    }
    return tokens;
  }

  @Test
  void the_time_limit_has_the_precision_of_less_than_a_millisecond() {
    try (Epoll epoll = Epoll.open(1)) {
      MonotonicClock clock = new MonotonicClock();
      long before = clock.nanos();
      assertThat(epoll.await(300_000)).isZero();
      assertThat(clock.nanos() - before).isGreaterThanOrEqualTo(300_000);
    }
  }

  @Test
  void the_clock_is_the_one_that_the_jvm_reads() {
    MonotonicClock clock = new MonotonicClock();
    long before = System.nanoTime();
    long now = clock.nanos();
    long after = System.nanoTime();
    assertThat(now).isBetween(before, after);
  }
}
