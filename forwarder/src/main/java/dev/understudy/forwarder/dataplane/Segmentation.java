package dev.understudy.forwarder.dataplane;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.understudy.linux.FrameBatch;
import dev.understudy.wire.ethernet.EtherType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Cuts a row of segments that a sender's kernel left whole (GSO) into the frames that its card
 * would have made of it, with the same rules as the kernel's own (tcp_gso_segment,
 * __udp_gso_segment, inet_gso_segment, ipv6_gso_segment, skb_udp_tunnel_segment in Linux).
 *
 * <pre>
 *   plain    | Ethernet, tags | IP           | TCP or UDP | payload: segment, segment, …, rest |
 *   tunnel   | Ethernet, tags | outer IP | UDP or GRE, tunnel, Ethernet | IP | TCP or UDP | …  |
 *                                                                       ^ network ^ transport
 * </pre>
 *
 * <p>Each segment has a copy of all headers. In them change: lengths of IP and UDP, the outer ones
 * too; the identification of IPv4, which counts up; IPv4's header checksum; TCP's sequence number;
 * FIN and PSH, which only the last segment has, and CWR, which only the first has; the transport
 * checksum, and the outer UDP's where there was one.
 *
 * <p>One object is used for every frame; nothing is allocated. What can't be cut: tunnels within
 * tunnels, GRE with checksum or sequence number, inner IPv6 with extension headers, lengths that
 * contradict each other. UDP fragmentation (UFO) is not asked for by any port, so that no kernel
 * hands it over.
 */
final class Segmentation {
  private static final ValueLayout.OfShort SHORT =
      JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int TYPE_OFFSET = 12;
  private static final int TAG_LENGTH = 4;
  private static final int ETHERNET_HEADER = 14;

  private static final int IPV4_HEADER_MIN = 20;
  private static final int IPV4_HEADER_MAX = 60;
  private static final int IPV4_LENGTH = 2;
  private static final int IPV4_IDENTIFICATION = 4;
  private static final int IPV4_PROTOCOL = 9;
  private static final int IPV4_CHECKSUM = 10;
  private static final int IPV4_ADDRESSES = 12;
  private static final int IPV6_HEADER = 40;
  private static final int IPV6_LENGTH = 4;
  private static final int IPV6_NEXT_HEADER = 6;
  private static final int IPV6_ADDRESSES = 8;
  private static final int EXTENSION_HEADERS_MAX = 8;

  private static final int HOP_BY_HOP = 0;
  private static final int IPV4_IN_IP = 4;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int IPV6_IN_IP = 41;
  private static final int ROUTING = 43;
  private static final int GRE = 47;
  private static final int DESTINATION_OPTIONS = 60;

  private static final int TCP_SEQUENCE = 4;
  private static final int TCP_FLAGS = 13;
  private static final int TCP_CHECKSUM = 16;
  private static final int TCP_HEADER_MIN = 20;
  private static final int FIN = 0x01;
  private static final int PSH = 0x08;
  private static final int CWR = 0x80;
  private static final int UDP_LENGTH = 4;
  private static final int UDP_CHECKSUM = 6;
  private static final int UDP_HEADER = 8;

  /**
   * VXLAN's and GENEVE's header without options, or GUE's, and an Ethernet header with two tags.
   */
  private static final int TUNNEL_HEADERS_MAX = 8 + ETHERNET_HEADER + 2 * TAG_LENGTH;

  private static final int GENEVE_PORT = 6_081;
  private static final int GRE_CHECKSUM_OR_ROUTING = 0xC000;
  private static final int GRE_KEY = 0x2000;
  private static final int GRE_SEQUENCE = 0x1000;
  private static final int GRE_ETHERNET = 0x6558;
  private static final int NONE = -1;

  private MemorySegment memory = MemorySegment.NULL;
  private long start;
  private int length;
  private boolean datagrams;
  private int transport;
  private int headers;
  private int segmentSize;
  private int count;
  private int network;
  private int outer;
  private int outerProtocol;
  private int outerTransport;

  /** Looks at a row of segments; false if it can't be cut. */
  boolean read(FrameBatch batch, int index) {
    memory = batch.memory();
    start = batch.start(index);
    length = batch.length(index);
    datagrams = batch.segmentsAreDatagrams(index);
    transport = batch.checksumStart(index);
    headers = batch.headersLength(index);
    segmentSize = batch.segmentSize(index);
    int field = datagrams ? UDP_CHECKSUM : TCP_CHECKSUM;
    int headerMin = datagrams ? UDP_HEADER : TCP_HEADER_MIN;
    if (transport < ETHERNET_HEADER + IPV4_HEADER_MIN
        || batch.checksumOffset(index) != field
        || headers < transport + headerMin
        || headers >= length
        || segmentSize == 0) {
      return false;
    }
    count = (length - headers + segmentSize - 1) / segmentSize;
    return readOuter() && readInner();
  }

  /** Segments that it becomes. */
  int count() {
    return count;
  }

  /** Is there a tunnel around it, which the virtio header can't express? */
  boolean isTunnel() {
    return outer != NONE;
  }

  /** Octets of a segment's frame, from 0. */
  int length(int segment) {
    int before = segment * segmentSize;
    return headers + Math.min(segmentSize, length - headers - before);
  }

  /** The outermost IP header, and what it carries. */
  private boolean readOuter() {
    int at = TYPE_OFFSET;
    while (at + 2 < transport && isTag(u16(at))) {
      at += TAG_LENGTH;
    }
    int type = u16(at);
    outer = at + 2;
    if (type == EtherType.IPV4 && outer + IPV4_HEADER_MIN <= transport) {
      outerProtocol = u8(outer + IPV4_PROTOCOL);
      outerTransport = outer + (u8(outer) & 0x0F) * 4;
      return isIpv4(outer) && hasRightLength(outer) && outerTransport <= transport;
    }
    if (type != EtherType.IPV6 || outer + IPV6_HEADER > transport) {
      return false;
    }
    outerProtocol = u8(outer + IPV6_NEXT_HEADER);
    outerTransport = outer + IPV6_HEADER;
    for (int i = 0; isExtension(outerProtocol) && i < EXTENSION_HEADERS_MAX; i++) {
      if (outerTransport + 8 > transport) {
        return false;
      }
      outerProtocol = u8(outerTransport);
      outerTransport += (u8(outerTransport + 1) + 1) * 8;
    }
    return isIpv6(outer) && hasRightLength(outer) && outerTransport <= transport;
  }

  private static boolean isTag(int type) {
    return type == EtherType.C_TAG || type == EtherType.S_TAG;
  }

  private static boolean isExtension(int nextHeader) {
    return nextHeader == HOP_BY_HOP || nextHeader == DESTINATION_OPTIONS || nextHeader == ROUTING;
  }

  /** The IP header before the transport header, which is the outermost unless there is a tunnel. */
  private boolean readInner() {
    if (outerTransport == transport) {
      network = outer;
      outer = NONE;
      return outerProtocol == protocol();
    }
    network = innerNetwork();
    return network != NONE && isTunnelKnown(network - outerTransport);
  }

  private int protocol() {
    return datagrams ? UDP : TCP;
  }

  private int innerNetwork() {
    for (int octets = IPV4_HEADER_MIN; octets <= IPV4_HEADER_MAX; octets += 4) {
      int at = transport - octets;
      if (at >= outerTransport
          && u8(at) == (0x40 | octets / 4)
          && hasRightLength(at)
          && u8(at + IPV4_PROTOCOL) == protocol()) {
        return at;
      }
    }
    int at = transport - IPV6_HEADER;
    return at >= outerTransport
            && isIpv6(at)
            && hasRightLength(at)
            && u8(at + IPV6_NEXT_HEADER) == protocol()
        ? at
        : NONE;
  }

  private boolean isIpv4(int at) {
    return u8(at) >> 4 == 4;
  }

  private boolean isIpv6(int at) {
    return u8(at) >> 4 == 6;
  }

  private boolean hasRightLength(int at) {
    return isIpv4(at)
        ? u16(at + IPV4_LENGTH) == length - at
        : u16(at + IPV6_LENGTH) == length - at - IPV6_HEADER;
  }

  /** Is there nothing between outer and inner IP that would have to change with each segment? */
  private boolean isTunnelKnown(int octetsBetween) {
    return switch (outerProtocol) {
      case IPV4_IN_IP, IPV6_IN_IP -> octetsBetween == 0;
      case UDP -> isUdpTunnel(octetsBetween - UDP_HEADER);
      case GRE -> isGreTunnel(octetsBetween);
      default -> false;
    };
  }

  private boolean isUdpTunnel(int octetsBetween) {
    if (octetsBetween < 0 || u16(outerTransport + UDP_LENGTH) != length - outerTransport) {
      return false;
    }
    boolean geneve = u16(outerTransport + 2) == GENEVE_PORT && octetsBetween > 0;
    int options = geneve ? (u8(outerTransport + UDP_HEADER) & 0x3F) * 4 : 0;
    return octetsBetween <= TUNNEL_HEADERS_MAX + options;
  }

  private boolean isGreTunnel(int octetsBetween) {
    if (octetsBetween < 4) {
      return false;
    }
    int flags = u16(outerTransport);
    if ((flags & (GRE_CHECKSUM_OR_ROUTING | GRE_SEQUENCE)) != 0) {
      return false;
    }
    int header = (flags & GRE_KEY) == 0 ? 4 : 8;
    int rest = octetsBetween - header;
    return u16(outerTransport + 2) == GRE_ETHERNET
        ? rest >= ETHERNET_HEADER && rest <= ETHERNET_HEADER + 2 * TAG_LENGTH
        : rest == 0;
  }

  /** Writes a segment's frame; {@link #length(int)} octets. */
  void write(int segment, MemorySegment target, long at) {
    int octets = length(segment);
    long from = start + headers + (long) segment * segmentSize;
    MemorySegment.copy(memory, start, target, at, headers);
    MemorySegment.copy(memory, from, target, at + headers, octets - headers);
    writeNetwork(segment, target, at + network, octets - network);
    if (datagrams) {
      target.set(SHORT, at + transport + UDP_LENGTH, (short) (octets - transport));
    } else {
      writeTcp(segment, target, at + transport);
    }
    writeChecksum(target, at + transport, octets - transport);
    if (outer != NONE) {
      writeNetwork(segment, target, at + outer, octets - outer);
      if (outerProtocol == UDP) {
        writeOuterUdp(target, at, octets);
      }
    }
  }

  private void writeNetwork(int segment, MemorySegment target, long at, int octets) {
    int first = target.get(JAVA_BYTE, at) & 0xFF;
    if (first >> 4 != 4) {
      target.set(SHORT, at + IPV6_LENGTH, (short) (octets - IPV6_HEADER));
      return;
    }
    int identification = target.get(SHORT, at + IPV4_IDENTIFICATION) + segment;
    target.set(SHORT, at + IPV4_LENGTH, (short) octets);
    target.set(SHORT, at + IPV4_IDENTIFICATION, (short) identification);
    target.set(SHORT, at + IPV4_CHECKSUM, (short) 0);
    int sum = Checksums.fold(Checksums.sum(target, at, (first & 0x0F) * 4));
    target.set(SHORT, at + IPV4_CHECKSUM, (short) ~sum);
  }

  private void writeTcp(int segment, MemorySegment target, long at) {
    int sequence = target.get(INT, at + TCP_SEQUENCE) + segment * segmentSize;
    int flags = target.get(JAVA_BYTE, at + TCP_FLAGS);
    if (segment != 0) {
      flags &= ~CWR;
    }
    if (segment != count - 1) {
      flags &= ~(FIN | PSH);
    }
    target.set(INT, at + TCP_SEQUENCE, sequence);
    target.set(JAVA_BYTE, at + TCP_FLAGS, (byte) flags);
  }

  /** The field has the pseudo header's sum with the whole row's length, which is exchanged. */
  private void writeChecksum(MemorySegment target, long at, int octets) {
    int field = datagrams ? UDP_CHECKSUM : TCP_CHECKSUM;
    long pseudo =
        (target.get(SHORT, at + field) & 0xFFFFL) + (~(length - transport) & 0xFFFFL) + octets;
    target.set(SHORT, at + field, (short) Checksums.fold(pseudo));
    target.set(SHORT, at + field, (short) Checksums.finish(Checksums.sum(target, at, octets)));
  }

  private void writeOuterUdp(MemorySegment target, long at, int octets) {
    long udp = at + outerTransport;
    int udpLength = octets - outerTransport;
    target.set(SHORT, udp + UDP_LENGTH, (short) udpLength);
    if (target.get(SHORT, udp + UDP_CHECKSUM) == 0) {
      return;
    }
    long pseudo =
        isIpv4(outer)
            ? Checksums.sum(target, at + outer + IPV4_ADDRESSES, 8)
            : Checksums.sum(target, at + outer + IPV6_ADDRESSES, 32);
    target.set(SHORT, udp + UDP_CHECKSUM, (short) 0);
    long sum = pseudo + UDP + udpLength + Checksums.sum(target, udp, udpLength);
    target.set(SHORT, udp + UDP_CHECKSUM, (short) Checksums.finish(sum));
  }

  private int u8(int at) {
    return memory.get(JAVA_BYTE, start + at) & 0xFF;
  }

  private int u16(int at) {
    return memory.get(SHORT, start + at) & 0xFFFF;
  }
}
