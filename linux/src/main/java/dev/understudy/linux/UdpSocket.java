package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;

/**
 * A cable made of UDP: one Ethernet frame per datagram between two fixed addresses, as {@code
 * -netdev dgram} of QEMU and the links of GNS3 have it. Datagrams of others never arrive, because
 * the socket is connected.
 *
 * <p>That nobody listens at the other end (ECONNREFUSED, told once per ICMP message by whichever
 * call comes next) is counted and says nothing about the link, which is always up. Datagrams longer
 * than the path's MTU are fragmented.
 */
public final class UdpSocket implements FrameChannel {
  private static final ValueLayout.OfShort SHORT_BE = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  // include/uapi/linux/in.h, in6.h, sock_diag.h
  private static final int IPPROTO_IP = 0;
  private static final int IP_MTU_DISCOVER = 10;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_MTU_DISCOVER = 23;
  private static final int PMTUDISC_DONT = 0;
  private static final int SO_MEMINFO = 55;
  private static final int SK_MEMINFO_VARS = 9;
  private static final int SK_MEMINFO_DROPS = 8;

  private final Descriptor socket;
  private final boolean v6;
  private final int receiveBufferOctets;
  private final int sendBufferOctets;
  private long refusals;

  private UdpSocket(Descriptor socket, Ends ends, PacketOptions.ReceiveBuffer receiveBuffer) {
    this.socket = socket;
    this.v6 = ends.v6();
    this.receiveBufferOctets = socket.receiveBuffer(receiveBuffer.octets());
    this.sendBufferOctets = socket.sendBuffer(Math.min(receiveBuffer.octets(), 4 << 20));
    if (v6) {
      socket.set(IPPROTO_IPV6, IPV6_MTU_DISCOVER, "IPV6_MTU_DISCOVER", PMTUDISC_DONT);
    } else {
      socket.set(IPPROTO_IP, IP_MTU_DISCOVER, "IP_MTU_DISCOVER", PMTUDISC_DONT);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment local = toNative(arena, ends.local());
      ErrnoException.check(
          C.bind(socket.fd(), local, (int) local.byteSize()), "bind", socket.fd(), ends.local());
      MemorySegment remote = toNative(arena, ends.remote());
      ErrnoException.check(
          C.connect(socket.fd(), remote, (int) remote.byteSize()),
          "connect",
          socket.fd(),
          ends.remote());
    }
  }

  /** The two ends of the cable, both IPv4 or both IPv6; local port 0 lets the kernel choose. */
  public record Ends(InetSocketAddress local, InetSocketAddress remote) {
    public Ends {
      if (local.isUnresolved() || remote.isUnresolved()) {
        throw new IllegalArgumentException("unresolved address: " + local + " or " + remote);
      }
      if (isV6(local) != isV6(remote)) {
        throw new IllegalArgumentException(local + " and " + remote + " are of two families");
      }
    }

    boolean v6() {
      return isV6(local);
    }

    private static boolean isV6(InetSocketAddress address) {
      return address.getAddress() instanceof Inet6Address;
    }
  }

  /**
   * Opens and connects.
   *
   * @throws ErrnoException EADDRINUSE, EADDRNOTAVAIL, ENETUNREACH …
   */
  public static UdpSocket open(Ends ends, PacketOptions.ReceiveBuffer receiveBuffer) {
    Descriptor socket =
        Descriptor.socket(
            ends.v6() ? Constants.AF_INET6 : Constants.AF_INET, Constants.SOCK_DGRAM, 0);
    try {
      return new UdpSocket(socket, ends, receiveBuffer);
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static MemorySegment toNative(Arena arena, InetSocketAddress address) {
    byte[] octets = address.getAddress().getAddress();
    boolean six = octets.length == 16;
    StructLayout layout = six ? Structs.SOCKADDR_IN6 : Structs.SOCKADDR_IN;
    String prefix = six ? "sin6_" : "sin_";
    MemorySegment segment = arena.allocate(layout);
    segment.set(
        JAVA_SHORT,
        Structs.offset(layout, prefix + "family"),
        (short) (six ? Constants.AF_INET6 : Constants.AF_INET));
    segment.set(SHORT_BE, Structs.offset(layout, prefix + "port"), (short) address.getPort());
    MemorySegment.copy(
        octets, 0, segment, JAVA_BYTE, Structs.offset(layout, prefix + "addr"), octets.length);
    if (address.getAddress() instanceof Inet6Address scoped) {
      segment.set(JAVA_INT, Structs.offset(layout, "sin6_scope_id"), scoped.getScopeId());
    }
    return segment;
  }

  /** The address in use, with the port that the kernel chose for port 0. */
  public InetSocketAddress localAddress() {
    StructLayout layout = v6 ? Structs.SOCKADDR_IN6 : Structs.SOCKADDR_IN;
    String prefix = v6 ? "sin6_" : "sin_";
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(layout);
      MemorySegment length = arena.allocateFrom(JAVA_INT, (int) layout.byteSize());
      ErrnoException.check(C.getsockname(socket.fd(), address, length), "getsockname", socket.fd());
      byte[] octets = new byte[v6 ? 16 : 4];
      MemorySegment.copy(
          address, JAVA_BYTE, Structs.offset(layout, prefix + "addr"), octets, 0, octets.length);
      int port = address.get(SHORT_BE, Structs.offset(layout, prefix + "port")) & 0xFFFF;
      return new InetSocketAddress(InetAddress.getByAddress(octets), port);
    } catch (UnknownHostException e) {
      throw new AssertionError("an address of 4 or 16 octets", e);
    }
  }

  @Override
  public int fd() {
    return socket.fd();
  }

  @Override
  public int receive(FrameBatch batch, int framesMax) {
    int result = batch.receiveFrom(socket.fd(), framesMax, false);
    if (result < 0 && SendTally.isRefusal(-result)) {
      refusals++;
      // Reading the error cleared it; what waits behind it is still there.
      result = batch.receiveFrom(socket.fd(), framesMax, false);
    }
    return result < 0 && SendTally.isRefusal(-result) ? 0 : result;
  }

  @Override
  public int send(SendVector frames, int from) {
    int result = frames.sendTo(socket.fd(), from);
    if (result < 0 && SendTally.isRefusal(-result)) {
      refusals++;
    }
    return result;
  }

  /** How often a call reported that the other end could not be reached. */
  public long refusals() {
    return refusals;
  }

  /** Datagrams that came and found the receive buffer full. */
  public long dropped() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(JAVA_INT, SK_MEMINFO_VARS);
      socket.get(Constants.SOL_SOCKET, SO_MEMINFO, "SO_MEMINFO", info);
      return Integer.toUnsignedLong(info.getAtIndex(JAVA_INT, SK_MEMINFO_DROPS));
    }
  }

  /** What the kernel granted, as it counts: about twice the payload that fits. */
  public int receiveBufferOctets() {
    return receiveBufferOctets;
  }

  /** As {@link #receiveBufferOctets}, for frames that leave. */
  public int sendBufferOctets() {
    return sendBufferOctets;
  }

  @Override
  public boolean offloads() {
    return false;
  }

  @Override
  public void close() {
    socket.close();
  }
}
