package dev.understudy.launcher.demo;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A capture file (draft-ietf-opsawg-pcapng): one section, some Ethernet interfaces with names, time
 * in nanoseconds, a direction for each packet.
 */
final class Pcapng implements Closeable {
  private static final int SECTION_HEADER = 0x0A0D0D0A;
  private static final int INTERFACE_DESCRIPTION = 1;
  private static final int ENHANCED_PACKET = 6;
  private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
  private static final int LINKTYPE_ETHERNET = 1;
  private static final int OPTION_END = 0;
  private static final int OPTION_IF_NAME = 2;
  private static final int OPTION_IF_TSRESOL = 9;
  private static final int OPTION_EPB_FLAGS = 2;
  private static final int NANOSECONDS = 9;

  /** Which way a packet went, seen from its interface. */
  enum Direction {
    IN(1),
    OUT(2);

    private final int flags;

    Direction(int flags) {
      this.flags = flags;
    }
  }

  private final OutputStream out;

  /** Writes the header; packets name interfaces by their place in the list. */
  Pcapng(Path file, List<String> interfaces) throws IOException {
    this(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16), interfaces);
  }

  Pcapng(OutputStream out, List<String> interfaces) throws IOException {
    this.out = out;
    ByteBuffer section = buffer(16);
    section.putInt(BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1);
    block(SECTION_HEADER, section);
    for (String name : interfaces) {
      byte[] octets = name.getBytes(StandardCharsets.UTF_8);
      ByteBuffer description = buffer(8 + 4 + padded(octets.length) + 8 + 4);
      description.putShort((short) LINKTYPE_ETHERNET).putShort((short) 0).putInt(0);
      description.putShort((short) OPTION_IF_NAME).putShort((short) octets.length).put(octets);
      pad(description, octets.length);
      description.putShort((short) OPTION_IF_TSRESOL).putShort((short) 1).put((byte) NANOSECONDS);
      pad(description, 1);
      description.putInt(OPTION_END);
      block(INTERFACE_DESCRIPTION, description);
    }
  }

  /**
   * Adds a packet.
   *
   * @param unixNanos since 1970
   */
  void packet(int interfaceIndex, Direction direction, long unixNanos, byte[] frame)
      throws IOException {
    ByteBuffer packet = buffer(20 + padded(frame.length) + 8 + 4);
    packet.putInt(interfaceIndex).putInt((int) (unixNanos >>> 32)).putInt((int) unixNanos);
    packet.putInt(frame.length).putInt(frame.length).put(frame);
    pad(packet, frame.length);
    packet.putShort((short) OPTION_EPB_FLAGS).putShort((short) 4).putInt(direction.flags);
    packet.putInt(OPTION_END);
    block(ENHANCED_PACKET, packet);
  }

  private static ByteBuffer buffer(int length) {
    return ByteBuffer.wrap(new byte[length]).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int padded(int length) {
    return (length + 3) & ~3;
  }

  private static void pad(ByteBuffer buffer, int length) {
    buffer.position(buffer.position() + padded(length) - length);
  }

  private void block(int type, ByteBuffer body) throws IOException {
    int length = body.capacity() + 12;
    ByteBuffer block = buffer(length);
    block.putInt(type).putInt(length).put(body.flip().limit(body.capacity()));
    block.putInt(length);
    byte[] octets = new byte[length];
    block.flip().get(octets);
    out.write(octets);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
