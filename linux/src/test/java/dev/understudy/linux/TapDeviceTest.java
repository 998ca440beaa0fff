package dev.understudy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The host's side of a TAP is a packet socket on the same interface: root only. */
class TapDeviceTest {
  private static Lab lab() {
    if (!Files.isWritable(Path.of("/dev/net/tun"))) {
      Lab.unavailable("needs /dev/net/tun");
    }
    return Lab.empty();
  }

  private static TapDevice open(Lab lab, String name) {
    return lab.in(() -> {
      TapDevice tap = TapDevice.open(name);
      Files.writeString(Path.of("/proc/sys/net/ipv6/conf/" + tap.name() + "/disable_ipv6"), "1");
      tap.up();
      return tap;
    });
  }

  @Test
  void frames_cross_both_ways_with_tags_among_their_octets() {
    try (Lab lab = lab();
        TapDevice tap = open(lab, "t0");
        PacketSocket host = lab.open("t0", PacketOptions.standard())) {
      byte[] plain = FrameTest.frame("02:00:00:00:00:01", 60);
      FrameBatch out = FrameBatch.of(FrameSize.STANDARD, 2);
      out.append(plain);
      SendVector vector = SendVector.of(3);
      vector.add(out, 0);
      vector.addTagged(out, 0, TagProtocol.CUSTOMER, 0x200A);
      SendTally tally = new SendTally();
      assertThat(vector.flush(tap, tally)).isEqualTo(2);
      assertThat(tally.sentOctets()).isEqualTo(124);
      FrameBatch in = FrameBatch.of(FrameSize.STANDARD, 8);
      assertThat(PacketSocketTest.receive(host, in, 2))
          .usingElementComparator(java.util.Arrays::compare)
          .isEqualTo(List.of(plain, plain));

      for (int i = 0; i < 3; i++) {
        vector.addTagged(out, 0, TagProtocol.CUSTOMER, i);
      }
      assertThat(vector.flush(host, tally)).isEqualTo(3);
      assertThat(tap.receive(in, 2)).isEqualTo(2);
      assertThat(in.octets(1)).isEqualTo(FrameTest.tagged(plain, 1));
      assertThat(in.popTag(1)).isEqualTo(1);
      assertThat(in.octets(1)).isEqualTo(plain);
      assertThat(tap.receive(in, 2)).isEqualTo(1);
      assertThat(tap.receive(in, 2)).isZero();
    }
  }

  @Test
  void a_tap_that_is_down_or_gone_gives_codes() {
    try (Lab lab = lab();
        TapDevice tap = open(lab, "t%d")) {
      assertThat(tap.name()).isEqualTo("t0");
      FrameBatch out = FrameBatch.of(FrameSize.STANDARD, 1);
      out.append(new byte[60]);
      SendVector vector = SendVector.of(1);
      SendTally tally = new SendTally();
      lab.in(() -> {
        tap.down();
        return null;
      });
      vector.add(out, 0);
      assertThat(vector.flush(tap, tally)).isZero();
      assertThat(tally.lastErrno()).isEqualTo(Errno.EIO);
      FrameBatch in = FrameBatch.of(FrameSize.STANDARD, 1);
      assertThat(tap.receive(in, 1)).isZero();

      lab.ip("link del t0");
      assertThat(tap.receive(in, 1)).isEqualTo(-Errno.EBADFD);
      vector.add(out, 0);
      assertThat(vector.flush(tap, tally)).isZero();
      assertThat(tally.droppedLinkDown()).isEqualTo(2);
    }
  }

  @Test
  void a_tap_held_by_another_is_refused_with_the_reason() {
    try (Lab lab = lab();
        TapDevice _ = open(lab, "t0")) {
      assertThatThrownBy(() -> open(lab, "t0"))
          .isInstanceOf(ErrnoException.class)
          .hasMessageContaining("ioctl(TUNSETIFF, t0): EBUSY (16)");
      assertThatThrownBy(() -> TapDevice.open("a-name-that-is-too-long"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void ten_thousand_batches_allocate_nothing() {
    try (Lab lab = lab();
        TapDevice tap = open(lab, "t0");
        PacketSocket host = lab.open("t0", PacketOptions.standard())) {
      Traffic traffic = new Traffic(tap, host);
      assertThat(traffic.leastAllocatedInTenThousandRounds()).isZero();
    }
  }
}
