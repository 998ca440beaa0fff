package dev.understudy.wire.bpdu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.wire.Decoded;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.Octets;
import org.junit.jupiter.api.Test;

/** Frames made by scapy 2.5.0. */
final class BpduCodecTest {
  private static final MacAddress SOURCE = MacAddress.parse("00:aa:bb:cc:dd:01");
  private static final BridgeId ROOT = BridgeId.parse("32768.00:11:22:33:44:55");
  private static final BridgeId BRIDGE = BridgeId.parse("4096.00:aa:bb:cc:dd:ee");

  @Test
  void a_configuration_bpdu_is_the_octets_that_scapy_makes() {
    check(
        "0180c200000000aabbccdd01002642420300000000818000001122334455"
            + "00004e20100000aabbccddee80030100140002000f00"
            + "0000000000000000",
        new Bpdu.Config(
            BpduFlags.NONE.withTopologyChange(true).withTopologyChangeAck(true),
            ROOT,
            20_000,
            BRIDGE,
            PortId.of(128, 3),
            BpduTimes.ofSeconds(1, 20, 2, 15)));
  }

  private static void check(String hex, Bpdu bpdu) {
    Octets frame = Octets.fromHex(hex);
    assertThat(BpduCodec.encodeFrame(bpdu, SOURCE)).isEqualTo(frame);
    assertThat(BpduCodec.decodeFrame(frame.toByteArray(), 0, frame.length()))
        .isEqualTo(Decoded.ok(bpdu));
  }
}
