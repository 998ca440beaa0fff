package dev.understudy.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class PcapngTest {
  private static ByteBuffer written(byte[] frame) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Pcapng file = new Pcapng(out, List.of("n1:sw1"))) {
      file.packet(0, Pcapng.Direction.IN, 0x1122334455667788L, frame);
    }
    return ByteBuffer.wrap(out.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void blocks_follow_each_other_with_their_length_at_both_ends() throws IOException {
    for (int length = 0; length < 70; length++) {
      ByteBuffer file = written(new byte[length]);
      int blocks = 0;
      for (int at = 0; at < file.limit(); blocks++) {
        int blockLength = file.getInt(at + 4);
        assertThat(blockLength % 4).isZero();
        assertThat(file.getInt(at + blockLength - 4)).isEqualTo(blockLength);
        at += blockLength;
      }
      assertThat(blocks).isEqualTo(3);
    }
  }

  @Test
  void a_packet_has_its_time_its_octets_and_its_direction() throws IOException {
    ByteBuffer file = written(new byte[] {1, 2, 3, 4, 5});
    int section = file.getInt(4);
    int packet = section + file.getInt(section + 4);
    assertThat(file.getInt(0)).isEqualTo(0x0A0D0D0A);
    assertThat(file.getInt(8)).isEqualTo(0x1A2B3C4D);
    assertThat(file.getInt(packet)).isEqualTo(6);
    assertThat(file.getInt(packet + 12)).isEqualTo(0x11223344);
    assertThat(file.getInt(packet + 16)).isEqualTo(0x55667788);
    assertThat(file.getInt(packet + 20)).isEqualTo(5);
    assertThat(file.get(packet + 28)).isEqualTo((byte) 1);
    assertThat(file.get(packet + 32)).isEqualTo((byte) 5);
    assertThat(file.getShort(packet + 36)).isEqualTo((short) 2);
    assertThat(file.getInt(packet + 40)).isEqualTo(1);
  }
}
