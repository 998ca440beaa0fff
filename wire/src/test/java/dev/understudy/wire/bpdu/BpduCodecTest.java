package dev.understudy.wire.bpdu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.wire.BigEndian;
import dev.understudy.wire.CodecChecks;
import dev.understudy.wire.Decoded;
import dev.understudy.wire.Decoded.Reason;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.Octets;
import dev.understudy.wire.ethernet.VlanTag;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BpduCodecTest {
  private static final MacAddress SOURCE = MacAddress.parse("02:00:00:00:00:01");
  private static final BridgeId ROOT = BridgeId.parse("4096.02:00:00:00:00:b0");
  private static final BpduTimes KERNEL_TIMES = BpduTimes.ofSeconds(0, 20, 2, 2);

  /** Captured from the Linux 6.18 bridge with a forward delay of 2 s; it does not pad. */
  private static final String KERNEL_CONFIG =
      "0180c2000000 020000000001 0026 424203 0000 00 00 81 1000 0200000000b0"
          + "00000000 1000 0200000000b0 8001 0000 1400 0200 0200";

  private static final String KERNEL_TCN = "0180c2000000 020000000001 0007 424203 0000 00 80";

  /** Captured from Open vSwitch 3: a designated port that proposes. */
  private static final String OVS_PROPOSAL =
      "0180c2000000 628f4f541149 0027 424203 0000 02 02 0e 1000 02000000000b"
          + "00000000 1000 02000000000b 8001 0000 1400 0200 0f00 00";

  /** A whole MST BPDU by 802.1Q-2018 Figure 14-1: one region, one MSTI. */
  private static final String MST_REST =
      "0050 00" // Version 3 Length 80, format selector
          + "7265676931" // name "regi1" …
          + "00".repeat(27)
          + "0001 ac36177f50283cd4b83821d8ab26de62" // revision, digest
          + "00000000 8000 02000000000b 14" // internal cost, bridge id, remaining hops
          + "7c 8001 02000000000b 00000000 80 80 14"; // one MSTI Configuration Message

  private static final CodecChecks<Bpdu> ALONE =
      new CodecChecks<>(BpduCodec::decode, BpduCodec::length, BpduCodec::write);
  private static final CodecChecks<Bpdu> FRAME = frameOf(SOURCE);

  private static CodecChecks<Bpdu> frameOf(MacAddress source) {
    return new CodecChecks<>(
        BpduCodec::decodeFrame,
        BpduCodec::frameLength,
        (bpdu, octets, at) -> BpduCodec.writeFrame(bpdu, source, octets, at));
  }

  private static Bpdu.Config config(BpduTimes times) {
    return new Bpdu.Config(new BpduFlags(0x81), ROOT, 0, ROOT, PortId.of(128, 1), times);
  }

  private static Bpdu.Rst rst(int protocolVersion, int version1Length, Octets rest) {
    return new Bpdu.Rst(
        protocolVersion,
        BpduFlags.NONE.withRole(BpduPortRole.ROOT).withAgreement(true),
        ROOT,
        20_000,
        BridgeId.parse("32768.02:00:00:00:00:0b"),
        PortId.of(128, 2),
        BpduTimes.DEFAULT,
        version1Length,
        rest);
  }

  @Test
  void a_configuration_bpdu_is_the_octets_that_the_linux_kernel_sends() {
    FRAME.fixed(
        KERNEL_CONFIG,
        new Bpdu.Config(
            BpduFlags.NONE.withTopologyChange(true).withTopologyChangeAck(true),
            ROOT,
            0,
            ROOT,
            PortId.of(128, 1),
            KERNEL_TIMES),
        8);
  }

  @Test
  void a_topology_change_notification_is_the_octets_that_the_linux_kernel_sends() {
    FRAME.fixed(KERNEL_TCN, new Bpdu.Tcn(), 39);
  }

  @Test
  void an_rst_bpdu_is_the_octets_that_open_vswitch_sends() {
    BridgeId bridge = BridgeId.parse("4096.02:00:00:00:00:0b");
    frameOf(MacAddress.parse("62:8f:4f:54:11:49"))
        .fixed(
            OVS_PROPOSAL,
            new Bpdu.Rst(
                BpduFlags.NONE.withRole(BpduPortRole.DESIGNATED).withProposal(true),
                bridge,
                0,
                bridge,
                PortId.of(128, 1),
                BpduTimes.DEFAULT),
            7);
  }

  @Test
  void no_two_fields_of_an_rst_bpdu_share_an_octet() {
    ALONE.fixed(
        "0000 02 02 78 8001 001122334455 00004e20 1002 0a0b0c0d0e0f 8003"
            + "0101 1402 0203 0f04 00",
        new Bpdu.Rst(
            new BpduFlags(0x78),
            BridgeId.of(32_768, MacAddress.parse("00:11:22:33:44:55"), 1),
            20_000,
            BridgeId.of(4_096, MacAddress.parse("0a:0b:0c:0d:0e:0f"), 2),
            PortId.of(128, 3),
            new BpduTimes(0x0101, 0x1402, 0x0203, 0x0F04)));
  }

  @Test
  void an_mst_bpdu_is_its_rst_part_and_keeps_the_rest() {
    Octets rest = Octets.fromHex(MST_REST);
    assertThat(rest.length()).as("Version 3 Length and what it counts").isEqualTo(2 + 80);
    ALONE.fixed(
        "0000 03 02 48 1000 0200000000b0 00004e20 8000 02000000000b 8002"
            + "0000 1400 0200 0f00 00"
            + MST_REST,
        rst(Bpdu.VERSION_MSTP, 0, rest));
  }

  @Test
  void a_version_or_a_version_1_length_from_the_future_is_kept() {
    ALONE.roundTrip(rst(255, 17, Octets.fromHex("0102")));
  }

  @Test
  void a_type_without_a_name_is_kept() {
    ALONE.fixed("0000 07 55 0102", new Bpdu.Unknown(7, 0x55, Octets.fromHex("0102")));
  }

  @Test
  void what_is_written_is_read_as_the_same() {
    for (long seed : CodecChecks.SEEDS) {
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = 0; i < 5_000; i++) {
        Bpdu bpdu = randomBpdu(random);
        ALONE.roundTrip(bpdu);
        FRAME.roundTrip(bpdu);
      }
    }
  }

  @Test
  void every_truncation_is_bad() {
    for (String frame : new String[] {KERNEL_CONFIG, KERNEL_TCN, OVS_PROPOSAL}) {
      Octets octets = Octets.fromHex(frame);
      FRAME.everyTruncationIsBad(octets);
      ALONE.everyTruncationIsBad(octets.slice(BpduCodec.FRAME_OVERHEAD));
    }
  }

  @Test
  void a_length_field_that_cuts_the_bpdu_short_is_bad() {
    for (String frame : new String[] {KERNEL_CONFIG, KERNEL_TCN, OVS_PROPOSAL}) {
      byte[] octets = Octets.fromHex(frame).toByteArray();
      int stated = BigEndian.u16(octets, 12);
      for (int length = 0; length < stated; length++) {
        BigEndian.put16(octets, 12, length);
        assertThat(BpduCodec.decodeFrame(octets, 0, octets.length))
            .isEqualTo(Decoded.bad(Reason.TRUNCATED, 14 + length));
      }
    }
  }

  @Test
  void random_octets_never_throw() {
    Octets frame = Octets.fromHex(OVS_PROPOSAL);
    for (long seed : CodecChecks.SEEDS) {
      assertThat(FRAME.randomOctetsNeverThrow(seed, frame)).isPositive();
      assertThat(ALONE.randomOctetsNeverThrow(seed, frame.slice(BpduCodec.FRAME_OVERHEAD)))
          .isPositive();
    }
  }

  @Test
  void padding_of_whatever_octets_is_ignored() {
    Octets frame = Octets.fromHex(KERNEL_CONFIG + "a5".repeat(1_448));
    assertThat(FRAME.decode(frame)).isEqualTo(Decoded.ok(config(KERNEL_TIMES)));
  }

  @Test
  void a_frame_has_at_least_60_octets() {
    assertThat(BpduCodec.encodeFrame(new Bpdu.Tcn(), SOURCE).length()).isEqualTo(60);
    assertThat(BpduCodec.encodeFrame(rst(2, 0, Octets.EMPTY), SOURCE).length()).isEqualTo(60);
    Bpdu.Rst mst = rst(3, 0, Octets.fromHex(MST_REST));
    assertThat(BpduCodec.encodeFrame(mst, SOURCE).length()).isEqualTo(17 + 36 + 82);
  }

  @Test
  void octets_behind_a_configuration_bpdu_or_a_notification_mean_nothing() {
    Octets config = BpduCodec.encode(config(KERNEL_TIMES));
    assertThat(ALONE.decode(Octets.fromHex(config.hex() + "0102")))
        .isEqualTo(Decoded.ok(config(KERNEL_TIMES)));
    assertThat(ALONE.decode(Octets.fromHex("0000 00 80 0102")))
        .isEqualTo(Decoded.ok(new Bpdu.Tcn()));
  }

  @Test
  void a_configuration_bpdu_at_its_max_age_is_bad() {
    Bpdu.Config young = config(new BpduTimes(5_119, 5_120, 512, 3_840));
    Bpdu.Config dead = config(new BpduTimes(5_120, 5_120, 512, 3_840));
    assertThat(ALONE.decode(BpduCodec.encode(young))).isEqualTo(Decoded.ok(young));
    assertThat(ALONE.decode(BpduCodec.encode(dead))).isEqualTo(Decoded.bad(Reason.MESSAGE_AGE, 27));
    assertThat(FRAME.decode(BpduCodec.encodeFrame(dead, SOURCE)))
        .isEqualTo(Decoded.bad(Reason.MESSAGE_AGE, 17 + 27));
  }

  @Test
  void an_rst_bpdu_may_be_as_old_as_it_likes() {
    BpduTimes old = new BpduTimes(0xFFFF, 0, 0, 0);
    ALONE.roundTrip(new Bpdu.Rst(BpduFlags.NONE, ROOT, 0, ROOT, PortId.of(0, 1), old));
  }

  @Test
  void a_rapid_type_in_a_version_before_2_is_bad() {
    byte[] octets = BpduCodec.encode(rst(2, 0, Octets.EMPTY)).toByteArray();
    for (int version = 0; version <= 255; version++) {
      octets[2] = (byte) version;
      Decoded<Bpdu> decoded = BpduCodec.decode(octets, 0, octets.length);
      if (version < 2) {
        assertThat(decoded).isEqualTo(Decoded.bad(Reason.VERSION, 2));
      } else {
        assertThat(decoded).isEqualTo(Decoded.ok(rst(version, 0, Octets.EMPTY)));
      }
    }
  }

  @Test
  void a_legacy_type_counts_as_such_in_any_version() {
    byte[] octets = BpduCodec.encode(config(KERNEL_TIMES)).toByteArray();
    for (int version = 0; version <= 255; version++) {
      octets[2] = (byte) version;
      assertThat(BpduCodec.decode(octets, 0, octets.length).toOptional())
          .get()
          .isInstanceOf(Bpdu.Config.class)
          .extracting(Bpdu::protocolVersion)
          .isEqualTo(version);
    }
  }

  @Test
  void another_protocol_is_named_as_what_is_wrong() {
    assertBad("0180c200000e", 0, Reason.ADDRESS, 0);
    assertBad("01000ccccccd", 0, Reason.ADDRESS, 0);
    assertBad("0800", 12, Reason.ETHERTYPE, 12);
    assertBad("05dd", 12, Reason.LENGTH, 12);
    assertBad("aaaa03", 14, Reason.LLC, 14);
    assertBad("424213", 14, Reason.LLC, 14);
    assertBad("0001", 17, Reason.PROTOCOL, 17);
    assertBad("00", 19, Reason.VERSION, 19);
  }

  private static void assertBad(String changed, int at, Reason reason, int offset) {
    byte[] octets = Octets.fromHex(OVS_PROPOSAL).toByteArray();
    Octets.fromHex(changed).copyTo(octets, at);
    assertThat(BpduCodec.decodeFrame(octets, 0, octets.length))
        .isEqualTo(Decoded.bad(reason, offset));
  }

  @Test
  void a_tagged_bpdu_is_bad() {
    byte[] octets = new byte[64];
    int length = BpduCodec.writeFrame(new Bpdu.Tcn(), SOURCE, octets, 0);
    length = VlanTag.ofVid(1).push(octets, 0, length);
    assertThat(BpduCodec.decodeFrame(octets, 0, length))
        .isEqualTo(Decoded.bad(Reason.ETHERTYPE, 12));
  }

  @Test
  void the_longest_bpdu_fills_the_longest_llc_frame() {
    Bpdu.Rst longest = rst(4, 0, Octets.of(new byte[1_497 - 36]));
    ALONE.roundTrip(longest);
    FRAME.roundTrip(longest);
    assertThat(BpduCodec.frameLength(longest)).isEqualTo(1_514);
    assertThat(ALONE.decode(Octets.fromHex(BpduCodec.encode(longest).hex() + "00")))
        .isEqualTo(Decoded.bad(Reason.LENGTH, 1_497));
    assertThatThrownBy(() -> rst(4, 0, Octets.of(new byte[1_498 - 36])))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void fields_outside_their_range_are_the_callers_mistake() {
    assertThatThrownBy(() -> new Bpdu.Tcn(256)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> rst(1, 0, Octets.EMPTY)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> rst(2, 256, Octets.EMPTY))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Bpdu.Unknown(0, Bpdu.TYPE_RST, Octets.EMPTY))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() ->
            new Bpdu.Config(
                BpduFlags.NONE, ROOT, 1L << 32, ROOT, PortId.of(0, 1), BpduTimes.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BpduCodec.writeFrame(new Bpdu.Tcn(), SOURCE, new byte[60], 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static Bpdu randomBpdu(SplittableRandom random) {
    BpduFlags flags = new BpduFlags(random.nextInt(256));
    BridgeId root = new BridgeId(random.nextLong());
    long cost = random.nextLong(1L << 32);
    BridgeId bridge = new BridgeId(random.nextLong());
    PortId port = new PortId(random.nextInt(1 << 16));
    int maxAge = 1 + random.nextInt(0xFFFF);
    BpduTimes times =
        new BpduTimes(
            random.nextInt(maxAge), maxAge, random.nextInt(1 << 16), random.nextInt(1 << 16));
    byte[] rest = new byte[random.nextInt(4) == 0 ? random.nextInt(1_462) : 0];
    random.nextBytes(rest);
    int version = random.nextInt(256);
    return switch (random.nextInt(4)) {
      case 0 -> new Bpdu.Config(version, flags, root, cost, bridge, port, times);
      case 1 -> new Bpdu.Tcn(version);
      case 2 ->
          new Bpdu.Rst(
              Math.max(2, version),
              flags,
              root,
              cost,
              bridge,
              port,
              times,
              random.nextInt(256),
              Octets.of(rest));
      default -> new Bpdu.Unknown(version, 3 + random.nextInt(0x7D), Octets.of(rest));
    };
  }
}
