package dev.understudy.forwarder.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.wire.ip.InternetChecksum;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ChecksumsTest {
  /** RFC 1071, 3: the sum of these is ddf2. */
  private static final byte[] OF_THE_RFC = HexFormat.of().parseHex("0001f203f4f5f6f7");

  @Test
  void the_rfcs_example_has_the_rfcs_sum() {
    assertThat(Checksums.fold(Checksums.sum(MemorySegment.ofArray(OF_THE_RFC), 0, 8)))
        .isEqualTo(0xDDF2);
  }

  @Test
  void sums_of_every_length_are_those_of_the_codec() {
    Random random = new Random(1);
    byte[] octets = new byte[1_600];
    random.nextBytes(octets);
    MemorySegment memory = MemorySegment.ofArray(octets);
    for (int start = 0; start < 4; start++) {
      for (int length = 0; length <= octets.length - start; length++) {
        assertThat(~Checksums.fold(Checksums.sum(memory, start, length)) & 0xFFFF)
            .as("%d octets from %d", length, start)
            .isEqualTo(InternetChecksum.finish(InternetChecksum.add(0, octets, start, length)));
      }
    }
  }

  @Test
  void octets_that_are_all_ones_do_not_overflow() {
    byte[] octets = new byte[65_536];
    java.util.Arrays.fill(octets, (byte) 0xFF);
    assertThat(Checksums.fold(Checksums.sum(MemorySegment.ofArray(octets), 0, octets.length)))
        .isEqualTo(0xFFFF);
  }

  @Test
  void a_checksum_of_zero_is_written_as_its_other_form() {
    byte[] octets = new byte[] {(byte) 0xFF, (byte) 0xFF, 0, 0};
    MemorySegment memory = MemorySegment.ofArray(octets);
    assertThat(Checksums.complete(memory, 0, 4, 2)).isTrue();
    assertThat(octets).containsExactly(0xFF, 0xFF, 0xFF, 0xFF);
  }

  @Test
  void a_field_beyond_the_end_changes_nothing() {
    for (int length = 0; length < 18; length++) {
      byte[] octets = new byte[32];
      assertThat(Checksums.complete(MemorySegment.ofArray(octets), 0, length, 16)).isFalse();
      assertThat(octets).containsOnly(0);
    }
    assertThat(Checksums.complete(MemorySegment.ofArray(new byte[32]), 0, 18, 16)).isTrue();
  }
}
