package dev.understudy.wire.bpdu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class BpduFlagsTest {

  @Test
  void every_octet_is_its_flags_both_ways() {
    for (int octet = 0; octet <= 0xFF; octet++) {
      BpduFlags flags = new BpduFlags(octet);
      BpduFlags again =
          BpduFlags.NONE
              .withTopologyChange(flags.topologyChange())
              .withProposal(flags.proposal())
              .withRole(flags.role())
              .withLearning(flags.learning())
              .withForwarding(flags.forwarding())
              .withAgreement(flags.agreement())
              .withTopologyChangeAck(flags.topologyChangeAck());
      assertThat(again).isEqualTo(flags);
    }
  }

  @Test
  void each_flag_is_at_its_bit() {
    assertThat(BpduFlags.NONE.withTopologyChange(true).octet()).isEqualTo(0x01);
    assertThat(BpduFlags.NONE.withProposal(true).octet()).isEqualTo(0x02);
    assertThat(BpduFlags.NONE.withRole(BpduPortRole.ALTERNATE_OR_BACKUP).octet()).isEqualTo(0x04);
    assertThat(BpduFlags.NONE.withRole(BpduPortRole.ROOT).octet()).isEqualTo(0x08);
    assertThat(BpduFlags.NONE.withRole(BpduPortRole.DESIGNATED).octet()).isEqualTo(0x0C);
    assertThat(BpduFlags.NONE.withLearning(true).octet()).isEqualTo(0x10);
    assertThat(BpduFlags.NONE.withForwarding(true).octet()).isEqualTo(0x20);
    assertThat(BpduFlags.NONE.withAgreement(true).octet()).isEqualTo(0x40);
    assertThat(BpduFlags.NONE.withTopologyChangeAck(true).octet()).isEqualTo(0x80);
  }

  @Test
  void a_flag_is_taken_away_and_the_others_stay() {
    BpduFlags all = new BpduFlags(0xFF);
    assertThat(all.withProposal(false).octet()).isEqualTo(0xFD);
    assertThat(all.withRole(BpduPortRole.UNKNOWN).octet()).isEqualTo(0xF3);
  }

  @Test
  void the_text_names_what_is_on() {
    assertThat(new BpduFlags(0x7C)).hasToString("designated learning forwarding agreement (0x7c)");
    assertThat(BpduFlags.NONE).hasToString("unknown (0x0)");
  }

  @Test
  void more_than_an_octet_is_refused() {
    assertThatThrownBy(() -> new BpduFlags(0x100)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new BpduFlags(-1)).isInstanceOf(IllegalArgumentException.class);
  }
}
