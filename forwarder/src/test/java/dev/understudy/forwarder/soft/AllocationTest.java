package dev.understudy.forwarder.soft;

import static dev.understudy.forwarder.soft.TestFrames.BROADCAST;
import static dev.understudy.forwarder.soft.TestFrames.access;
import static dev.understudy.forwarder.soft.TestFrames.frame;
import static dev.understudy.forwarder.soft.TestFrames.tagged;
import static dev.understudy.forwarder.soft.TestFrames.trunk;
import static dev.understudy.forwarder.soft.TestFrames.vlans;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.understudy.schema.Output;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AllocationTest {
  private static final int FRAMES = 200_000;
  private static final long A = 0x0200_0000_0000L;

  /** Egress that does what a real one does with a frame, and nothing else. */
  private static final class CopyingEgress implements Egress {
    private final MemorySegment target;
    private long frames;

    CopyingEgress(MemorySegment target) {
      this.target = target;
    }

    @Override
    public void transmit(int port, FrameView frame, int tci) {
      frame.copyTo(target, 0, tci);
      frames++;
    }

    @Override
    public void punt(int port, FrameView frame, int tci, String trafficClass) {
      frames++;
    }
  }

  private static long run(
      SoftSwitch soft, FrameView view, List<MemorySegment> frames, int rounds, long startNanos) {
    long now = startNanos;
    for (int i = 0; i < rounds; i++) {
      MemorySegment memory = frames.get(i % frames.size());
      view.set(memory, 0, (int) memory.byteSize(), FrameView.NO_TAG);
      now += 100_000;
      soft.receive(1 + i % 3, view, now);
      if (i % 1_000 == 0) {
        soft.age(now);
      }
    }
    return now;
  }

  @Test
  void forwarding_learning_flooding_ageing_and_punting_allocate_nothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Arena arena = Arena.ofConfined()) {
      CopyingEgress egress = new CopyingEgress(arena.allocate(2_048));
      SoftSwitch soft = new SoftSwitch(SwitchLimits.SMALL, 1, egress);
      for (Output output :
          List.of(
              vlans(1, 10),
              access(1, 10),
              trunk(2, 1, 10),
              trunk(3, 0, 10),
              TestFrames.takeBpdus(),
              TestFrames.puntRules(
                  "arp",
                  TestFrames.rule(dev.understudy.schema.PuntAction.PUNT_ACTION_COPY, "arp")
                      .setEtherType(0x0806)))) {
        assertThat(soft.carryOut(output)).isEmpty();
      }
      soft.carryOut(
          Output.newBuilder()
              .setSetAgeing(dev.understudy.schema.SetAgeing.newBuilder().setSeconds(1))
              .build());
      for (int port = 1; port <= 3; port++) {
        soft.link(port, true);
        soft.carryOut(TestFrames.forwarding(port));
      }
      List<MemorySegment> frames =
          java.util.stream.IntStream.range(0, 2_000)
              .mapToObj(i -> {
                byte[] octets =
                    switch (i % 5) {
                      case 0 -> frame(BROADCAST, A + i, i);
                      case 1 -> frame(A + i % 97, A + i, i);
                      case 2 -> tagged(frame(A + i % 97, A + i, i), 10);
                      case 3 -> frame(TestFrames.BRIDGE_GROUP, A + i, i);
                      default -> TestFrames.withEtherType(frame(BROADCAST, A + i % 31, i), 0x0806);
                    };
                MemorySegment memory = arena.allocate(octets.length);
                memory.copyFrom(MemorySegment.ofArray(octets));
                return memory;
              })
              .toList();
      FrameView view = new FrameView();
      long now = run(soft, view, frames, FRAMES, 0);
      long before = threads.getCurrentThreadAllocatedBytes();
      now = run(soft, view, frames, FRAMES, now);
      long empty = threads.getCurrentThreadAllocatedBytes();
      long cost = threads.getCurrentThreadAllocatedBytes() - empty;
      long allocated = empty - before - cost;
      assertThat(allocated).as("octets for %d frames", FRAMES).isLessThan(FRAMES / 100);
      assertThat(egress.frames).isGreaterThan(FRAMES);
      assertThat(soft.learnedSequence()).as("learned and aged all the time").isGreaterThan(10_000);
      assertThat(now).isPositive();
    }
  }
}
