package dev.understudy.benchmarks;

import dev.understudy.linux.FrameChannel;
import dev.understudy.linux.PacketOptions;
import dev.understudy.linux.UdpSocket;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Two hosts on UDP cables over loopback.
 *
 * @param addresses host 1, port 1, port 2, host 2
 */
record UdpHosts(List<InetSocketAddress> addresses) implements Hosts {
  private static final int RECEIVE_BUFFER_OCTETS = 16 << 20;

  static UdpHosts choose() {
    return new UdpHosts(FreePorts.find(4));
  }

  /** The two ports as a configuration has them. */
  String ports(String first, String second) {
    return port(first, addresses.get(1), addresses.get(0))
        + port(second, addresses.get(2), addresses.get(3));
  }

  private static String port(String name, InetSocketAddress here, InetSocketAddress there) {
    return "  %s: {udp: {listen: \"%s\", peer: \"%s\"}}%n"
        .formatted(name, FreePorts.text(here), FreePorts.text(there));
  }

  @Override
  public FrameChannel source() {
    return open(addresses.get(0), addresses.get(1));
  }

  @Override
  public FrameChannel sink() {
    return open(addresses.get(3), addresses.get(2));
  }

  private static FrameChannel open(InetSocketAddress here, InetSocketAddress there) {
    return UdpSocket.open(
        new UdpSocket.Ends(here, there), new PacketOptions.ReceiveBuffer(RECEIVE_BUFFER_OCTETS));
  }
}
