package dev.understudy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Batches and vectors without any socket, and over UDP on loopback, which needs no rights. */
class FrameTest {
  static byte[] frame(String destination, int length) {
    byte[] frame = new byte[length];
    new Random(length).nextBytes(frame);
    MacAddress address = MacAddress.parse(destination);
    for (int i = 0; i < 6; i++) {
      frame[i] = address.octet(i);
      frame[6 + i] = (byte) (0x02 + i);
    }
    frame[12] = 0x08;
    frame[13] = 0x00;
    return frame;
  }

  static byte[] tagged(byte[] frame, int tag) {
    byte[] result = new byte[frame.length + 4];
    System.arraycopy(frame, 0, result, 0, 12);
    result[12] = (byte) 0x81;
    result[13] = 0x00;
    result[14] = (byte) (tag >> 8);
    result[15] = (byte) tag;
    System.arraycopy(frame, 12, result, 16, frame.length - 12);
    return result;
  }

  @Test
  void a_popped_tag_pushed_again_gives_the_same_octets() {
    FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 4);
    byte[] plain = frame("02:00:00:00:00:01", 60);
    byte[] tagged = tagged(plain, 0xA064);
    int i = batch.append(tagged);

    assertThat(batch.popTag(i)).isEqualTo(0xA064);
    assertThat(batch.tag(i)).isEqualTo(0xA064);
    assertThat(batch.tagProtocol(i)).isEqualTo(0x8100);
    assertThat(batch.octets(i)).isEqualTo(plain);

    batch.pushTag(i, TagProtocol.CUSTOMER, 0xA064);
    assertThat(batch.tag(i)).isEqualTo(FrameBatch.NO_TAG);
    assertThat(batch.octets(i)).isEqualTo(tagged);
  }

  @Test
  void a_frame_without_a_tag_has_none_to_pop() {
    FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 4);
    byte[] plain = frame("02:00:00:00:00:01", 60);
    assertThat(batch.popTag(batch.append(plain))).isEqualTo(FrameBatch.NO_TAG);
    byte[] cut = Arrays.copyOf(tagged(plain, 1), 17);
    assertThat(batch.popTag(batch.append(cut))).isEqualTo(FrameBatch.NO_TAG);
    assertThat(batch.popTag(batch.append(new byte[5]))).isEqualTo(FrameBatch.NO_TAG);
    assertThat(batch.octets(1)).isEqualTo(cut);
  }

  @Test
  void headroom_holds_five_tags_and_refuses_the_sixth() {
    FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 2);
    batch.append(new byte[60]);
    int i = batch.append(frame("02:00:00:00:00:01", 60));
    for (int tag = 1; tag <= 5; tag++) {
      batch.pushTag(i, TagProtocol.SERVICE, tag);
    }
    assertThat(batch.length(i)).isEqualTo(80);
    assertThat(batch.intAt(i, 12)).isEqualTo(0x88A8_0005);
    assertThatThrownBy(() -> batch.pushTag(i, TagProtocol.CUSTOMER, 6))
        .isInstanceOf(IllegalStateException.class);
    assertThat(batch.octets(0)).isEqualTo(new byte[60]);
  }

  @Test
  void fields_are_read_in_network_order_and_never_beyond_the_frame() {
    FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 1);
    byte[] octets = new byte[14];
    for (int i = 0; i < octets.length; i++) {
      octets[i] = (byte) (0xF0 + i);
    }
    batch.append(octets);
    assertThat(batch.macAt(0, 0)).isEqualTo(0xF0F1F2F3F4F5L);
    assertThat(batch.macAt(0, 6)).isEqualTo(0xF6F7F8F9FAFBL);
    assertThat(batch.shortAt(0, 12)).isEqualTo(0xFCFD);
    assertThat(batch.octetAt(0, 13)).isEqualTo(0xFD);
    assertThat(batch.longAt(0, 6)).isEqualTo(0xF6F7F8F9FAFBFCFDL);
    assertThatThrownBy(() -> batch.shortAt(0, 13)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> batch.octetAt(0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> batch.length(1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void a_full_batch_and_a_long_frame_are_refused_and_a_full_vector_says_so() {
    FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 1);
    assertThatThrownBy(() -> batch.append(new byte[2_049]))
        .isInstanceOf(IllegalArgumentException.class);
    batch.append(new byte[2_048]);
    assertThatThrownBy(() -> batch.append(new byte[1])).isInstanceOf(IllegalStateException.class);
    SendVector vector = SendVector.of(1);
    assertThat(vector.add(batch, 0)).isTrue();
    assertThat(vector.add(batch, 0)).isFalse();
    assertThat(vector.addTagged(batch, 0, TagProtocol.CUSTOMER, 1)).isFalse();
    assertThat(vector.length(0)).isEqualTo(2_048);
  }

  @Test
  void a_copy_keeps_octets_and_tag_when_the_original_is_gone() {
    FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 2);
    byte[] plain = frame("02:00:00:00:00:01", 60);
    batch.append(frame("02:00:00:00:00:02", 60));
    batch.popTag(batch.append(tagged(plain, 0x0007)));
    FrameBatch copies = FrameBatch.of(FrameSize.JUMBO, 1);
    int copy = copies.append(batch, 1);
    batch.clear();
    batch.append(new byte[60]);
    batch.append(new byte[60]);
    assertThat(copies.octets(copy)).isEqualTo(plain);
    assertThat(copies.tag(copy)).isEqualTo(7);
    assertThat(copies.tagProtocol(copy)).isEqualTo(0x8100);
    copies.pushTag(copy, TagProtocol.CUSTOMER, 7);
    assertThat(copies.octets(copy)).isEqualTo(tagged(plain, 7));
  }

  @Test
  void mac_addresses_are_parsed_and_printed() {
    assertThat(MacAddress.parse("01:80:c2:00:00:0E").bits()).isEqualTo(0x0180C200000EL);
    assertThat(MacAddress.parse("01:80:c2:00:00:0e")).hasToString("01:80:c2:00:00:0e");
    assertThat(MacAddress.parse("01:80:c2:00:00:0e").isGroup()).isTrue();
    assertThat(MacAddress.parse("02:80:c2:00:00:0e").isGroup()).isFalse();
    for (String bad : new String[] {"", "1:2:3:4:5", "01:80:c2:00:00:100", "01:80:c2:00:00:-1"}) {
      assertThatThrownBy(() -> MacAddress.parse(bad)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
