package dev.understudy.simulation;

/** Frames that the world makes by itself. */
final class Frames {
  private static final int LENGTH = 60;
  private static final long BPDU_ADDRESS = 0x0180_c200_0000L;
  private static final int LLC_LENGTH = 38;
  private static final long LLC = 0x42_4203L;

  private Frames() {}

  /** A BPDU as of 802.1D-1998, of a root with the best priority. */
  static byte[] rogue() {
    byte[] octets = bpdu(0x0600_0000_0002L);
    put(octets, 22, 0x0600_0000_0002L, 8);
    put(octets, 34, 0x0600_0000_0002L, 8);
    put(octets, 42, 0x8001, 2);
    put(octets, 46, 6 << 8, 2);
    put(octets, 48, 1 << 8, 2);
    put(octets, 50, 4 << 8, 2);
    return octets;
  }

  /** Addressed as a BPDU, but none. */
  static byte[] noBpdu(int number) {
    byte[] octets = bpdu(0x0600_0000_0001L);
    put(octets, 17, 0xffff_0000L + number, 4);
    return octets;
  }

  static boolean isBpdu(byte[] octets) {
    return get(octets, 0, 6) == BPDU_ADDRESS;
  }

  private static byte[] bpdu(long source) {
    byte[] octets = new byte[LENGTH];
    put(octets, 0, BPDU_ADDRESS, 6);
    put(octets, 6, source, 6);
    put(octets, 12, LLC_LENGTH, 2);
    put(octets, 14, LLC, 3);
    return octets;
  }

  /** A host's data; a flow's index and the frame's number in it are in the first ten octets. */
  static byte[] data(long to, long from, int etherType, int flow, long number) {
    byte[] octets = new byte[LENGTH];
    put(octets, 0, to, 6);
    put(octets, 6, from, 6);
    put(octets, 12, etherType, 2);
    put(octets, 14, flow, 2);
    put(octets, 16, number, 8);
    return octets;
  }

  private static void put(byte[] octets, int at, long value, int length) {
    for (int i = 0; i < length; i++) {
      octets[at + i] = (byte) (value >>> (8 * (length - 1 - i)));
    }
  }

  static long get(byte[] octets, int at, int length) {
    long value = 0;
    for (int i = 0; i < length; i++) {
      value = value << 8 | (octets[at + i] & 0xff);
    }
    return value;
  }
}
