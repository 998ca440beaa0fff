package dev.understudy.linux;

/**
 * Numbers of the kernel's interface, by header. All are the same on x86_64 and aarch64, and the
 * test of {@link Structs} compares them with the headers where a C compiler is there.
 */
final class Constants {
  private Constants() {}

  // include/linux/socket.h
  static final int AF_UNIX = 1;
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int AF_NETLINK = 16;
  static final int AF_PACKET = 17;
  static final int SOL_PACKET = 263;
  static final int SOL_NETLINK = 270;
  static final int MSG_TRUNC = 0x20;
  static final int MSG_DONTWAIT = 0x40;

  // include/linux/net.h
  static final int SOCK_STREAM = 1;
  static final int SOCK_DGRAM = 2;
  static final int SOCK_RAW = 3;
  static final int SOCK_NONBLOCK = 0x800;
  static final int SOCK_CLOEXEC = 0x80000;

  // include/uapi/asm-generic/socket.h
  static final int SOL_SOCKET = 1;
  static final int SO_SNDBUF = 7;
  static final int SO_RCVBUF = 8;
  static final int SO_PEERCRED = 17;
  static final int SO_ATTACH_FILTER = 26;
  static final int SO_SNDBUFFORCE = 32;
  static final int SO_RCVBUFFORCE = 33;

  // include/uapi/linux/if_packet.h
  static final int PACKET_ADD_MEMBERSHIP = 1;
  static final int PACKET_STATISTICS = 6;
  static final int PACKET_AUXDATA = 8;
  static final int PACKET_VNET_HDR = 15;
  static final int PACKET_QDISC_BYPASS = 20;
  static final int PACKET_IGNORE_OUTGOING = 23;
  static final int PACKET_MR_MULTICAST = 0;
  static final int PACKET_MR_PROMISC = 1;
  static final int TP_STATUS_VLAN_VALID = 1 << 4;
  static final int TP_STATUS_VLAN_TPID_VALID = 1 << 6;

  // include/uapi/linux/if_ether.h
  static final int ETH_P_ALL = 0x0003;
  static final int ETH_P_8021Q = 0x8100;
  static final int ETH_P_8021AD = 0x88A8;

  // include/uapi/linux/if.h and if_tun.h, sockios.h
  static final int IFNAMSIZ = 16;
  static final int IFF_UP = 1;
  static final int IFF_NOARP = 1 << 7;
  static final int IFF_LOWER_UP = 1 << 16;
  static final int IFF_TAP = 0x0002;
  static final int IFF_NO_PI = 0x1000;
  static final int IFF_VNET_HDR = 0x4000;
  static final int TUN_F_CSUM = 0x01;
  static final int TUN_F_TSO4 = 0x02;
  static final int TUN_F_TSO6 = 0x04;
  static final int TUN_F_TSO_ECN = 0x08;
  static final int TUN_F_USO4 = 0x20;
  static final int TUN_F_USO6 = 0x40;
  static final long TUNSETIFF = 0x400454CAL;
  static final long TUNSETOFFLOAD = 0x400454D0L;
  static final long SIOCGIFINDEX = 0x8933L;
  static final long SIOCGIFFLAGS = 0x8913L;
  static final long SIOCSIFFLAGS = 0x8914L;
  static final long SIOCETHTOOL = 0x8946L;

  // include/uapi/linux/virtio_net.h
  static final int VIRTIO_NET_HDR_F_NEEDS_CSUM = 1;
  static final int VIRTIO_NET_HDR_GSO_NONE = 0;
  static final int VIRTIO_NET_HDR_GSO_TCPV4 = 1;
  static final int VIRTIO_NET_HDR_GSO_TCPV6 = 4;
  static final int VIRTIO_NET_HDR_GSO_UDP_L4 = 5;
  static final int VIRTIO_NET_HDR_GSO_ECN = 0x80;

  // include/uapi/asm-generic/fcntl.h
  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int O_NONBLOCK = 0x800;
  static final int O_CLOEXEC = 0x80000;

  // include/uapi/linux/eventpoll.h, eventfd.h, time.h
  static final int EPOLL_CTL_ADD = 1;
  static final int EPOLL_CTL_DEL = 2;
  static final int EPOLL_CTL_MOD = 3;
  static final int EPOLL_CLOEXEC = 0x80000;
  static final int EPOLLIN = 0x1;
  static final int EPOLLOUT = 0x4;
  static final int EPOLLERR = 0x8;
  static final int EPOLLHUP = 0x10;
  static final int EPOLLET = 1 << 31;
  static final int EFD_NONBLOCK = 0x800;
  static final int EFD_CLOEXEC = 0x80000;
  static final int CLOCK_MONOTONIC = 1;

  // include/uapi/linux/sched.h, resource.h
  static final int SCHED_FIFO = 1;
  static final int SCHED_RESET_ON_FORK = 0x40000000;
  static final int PRIO_PROCESS = 0;
  static final int CLONE_NEWNET = 0x40000000;

  // include/uapi/linux/netlink.h
  static final int NETLINK_ROUTE = 0;
  static final int NETLINK_ADD_MEMBERSHIP = 1;
  static final int NETLINK_CAP_ACK = 10;
  static final int NETLINK_EXT_ACK = 11;
  static final int NETLINK_GET_STRICT_CHK = 12;
  static final int NLM_F_REQUEST = 0x01;
  static final int NLM_F_ACK = 0x04;
  static final int NLM_F_DUMP_INTR = 0x10;
  static final int NLM_F_CAPPED = 0x100;
  static final int NLM_F_ACK_TLVS = 0x200;
  static final int NLM_F_DUMP = 0x300;
  static final int NLMSG_ERROR = 2;
  static final int NLMSG_DONE = 3;
  static final int NLMSGERR_ATTR_MSG = 1;

  // include/uapi/linux/rtnetlink.h, if_link.h, if_addr.h
  static final int RTNLGRP_LINK = 1;
  static final int RTM_NEWLINK = 16;
  static final int RTM_DELLINK = 17;
  static final int RTM_GETLINK = 18;
  static final int RTM_NEWADDR = 20;
  static final int RTM_GETADDR = 22;
  static final int RTEXT_FILTER_SKIP_STATS = 1 << 3;
  static final int IFLA_ADDRESS = 1;
  static final int IFLA_IFNAME = 3;
  static final int IFLA_MTU = 4;
  static final int IFLA_MASTER = 10;
  static final int IFLA_OPERSTATE = 16;
  static final int IFLA_LINKINFO = 18;
  static final int IFLA_INFO_KIND = 1;
  static final int IFLA_EXT_MASK = 29;
  static final int IFLA_CARRIER = 33;
  static final int IFLA_CARRIER_UP_COUNT = 47;
  static final int IFLA_CARRIER_DOWN_COUNT = 48;
  static final int IFA_ADDRESS = 1;
  static final int IFA_LOCAL = 2;

  static final int PF_BRIDGE = 7;
  static final int NLA_F_NESTED = 1 << 15;
  static final int NLM_F_REPLACE = 0x100;
  static final int NLM_F_EXCL = 0x200;
  static final int NLM_F_CREATE = 0x400;
  static final int RTNLGRP_NEIGH = 3;
  static final int RTM_SETLINK = 19;
  static final int RTM_NEWNEIGH = 28;
  static final int RTM_DELNEIGH = 29;
  static final int RTM_GETNEIGH = 30;
  static final int RTM_NEWMDB = 84;
  static final int IFLA_PROTINFO = 12;
  static final int IFLA_IFALIAS = 20;
  static final int IFLA_STATS64 = 23;
  static final int IFLA_INFO_DATA = 2;
  static final int IFLA_INFO_SLAVE_KIND = 4;
  static final int IFLA_INFO_SLAVE_DATA = 5;
  static final int IFLA_BR_AGEING_TIME = 4;
  static final int IFLA_BR_STP_STATE = 5;
  static final int IFLA_BR_MCAST_SNOOPING = 23;
  static final int IFLA_BRPORT_STATE = 1;
  static final int IFLA_BRPORT_LEARNING = 8;
  static final int IFLA_BRPORT_UNICAST_FLOOD = 9;
  static final int IFLA_BRPORT_FLUSH = 24;
  static final int IFLA_BRPORT_MCAST_FLOOD = 27;
  static final int IFLA_BRPORT_BCAST_FLOOD = 30;
  static final int IFLA_BRPORT_LOCKED = 39;

  // include/uapi/linux/if_bridge.h
  static final int BR_STATE_LISTENING = 1;
  static final int BR_STATE_FORWARDING = 3;
  static final int MDBA_SET_ENTRY = 1;
  static final int MDB_PERMANENT = 1;

  // include/uapi/linux/neighbour.h
  static final int NDA_LLADDR = 2;
  static final int NDA_MASTER = 9;
  static final int NTF_MASTER = 0x04;
  static final int NUD_NOARP = 0x40;
  static final int NUD_PERMANENT = 0x80;

  // include/uapi/linux/ethtool.h
  static final int ETHTOOL_GLINKSETTINGS = 0x4C;
  static final int DUPLEX_HALF = 0;
  static final int DUPLEX_FULL = 1;
  static final int SPEED_UNKNOWN = -1;

  // include/uapi/linux/close_range.h
  static final int CLOSE_RANGE_UNSHARE = 1 << 1;
  static final int CLOSE_RANGE_CLOEXEC = 1 << 2;

  // include/uapi/linux/wait.h
  static final int WNOHANG = 1;
}
