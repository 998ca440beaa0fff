package dev.understudy.forwarder.monitor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Blocks of pcapng, in little-endian order, of one section with one Ethernet interface and time
 * stamps in nanoseconds.
 *
 * <pre>
 *   | type 4 | length 4 | body … | options … | length 4 |
 *   option: | code 2 | length 2 | value, to a multiple of 4 |
 * </pre>
 */
final class Pcapng {
  static final int ENHANCED_PACKET = 6;

  /** Type and length, and the length again behind the body. */
  static final int FRAMING = 12;

  private static final int SECTION_HEADER = 0x0A0D_0D0A;
  private static final int INTERFACE_DESCRIPTION = 1;
  private static final int BYTE_ORDER = 0x1A2B_3C4D;
  private static final short LINK_TYPE_ETHERNET = 1;
  private static final int OPT_COMMENT = 1;
  private static final int SHB_USERAPPL = 4;
  private static final int IF_NAME = 2;
  private static final int IF_TSRESOL = 9;
  private static final byte NANOSECONDS = 9;
  private static final int EPB_FLAGS = 2;
  private static final int EPB_DROPCOUNT = 4;
  private static final int INBOUND = 1;
  private static final int OUTBOUND = 2;

  private Pcapng() {}

  /** What a file begins with. */
  static byte[] begin(String application, String port) {
    byte[] writer = utf8(application);
    byte[] name = utf8(port);
    ByteBuffer out = buffer(128 + padded(writer.length) + padded(name.length));
    int section = open(out, SECTION_HEADER);
    out.putInt(BYTE_ORDER).putShort((short) 1).putShort((short) 0).putLong(-1);
    option(out, SHB_USERAPPL, writer);
    close(out, section);
    int description = open(out, INTERFACE_DESCRIPTION);
    out.putShort(LINK_TYPE_ETHERNET).putShort((short) 0).putInt(0);
    option(out, IF_NAME, name);
    option(out, IF_TSRESOL, new byte[] {NANOSECONDS});
    close(out, description);
    return octets(out);
  }

  /**
   * An enhanced packet block.
   *
   * @param epochNanos when it was, since 1970
   */
  static byte[] packet(Captured frame, long epochNanos) {
    byte[] comment = utf8(comment(frame));
    int length = frame.octets().length();
    ByteBuffer out = buffer(96 + padded(length) + padded(comment.length));
    int block = open(out, ENHANCED_PACKET);
    out.putInt(0).putInt((int) (epochNanos >>> 32)).putInt((int) epochNanos);
    out.putInt(length).putInt(length).put(frame.octets().buffer().duplicate());
    pad(out, length);
    if (comment.length > 0) {
      option(out, OPT_COMMENT, comment);
    }
    int direction = frame.direction() == Captured.Direction.IN ? INBOUND : OUTBOUND;
    out.putShort((short) EPB_FLAGS).putShort((short) 4).putInt(direction);
    if (frame.lostBefore() > 0) {
      out.putShort((short) EPB_DROPCOUNT).putShort((short) 8).putLong(frame.lostBefore());
    }
    close(out, block);
    return octets(out);
  }

  private static String comment(Captured frame) {
    if (frame.number() != 0) {
      return "bracket (%d, %d)".formatted(frame.term(), frame.number());
    }
    return frame.control() ? "control frame" : "";
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ByteBuffer buffer(int octets) {
    return ByteBuffer.allocate(octets).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] octets(ByteBuffer out) {
    byte[] octets = new byte[out.flip().remaining()];
    out.get(octets);
    return octets;
  }

  private static int open(ByteBuffer out, int type) {
    int at = out.position();
    out.putInt(type).putInt(0);
    return at;
  }

  private static void option(ByteBuffer out, int code, byte[] value) {
    out.putShort((short) code).putShort((short) value.length).put(value);
    pad(out, value.length);
  }

  private static void close(ByteBuffer out, int at) {
    out.putInt(0); // opt_endofopt
    int length = out.position() - at + 4;
    out.putInt(length);
    out.putInt(at + 4, length);
  }

  private static void pad(ByteBuffer out, int length) {
    out.put(new byte[padded(length) - length]);
  }

  private static int padded(int length) {
    return length + 3 & ~3;
  }
}
