package dev.understudy.linux;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.paddingLayout;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SequenceLayout;
import java.lang.foreign.StructLayout;
import java.util.List;

/**
 * The kernel's structures, with the C names of structures and members. Pointers are written as
 * longs, because the addresses in them are set once and the memory behind them is held by their
 * owners.
 *
 * <p>A test compares every size and offset here with what the C compiler makes of the headers. Big
 * endian members ({@code __be16}) are said to be so where they are used.
 */
final class Structs {
  private Structs() {}

  /** readv(2). */
  static final StructLayout IOVEC =
      structLayout(JAVA_LONG.withName("iov_base"), JAVA_LONG.withName("iov_len")).withName("iovec");

  /** recvmsg(2). */
  static final StructLayout MSGHDR =
      structLayout(
              JAVA_LONG.withName("msg_name"),
              JAVA_INT.withName("msg_namelen"),
              paddingLayout(4),
              JAVA_LONG.withName("msg_iov"),
              JAVA_LONG.withName("msg_iovlen"),
              JAVA_LONG.withName("msg_control"),
              JAVA_LONG.withName("msg_controllen"),
              JAVA_INT.withName("msg_flags"),
              paddingLayout(4))
          .withName("msghdr");

  /** recvmmsg(2). */
  static final StructLayout MMSGHDR =
      structLayout(MSGHDR.withName("msg_hdr"), JAVA_INT.withName("msg_len"), paddingLayout(4))
          .withName("mmsghdr");

  /** cmsg(3). */
  static final StructLayout CMSGHDR =
      structLayout(
              JAVA_LONG.withName("cmsg_len"),
              JAVA_INT.withName("cmsg_level"),
              JAVA_INT.withName("cmsg_type"))
          .withName("cmsghdr");

  /** packet(7), include/uapi/linux/if_packet.h. */
  static final StructLayout SOCKADDR_LL =
      structLayout(
              JAVA_SHORT.withName("sll_family"),
              JAVA_SHORT.withName("sll_protocol"),
              JAVA_INT.withName("sll_ifindex"),
              JAVA_SHORT.withName("sll_hatype"),
              JAVA_BYTE.withName("sll_pkttype"),
              JAVA_BYTE.withName("sll_halen"),
              sequenceLayout(8, JAVA_BYTE).withName("sll_addr"))
          .withName("sockaddr_ll");

  /** include/uapi/linux/if_packet.h. */
  static final StructLayout TPACKET_AUXDATA =
      structLayout(
              JAVA_INT.withName("tp_status"),
              JAVA_INT.withName("tp_len"),
              JAVA_INT.withName("tp_snaplen"),
              JAVA_SHORT.withName("tp_mac"),
              JAVA_SHORT.withName("tp_net"),
              JAVA_SHORT.withName("tp_vlan_tci"),
              JAVA_SHORT.withName("tp_vlan_tpid"))
          .withName("tpacket_auxdata");

  /** include/uapi/linux/if_packet.h. */
  static final StructLayout TPACKET_STATS =
      structLayout(JAVA_INT.withName("tp_packets"), JAVA_INT.withName("tp_drops"))
          .withName("tpacket_stats");

  /** include/uapi/linux/virtio_net.h; numbers are the host's own, as of old. */
  static final StructLayout VIRTIO_NET_HDR =
      structLayout(
              JAVA_BYTE.withName("flags"),
              JAVA_BYTE.withName("gso_type"),
              JAVA_SHORT.withName("hdr_len"),
              JAVA_SHORT.withName("gso_size"),
              JAVA_SHORT.withName("csum_start"),
              JAVA_SHORT.withName("csum_offset"))
          .withName("virtio_net_hdr");

  /** packet(7), include/uapi/linux/if_packet.h. */
  static final StructLayout PACKET_MREQ =
      structLayout(
              JAVA_INT.withName("mr_ifindex"),
              JAVA_SHORT.withName("mr_type"),
              JAVA_SHORT.withName("mr_alen"),
              sequenceLayout(8, JAVA_BYTE).withName("mr_address"))
          .withName("packet_mreq");

  /** include/uapi/linux/filter.h. */
  static final StructLayout SOCK_FILTER =
      structLayout(
              JAVA_SHORT.withName("code"),
              JAVA_BYTE.withName("jt"),
              JAVA_BYTE.withName("jf"),
              JAVA_INT.withName("k"))
          .withName("sock_filter");

  /** include/uapi/linux/filter.h. */
  static final StructLayout SOCK_FPROG =
      structLayout(JAVA_SHORT.withName("len"), paddingLayout(6), JAVA_LONG.withName("filter"))
          .withName("sock_fprog");

  /** unix(7). */
  static final StructLayout SOCKADDR_UN =
      structLayout(
              JAVA_SHORT.withName("sun_family"),
              sequenceLayout(108, JAVA_BYTE).withName("sun_path"))
          .withName("sockaddr_un");

  /** ip(7). */
  static final StructLayout SOCKADDR_IN =
      structLayout(
              JAVA_SHORT.withName("sin_family"),
              JAVA_SHORT.withName("sin_port"),
              sequenceLayout(4, JAVA_BYTE).withName("sin_addr"),
              paddingLayout(8))
          .withName("sockaddr_in");

  /** ipv6(7). */
  static final StructLayout SOCKADDR_IN6 =
      structLayout(
              JAVA_SHORT.withName("sin6_family"),
              JAVA_SHORT.withName("sin6_port"),
              JAVA_INT.withName("sin6_flowinfo"),
              sequenceLayout(16, JAVA_BYTE).withName("sin6_addr"),
              JAVA_INT.withName("sin6_scope_id"))
          .withName("sockaddr_in6");

  /**
   * netdevice(7). The union {@code ifr_ifru} is shown as its members that are used here: a short of
   * flags, or an index, or a pointer.
   */
  static final StructLayout IFREQ =
      structLayout(
              sequenceLayout(Constants.IFNAMSIZ, JAVA_BYTE).withName("ifr_name"),
              MemoryLayout.unionLayout(
                      JAVA_SHORT.withName("ifr_flags"),
                      JAVA_INT.withName("ifr_ifindex"),
                      JAVA_LONG.withName("ifr_data"),
                      paddingLayout(24))
                  .withName("ifr_ifru"))
          .withName("ifreq");

  private static final boolean EPOLL_PACKED = System.getProperty("os.arch", "").equals("amd64");

  /** epoll_ctl(2). Packed on x86_64 only (EPOLL_PACKED in include/uapi/linux/eventpoll.h). */
  static final StructLayout EPOLL_EVENT =
      (EPOLL_PACKED
              ? structLayout(JAVA_INT.withName("events"), JAVA_LONG_UNALIGNED.withName("data"))
              : structLayout(
                  JAVA_INT.withName("events"), paddingLayout(4), JAVA_LONG.withName("data")))
          .withName("epoll_event");

  /** clock_gettime(2). */
  static final StructLayout TIMESPEC =
      structLayout(JAVA_LONG.withName("tv_sec"), JAVA_LONG.withName("tv_nsec"))
          .withName("timespec");

  /** unix(7), SO_PEERCRED. */
  static final StructLayout UCRED =
      structLayout(JAVA_INT.withName("pid"), JAVA_INT.withName("uid"), JAVA_INT.withName("gid"))
          .withName("ucred");

  /** sched_setscheduler(2). */
  static final StructLayout SCHED_PARAM =
      structLayout(JAVA_INT.withName("sched_priority")).withName("sched_param");

  /** netlink(7). */
  static final StructLayout SOCKADDR_NL =
      structLayout(
              JAVA_SHORT.withName("nl_family"),
              JAVA_SHORT.withName("nl_pad"),
              JAVA_INT.withName("nl_pid"),
              JAVA_INT.withName("nl_groups"))
          .withName("sockaddr_nl");

  /** netlink(7), include/uapi/linux/netlink.h. */
  static final StructLayout NLMSGHDR =
      structLayout(
              JAVA_INT.withName("nlmsg_len"),
              JAVA_SHORT.withName("nlmsg_type"),
              JAVA_SHORT.withName("nlmsg_flags"),
              JAVA_INT.withName("nlmsg_seq"),
              JAVA_INT.withName("nlmsg_pid"))
          .withName("nlmsghdr");

  /** netlink(7), include/uapi/linux/netlink.h. */
  static final StructLayout NLMSGERR =
      structLayout(JAVA_INT.withName("error"), NLMSGHDR.withName("msg")).withName("nlmsgerr");

  /** include/uapi/linux/netlink.h. */
  static final StructLayout NLATTR =
      structLayout(JAVA_SHORT.withName("nla_len"), JAVA_SHORT.withName("nla_type"))
          .withName("nlattr");

  /** rtnetlink(7). */
  static final StructLayout IFINFOMSG =
      structLayout(
              JAVA_BYTE.withName("ifi_family"),
              paddingLayout(1),
              JAVA_SHORT.withName("ifi_type"),
              JAVA_INT.withName("ifi_index"),
              JAVA_INT.withName("ifi_flags"),
              JAVA_INT.withName("ifi_change"))
          .withName("ifinfomsg");

  /** rtnetlink(7). */
  static final StructLayout IFADDRMSG =
      structLayout(
              JAVA_BYTE.withName("ifa_family"),
              JAVA_BYTE.withName("ifa_prefixlen"),
              JAVA_BYTE.withName("ifa_flags"),
              JAVA_BYTE.withName("ifa_scope"),
              JAVA_INT.withName("ifa_index"))
          .withName("ifaddrmsg");

  /** rtnetlink(7), include/uapi/linux/neighbour.h. */
  static final StructLayout NDMSG =
      structLayout(
              JAVA_BYTE.withName("ndm_family"),
              JAVA_BYTE.withName("ndm_pad1"),
              JAVA_SHORT.withName("ndm_pad2"),
              JAVA_INT.withName("ndm_ifindex"),
              JAVA_SHORT.withName("ndm_state"),
              JAVA_BYTE.withName("ndm_flags"),
              JAVA_BYTE.withName("ndm_type"))
          .withName("ndmsg");

  /** include/uapi/linux/if_bridge.h. */
  static final StructLayout BR_PORT_MSG =
      structLayout(JAVA_BYTE.withName("family"), paddingLayout(3), JAVA_INT.withName("ifindex"))
          .withName("br_port_msg");

  /** include/uapi/linux/if_bridge.h; addr is a union of addresses and a protocol of 0 for a MAC. */
  static final StructLayout BR_MDB_ENTRY =
      structLayout(
              JAVA_INT.withName("ifindex"),
              JAVA_BYTE.withName("state"),
              JAVA_BYTE.withName("flags"),
              JAVA_SHORT.withName("vid"),
              sequenceLayout(20, JAVA_BYTE).withName("addr"))
          .withName("br_mdb_entry");

  /** include/uapi/linux/ethtool.h, up to the masks of link modes that follow it. */
  static final StructLayout ETHTOOL_LINK_SETTINGS =
      structLayout(
              JAVA_INT.withName("cmd"),
              JAVA_INT.withName("speed"),
              JAVA_BYTE.withName("duplex"),
              JAVA_BYTE.withName("port"),
              JAVA_BYTE.withName("phy_address"),
              JAVA_BYTE.withName("autoneg"),
              JAVA_BYTE.withName("mdio_support"),
              JAVA_BYTE.withName("eth_tp_mdix"),
              JAVA_BYTE.withName("eth_tp_mdix_ctrl"),
              JAVA_BYTE.withName("link_mode_masks_nwords"),
              paddingLayout(4),
              sequenceLayout(7, JAVA_INT).withName("reserved"))
          .withName("ethtool_link_settings");

  /** Everything above, for the test. */
  static final List<StructLayout> ALL =
      List.of(
          IOVEC,
          MSGHDR,
          MMSGHDR,
          CMSGHDR,
          SOCKADDR_LL,
          TPACKET_AUXDATA,
          TPACKET_STATS,
          VIRTIO_NET_HDR,
          PACKET_MREQ,
          SOCK_FILTER,
          SOCK_FPROG,
          SOCKADDR_UN,
          SOCKADDR_IN,
          SOCKADDR_IN6,
          IFREQ,
          EPOLL_EVENT,
          TIMESPEC,
          UCRED,
          SCHED_PARAM,
          SOCKADDR_NL,
          NLMSGHDR,
          NLMSGERR,
          NLATTR,
          IFINFOMSG,
          IFADDRMSG,
          NDMSG,
          BR_PORT_MSG,
          BR_MDB_ENTRY,
          ETHTOOL_LINK_SETTINGS);

  /** The offset of a member, for constants of the classes that use it. */
  static long offset(StructLayout struct, String... path) {
    MemoryLayout.PathElement[] elements = new MemoryLayout.PathElement[path.length];
    for (int i = 0; i < path.length; i++) {
      elements[i] = groupElement(path[i]);
    }
    return struct.byteOffset(elements);
  }

  /** As many of a structure in a row. */
  static SequenceLayout array(int count, StructLayout struct) {
    return sequenceLayout(count, struct);
  }
}
