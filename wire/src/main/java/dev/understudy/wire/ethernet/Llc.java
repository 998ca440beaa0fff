package dev.understudy.wire.ethernet;

import dev.understudy.wire.BigEndian;

/**
 * The LLC header of a frame with a length in place of an EtherType (ISO/IEC 8802-2): DSAP, SSAP,
 * and the control octet of an unnumbered information PDU.
 */
public final class Llc {
  public static final int LENGTH = 3;

  /** The service access point of the Bridge Spanning Tree Protocol. */
  public static final int SAP_BRIDGE_SPANNING_TREE = 0x42;

  /** The service access point of SNAP. */
  public static final int SAP_SNAP = 0xAA;

  /** Control octet: unnumbered information, no poll. */
  public static final int CONTROL_UI = 0x03;

  private static final int DSAP = 0;
  private static final int SSAP = 1;
  private static final int CONTROL = 2;

  private Llc() {}

  /** True if the three octets at {@code at} are 42 42 03. */
  public static boolean isBridgeSpanningTree(byte[] octets, int at) {
    return BigEndian.u8(octets, at + DSAP) == SAP_BRIDGE_SPANNING_TREE
        && BigEndian.u8(octets, at + SSAP) == SAP_BRIDGE_SPANNING_TREE
        && BigEndian.u8(octets, at + CONTROL) == CONTROL_UI;
  }

  /** Writes 42 42 03. */
  public static void writeBridgeSpanningTree(byte[] octets, int at) {
    BigEndian.put8(octets, at + DSAP, SAP_BRIDGE_SPANNING_TREE);
    BigEndian.put8(octets, at + SSAP, SAP_BRIDGE_SPANNING_TREE);
    BigEndian.put8(octets, at + CONTROL, CONTROL_UI);
  }
}
