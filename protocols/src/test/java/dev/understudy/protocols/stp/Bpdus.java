package dev.understudy.protocols.stp;

import dev.understudy.wire.MacAddress;
import dev.understudy.wire.bpdu.Bpdu;
import dev.understudy.wire.bpdu.BpduFlags;
import dev.understudy.wire.bpdu.BpduPortRole;
import dev.understudy.wire.bpdu.BpduTimes;
import dev.understudy.wire.bpdu.BridgeId;
import dev.understudy.wire.bpdu.PortId;

/** BPDUs of neighbours that aren't there. */
final class Bpdus {
  private Bpdus() {}

  static BridgeId bridge(long address) {
    return BridgeId.of(32768, new MacAddress(address));
  }

  /** From a designated port of a root. */
  static Bpdu.Rst designated(long address, int port, BpduFlags flags) {
    return new Bpdu.Rst(
        flags.withRole(BpduPortRole.DESIGNATED),
        bridge(address),
        0,
        bridge(address),
        PortId.of(128, port),
        BpduTimes.DEFAULT);
  }

  static Bpdu.Rst proposal(long address, int port) {
    return designated(address, port, BpduFlags.NONE.withProposal(true));
  }
}
