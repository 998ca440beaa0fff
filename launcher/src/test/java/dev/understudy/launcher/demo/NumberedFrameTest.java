package dev.understudy.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.wire.MacAddress;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NumberedFrameTest {
  private static final NumberedFrame FRAME =
      new NumberedFrame(
          MacAddress.parse("02:00:55:00:10:01"),
          MacAddress.parse("02:00:55:00:10:02"),
          5,
          0x0102030405060708L);

  @Test
  void what_is_encoded_is_decoded() {
    assertThat(NumberedFrame.decode(FRAME.encode())).contains(FRAME);
  }

  @Test
  void octets_stand_where_the_picture_says() {
    byte[] octets = FRAME.encode();
    assertThat(Arrays.copyOfRange(octets, 12, 28))
        .containsExactly(0x88, 0xb5, 'U', 'S', 'D', 'Y', 0, 5, 1, 2, 3, 4, 5, 6, 7, 8);
  }

  @Test
  void other_frames_and_truncated_ones_are_none() {
    byte[] octets = FRAME.encode();
    for (int length = 0; length < 28; length++) {
      assertThat(NumberedFrame.decode(Arrays.copyOf(octets, length))).isEmpty();
    }
    Random random = new Random(7);
    for (int i = 0; i < 1_000; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      assertThat(NumberedFrame.decode(noise)).isEmpty();
    }
  }
}
