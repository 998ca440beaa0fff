package dev.understudy.forwarder.soft;

import static dev.understudy.forwarder.soft.TestFrames.access;
import static dev.understudy.forwarder.soft.TestFrames.frame;
import static dev.understudy.forwarder.soft.TestFrames.tagged;
import static dev.understudy.forwarder.soft.TestFrames.takeBpdus;
import static dev.understudy.forwarder.soft.TestFrames.trunk;
import static dev.understudy.forwarder.soft.TestFrames.vlans;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.fuzz.Fuzz;
import dev.understudy.schema.Output;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Any frame and any output: the switch goes on, and a frame stays where it may be. */
final class RudeDataFuzzTest {
  private static final long A = 0x0200_0000_000AL;
  private static final long B = 0x0200_0000_000BL;
  private static final int FRAME_MIN = 14;

  private static SwitchUnderTest three() {
    return new SwitchUnderTest()
        .set(vlans(1, 10), access(1, 1), trunk(2, 1, 10), access(3, 10), takeBpdus())
        .open(1, 2, 3);
  }

  @Test
  void frames() {
    SwitchUnderTest[] tested = {three()};
    long[] received = {0};
    Fuzz.run(
        getClass(),
        "soft-switch",
        List.of(
            frame(B, A, 1),
            frame(TestFrames.BROADCAST, A, 2),
            frame(TestFrames.BRIDGE_GROUP, A, 3),
            tagged(frame(A, B, 4), 10),
            tagged(frame(A, B, 5), 0xE00A)),
        octets -> {
          if (received[0]++ % 100_000 == 0) {
            tested[0] = three(); // tables that are full of random addresses learn nothing more
          }
          SwitchUnderTest sw = tested[0];
          int port = 1 + (octets.length == 0 ? 0 : octets[octets.length - 1] & 1);
          boolean wasTagged =
              octets.length > FRAME_MIN && (octets[12] & 0xFF) == 0x81 && octets[13] == 0;
          sw.receive(port, octets);
          assertThat(sw.sentTo()).doesNotContain(port).doesNotHaveDuplicates();
          assertThat(sw.soft.learnedCount()).isLessThanOrEqualTo(SwitchLimits.SMALL.learnedMax());
          if (octets.length < FRAME_MIN) {
            assertThat(sw.sent).isEmpty();
          }
          if (port == 1 && !wasTagged) {
            assertThat(sw.sentTo()).doesNotContain(3); // another VLAN
          }
          return port + " " + wasTagged + sw.sentTo() + sw.punted.size();
        });
  }

  @Test
  void outputs() {
    Fuzz.run(
        getClass(),
        "output",
        List.of(
            vlans(1, 10).toByteArray(),
            access(1, 1).toByteArray(),
            trunk(2, 1, 10).toByteArray(),
            takeBpdus().toByteArray(),
            TestFrames.forwarding(2).toByteArray(),
            TestFrames.flush(1, 0, 1).toByteArray(),
            TestFrames.staticMac(1, A, 2).toByteArray()),
        octets -> {
          Output output;
          try {
            output = Output.parseFrom(octets);
          } catch (InvalidProtocolBufferException e) {
            return "no output";
          }
          SwitchUnderTest sw = three();
          boolean refused = sw.soft.carryOut(output).isPresent();
          sw.receive(1, frame(B, A, 1));
          sw.receive(2, tagged(frame(A, B, 2), 10));
          return output.getKindCase() + " " + refused + Arrays.hashCode(sw.sent.toArray()) % 4;
        });
  }
}
