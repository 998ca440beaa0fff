package dev.understudy.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A request to rtnetlink: a fixed structure and attributes behind it. Its text stands in
 * exceptions, so it says what is asked in the kernel's words.
 */
final class NetlinkRequest {
  /** No request of ours comes near it. */
  private static final int OCTETS_MAX = 1024;

  private final int type;
  private final StringBuilder description;
  private final ByteBuffer octets =
      ByteBuffer.allocate(OCTETS_MAX).order(ByteOrder.nativeOrder()).position(Netlink.HEADER);

  private NetlinkRequest(int type, String description) {
    this.type = type;
    this.description = new StringBuilder(description);
  }

  /** A struct ifinfomsg; index 0 is none. */
  static NetlinkRequest link(LinkMessage message) {
    NetlinkRequest request =
        new NetlinkRequest(message.type, message.name + "(index " + message.index);
    request.octets.put((byte) 0).put((byte) 0).putShort((short) 0);
    request.octets.putInt(message.index).putInt(message.flags).putInt(message.change);
    if (message.change != 0) {
      request.description.append(", flags 0x%x of 0x%x".formatted(message.flags, message.change));
    }
    return request;
  }

  /** The fixed part of a request about a link: which flags are to change, and to what. */
  record LinkMessage(int type, String name, int index, int flags, int change) {
    static LinkMessage get(int index) {
      return new LinkMessage(Constants.RTM_GETLINK, "RTM_GETLINK", index, 0, 0);
    }

    static LinkMessage change(int index, int flag, boolean on) {
      return new LinkMessage(Constants.RTM_NEWLINK, "RTM_NEWLINK", index, on ? flag : 0, flag);
    }

    static LinkMessage change(int index) {
      return new LinkMessage(Constants.RTM_NEWLINK, "RTM_NEWLINK", index, 0, 0);
    }
  }

  /** A struct ifaddrmsg that asks for all addresses of all families. */
  static NetlinkRequest addresses() {
    NetlinkRequest request = new NetlinkRequest(Constants.RTM_GETADDR, "RTM_GETADDR(");
    request.octets.putInt(0).putInt(0);
    return request;
  }

  NetlinkRequest with(int attribute, String name, int value) {
    description.append(", ").append(name).append(' ').append(value);
    octets.putShort((short) (4 + Integer.BYTES)).putShort((short) attribute).putInt(value);
    return this;
  }

  NetlinkRequest with(int attribute, String name, String value) {
    description.append(", ").append(name).append(' ').append(value);
    byte[] text = Netlink.text(value);
    octets.putShort((short) (4 + text.length)).putShort((short) attribute).put(text);
    while (octets.position() % 4 != 0) {
      octets.put((byte) 0);
    }
    return this;
  }

  byte[] encode(int flags, int sequence) {
    octets.putInt(0, octets.position());
    octets.putShort(4, (short) type);
    octets.putShort(6, (short) flags);
    octets.putInt(8, sequence);
    octets.putInt(12, 0);
    return Arrays.copyOf(octets.array(), octets.position());
  }

  @Override
  public String toString() {
    return description + ")";
  }
}
