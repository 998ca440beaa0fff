package dev.understudy.forwarder.dataplane;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** What is at the other end of a UDP port: a host that sends and receives frames. */
final class UdpPeer implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;

  private final DatagramSocket socket;
  private final InetSocketAddress port;

  UdpPeer() {
    try {
      socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      socket.setReceiveBufferSize(1 << 20);
      // A port that is free now: the switch will listen there.
      try (DatagramSocket free =
          new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
        port = (InetSocketAddress) free.getLocalSocketAddress();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the switch's port listens. */
  String listen() {
    return "127.0.0.1:" + port.getPort();
  }

  /** Where this is, as seen from the switch's port. */
  String peer() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  void send(byte[] frame) {
    try {
      socket.send(new DatagramPacket(frame, frame.length, port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next frame, waited for. */
  byte[] receive() {
    return receive(PATIENCE_MILLIS)
        .orElseThrow(() -> new AssertionError("no frame came to " + peer()));
  }

  String receiveHex() {
    return HexFormat.of().formatHex(receive());
  }

  Optional<byte[]> receive(int millis) {
    try {
      socket.setSoTimeout(millis);
      DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
      socket.receive(packet);
      return Optional.of(Arrays.copyOf(packet.getData(), packet.getLength()));
    } catch (SocketTimeoutException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
