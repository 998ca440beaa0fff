package dev.understudy.wire.ip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.wire.BigEndian;
import dev.understudy.wire.CodecChecks;
import dev.understudy.wire.Decoded;
import dev.understudy.wire.Decoded.Reason;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.Octets;
import dev.understudy.wire.ethernet.VlanTag;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The fixed frames were made by scapy 2.5.0. */
final class UdpCodecTest {
  private static final String UNTAGGED =
      "020000000002 020000000001 0800"
          + "45000027 00004000 4011b6c2 c0000201 c0000202"
          + "0fa00fa1 0013364d 756e646572737475647901";
  private static final String TAGGED =
      UNTAGGED.replace("020000000001 0800", "020000000001 8100 b00a 0800");

  private static final UdpFlow FLOW =
      new UdpFlow(
          new UdpEndpoint(
              MacAddress.parse("02:00:00:00:00:01"), Ipv4Address.parse("192.0.2.1"), 4_000),
          new UdpEndpoint(
              MacAddress.parse("02:00:00:00:00:02"), Ipv4Address.parse("192.0.2.2"), 4_001));
  private static final UdpDatagram DATAGRAM =
      new UdpDatagram(FLOW, Octets.of("understudy\u0001".getBytes(StandardCharsets.US_ASCII)));

  private static final CodecChecks<UdpDatagram> CHECKS =
      new CodecChecks<>(
          UdpCodec::decodeFrame,
          datagram -> UdpCodec.frameLength(datagram.payload().length()),
          UdpCodec::writeFrame);

  @Test
  void a_datagram_is_the_octets_that_scapy_makes() {
    CHECKS.fixed(UNTAGGED, DATAGRAM, 7);
  }

  @Test
  void a_tagged_datagram_is_read_too() {
    assertThat(CHECKS.decode(Octets.fromHex(TAGGED))).isEqualTo(Decoded.ok(DATAGRAM));
    byte[] octets = new byte[64];
    int length = UdpCodec.writeFrame(DATAGRAM, octets, 0);
    length = new VlanTag(5, true, 10).push(octets, 0, length);
    assertThat(Octets.copyOf(octets, 0, length).hex())
        .isEqualTo(Octets.fromHex(TAGGED).hex() + "00".repeat(7));
  }

  @Test
  void what_is_written_is_read_as_the_same() {
    for (long seed : CodecChecks.SEEDS) {
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = 0; i < 2_000; i++) {
        byte[] payload = new byte[random.nextInt(UdpCodec.PAYLOAD_MAX + 1)];
        random.nextBytes(payload);
        UdpFlow flow = new UdpFlow(randomEndpoint(random), randomEndpoint(random));
        CHECKS.roundTrip(new UdpDatagram(flow, Octets.of(payload)));
        CHECKS.roundTrip(new UdpDatagram(flow.reversed(), Octets.EMPTY));
      }
    }
  }

  @Test
  void every_truncation_is_bad() {
    CHECKS.everyTruncationIsBad(Octets.fromHex(UNTAGGED));
    CHECKS.everyTruncationIsBad(Octets.fromHex(TAGGED));
  }

  @Test
  void random_octets_never_throw() {
    for (long seed : CodecChecks.SEEDS) {
      assertThat(CHECKS.randomOctetsNeverThrow(seed, Octets.fromHex(UNTAGGED))).isPositive();
      assertThat(CHECKS.randomOctetsNeverThrow(seed, Octets.fromHex(TAGGED))).isPositive();
    }
  }

  @Test
  void every_flipped_bit_of_packet_and_payload_is_noticed() {
    byte[] octets = Octets.fromHex(UNTAGGED).toByteArray();
    for (int bit = 14 * 8; bit < octets.length * 8; bit++) {
      octets[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(UdpCodec.decodeFrame(octets, 0, octets.length))
          .as("bit %d of octet %d", bit % 8, bit / 8)
          .isInstanceOf(Decoded.Bad.class);
      octets[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  @Test
  void a_datagram_without_a_checksum_is_taken() {
    byte[] octets = Octets.fromHex(UNTAGGED).toByteArray();
    BigEndian.put16(octets, 40, 0);
    assertThat(UdpCodec.decodeFrame(octets, 0, octets.length)).isEqualTo(Decoded.ok(DATAGRAM));
  }

  @Test
  void a_checksum_that_comes_out_as_zero_is_written_as_ffff() {
    int zeros = 0;
    for (int word = 0; word <= 0xFFFF; word++) {
      Octets payload = Octets.of((byte) (word >> 8), (byte) word);
      byte[] frame = UdpCodec.encodeFrame(new UdpDatagram(FLOW, payload)).toByteArray();
      int checksum = BigEndian.u16(frame, 40);
      assertThat(checksum).isNotZero();
      if (checksum == 0xFFFF) {
        zeros++;
        assertThat(UdpCodec.decodeFrame(frame, 0, frame.length)).isInstanceOf(Decoded.Ok.class);
      }
    }
    assertThat(zeros).isPositive();
  }

  @Test
  void options_are_passed_over() {
    byte[] octets =
        Octets.fromHex(
                UNTAGGED
                    .replace("45000027", "4600002b")
                    .replace("4011b6c2", "40110000")
                    .replace("c0000202", "c0000202 01010100"))
            .toByteArray();
    int checksum = InternetChecksum.finish(InternetChecksum.add(0, octets, 14, 24));
    BigEndian.put16(octets, 24, checksum);
    assertThat(UdpCodec.decodeFrame(octets, 0, octets.length)).isEqualTo(Decoded.ok(DATAGRAM));
  }

  @Test
  void another_protocol_is_named_as_what_is_wrong() {
    assertBad("0806", 12, Reason.ETHERTYPE, 12);
    assertBad("65", 14, Reason.VERSION, 14);
    assertBad("44", 14, Reason.LENGTH, 14);
    assertBad("0013", 16, Reason.LENGTH, 14);
    assertBad("ff", 22, Reason.CHECKSUM, 24);
    assertBad("2000", 20, Reason.FRAGMENT, 20);
    assertBad("4001", 20, Reason.FRAGMENT, 20);
    assertBad("06", 23, Reason.PROTOCOL, 23);
    assertBad("0007", 38, Reason.LENGTH, 38);
    assertBad("0014", 38, Reason.LENGTH, 38);
    assertBad("02", 52, Reason.CHECKSUM, 40);
    assertBad("001b", 16, Reason.LENGTH, 34);
  }

  /** Changes octets and, except where the IPv4 checksum itself is tested, makes it right again. */
  private static void assertBad(String changed, int at, Reason reason, int offset) {
    byte[] octets = Octets.fromHex(UNTAGGED).toByteArray();
    Octets.fromHex(changed).copyTo(octets, at);
    if (offset != 24) {
      BigEndian.put16(octets, 24, 0);
      BigEndian.put16(octets, 24, InternetChecksum.finish(InternetChecksum.add(0, octets, 14, 20)));
    }
    assertThat(UdpCodec.decodeFrame(octets, 0, octets.length))
        .isEqualTo(Decoded.bad(reason, offset));
  }

  @Test
  void arguments_outside_their_range_are_refused() {
    assertThatThrownBy(() -> new UdpDatagram(FLOW, Octets.of(new byte[1_473])))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> UdpCodec.writeHeaders(FLOW, new byte[60], 0, -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> UdpCodec.writeHeaders(FLOW, new byte[59], 0, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new UdpEndpoint(MacAddress.ZERO, Ipv4Address.ANY, 0x1_0000))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static UdpEndpoint randomEndpoint(SplittableRandom random) {
    return new UdpEndpoint(
        new MacAddress(random.nextLong(1L << 48)),
        new Ipv4Address(random.nextLong(1L << 32)),
        random.nextInt(0x1_0000));
  }
}
