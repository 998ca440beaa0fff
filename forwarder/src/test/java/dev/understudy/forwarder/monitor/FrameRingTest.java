package dev.understudy.forwarder.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.forwarder.soft.FrameView;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FrameRingTest {
  private final FrameRing ring = new FrameRing(1 << 12);
  private final FrameRing.About about = new FrameRing.About();
  private final FrameView view = new FrameView();

  private boolean put(byte[] octets, long number) {
    about.nanos = number;
    about.out = number % 2 == 0;
    about.control = number % 3 == 0;
    about.term = 7;
    about.number = number;
    view.set(MemorySegment.ofArray(octets), 0, octets.length, 0);
    return ring.put(about, view, FrameView.NO_TAG);
  }

  @Test
  void frames_come_out_as_they_went_in_and_those_without_room_are_counted() {
    Random random = new Random(4);
    Queue<Captured> expected = new ArrayDeque<>();
    long lost = 0;
    int losses = 0;
    for (long number = 1; number <= 20_000; number++) {
      byte[] octets = new byte[14 + random.nextInt(600)];
      random.nextBytes(octets);
      if (put(octets, number)) {
        expected.add(
            new Captured(
                number,
                number % 2 == 0 ? Captured.Direction.OUT : Captured.Direction.IN,
                number % 3 == 0,
                7,
                number,
                lost,
                Captured.Octets.of(octets)));
        lost = 0;
      } else {
        lost++;
        losses++;
      }
      for (int i = random.nextInt(3); i > 0 && !expected.isEmpty(); i--) {
        assertThat(ring.take()).isEqualTo(expected.remove());
      }
    }
    while (!expected.isEmpty()) {
      assertThat(ring.take()).isEqualTo(expected.remove());
    }
    assertThat(ring.take()).isNull();
    assertThat(losses).isBetween(100, 19_000);
  }

  @Test
  void a_frame_that_never_fits_is_not_taken() {
    assertThat(put(new byte[1 << 12], 1)).isFalse();
    assertThat(put(new byte[60], 2)).isTrue();
    assertThat(Objects.requireNonNull(ring.take()).lostBefore()).isEqualTo(1);
  }
}
