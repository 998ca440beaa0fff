package dev.understudy.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.wire.MacAddress;
import dev.understudy.wire.bpdu.Bpdu;
import dev.understudy.wire.bpdu.BpduCodec;
import org.junit.jupiter.api.Test;

class BpduWatchTest {
  private static final MacAddress SOURCE = MacAddress.parse("02:00:55:00:00:01");

  // An RST BPDU whose flags are 0x7c: designated, learning, forwarding, agreement.
  private static final int FLAGS = 14 + 3 + 4;

  private final BpduWatch watch = new BpduWatch("sw1 > n1");

  private static byte[] rst(boolean topologyChange) {
    byte[] octets = new byte[60];
    MacAddress.BRIDGE_GROUP_ADDRESS.write(octets, 0);
    SOURCE.write(octets, 6);
    octets[13] = 39;
    octets[14] = 0x42;
    octets[15] = 0x42;
    octets[16] = 3;
    octets[19] = 2;
    octets[20] = 2;
    octets[FLAGS] = (byte) (topologyChange ? 0x7d : 0x7c);
    return octets;
  }

  @Test
  void topology_changes_are_counted_from_the_wire() {
    watch.frame(rst(false), 10, 10);
    watch.frame(rst(true), 20, 20);
    watch.frame(BpduCodec.encodeFrame(new Bpdu.Tcn(), SOURCE).toByteArray(), 30, 30);
    BpduWatch.Seen seen = watch.take(30);
    assertThat(seen.bpdus()).isEqualTo(3);
    assertThat(seen.topologyChanges()).isEqualTo(2);
    assertThat(seen.bad()).isZero();
  }

  @Test
  void the_longest_gap_counts_one_that_is_still_open_and_one_that_began_before() {
    watch.frame(rst(false), 100, 100);
    watch.frame(rst(false), 150, 150);
    assertThat(watch.take(400).longestGapNanos()).isEqualTo(250);
    watch.frame(rst(false), 1_000, 1_000);
    assertThat(watch.take(1_010).longestGapNanos()).isEqualTo(850);
  }

  @Test
  void a_pause_of_the_observer_is_no_gap() {
    watch.frame(rst(false), 90, 100);
    watch.frame(rst(false), 150, 900);
    assertThat(watch.take(950).longestGapNanos()).isEqualTo(50);
  }

  @Test
  void other_frames_are_passed_over_and_bad_ones_counted() {
    watch.frame(new byte[60], 10, 10);
    byte[] bad = rst(false);
    bad[13] = 3;
    watch.frame(bad, 20, 20);
    BpduWatch.Seen seen = watch.take(20);
    assertThat(seen.bpdus()).isZero();
    assertThat(seen.bad()).isEqualTo(1);
  }
}
