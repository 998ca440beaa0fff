package dev.understudy.wire.arp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.wire.CodecChecks;
import dev.understudy.wire.Decoded;
import dev.understudy.wire.Decoded.Reason;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.Octets;
import dev.understudy.wire.arp.ArpPacket.Party;
import dev.understudy.wire.ethernet.VlanTag;
import dev.understudy.wire.ip.Ipv4Address;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The fixed frames were made by scapy 2.5.0. */
final class ArpCodecTest {
  private static final String REQUEST =
      "ffffffffffff 020000000001 0806 0001 0800 06 04 0001"
          + "020000000001 c0000201 000000000000 c0000202";
  private static final String REPLY =
      "020000000001 020000000002 0806 0001 0800 06 04 0002"
          + "020000000002 c0000202 020000000001 c0000201";

  private static final Party ASKING =
      new Party(MacAddress.parse("02:00:00:00:00:01"), Ipv4Address.parse("192.0.2.1"));
  private static final ArpPacket QUESTION =
      ArpPacket.request(ASKING, Ipv4Address.parse("192.0.2.2"));

  private static final CodecChecks<ArpPacket> CHECKS =
      new CodecChecks<>(ArpCodec::decodeFrame, _ -> 60, ArpCodec::writeFrame);

  @Test
  void a_request_goes_to_everybody() {
    CHECKS.fixed(REQUEST, QUESTION, 18);
  }

  @Test
  void a_reply_goes_to_who_asked() {
    CHECKS.fixed(REPLY, QUESTION.replyFrom(MacAddress.parse("02:00:00:00:00:02")), 18);
  }

  @Test
  void what_is_written_is_read_as_the_same() {
    for (long seed : CodecChecks.SEEDS) {
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = 0; i < 5_000; i++) {
        CHECKS.roundTrip(
            new ArpPacket(random.nextInt(0x1_0000), randomParty(random), randomParty(random)));
      }
    }
  }

  @Test
  void every_truncation_is_bad() {
    CHECKS.everyTruncationIsBad(Octets.fromHex(REQUEST));
  }

  @Test
  void random_octets_never_throw() {
    for (long seed : CodecChecks.SEEDS) {
      assertThat(CHECKS.randomOctetsNeverThrow(seed, Octets.fromHex(REPLY))).isPositive();
    }
  }

  @Test
  void a_tagged_packet_is_read_too() {
    byte[] octets = new byte[64];
    int length = VlanTag.ofVid(10).push(octets, 0, ArpCodec.writeFrame(QUESTION, octets, 0));
    assertThat(ArpCodec.decodeFrame(octets, 0, length)).isEqualTo(Decoded.ok(QUESTION));
    octets[18] = 9;
    assertThat(ArpCodec.decodeFrame(octets, 0, length)).isEqualTo(Decoded.bad(Reason.PROTOCOL, 18));
  }

  @Test
  void another_protocol_is_named_as_what_is_wrong() {
    assertBad("0800", 12, Reason.ETHERTYPE, 12);
    assertBad("0006", 14, Reason.PROTOCOL, 14);
    assertBad("86dd", 16, Reason.PROTOCOL, 16);
    assertBad("08", 18, Reason.LENGTH, 18);
    assertBad("10", 19, Reason.LENGTH, 18);
  }

  private static void assertBad(String changed, int at, Reason reason, int offset) {
    byte[] octets = Octets.fromHex(REQUEST).toByteArray();
    Octets.fromHex(changed).copyTo(octets, at);
    assertThat(ArpCodec.decodeFrame(octets, 0, octets.length))
        .isEqualTo(Decoded.bad(reason, offset));
  }

  @Test
  void an_operation_of_more_than_two_octets_is_refused() {
    assertThatThrownBy(() -> new ArpPacket(0x1_0000, ASKING, ASKING))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Party randomParty(SplittableRandom random) {
    return new Party(
        new MacAddress(random.nextLong(1L << 48)), new Ipv4Address(random.nextLong(1L << 32)));
  }
}
