package dev.understudy.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** UDP ports on loopback that nobody had a moment ago. */
final class FreePorts {
  private FreePorts() {}

  /** So many different ones: all are held until the last one is found. */
  static List<InetSocketAddress> find(int count) {
    List<DatagramSocket> held = new ArrayList<>();
    try {
      List<InetSocketAddress> found = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        held.add(socket);
        found.add(new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort()));
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException("no free UDP port on loopback", e);
    } finally {
      held.forEach(DatagramSocket::close);
    }
  }

  /** As configurations have it. */
  static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }
}
