package dev.understudy.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
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
  private final ArrayDeque<Integer> nests = new ArrayDeque<>();
  private int flags;
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

  /** A struct ifinfomsg of family AF_BRIDGE: the link as a port of its bridge. */
  static NetlinkRequest bridgePort(int index) {
    NetlinkRequest request =
        new NetlinkRequest(Constants.RTM_SETLINK, "RTM_SETLINK(bridge port, index " + index);
    request.octets.put((byte) Constants.PF_BRIDGE).put((byte) 0).putShort((short) 0);
    request.octets.putInt(index).putInt(0).putInt(0);
    return request;
  }

  /** A struct ndmsg of family AF_BRIDGE: an entry of a bridge's forwarding database. */
  static NetlinkRequest neighbour(NeighbourMessage message) {
    NetlinkRequest request =
        new NetlinkRequest(message.type, message.name + "(index " + message.index);
    request.octets.put((byte) Constants.PF_BRIDGE).put((byte) 0).putShort((short) 0);
    request.octets.putInt(message.index).putShort((short) message.state);
    request.octets.put((byte) message.flags).put((byte) 0);
    return request;
  }

  /** The fixed part of a request about a forwarding database: NUD_ state and NTF_ flags. */
  record NeighbourMessage(int type, String name, int index, int state, int flags) {
    static NeighbourMessage get() {
      return new NeighbourMessage(Constants.RTM_GETNEIGH, "RTM_GETNEIGH", 0, 0, 0);
    }

    static NeighbourMessage add(int port) {
      return new NeighbourMessage(
          Constants.RTM_NEWNEIGH, "RTM_NEWNEIGH", port, Constants.NUD_NOARP, Constants.NTF_MASTER);
    }

    static NeighbourMessage remove(int port) {
      return new NeighbourMessage(
          Constants.RTM_DELNEIGH, "RTM_DELNEIGH", port, 0, Constants.NTF_MASTER);
    }
  }

  /** A struct br_port_msg: an entry of a bridge's multicast database. */
  static NetlinkRequest newGroup(int bridge) {
    NetlinkRequest request = new NetlinkRequest(Constants.RTM_NEWMDB, "RTM_NEWMDB(index " + bridge);
    request.octets.put((byte) Constants.PF_BRIDGE).put((byte) 0).putShort((short) 0);
    request.octets.putInt(bridge);
    return request;
  }

  static NetlinkRequest newLink(String name) {
    return link(new LinkMessage(Constants.RTM_NEWLINK, "RTM_NEWLINK", 0, 0, 0))
        .flags(Constants.NLM_F_CREATE | Constants.NLM_F_EXCL)
        .with(Constants.IFLA_IFNAME, "IFLA_IFNAME", name);
  }

  static NetlinkRequest removeLink(int index) {
    return link(new LinkMessage(Constants.RTM_DELLINK, "RTM_DELLINK", index, 0, 0));
  }

  /** What the request asks for beside being a request: NLM_F_CREATE and the like. */
  NetlinkRequest flags(int more) {
    flags |= more;
    return this;
  }

  /** Attributes up to {@link #end} stand inside this one. */
  NetlinkRequest begin(int attribute, String name) {
    description.append(", ").append(name).append(" {");
    nests.push(octets.position());
    octets.putShort((short) 0).putShort((short) (attribute | Constants.NLA_F_NESTED));
    return this;
  }

  NetlinkRequest end() {
    int at = nests.pop();
    octets.putShort(at, (short) (octets.position() - at));
    description.append('}');
    return this;
  }

  NetlinkRequest withOctet(int attribute, String name, int value) {
    description.append(", ").append(name).append(' ').append(value);
    return with(attribute, new byte[] {(byte) value});
  }

  NetlinkRequest with(int attribute, String name, MacAddress value) {
    description.append(", ").append(name).append(' ').append(value);
    byte[] mac = new byte[6];
    for (int i = 0; i < mac.length; i++) {
      mac[i] = value.octet(i);
    }
    return with(attribute, mac);
  }

  NetlinkRequest with(int attribute, byte[] value) {
    octets.putShort((short) (4 + value.length)).putShort((short) attribute).put(value);
    while (octets.position() % 4 != 0) {
      octets.put((byte) 0);
    }
    return this;
  }

  NetlinkRequest with(int attribute, String name, int value) {
    description.append(", ").append(name).append(' ').append(value);
    octets.putShort((short) (4 + Integer.BYTES)).putShort((short) attribute).putInt(value);
    return this;
  }

  NetlinkRequest with(int attribute, String name, String value) {
    description.append(", ").append(name).append(' ').append(value);
    return with(attribute, Netlink.text(value));
  }

  byte[] encode(int kind, int sequence) {
    if (!nests.isEmpty()) {
      throw new IllegalStateException(this + " has an attribute that was begun and not ended");
    }
    octets.putInt(0, octets.position());
    octets.putShort(4, (short) type);
    octets.putShort(6, (short) (flags | kind));
    octets.putInt(8, sequence);
    octets.putInt(12, 0);
    return Arrays.copyOf(octets.array(), octets.position());
  }

  @Override
  public String toString() {
    return description + ")";
  }
}
