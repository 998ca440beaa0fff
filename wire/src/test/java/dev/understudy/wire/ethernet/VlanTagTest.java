package dev.understudy.wire.ethernet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.wire.Octets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class VlanTagTest {
  private static final String UNTAGGED = "020000000002 020000000001 0800 0102030405";
  private static final String TAGGED = "020000000002 020000000001 8100 b00a 0800 0102030405";

  @Test
  void each_tci_is_its_tag_both_ways() {
    for (int tci = 0; tci <= 0xFFFF; tci++) {
      VlanTag tag = VlanTag.ofTci(tci);
      assertThat(tag.tci()).isEqualTo(tci);
      assertThat(tag.priority()).isEqualTo(tci / 8_192);
      assertThat(tag.dropEligible()).isEqualTo(tci / 4_096 % 2 == 1);
      assertThat(tag.vid()).isEqualTo(tci % 4_096).isEqualTo(VlanTag.vidOf(tci));
    }
  }

  @Test
  void a_pushed_tag_stands_behind_the_addresses_and_fills_its_octets() {
    byte[] octets = new byte[30];
    java.util.Arrays.fill(octets, (byte) 0xA5);
    Octets.fromHex(UNTAGGED).copyTo(octets, 3);
    int length = new VlanTag(5, true, 10).push(octets, 3, 19);
    assertThat(length).isEqualTo(23);
    assertThat(Octets.of(octets)).isEqualTo(Octets.fromHex("a5a5a5" + TAGGED + "a5a5a5a5"));
  }

  @Test
  void a_popped_tag_leaves_the_frame_without_it() {
    byte[] octets = Octets.fromHex("a5a5a5" + TAGGED + "a5a5").toByteArray();
    assertThat(VlanTag.pop(octets, 3, 23)).isEqualTo(19);
    assertThat(Octets.copyOf(octets, 0, 22)).isEqualTo(Octets.fromHex("a5a5a5" + UNTAGGED));
    assertThat(Octets.copyOf(octets, 26, 2)).isEqualTo(Octets.fromHex("a5a5"));
  }

  @Test
  void push_and_pop_undo_each_other() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 2_000; i++) {
      byte[] octets = new byte[14 + random.nextInt(1_500) + 8];
      random.nextBytes(octets);
      int length = octets.length - 8;
      Octets before = Octets.copyOf(octets, 0, length);
      VlanTag inner = VlanTag.ofTci(random.nextInt(0x1_0000));
      VlanTag outer = VlanTag.ofTci(random.nextInt(0x1_0000));
      int twice = outer.push(octets, 0, inner.push(octets, 0, length));
      assertThat(VlanTag.ofTci(EthernetFrame.tci(octets, 0))).isEqualTo(outer);
      int once = VlanTag.pop(octets, 0, twice);
      assertThat(VlanTag.ofTci(EthernetFrame.tci(octets, 0))).isEqualTo(inner);
      assertThat(Octets.copyOf(octets, 0, VlanTag.pop(octets, 0, once))).isEqualTo(before);
    }
  }

  @Test
  void nothing_is_pushed_without_room_or_popped_without_a_tag() {
    VlanTag tag = VlanTag.ofVid(1);
    assertThatThrownBy(() -> tag.push(new byte[63], 0, 60))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tag.push(new byte[63], 0, 11))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> VlanTag.pop(new byte[60], 0, 60))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> VlanTag.pop(Octets.fromHex(TAGGED).toByteArray(), 0, 15))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void fields_outside_their_range_are_refused() {
    assertThatThrownBy(() -> new VlanTag(8, false, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new VlanTag(-1, false, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> VlanTag.ofVid(4_096)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> VlanTag.ofVid(-1)).isInstanceOf(IllegalArgumentException.class);
  }
}
