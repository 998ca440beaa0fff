package dev.understudy.wire.bpdu;

/** The port role in a BPDU's flags (802.1Q-2018 14.2.9). */
public enum BpduPortRole {
  /**
   * Never sent in version 2. A bridge that receives it takes the BPDU as a Configuration BPDU
   * (802.1D-2004 9.3.3, note).
   */
  UNKNOWN(0),
  ALTERNATE_OR_BACKUP(1),
  ROOT(2),
  DESIGNATED(3);

  private final int wire;

  BpduPortRole(int wire) {
    this.wire = wire;
  }

  /** From the two bits on the wire, of which there is no other value. */
  static BpduPortRole ofWire(int value) {
    return switch (value & 3) {
      case 1 -> ALTERNATE_OR_BACKUP;
      case 2 -> ROOT;
      case 3 -> DESIGNATED;
      default -> UNKNOWN;
    };
  }

  int wire() {
    return wire;
  }
}
