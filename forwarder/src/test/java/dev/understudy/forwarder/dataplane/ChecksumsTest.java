package dev.understudy.forwarder.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.wire.BigEndian;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChecksumsTest {
  private static final int ETHERNET = 14;

  /** The sum of RFC 1071 as its text has it, folded. */
  private static int sum(byte[] octets, int from, int to, int start) {
    long sum = start;
    for (int i = from; i < to; i += 2) {
      sum += (octets[i] & 0xFF) << 8 | (i + 1 < to ? octets[i + 1] & 0xFF : 0);
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >> 16);
    }
    return (int) sum;
  }

  /** An IPv4 frame as a kernel leaves it to its card: the pseudo header's sum in the field. */
  private static byte[] ipv4(int protocol, int payloadLength, long seed) {
    byte[] frame = new byte[Math.max(60, ETHERNET + 20 + payloadLength)];
    new Random(seed).nextBytes(frame);
    BigEndian.put16(frame, 12, 0x0800);
    frame[14] = 0x45;
    BigEndian.put16(frame, 16, 20 + payloadLength);
    BigEndian.put16(frame, 20, 0x4000);
    frame[23] = (byte) protocol;
    BigEndian.put16(
        frame,
        ETHERNET + 20 + field(protocol),
        sum(frame, ETHERNET + 12, ETHERNET + 20, protocol + payloadLength));
    return frame;
  }

  private static byte[] ipv6(int protocol, int payloadLength, long seed) {
    byte[] frame = new byte[Math.max(60, ETHERNET + 40 + payloadLength)];
    new Random(seed).nextBytes(frame);
    BigEndian.put16(frame, 12, 0x86DD);
    frame[14] = 0x60;
    BigEndian.put16(frame, 18, payloadLength);
    frame[20] = (byte) protocol;
    BigEndian.put16(
        frame,
        ETHERNET + 40 + field(protocol),
        sum(frame, ETHERNET + 8, ETHERNET + 40, protocol + payloadLength));
    return frame;
  }

  private static int field(int protocol) {
    return switch (protocol) {
      case 6 -> 16;
      case 17 -> 6;
      default -> 2;
    };
  }

  private static boolean complete(byte[] frame) {
    return Checksums.complete(MemorySegment.ofArray(frame), 0, frame.length);
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 17})
  void a_receiver_finds_the_completed_ipv4_sum_right(int protocol) {
    for (int length = 20; length < 1_480; length += 7) {
      byte[] frame = ipv4(protocol, length, length);
      assertThat(complete(frame)).isTrue();
      assertThat(
              sum(
                  frame,
                  ETHERNET + 20,
                  ETHERNET + 20 + length,
                  sum(frame, ETHERNET + 12, ETHERNET + 20, protocol + length)))
          .as("length %d", length)
          .isEqualTo(0xFFFF);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 17, 58})
  void a_receiver_finds_the_completed_ipv6_sum_right(int protocol) {
    for (int length = 20; length < 1_460; length += 7) {
      byte[] frame = ipv6(protocol, length, length);
      assertThat(complete(frame)).isTrue();
      assertThat(
              sum(
                  frame,
                  ETHERNET + 40,
                  ETHERNET + 40 + length,
                  sum(frame, ETHERNET + 8, ETHERNET + 40, protocol + length)))
          .as("length %d", length)
          .isEqualTo(0xFFFF);
    }
  }

  @Test
  void behind_extension_headers_it_is_found() {
    byte[] inner = ipv6(17, 100, 1);
    byte[] frame = new byte[inner.length + 16];
    System.arraycopy(inner, 0, frame, 0, ETHERNET + 40);
    System.arraycopy(inner, ETHERNET + 40, frame, ETHERNET + 56, 100);
    BigEndian.put16(frame, 18, 116);
    frame[20] = 0;
    frame[ETHERNET + 40] = 60;
    frame[ETHERNET + 41] = 0;
    frame[ETHERNET + 48] = 17;
    frame[ETHERNET + 49] = 0;
    assertThat(complete(frame)).isTrue();
    assertThat(
            sum(
                frame,
                ETHERNET + 56,
                ETHERNET + 156,
                sum(frame, ETHERNET + 8, ETHERNET + 40, 17 + 100)))
        .isEqualTo(0xFFFF);
  }

  @Test
  void what_it_does_not_understand_is_left_as_it_is() {
    byte[] fragment = ipv4(17, 100, 1);
    fragment[20] = 0x20;
    byte[] otherSum = ipv4(17, 100, 2);
    otherSum[ETHERNET + 26]++;
    byte[] sctp = ipv4(17, 100, 3);
    sctp[23] = (byte) 132;
    byte[] arp = ipv4(17, 100, 4);
    BigEndian.put16(arp, 12, 0x0806);
    for (byte[] frame : new byte[][] {fragment, otherSum, sctp, arp}) {
      byte[] before = frame.clone();
      assertThat(complete(frame)).isFalse();
      assertThat(frame).isEqualTo(before);
    }
  }

  @Test
  void truncated_and_random_octets_never_throw() {
    for (byte[] whole : new byte[][] {ipv4(17, 60, 5), ipv6(6, 60, 6)}) {
      for (int length = 0; length < whole.length; length++) {
        byte[] cut = java.util.Arrays.copyOf(whole, length);
        if (length < whole.length - 1) {
          assertThat(complete(cut)).isFalse();
        }
      }
    }
    Random random = new Random(7);
    for (int i = 0; i < 100_000; i++) {
      byte[] frame = new byte[random.nextInt(120)];
      random.nextBytes(frame);
      if (frame.length > 14) {
        BigEndian.put16(frame, 12, random.nextBoolean() ? 0x0800 : 0x86DD);
      }
      complete(frame);
    }
  }
}
