package dev.understudy.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Bridges of the kernel, their ports and forwarding databases, through rtnetlink(7), in the
 * namespace that it was opened in. For one thread at a time. Changes need CAP_NET_ADMIN.
 *
 * <p>The kernel forgets a port's state when its link flaps, and opens it; the flags outlive that.
 * So a closed port is both: flags that let nothing in or out, and a state.
 */
public final class Bridges implements AutoCloseable {
  private static final String KIND = "bridge";

  /** What user space calls a second of the kernel's clock_t (USER_HZ). */
  private static final int CLOCK_TICKS_PER_SECOND = 100;

  private final Netlink netlink;

  private Bridges(Netlink netlink) {
    this.netlink = netlink;
  }

  public static Bridges open() {
    return new Bridges(Netlink.open());
  }

  /** How far a port of a bridge is open. */
  public enum Opening {
    /** Nothing in, nothing out, nothing learned; also after the link was lost and came back. */
    CLOSED,
    /** Forwards and learns. */
    OPEN
  }

  /**
   * Makes a bridge that runs no spanning tree of its own, and marks it. It is down.
   *
   * @param address of the bridge itself; without one it would follow its ports' addresses
   * @param alias by which {@link #alias} tells later who made it
   * @throws ErrnoException EEXIST if there is an interface of that name
   */
  public void create(String name, MacAddress address, String alias) {
    netlink.request(
        NetlinkRequest.newLink(name)
            .with(Constants.IFLA_ADDRESS, "IFLA_ADDRESS", address)
            .begin(Constants.IFLA_LINKINFO, "IFLA_LINKINFO")
            .with(Constants.IFLA_INFO_KIND, "IFLA_INFO_KIND", KIND)
            .begin(Constants.IFLA_INFO_DATA, "IFLA_INFO_DATA")
            .with(Constants.IFLA_BR_STP_STATE, "IFLA_BR_STP_STATE", 0)
            .withOctet(Constants.IFLA_BR_MCAST_SNOOPING, "IFLA_BR_MCAST_SNOOPING", 1)
            .end()
            .end());
    // The kernel takes no alias in the request that makes an interface.
    try {
      netlink.request(
          NetlinkRequest.link(NetlinkRequest.LinkMessage.change(0))
              .with(Constants.IFLA_IFNAME, "IFLA_IFNAME", name)
              .with(Constants.IFLA_IFALIAS, "IFLA_IFALIAS", alias));
    } catch (ErrnoException e) {
      netlink.request(
          NetlinkRequest.removeLink(0).with(Constants.IFLA_IFNAME, "IFLA_IFNAME", name));
      throw e;
    }
  }

  /** The text that somebody gave an interface, empty if nobody did. */
  public Optional<String> alias(int index) {
    List<String> found = new ArrayList<>();
    netlink.query(
        NetlinkRequest.link(NetlinkRequest.LinkMessage.get(index)),
        (_, payload) -> {
          int header = (int) Structs.IFINFOMSG.byteSize();
          if (payload.remaining() >= header) {
            Attributes.parse(payload.duplicate().order(payload.order()).position(header))
                .text(Constants.IFLA_IFALIAS)
                .ifPresent(found::add);
          }
        });
    return found.stream().findFirst();
  }

  /** Removes an interface that was made by software; a bridge sets its ports free. */
  public void remove(int index) {
    netlink.request(NetlinkRequest.removeLink(index));
  }

  /** Makes an interface a port of a bridge; it should be down, or it forwards at once. */
  public void enslave(int port, int bridge) {
    netlink.request(
        NetlinkRequest.link(NetlinkRequest.LinkMessage.change(port))
            .with(Constants.IFLA_MASTER, "IFLA_MASTER", bridge));
  }

  /** Takes a port out of its bridge. */
  public void release(int port) {
    enslave(port, 0);
  }

  /**
   * Opens or closes a port. Closing comes in an order in which nothing passes once this returns: a
   * port's learned addresses go last, because a locked port passes frames of addresses that are
   * known there.
   */
  public void set(int port, Opening opening) {
    boolean open = opening == Opening.OPEN;
    int on = open ? 1 : 0;
    netlink.request(
        NetlinkRequest.bridgePort(port)
            .begin(Constants.IFLA_PROTINFO, "IFLA_PROTINFO")
            .withOctet(Constants.IFLA_BRPORT_LEARNING, "learning", on)
            .withOctet(Constants.IFLA_BRPORT_UNICAST_FLOOD, "flood", on)
            .withOctet(Constants.IFLA_BRPORT_MCAST_FLOOD, "mcast_flood", on)
            .withOctet(Constants.IFLA_BRPORT_BCAST_FLOOD, "bcast_flood", on)
            .withOctet(Constants.IFLA_BRPORT_LOCKED, "locked", open ? 0 : 1)
            .end());
    try {
      netlink.request(
          NetlinkRequest.bridgePort(port)
              .begin(Constants.IFLA_PROTINFO, "IFLA_PROTINFO")
              .withOctet(
                  Constants.IFLA_BRPORT_STATE,
                  "state",
                  open ? Constants.BR_STATE_FORWARDING : Constants.BR_STATE_LISTENING)
              .end());
    } catch (ErrnoException e) {
      // Without a link the state is the kernel's: disabled. The flags are what counts.
      if (e.errno() != Errno.ENETDOWN) {
        throw e;
      }
    }
    if (!open) {
      flush(port);
    }
  }

  /** How far a port is open, by its flags; empty if it is no port of a bridge. */
  public Optional<Opening> opening(int port) {
    List<Opening> found = new ArrayList<>();
    netlink.query(
        NetlinkRequest.link(NetlinkRequest.LinkMessage.get(port)),
        (_, payload) -> decodeOpening(payload).ifPresent(found::add));
    return found.stream().findFirst();
  }

  /** A port that is neither, because somebody changed one flag of it, counts as open. */
  static Optional<Opening> decodeOpening(ByteBuffer payload) {
    int header = (int) Structs.IFINFOMSG.byteSize();
    if (payload.remaining() < header) {
      return Optional.empty();
    }
    Attributes info =
        Attributes.parse(payload.duplicate().order(payload.order()).position(header))
            .nested(Constants.IFLA_LINKINFO);
    if (!info.text(Constants.IFLA_INFO_SLAVE_KIND).equals(Optional.of(KIND))) {
      return Optional.empty();
    }
    Attributes port = info.nested(Constants.IFLA_INFO_SLAVE_DATA);
    boolean closed =
        port.uint8(Constants.IFLA_BRPORT_LOCKED).orElse(0) == 1
            && port.uint8(Constants.IFLA_BRPORT_LEARNING).orElse(1) == 0
            && port.uint8(Constants.IFLA_BRPORT_UNICAST_FLOOD).orElse(1) == 0
            && port.uint8(Constants.IFLA_BRPORT_MCAST_FLOOD).orElse(1) == 0
            && port.uint8(Constants.IFLA_BRPORT_BCAST_FLOOD).orElse(1) == 0;
    return Optional.of(closed ? Opening.CLOSED : Opening.OPEN);
  }

  /** Forgets what was learned at a port; static entries stay. */
  public void flush(int port) {
    netlink.request(
        NetlinkRequest.bridgePort(port)
            .begin(Constants.IFLA_PROTINFO, "IFLA_PROTINFO")
            .with(Constants.IFLA_BRPORT_FLUSH, new byte[0])
            .end());
  }

  /** After how long a learned address that was not seen again is forgotten. */
  public void setAgeing(int bridge, int seconds) {
    netlink.request(
        NetlinkRequest.link(NetlinkRequest.LinkMessage.change(bridge))
            .begin(Constants.IFLA_LINKINFO, "IFLA_LINKINFO")
            .with(Constants.IFLA_INFO_KIND, "IFLA_INFO_KIND", KIND)
            .begin(Constants.IFLA_INFO_DATA, "IFLA_INFO_DATA")
            .with(
                Constants.IFLA_BR_AGEING_TIME,
                "IFLA_BR_AGEING_TIME",
                Math.multiplyExact(seconds, CLOCK_TICKS_PER_SECOND))
            .end()
            .end());
  }

  /**
   * Makes a group's frames go nowhere: its only member is the bridge itself. The bridge must be up.
   * A bridge without spanning tree floods BPDUs otherwise.
   */
  public void keep(int bridge, MacAddress group) {
    ByteBuffer entry =
        ByteBuffer.allocate((int) Structs.BR_MDB_ENTRY.byteSize()).order(ByteOrder.nativeOrder());
    entry.putInt(bridge).put((byte) Constants.MDB_PERMANENT).put((byte) 0).putShort((short) 0);
    for (int i = 0; i < 6; i++) {
      entry.put(group.octet(i));
    }
    try {
      netlink.request(
          NetlinkRequest.newGroup(bridge)
              .flags(Constants.NLM_F_CREATE | Constants.NLM_F_EXCL)
              .with(Constants.MDBA_SET_ENTRY, entry.array()));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
  }

  /** An address that is at a port whatever is seen. */
  public void addStatic(int port, MacAddress address) {
    netlink.request(
        NetlinkRequest.neighbour(NetlinkRequest.NeighbourMessage.add(port))
            .flags(Constants.NLM_F_CREATE | Constants.NLM_F_REPLACE)
            .with(Constants.NDA_LLADDR, "NDA_LLADDR", address));
  }

  /** Takes an entry out; one that isn't there is no error. */
  public void removeAddress(int port, MacAddress address) {
    try {
      netlink.request(
          NetlinkRequest.neighbour(NetlinkRequest.NeighbourMessage.remove(port))
              .with(Constants.NDA_LLADDR, "NDA_LLADDR", address));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /** The forwarding database of a bridge, without the addresses of its own interfaces. */
  public List<BridgeAddress> addresses(int bridge) {
    List<BridgeAddress> addresses = new ArrayList<>();
    netlink.dump(
        NetlinkRequest.neighbour(NetlinkRequest.NeighbourMessage.get())
            .with(Constants.NDA_MASTER, "NDA_MASTER", bridge),
        addresses::clear,
        (type, payload) -> {
          if (type == Constants.RTM_NEWNEIGH) {
            BridgeAddress.decode(payload, bridge).ifPresent(addresses::add);
          }
        });
    return addresses;
  }

  @Override
  public void close() {
    netlink.close();
  }
}
