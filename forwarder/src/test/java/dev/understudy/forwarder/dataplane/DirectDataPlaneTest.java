package dev.understudy.forwarder.dataplane;

import static dev.understudy.forwarder.soft.TestFrames.BRIDGE_GROUP;
import static dev.understudy.forwarder.soft.TestFrames.BROADCAST;
import static dev.understudy.forwarder.soft.TestFrames.access;
import static dev.understudy.forwarder.soft.TestFrames.forwarding;
import static dev.understudy.forwarder.soft.TestFrames.frame;
import static dev.understudy.forwarder.soft.TestFrames.port;
import static dev.understudy.forwarder.soft.TestFrames.takeBpdus;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.border.DataPlaneListener;
import dev.understudy.forwarder.soft.SwitchLimits;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Output;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DirectDataPlaneTest {
  private static final long A = 0x0200_0000_000AL;
  private static final long B = 0x0200_0000_000BL;

  private final List<String> told = new ArrayList<>();
  private final List<Integer> sent = new ArrayList<>();
  private final DirectDataPlane plane =
      new DirectDataPlane(SwitchLimits.SMALL, 1, (port, octets) -> sent.add(port));

  private final DataPlaneListener listener =
      new DataPlaneListener() {
        @Override
        public void frame(int port, ByteString frame, String trafficClass) {
          told.add("frame " + port + " " + trafficClass + " " + frame.size());
        }

        @Override
        public void link(LinkInput link) {
          told.add("link " + link.getPort() + " " + link.getUp() + " " + link.getDownCount());
        }

        @Override
        public void learnedAvailable() {
          told.add("learned");
        }
      };

  private void set(Output... outputs) {
    for (Output output : outputs) {
      assertThat(plane.carryOut(output)).isEmpty();
    }
  }

  @Test
  void what_is_to_be_told_waits_until_it_is_asked_for() {
    set(access(1, 1), access(2, 1), forwarding(1), forwarding(2), takeBpdus());
    plane.receive(1, frame(BRIDGE_GROUP, A, 1), 0);
    plane.receive(1, frame(BROADCAST, A, 1), 0);
    assertThat(told).isEmpty();
    plane.drainControl(listener);
    assertThat(told).containsExactly("link 1 true 0", "link 2 true 0", "frame 1 stp 60", "learned");
    assertThat(sent).containsExactly(2);
    told.clear();
    plane.drainControl(listener);
    assertThat(told).isEmpty();
  }

  @Test
  void a_pulled_cable_closes_the_port_at_once() {
    set(access(1, 1), access(2, 1), forwarding(1), forwarding(2));
    plane.receive(1, frame(BROADCAST, A, 1), 0);
    plane.cable(1, false);
    assertThat(plane.learnedCount()).isZero();
    plane.cable(1, true);
    plane.receive(2, frame(A, B, 1), 0);
    assertThat(sent).as("only the first frame").containsExactly(2);
    plane.drainControl(listener);
    assertThat(told).contains("link 1 false 1", "link 1 true 1");
    set(forwarding(1));
    plane.receive(2, frame(A, B, 1), 0);
    assertThat(sent).containsExactly(2, 1);
  }

  @Test
  void a_cable_may_be_pulled_before_the_port_is_made() {
    plane.cable(1, false);
    set(access(1, 1));
    plane.drainControl(listener);
    assertThat(told).containsExactly("link 1 false 0");
    assertThat(plane.links().get(0).getUp()).isFalse();
  }

  @Test
  void an_administrative_close_counts_as_a_loss() {
    set(access(1, 1));
    set(Output.newBuilder().setSetPort(port(1).setAccessVlan(1).setAdminUp(false)).build());
    set(access(1, 1));
    plane.drainControl(listener);
    assertThat(told).containsExactly("link 1 true 0", "link 1 false 1", "link 1 true 1");
  }
}
