package dev.understudy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class OctetsTest {

  @Test
  void octets_are_copied_in_and_out() {
    byte[] source = {1, 2, 3};
    Octets octets = Octets.of(source);
    source[0] = 9;
    assertThat(octets.get(0)).isEqualTo(1);

    octets.toByteArray()[0] = 9;
    assertThat(octets.get(0)).isEqualTo(1);

    byte[] target = new byte[5];
    octets.copyTo(target, 1);
    assertThat(target).containsExactly(0, 1, 2, 3, 0);
  }

  @Test
  void a_slice_is_as_good_as_a_copy() {
    SplittableRandom random = new SplittableRandom(1);
    byte[] array = new byte[40];
    random.nextBytes(array);
    Octets octets = Octets.of(array);
    for (int from = 0; from <= array.length; from++) {
      for (int length = 0; length <= array.length - from; length++) {
        Octets slice = octets.slice(from, length);
        Octets copy = Octets.copyOf(array, from, length);
        assertThat(slice).isEqualTo(copy).hasSameHashCodeAs(copy).isEqualByComparingTo(copy);
        assertThat(slice.hex()).isEqualTo(copy.hex()).hasSize(2 * length);
        assertThat(slice.toByteArray()).isEqualTo(Arrays.copyOfRange(array, from, from + length));
        assertThat(slice.slice(length / 2)).isEqualTo(copy.slice(length / 2));
        assertThat(slice.isEmpty()).isEqualTo(length == 0);
      }
    }
  }

  @Test
  void indices_outside_are_refused_in_a_slice_too() {
    Octets slice = Octets.of((byte) 1, (byte) 2, (byte) 3, (byte) 4).slice(1, 2);
    assertThat(slice.get(1)).isEqualTo(3);
    assertThatThrownBy(() -> slice.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> slice.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> slice.slice(1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> slice.slice(3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Octets.copyOf(new byte[3], 2, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void the_order_is_unsigned_and_a_prefix_comes_first() {
    assertThat(Octets.fromHex("7f")).isLessThan(Octets.fromHex("80"));
    assertThat(Octets.fromHex("80")).isLessThan(Octets.fromHex("8000"));
    assertThat(Octets.EMPTY).isLessThan(Octets.fromHex("00"));
    assertThat(Octets.fromHex("01")).isNotEqualTo(Octets.fromHex("0100"));
  }

  @Test
  void hex_is_read_as_people_paste_it() {
    assertThat(Octets.fromHex("01:80 C2\n00").hex()).isEqualTo("0180c200");
    assertThat(Octets.fromHex("")).isSameAs(Octets.EMPTY);
    assertThatThrownBy(() -> Octets.fromHex("018")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Octets.fromHex("0x")).isInstanceOf(IllegalArgumentException.class);
  }
}
