package dev.understudy.wire.ethernet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.wire.CodecChecks;
import dev.understudy.wire.Decoded;
import dev.understudy.wire.Decoded.Reason;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.Octets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class EthernetFrameTest {
  private static final MacAddress DESTINATION = MacAddress.parse("02:00:00:00:00:02");
  private static final MacAddress SOURCE = MacAddress.parse("02:00:00:00:00:01");

  /** What a view shows, as a value that is written again: header, tag if any, payload. */
  private record Shown(EthernetHeader header, int tci, Octets payload) {
    static Shown of(EthernetFrame frame) {
      return new Shown(
          new EthernetHeader(frame.destination(), frame.source(), frame.typeOrLength()),
          frame.tag().map(VlanTag::tci).orElse(-1),
          frame.payload());
    }

    int length() {
      return EthernetHeader.LENGTH + (tci < 0 ? 0 : VlanTag.LENGTH) + payload.length();
    }

    int write(byte[] octets, int at) {
      header.write(octets, at);
      payload.copyTo(octets, at + EthernetHeader.LENGTH);
      int length = EthernetHeader.LENGTH + payload.length();
      return tci < 0 ? length : VlanTag.ofTci(tci).push(octets, at, length);
    }
  }

  private static final CodecChecks<Shown> CHECKS =
      new CodecChecks<>(
          (octets, offset, length) -> EthernetFrame.decode(octets, offset, length).map(Shown::of),
          Shown::length,
          Shown::write);

  @Test
  void a_frame_without_a_tag_is_header_and_payload() {
    CHECKS.fixed(
        "020000000002 020000000001 0800 4500",
        new Shown(
            new EthernetHeader(DESTINATION, SOURCE, EtherType.IPV4), -1, Octets.fromHex("4500")));
  }

  /** Dot1Q(prio=5, id=1, vlan=10) in scapy 2.5.0. */
  @Test
  void a_tagged_frame_shows_what_stands_behind_the_tag() {
    CHECKS.fixed(
        "020000000002 020000000001 8100 b00a 0800 4500",
        new Shown(
            new EthernetHeader(DESTINATION, SOURCE, EtherType.IPV4),
            new VlanTag(5, true, 10).tci(),
            Octets.fromHex("4500")));
  }

  @Test
  void the_payload_of_a_frame_with_a_length_ends_where_the_length_says() {
    EthernetFrame frame = decoded("020000000002 020000000001 0003 424203 a5a5");
    assertThat(frame.isLlc()).isTrue();
    assertThat(frame.payload()).isEqualTo(Octets.fromHex("424203"));
    assertThat(frame.length()).isEqualTo(19);
    assertThat(Llc.isBridgeSpanningTree(frame.octets(), frame.payloadOffset())).isTrue();

    EthernetFrame tagged = decoded("020000000002 020000000001 8100 0001 0003 424203 a5a5");
    assertThat(tagged.isLlc()).isTrue();
    assertThat(tagged.payload()).isEqualTo(Octets.fromHex("424203"));
  }

  @Test
  void a_second_tag_and_a_service_tag_are_ethertypes_like_others() {
    assertThat(decoded("020000000002 020000000001 8100 0001 8100 0002 0800").typeOrLength())
        .isEqualTo(EtherType.C_TAG);
    EthernetFrame service = decoded("020000000002 020000000001 88a8 0001 0800");
    assertThat(service.isTagged()).isFalse();
    assertThat(service.typeOrLength()).isEqualTo(EtherType.S_TAG);
  }

  @Test
  void every_truncation_is_bad() {
    CHECKS.everyTruncationIsBad(Octets.fromHex("020000000002 020000000001 0800"));
    CHECKS.everyTruncationIsBad(Octets.fromHex("020000000002 020000000001 8100 0001 0800"));
    CHECKS.everyTruncationIsBad(Octets.fromHex("020000000002 020000000001 0003 424203"));
    CHECKS.everyTruncationIsBad(Octets.fromHex("020000000002 020000000001 8100 0001 0003 424203"));
  }

  @Test
  void numbers_between_lengths_and_ethertypes_are_bad() {
    byte[] octets = new byte[1_600];
    for (int number = 0; number <= 0xFFFF; number++) {
      octets[12] = (byte) (number >> 8);
      octets[13] = (byte) number;
      Decoded<EthernetFrame> decoded = EthernetFrame.decode(octets, 0, octets.length);
      if (number > 1_500 && number < 0x0600) {
        assertThat(decoded).isEqualTo(Decoded.bad(Reason.LENGTH, 12));
      } else {
        assertThat(decoded).isInstanceOf(Decoded.Ok.class);
      }
    }
  }

  @Test
  void what_is_written_is_read_as_the_same() {
    for (long seed : CodecChecks.SEEDS) {
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = 0; i < 5_000; i++) {
        byte[] payload = new byte[random.nextInt(1_501)];
        random.nextBytes(payload);
        int type = 0x0600 + random.nextInt(0xFA00);
        if (random.nextInt(4) == 0 || type == EtherType.C_TAG) {
          type = payload.length;
        }
        CHECKS.roundTrip(
            new Shown(
                new EthernetHeader(
                    new MacAddress(random.nextLong(1L << 48)),
                    new MacAddress(random.nextLong(1L << 48)),
                    type),
                random.nextBoolean() ? -1 : random.nextInt(0x1_0000),
                Octets.of(payload)));
      }
    }
  }

  @Test
  void random_octets_never_throw() {
    Octets tagged = Octets.fromHex("020000000002 020000000001 8100 b00a 0003 424203 a5a5");
    for (long seed : CodecChecks.SEEDS) {
      assertThat(CHECKS.randomOctetsNeverThrow(seed, tagged)).isPositive();
    }
  }

  @Test
  void readers_without_a_view_see_the_same() {
    byte[] octets = Octets.fromHex("a5 020000000002 020000000001 8100 b00a 0800").toByteArray();
    assertThat(EthernetFrame.destinationBits(octets, 1)).isEqualTo(DESTINATION.bits());
    assertThat(EthernetFrame.sourceBits(octets, 1)).isEqualTo(SOURCE.bits());
    assertThat(EthernetFrame.isTagged(octets, 1)).isTrue();
    assertThat(EthernetFrame.tci(octets, 1)).isEqualTo(0xB00A);
    assertThat(VlanTag.vidOf(0xB00A)).isEqualTo(10);
  }

  @Test
  void the_text_names_the_header() {
    assertThat(decoded("020000000002 020000000001 8100 b00a 0800"))
        .hasToString(
            "02:00:00:00:00:02 < 02:00:00:00:00:01 vid 10 priority 5 drop-eligible 0x0800,"
                + " 18 octets");
  }

  @Test
  void a_header_is_not_written_with_a_number_that_is_neither_type_nor_length() {
    for (int number : new int[] {-1, 1_501, 0x05FF, 0x1_0000}) {
      assertThatThrownBy(() -> new EthernetHeader(DESTINATION, SOURCE, number))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static EthernetFrame decoded(String hex) {
    Octets octets = Octets.fromHex(hex);
    return EthernetFrame.decode(octets.toByteArray(), 0, octets.length())
        .toOptional()
        .orElseThrow();
  }
}
