package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A packet(7) socket on one interface: whole frames in and out, the outer VLAN tag beside them.
 *
 * <p>It opens with protocol 0, which receives nothing, and binds to all protocols last, so that no
 * frame arrives before filter and options are in force. It does not see frames that go out by the
 * same interface (PACKET_IGNORE_OUTGOING).
 *
 * <p>When the interface goes down, {@link #receive} gives minus ENETDOWN once and the socket works
 * again when it is back up. When the interface is deleted the same happens, but the socket stays
 * silent for ever, and sending gives ENXIO: {@link LinkMonitor} tells, and the port opens another.
 */
public final class PacketSocket implements FrameChannel {
  private static final ValueLayout.OfShort SHORT_BE = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private final Descriptor socket;
  private final int interfaceIndex;
  private final boolean offloads;
  private final int receiveBufferOctets;
  private final int sendBufferOctets;
  private long received;
  private long dropped;

  /** Frames since the socket was opened: those that passed the filter, and those of them lost. */
  public record Statistics(long received, long dropped) {}

  private PacketSocket(Descriptor socket, int interfaceIndex, PacketOptions options) {
    this.socket = socket;
    this.interfaceIndex = interfaceIndex;
    socket.set(Constants.SOL_PACKET, Constants.PACKET_AUXDATA, "PACKET_AUXDATA", 1);
    socket.set(Constants.SOL_PACKET, Constants.PACKET_IGNORE_OUTGOING, "PACKET_IGNORE_OUTGOING", 1);
    this.offloads = options.flags().contains(PacketOptions.Flag.OFFLOADS);
    if (offloads) {
      socket.set(Constants.SOL_PACKET, Constants.PACKET_VNET_HDR, "PACKET_VNET_HDR", 1);
    }
    this.receiveBufferOctets = socket.receiveBuffer(options.receiveBuffer().octets());
    this.sendBufferOctets = socket.sendBuffer(options.sendBuffer().octets());
    if (options.flags().contains(PacketOptions.Flag.QDISC_BYPASS)) {
      socket.set(Constants.SOL_PACKET, Constants.PACKET_QDISC_BYPASS, "PACKET_QDISC_BYPASS", 1);
    }
    if (options.flags().contains(PacketOptions.Flag.PROMISCUOUS)) {
      join(Constants.PACKET_MR_PROMISC, new MacAddress(0));
    }
    for (MacAddress group : options.groups()) {
      join(Constants.PACKET_MR_MULTICAST, group);
    }
    options.filter().ifPresent(this::attach);
    bind();
  }

  /**
   * Opens a socket on an interface of the calling thread's network namespace.
   *
   * @throws ErrnoException EPERM without CAP_NET_RAW, ENODEV if there is no such interface
   */
  public static PacketSocket open(int interfaceIndex, PacketOptions options) {
    Descriptor socket = Descriptor.socket(Constants.AF_PACKET, Constants.SOCK_RAW, 0);
    try {
      return new PacketSocket(socket, interfaceIndex, options);
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private void join(int type, MacAddress address) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(Structs.PACKET_MREQ);
      request.set(JAVA_INT, Structs.offset(Structs.PACKET_MREQ, "mr_ifindex"), interfaceIndex);
      request.set(JAVA_SHORT, Structs.offset(Structs.PACKET_MREQ, "mr_type"), (short) type);
      request.set(JAVA_SHORT, Structs.offset(Structs.PACKET_MREQ, "mr_alen"), (short) 6);
      for (int i = 0; i < 6; i++) {
        request.set(
            JAVA_BYTE, Structs.offset(Structs.PACKET_MREQ, "mr_address") + i, address.octet(i));
      }
      socket.set(
          Constants.SOL_PACKET, Constants.PACKET_ADD_MEMBERSHIP, "PACKET_ADD_MEMBERSHIP", request);
    }
  }

  /** Replaces the filter; frames that wait already have passed the old one. */
  public void attach(FrameFilter filter) {
    try (Arena arena = Arena.ofConfined()) {
      socket.set(
          Constants.SOL_SOCKET,
          Constants.SO_ATTACH_FILTER,
          "SO_ATTACH_FILTER",
          filter.toNative(arena));
    }
  }

  private void bind() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(Structs.SOCKADDR_LL);
      address.set(
          JAVA_SHORT,
          Structs.offset(Structs.SOCKADDR_LL, "sll_family"),
          (short) Constants.AF_PACKET);
      address.set(
          SHORT_BE,
          Structs.offset(Structs.SOCKADDR_LL, "sll_protocol"),
          (short) Constants.ETH_P_ALL);
      address.set(JAVA_INT, Structs.offset(Structs.SOCKADDR_LL, "sll_ifindex"), interfaceIndex);
      ErrnoException.check(
          C.bind(socket.fd(), address, (int) address.byteSize()),
          "bind",
          socket.fd(),
          "AF_PACKET interface " + interfaceIndex);
    }
  }

  @Override
  public int fd() {
    return socket.fd();
  }

  @Override
  public int receive(FrameBatch batch, int framesMax) {
    return batch.receiveFrom(socket.fd(), framesMax, offloads);
  }

  @Override
  public int send(SendVector frames, int from) {
    return frames.sendTo(socket.fd(), from);
  }

  @Override
  public boolean offloads() {
    return offloads;
  }

  public int interfaceIndex() {
    return interfaceIndex;
  }

  /** What the kernel granted, as it counts: about twice the payload that fits. */
  public int receiveBufferOctets() {
    return receiveBufferOctets;
  }

  /** As {@link #receiveBufferOctets}, for frames that leave. */
  public int sendBufferOctets() {
    return sendBufferOctets;
  }

  /** The kernel's counts (PACKET_STATISTICS, which it clears on reading), added up. */
  public Statistics statistics() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stats = arena.allocate(Structs.TPACKET_STATS);
      socket.get(Constants.SOL_PACKET, Constants.PACKET_STATISTICS, "PACKET_STATISTICS", stats);
      received +=
          Integer.toUnsignedLong(
              stats.get(JAVA_INT, Structs.offset(Structs.TPACKET_STATS, "tp_packets")));
      dropped +=
          Integer.toUnsignedLong(
              stats.get(JAVA_INT, Structs.offset(Structs.TPACKET_STATS, "tp_drops")));
    }
    return new Statistics(received, dropped);
  }

  @Override
  public void close() {
    socket.close();
  }
}
