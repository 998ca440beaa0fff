package dev.understudy.forwarder.dataplane;

import static dev.understudy.forwarder.soft.TestFrames.frame;
import static dev.understudy.forwarder.soft.TestFrames.tagged;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.border.DataPlaneListener;
import dev.understudy.forwarder.soft.FrameView;
import dev.understudy.schema.LinkInput;
import dev.understudy.wire.BigEndian;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ControlQueueTest {
  private static final long A = 0x0200_0000_000AL;

  private final ControlQueue queue = new ControlQueue();

  private boolean put(byte[] frame, int tci) {
    FrameView view =
        new FrameView().set(MemorySegment.ofArray(frame), 0, frame.length, FrameView.NO_TAG);
    return queue.put(3, view, tci, "stp");
  }

  private List<ByteString> drain() {
    List<ByteString> frames = new ArrayList<>();
    queue.drainTo(
        new DataPlaneListener() {
          @Override
          public void frame(int port, ByteString frame, String trafficClass) {
            assertThat(port).isEqualTo(3);
            assertThat(trafficClass).isEqualTo("stp");
            frames.add(frame);
          }

          @Override
          public void link(LinkInput link) {
            throw new AssertionError(link);
          }

          @Override
          public void learnedAvailable() {
            throw new AssertionError("nothing was learned");
          }
        });
    return frames;
  }

  @Test
  void a_full_queue_takes_no_more_and_keeps_what_it_has_in_order() {
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < ControlQueue.CAPACITY; i++) {
        assertThat(put(frame(A, A, i), FrameView.NO_TAG)).isTrue();
      }
      assertThat(put(frame(A, A, 9_999), FrameView.NO_TAG)).isFalse();
      List<ByteString> drained = drain();
      assertThat(drained).hasSize(ControlQueue.CAPACITY);
      for (int i = 0; i < drained.size(); i++) {
        assertThat(BigEndian.u32(drained.get(i).toByteArray(), 14)).isEqualTo(i);
      }
    }
  }

  @Test
  void a_frame_is_kept_with_the_tag_it_is_punted_with() {
    byte[] plain = frame(A, A, 1);
    put(tagged(plain, 0xE000), FrameView.NO_TAG);
    put(tagged(plain, 10), 10);
    put(plain, FrameView.NO_TAG);
    assertThat(drain())
        .containsExactly(
            ByteString.copyFrom(plain),
            ByteString.copyFrom(tagged(plain, 10)),
            ByteString.copyFrom(plain));
  }

  @Test
  void a_frame_that_is_too_long_is_refused() {
    assertThat(put(new byte[ControlQueue.FRAME_OCTETS_MAX + 1], FrameView.NO_TAG)).isFalse();
    assertThat(put(new byte[ControlQueue.FRAME_OCTETS_MAX], FrameView.NO_TAG)).isTrue();
    assertThat(drain()).hasSize(1);
  }

  @Test
  void frames_cross_from_one_thread_to_another_whole_and_in_order() throws InterruptedException {
    int frames = 200_000;
    Thread producer =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; i < frames; i++) {
                byte[] octets = frame(A, i, i);
                while (!put(octets, FrameView.NO_TAG)) {
                  Thread.onSpinWait();
                }
              }
            });
    int next = 0;
    while (next < frames) {
      for (ByteString octets : drain()) {
        byte[] frame = octets.toByteArray();
        assertThat(BigEndian.u32(frame, 14)).isEqualTo(next);
        assertThat(BigEndian.u48(frame, 6)).isEqualTo(next);
        next++;
      }
    }
    producer.join();
  }
}
