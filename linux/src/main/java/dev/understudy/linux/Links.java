package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads and changes the network interfaces of the namespace that it was opened in, whichever thread
 * uses it. It is for one thread at a time. Changes need CAP_NET_ADMIN.
 */
public final class Links implements AutoCloseable {
  private static final StructLayout SETTINGS = Structs.ETHTOOL_LINK_SETTINGS;

  /** nwords is a signed octet, and three masks of as many words follow the structure. */
  private static final long SETTINGS_MAX = SETTINGS.byteSize() + 3L * Byte.MAX_VALUE * 4;

  private final Netlink netlink;

  /** Any socket will do for ioctls; it is its namespace that counts. */
  private final Descriptor socket;

  private Links(Netlink netlink, Descriptor socket) {
    this.netlink = netlink;
    this.socket = socket;
  }

  public static Links open() {
    Netlink netlink = Netlink.open();
    try {
      return new Links(netlink, Descriptor.socket(Constants.AF_INET, Constants.SOCK_DGRAM, 0));
    } catch (RuntimeException e) {
      netlink.close();
      throw e;
    }
  }

  /** All interfaces, by index. */
  public List<Link> all() {
    List<Link> links = new ArrayList<>();
    netlink.dump(
        NetlinkRequest.link(NetlinkRequest.LinkMessage.get(0))
            .with(Constants.IFLA_EXT_MASK, "IFLA_EXT_MASK", Constants.RTEXT_FILTER_SKIP_STATS),
        links::clear,
        (type, payload) -> {
          if (type == Constants.RTM_NEWLINK) {
            Link.decode(payload).ifPresent(links::add);
          }
        });
    return links;
  }

  /** The interface of a name, if there is one. */
  public Optional<Link> link(String name) {
    List<Link> found = new ArrayList<>();
    try {
      netlink.query(
          NetlinkRequest.link(NetlinkRequest.LinkMessage.get(0))
              .with(Constants.IFLA_IFNAME, "IFLA_IFNAME", name),
          (_, payload) -> Link.decode(payload).ifPresent(found::add));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENODEV) {
        throw e;
      }
    }
    return found.stream().findFirst();
  }

  /** Sets an interface up. */
  public void setUp(int index) {
    change(index, Constants.IFF_UP, true);
  }

  /** Sets an interface down. */
  public void setDown(int index) {
    change(index, Constants.IFF_UP, false);
  }

  /** Switches ARP on an interface on or off. */
  public void setArp(int index, boolean on) {
    change(index, Constants.IFF_NOARP, !on);
  }

  private void change(int index, int flag, boolean on) {
    netlink.request(NetlinkRequest.link(NetlinkRequest.LinkMessage.change(index, flag, on)));
  }

  /** Sets the longest payload of a frame, in octets. */
  public void setMtu(int index, int octets) {
    netlink.request(
        NetlinkRequest.link(NetlinkRequest.LinkMessage.change(index))
            .with(Constants.IFLA_MTU, "IFLA_MTU", octets));
  }

  /** What an interface carried since it was made. Empty if it is gone. */
  public Optional<LinkTraffic> traffic(int index) {
    List<LinkTraffic> found = new ArrayList<>();
    try {
      netlink.query(
          NetlinkRequest.link(NetlinkRequest.LinkMessage.get(index)),
          (_, payload) -> LinkTraffic.decode(payload).ifPresent(found::add));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENODEV) {
        throw e;
      }
    }
    return found.stream().findFirst();
  }

  /** The IP addresses of an interface, IPv4 first. */
  public List<InterfaceAddress> addresses(int index) {
    List<InterfaceAddress> addresses = new ArrayList<>();
    netlink.dump(
        NetlinkRequest.addresses(),
        addresses::clear,
        (type, payload) -> {
          if (type == Constants.RTM_NEWADDR) {
            decodeAddress(payload)
                .filter(address -> address.interfaceIndex() == index)
                .ifPresent(addresses::add);
          }
        });
    return addresses;
  }

  static Optional<InterfaceAddress> decodeAddress(ByteBuffer payload) {
    int header = (int) Structs.IFADDRMSG.byteSize();
    if (payload.remaining() < header) {
      return Optional.empty();
    }
    int prefixLength = payload.get((int) Structs.offset(Structs.IFADDRMSG, "ifa_prefixlen")) & 0xFF;
    int index = payload.getInt((int) Structs.offset(Structs.IFADDRMSG, "ifa_index"));
    Attributes attributes =
        Attributes.parse(payload.duplicate().order(payload.order()).position(header));
    // On a point-to-point link IFA_ADDRESS is the other end's, and IFA_LOCAL is ours.
    return attributes
        .octets(Constants.IFA_LOCAL)
        .or(() -> attributes.octets(Constants.IFA_ADDRESS))
        .filter(octets -> octets.length == 4 || octets.length == 16)
        .map(octets -> new InterfaceAddress(index, address(octets), prefixLength));
  }

  private static InetAddress address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new AssertionError("an address of 4 or 16 octets", e);
    }
  }

  /**
   * The speed that the driver reports; empty if it does not know or the link is down. A veth and a
   * TAP report 10 Gbit/s, which nobody measured.
   */
  public Optional<LinkSpeed> speed(String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment settings = arena.allocate(SETTINGS_MAX, 8);
      MemorySegment request = InterfaceRequests.request(arena, name);
      request.set(JAVA_LONG, Structs.offset(Structs.IFREQ, "ifr_ifru"), settings.address());
      // The first answer is how many words the masks of link modes have, as a negative number; the
      // second call, with that number, is answered in full.
      for (int attempt = 0; attempt < 2; attempt++) {
        settings.set(JAVA_INT, Structs.offset(SETTINGS, "cmd"), Constants.ETHTOOL_GLINKSETTINGS);
        int result = C.ioctl(socket.fd(), Constants.SIOCETHTOOL, request);
        if (result == -Errno.EOPNOTSUPP) {
          return Optional.empty();
        }
        ErrnoException.check(result, "ioctl", "SIOCETHTOOL", "ETHTOOL_GLINKSETTINGS", name);
        byte words = settings.get(JAVA_BYTE, Structs.offset(SETTINGS, "link_mode_masks_nwords"));
        if (words > 0) {
          return decodeSpeed(settings);
        }
        settings.set(JAVA_BYTE, Structs.offset(SETTINGS, "link_mode_masks_nwords"), (byte) -words);
      }
      return Optional.empty();
    }
  }

  private static Optional<LinkSpeed> decodeSpeed(MemorySegment settings) {
    int speed = settings.get(JAVA_INT, Structs.offset(SETTINGS, "speed"));
    if (speed == 0 || speed == Constants.SPEED_UNKNOWN) {
      return Optional.empty();
    }
    LinkSpeed.Duplex duplex =
        switch (settings.get(JAVA_BYTE, Structs.offset(SETTINGS, "duplex"))) {
          case Constants.DUPLEX_HALF -> LinkSpeed.Duplex.HALF;
          case Constants.DUPLEX_FULL -> LinkSpeed.Duplex.FULL;
          default -> LinkSpeed.Duplex.UNKNOWN;
        };
    return Optional.of(new LinkSpeed(Integer.toUnsignedLong(speed), duplex));
  }

  long dumpsInterrupted() {
    return netlink.dumpsInterrupted();
  }

  @Override
  public void close() {
    netlink.close();
    socket.close();
  }
}
