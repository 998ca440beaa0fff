package dev.understudy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UdpSocketTest {
  private static final PacketOptions.ReceiveBuffer BUFFER =
      new PacketOptions.ReceiveBuffer(1 << 20);

  /** Two sockets connected to each other. */
  private record Cable(UdpSocket left, UdpSocket right) implements AutoCloseable {
    static Cable on(String host) throws IOException {
      InetAddress address = InetAddress.ofLiteral(host);
      int leftPort = freePort(address);
      UdpSocket right =
          UdpSocket.open(
              new UdpSocket.Ends(
                  new InetSocketAddress(address, 0), new InetSocketAddress(address, leftPort)),
              BUFFER);
      UdpSocket left =
          UdpSocket.open(
              new UdpSocket.Ends(new InetSocketAddress(address, leftPort), right.localAddress()),
              BUFFER);
      return new Cable(left, right);
    }

    @Override
    public void close() {
      left.close();
      right.close();
    }
  }

  static int freePort(InetAddress address) throws IOException {
    try (DatagramSocket probe = new DatagramSocket(0, address)) {
      return probe.getLocalPort();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void frames_cross_in_batches_in_order_with_tags_put_in_on_the_way(String host)
      throws IOException {
    assumeTrue(loopbackHas(host), "loopback has no " + host);
    try (Cable cable = Cable.on(host)) {
      FrameBatch out = FrameBatch.of(FrameSize.STANDARD, 32);
      SendVector vector = SendVector.of(64);
      List<byte[]> expected = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        byte[] frame = FrameTest.frame("02:00:00:00:00:01", 60 + 40 * i);
        int index = out.append(frame);
        vector.add(out, index);
        expected.add(frame);
        vector.addTagged(out, index, TagProtocol.CUSTOMER, 0x2000 + i);
        expected.add(FrameTest.tagged(frame, 0x2000 + i));
      }
      SendTally tally = new SendTally();
      assertThat(vector.flush(cable.left(), tally)).isEqualTo(64);
      assertThat(vector.count()).isZero();
      assertThat(tally.sentFrames()).isEqualTo(64);
      assertThat(tally.sentOctets()).isEqualTo(expected.stream().mapToLong(f -> f.length).sum());
      assertThat(tally.dropped()).isZero();

      FrameBatch in = FrameBatch.of(FrameSize.STANDARD, 48);
      List<byte[]> received = new ArrayList<>();
      assertThat(cable.right().receive(in, 1024)).isEqualTo(48);
      collect(in, received);
      assertThat(cable.right().receive(in, 10)).isEqualTo(10);
      collect(in, received);
      assertThat(cable.right().receive(in, 48)).isEqualTo(6);
      collect(in, received);
      assertThat(cable.right().receive(in, 48)).isZero();
      assertThat(in.count()).isZero();
      assertThat(received).usingElementComparator(java.util.Arrays::compare).isEqualTo(expected);
    }
  }

  private static void collect(FrameBatch in, List<byte[]> frames) {
    for (int i = 0; i < in.count(); i++) {
      assertThat(in.truncated(i)).isFalse();
      assertThat(in.tag(i)).isEqualTo(FrameBatch.NO_TAG);
      assertThat(in.packetType(i)).isEqualTo(-1);
      frames.add(in.octets(i));
    }
  }

  private static boolean loopbackHas(String host) {
    try (DatagramSocket probe = new DatagramSocket(0, InetAddress.ofLiteral(host))) {
      return probe.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void a_frame_longer_than_the_slot_is_marked() throws IOException {
    try (Cable cable = Cable.on("127.0.0.1")) {
      FrameBatch out = FrameBatch.of(FrameSize.JUMBO, 2);
      SendVector vector = SendVector.of(2);
      vector.add(out, out.append(new byte[2_048]));
      vector.add(out, out.append(new byte[2_049]));
      assertThat(vector.flush(cable.left(), new SendTally())).isEqualTo(2);
      FrameBatch in = FrameBatch.of(FrameSize.STANDARD, 2);
      assertThat(cable.right().receive(in, 2)).isEqualTo(2);
      assertThat(in.truncated(0)).isFalse();
      assertThat(in.truncated(1)).isTrue();
      assertThat(in.length(1)).isEqualTo(2_048);
    }
  }

  @Test
  void a_peer_that_is_not_there_costs_frames_but_no_link() throws IOException {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    InetSocketAddress nobody = new InetSocketAddress(loopback, freePort(loopback));
    try (UdpSocket socket =
        UdpSocket.open(new UdpSocket.Ends(new InetSocketAddress(loopback, 0), nobody), BUFFER)) {
      FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 1);
      batch.append(new byte[60]);
      SendVector vector = SendVector.of(3);
      SendTally tally = new SendTally();
      for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 3; i++) {
          vector.add(batch, 0);
        }
        vector.flush(socket, tally);
      }
      assertThat(socket.refusals()).isPositive();
      assertThat(tally.sentFrames() + tally.droppedRefused()).isEqualTo(15);
      assertThat(tally.droppedLinkDown()).isZero();

      FrameBatch in = FrameBatch.of(FrameSize.STANDARD, 4);
      assertThat(socket.receive(in, 4)).isZero();

      // The peer appears: frames arrive again, nothing has to be opened anew.
      try (UdpSocket peer =
          UdpSocket.open(new UdpSocket.Ends(nobody, socket.localAddress()), BUFFER)) {
        vector.add(batch, 0);
        assertThat(vector.flush(socket, tally)).isEqualTo(1);
        assertThat(peer.receive(in, 4)).isEqualTo(1);
      }
    }
  }

  @Test
  void datagrams_that_find_the_buffer_full_are_counted() throws IOException {
    try (Cable cable = Cable.on("127.0.0.1")) {
      FrameBatch out = FrameBatch.of(FrameSize.STANDARD, 1);
      out.append(new byte[1_500]);
      SendVector vector = SendVector.of(512);
      SendTally tally = new SendTally();
      for (int round = 0; round < 8; round++) {
        while (vector.add(out, 0)) {}
        vector.flush(cable.left(), tally);
      }
      FrameBatch in = FrameBatch.of(FrameSize.STANDARD, 512);
      long received = 0;
      for (int n = cable.right().receive(in, 512); n > 0; n = cable.right().receive(in, 512)) {
        received += n;
      }
      assertThat(cable.right().dropped()).isPositive();
      assertThat(received + cable.right().dropped()).isEqualTo(tally.sentFrames());
    }
  }

  @Test
  void ends_of_two_families_and_a_taken_port_are_refused_with_the_reason() throws IOException {
    assertThatThrownBy(() ->
            new UdpSocket.Ends(
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0),
                new InetSocketAddress(InetAddress.ofLiteral("::1"), 9)))
        .isInstanceOf(IllegalArgumentException.class);
    try (Cable cable = Cable.on("127.0.0.1")) {
      UdpSocket.Ends taken =
          new UdpSocket.Ends(cable.left().localAddress(), cable.right().localAddress());
      assertThatThrownBy(() -> UdpSocket.open(taken, BUFFER))
          .isInstanceOf(ErrnoException.class)
          .hasMessageContaining("bind(")
          .hasMessageContaining("EADDRINUSE (98)")
          .extracting(e -> ((ErrnoException) e).errno())
          .isEqualTo(Errno.EADDRINUSE);
    }
  }

  @Test
  void a_closed_socket_answers_ebadf() throws IOException {
    try (Cable cable = Cable.on("127.0.0.1")) {
      cable.left().close();
      cable.left().close();
      FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 1);
      assertThat(cable.left().receive(batch, 1)).isEqualTo(-Errno.EBADF);
      batch.append(new byte[60]);
      SendVector vector = SendVector.of(1);
      vector.add(batch, 0);
      SendTally tally = new SendTally();
      assertThat(vector.flush(cable.left(), tally)).isZero();
      assertThat(tally.droppedOther()).isEqualTo(1);
      assertThat(tally.lastErrno()).isEqualTo(Errno.EBADF);
    }
  }

  @Test
  void ten_thousand_batches_allocate_nothing() throws IOException {
    try (Cable cable = Cable.on("127.0.0.1")) {
      Traffic traffic = new Traffic(cable.left(), cable.right());
      assertThat(traffic.leastAllocatedInTenThousandRounds()).isZero();
      assertThat(traffic.received).isPositive().isEqualTo(traffic.offered);
    }
  }
}
