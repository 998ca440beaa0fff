package dev.understudy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class SchedulingTest {
  private static final Scheduling.Wish WISH = Scheduling.Wish.fifo(10).orNice(-10);

  private static <T> T onNewThread(Callable<T> work) throws InterruptedException {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofPlatform().start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  @Test
  void what_was_granted_is_said_and_other_threads_keep_what_they_have() throws Exception {
    String before = Scheduling.current();
    List<String> ofChild = new ArrayList<>();
    String granted =
        onNewThread(() -> {
          String result = Scheduling.ask(WISH);
          ofChild.add(onNewThread(Scheduling::current));
          return result;
        });
    assertThat(granted).isIn("SCHED_FIFO 10", "nice -10", before);
    if (Lab.isRoot()) {
      assertThat(granted).isEqualTo("SCHED_FIFO 10");
      assertThat(ofChild).containsExactly("default");
    }
    assertThat(Scheduling.current()).isEqualTo(before);
  }

  @Test
  void a_lower_place_is_always_granted() throws Exception {
    assertThat(onNewThread(() -> Scheduling.nice(19))).isEqualTo("nice 19");
  }

  @Test
  void fields_are_found_behind_a_name_with_blanks_and_parentheses() {
    String head = "77 (a) b (c)) S 1 1 1 0 -1 64 0 0 0 0 0 0 0 0 ";
    String middle = " 1 0 5 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 17 1 ";
    assertThat(Scheduling.describe(head + "20 0" + middle + "0 0 0")).isEqualTo("default");
    assertThat(Scheduling.describe(head + "10 -10" + middle + "0 0 0")).isEqualTo("nice -10");
    assertThat(Scheduling.describe(head + "-11 0" + middle + "10 1 0")).isEqualTo("SCHED_FIFO 10");
  }

  @Test
  void impossible_wishes_and_virtual_threads_are_refused() throws Exception {
    assertThatThrownBy(() -> Scheduling.Wish.fifo(0).orNice(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Scheduling.Wish.fifo(1).orNice(-21))
        .isInstanceOf(IllegalArgumentException.class);
    List<Throwable> thrown = new ArrayList<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            Scheduling.ask(WISH);
          } catch (IllegalStateException e) {
            thrown.add(e);
          }
        })
        .join();
    assertThat(thrown)
        .singleElement()
        .satisfies(e -> assertThat(e).hasMessageContaining("virtual thread"));
  }
}
