package dev.understudy.linux;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A network interface as rtnetlink(7) describes it.
 *
 * @param index never used twice while the machine runs, unless somebody asks for a certain one
 * @param flags of netdevice(7), IFF_UP and so on
 * @param operState as RFC 2863 has it
 * @param mtu octets of payload
 * @param address empty where it is not of six octets
 * @param carrier how often it came and went
 * @param kind such as veth, tun, bridge; empty for hardware and loopback
 * @param master the index of the bridge or bond that it is a port of
 */
public record Link(
    int index,
    String name,
    int flags,
    OperState operState,
    int mtu,
    Optional<MacAddress> address,
    Carrier carrier,
    Optional<String> kind,
    OptionalInt master) {

  /** RFC 2863, include/uapi/linux/if.h (IF_OPER_UNKNOWN and so on), in the kernel's order. */
  public enum OperState {
    UNKNOWN,
    NOT_PRESENT,
    DOWN,
    LOWER_LAYER_DOWN,
    TESTING,
    DORMANT,
    UP;

    private static final OperState[] BY_NUMBER = values();

    static OperState of(int number) {
      return number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
    }
  }

  /**
   * The carrier now, and how often it came up and went down since the interface was made: two flaps
   * in quick succession can be announced as one, but both are counted.
   */
  public record Carrier(boolean present, long upCount, long downCount) {
    /** Whether this was so before {@code other}, of the same interface. */
    boolean isOlderThan(Carrier other) {
      return upCount < other.upCount || downCount < other.downCount;
    }
  }

  private static final int IFI_INDEX = (int) Structs.offset(Structs.IFINFOMSG, "ifi_index");
  private static final int IFI_FLAGS = (int) Structs.offset(Structs.IFINFOMSG, "ifi_flags");
  private static final int IFINFOMSG = (int) Structs.IFINFOMSG.byteSize();

  /** Set up by the administrator (IFF_UP). */
  public boolean adminUp() {
    return (flags & Constants.IFF_UP) != 0;
  }

  /** The layer below is up (IFF_LOWER_UP): there is a carrier, if such a thing exists. */
  public boolean lowerUp() {
    return (flags & Constants.IFF_LOWER_UP) != 0;
  }

  /**
   * Frames can come and go: set up, a carrier, and operational (or of a kind that does not say).
   *
   * <p>The last matters: between the carrier's coming and the operational state's, some
   * milliseconds, the queue of the interface is not open yet, and the kernel takes frames to be
   * sent and drops them without a word. (PACKET_QDISC_BYPASS goes past that queue.)
   */
  public boolean up() {
    return adminUp() && lowerUp() && (operState == OperState.UP || operState == OperState.UNKNOWN);
  }

  /** Neither answers nor asks for addresses (IFF_NOARP). */
  public boolean withoutArp() {
    return (flags & Constants.IFF_NOARP) != 0;
  }

  /**
   * From the payload of RTM_NEWLINK or RTM_DELLINK. Empty if it is too short, has no name or index,
   * or is about the link as a port of a bridge (AF_BRIDGE), which is not about the link.
   */
  static Optional<Link> decode(ByteBuffer payload) {
    if (payload.remaining() < IFINFOMSG || payload.get(0) != 0) {
      return Optional.empty();
    }
    int index = payload.getInt(IFI_INDEX);
    Attributes attributes =
        Attributes.parse(payload.duplicate().order(payload.order()).position(IFINFOMSG));
    Optional<String> name = attributes.text(Constants.IFLA_IFNAME).filter(n -> !n.isEmpty());
    if (index <= 0 || name.isEmpty() || attributes.malformed()) {
      return Optional.empty();
    }
    return Optional.of(
        new Link(
            index,
            name.get(),
            payload.getInt(IFI_FLAGS),
            OperState.of(attributes.uint8(Constants.IFLA_OPERSTATE).orElse(0)),
            attributes.int32(Constants.IFLA_MTU).orElse(0),
            attributes.mac(Constants.IFLA_ADDRESS),
            new Carrier(
                attributes.uint8(Constants.IFLA_CARRIER).orElse(0) != 0,
                unsigned(attributes.int32(Constants.IFLA_CARRIER_UP_COUNT)),
                unsigned(attributes.int32(Constants.IFLA_CARRIER_DOWN_COUNT))),
            attributes.nested(Constants.IFLA_LINKINFO).text(Constants.IFLA_INFO_KIND),
            attributes.int32(Constants.IFLA_MASTER)));
  }

  private static long unsigned(OptionalInt value) {
    return Integer.toUnsignedLong(value.orElse(0));
  }
}
