package dev.understudy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.fuzz.Fuzz;
import dev.understudy.wire.arp.ArpCodec;
import dev.understudy.wire.arp.ArpPacket;
import dev.understudy.wire.bpdu.Bpdu;
import dev.understudy.wire.bpdu.BpduCodec;
import dev.understudy.wire.ethernet.EthernetFrame;
import dev.understudy.wire.ethernet.VlanTag;
import dev.understudy.wire.ip.UdpCodec;
import dev.understudy.wire.ip.UdpDatagram;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Any octets: no decoder throws, and what means something survives being written and read. */
final class RudeFramesFuzzTest {
  private static final String BPDU_HEADER = "0180c2000000 020000000001 0027 424203";
  private static final String VECTOR =
      "8000020000000001 00004e20 8000020000000002 8001 0100 1400 0200 0f00";
  private static final List<byte[]> FRAMES =
      List.of(
          frame(BPDU_HEADER + "0000 02 02 7c " + VECTOR + "00"),
          frame(BPDU_HEADER.replace("0027", "0026") + "0000 00 00 01 " + VECTOR),
          frame(BPDU_HEADER.replace("0027", "0007") + "0000 00 80"),
          frame(
              "ffffffffffff 020000000001 0806 0001 0800 06 04 0001"
                  + "020000000001 c0000201 000000000000 c0000202"),
          frame(
              "020000000002 020000000001 0800"
                  + "45000027 00004000 4011b6c2 c0000201 c0000202"
                  + "0fa00fa1 0013364d 756e646572737475647901"),
          frame(
              "020000000002 020000000001 8100 b00a 0800"
                  + "45000027 00004000 4011b6c2 c0000201 c0000202"
                  + "0fa00fa1 0013364d 756e646572737475647901"));

  private static byte[] frame(String hex) {
    return Octets.fromHex(hex).toByteArray();
  }

  /** What the decoder says; the value, written again, must be read as the same. */
  private static <T> String twice(
      byte[] octets, CodecChecks.Decoder<T> decoder, Function<T, byte[]> writer) {
    switch (decoder.decode(octets, 0, octets.length)) {
      case Decoded.Bad<T>(Decoded.Reason reason, int at) -> {
        assertThat(at).isBetween(0, octets.length);
        return reason + " " + at;
      }
      case Decoded.Ok<T>(T value) -> {
        byte[] written = writer.apply(value);
        assertThat(decoder.decode(written, 0, written.length)).isEqualTo(Decoded.ok(value));
        return value.getClass().getSimpleName();
      }
    }
  }

  @Test
  void bpdus() {
    Fuzz.run(
        getClass(),
        "bpdu",
        FRAMES,
        octets ->
            twice(
                octets,
                BpduCodec::decodeFrame,
                (Bpdu bpdu) -> BpduCodec.encodeFrame(bpdu, new MacAddress(1)).toByteArray()));
  }

  @Test
  void arp_packets() {
    Fuzz.run(
        getClass(),
        "arp",
        FRAMES,
        octets ->
            twice(
                octets,
                ArpCodec::decodeFrame,
                (ArpPacket packet) -> ArpCodec.encodeFrame(packet).toByteArray()));
  }

  @Test
  void udp_datagrams() {
    Fuzz.run(
        getClass(),
        "udp",
        FRAMES,
        octets ->
            twice(
                octets,
                UdpCodec::decodeFrame,
                (UdpDatagram datagram) -> UdpCodec.encodeFrame(datagram).toByteArray()));
  }

  @Test
  void ethernet_frames_and_their_tags() {
    Fuzz.run(
        getClass(),
        "ethernet",
        FRAMES,
        octets -> {
          switch (EthernetFrame.decode(octets, 0, octets.length)) {
            case Decoded.Bad<EthernetFrame>(Decoded.Reason reason, int at) -> {
              assertThat(at).isBetween(0, octets.length);
              return reason + " " + at;
            }
            case Decoded.Ok<EthernetFrame>(EthernetFrame frame) -> {
              int payload = frame.payloadOffset() + frame.payloadLength();
              assertThat(payload).isBetween(0, octets.length);
              if (!frame.isTagged()) {
                return "untagged " + frame.isLlc();
              }
              byte[] popped = octets.clone();
              int length = VlanTag.pop(popped, 0, popped.length);
              VlanTag tag = VlanTag.ofTci(EthernetFrame.tci(octets, 0));
              byte[] pushed = Arrays.copyOf(popped, length + VlanTag.LENGTH);
              assertThat(tag.push(pushed, 0, length)).isEqualTo(octets.length);
              assertThat(pushed).isEqualTo(octets);
              return "tagged " + frame.isLlc();
            }
          }
        });
  }
}
