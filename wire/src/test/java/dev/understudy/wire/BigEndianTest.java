package dev.understudy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class BigEndianTest {
  private static final byte[] OCTETS =
      Octets.fromHex("00 f1 f2 f3 f4 f5 f6 f7 f8 00").toByteArray();

  @Test
  void numbers_are_unsigned_and_the_first_octet_is_the_highest() {
    assertThat(BigEndian.u8(OCTETS, 1)).isEqualTo(0xF1);
    assertThat(BigEndian.u16(OCTETS, 1)).isEqualTo(0xF1F2);
    assertThat(BigEndian.u32(OCTETS, 1)).isEqualTo(0xF1F2_F3F4L);
    assertThat(BigEndian.u48(OCTETS, 1)).isEqualTo(0xF1F2_F3F4_F5F6L);
    assertThat(BigEndian.u64(OCTETS, 1)).isEqualTo(0xF1F2_F3F4_F5F6_F7F8L);
  }

  @Test
  void what_is_written_fills_exactly_its_octets() {
    byte[] octets = new byte[10];
    BigEndian.put64(octets, 1, 0xF1F2_F3F4_F5F6_F7F8L);
    assertThat(octets).isEqualTo(OCTETS);

    octets = new byte[10];
    BigEndian.put48(octets, 1, 0xFFFF_F1F2_F3F4_F5F6L);
    BigEndian.put16(octets, 7, 0xFFFF_F7F8);
    assertThat(octets).isEqualTo(OCTETS);

    octets = new byte[10];
    BigEndian.put8(octets, 1, 0xFFF1);
    BigEndian.put8(octets, 2, 0xF2);
    BigEndian.put32(octets, 3, 0xFFFF_F3F4_F5F6L);
    BigEndian.put16(octets, 7, 0xF7F8);
    assertThat(octets).isEqualTo(OCTETS);
  }

  @Test
  void nothing_is_read_or_written_outside_the_array() {
    assertThatThrownBy(() -> BigEndian.u48(OCTETS, 5))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> BigEndian.put64(new byte[8], 1, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
