package dev.understudy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** On a veth pair in a namespace of its own: root only. */
class PacketSocketTest {
  private static final PacketOptions OPTIONS = PacketOptions.standard();
  private static final long SECOND = 1_000_000_000L;

  /**
   * Receives until so many frames came and shows each; waits up to two seconds for the next,
   * because a busy kernel may deliver a moment after the sender's call has returned.
   */
  static void receive(FrameChannel channel, FrameBatch batch, int frames, IntConsumer look) {
    try (Epoll epoll = Epoll.open(1)) {
      epoll.add(new Epoll.Interest(channel.fd(), Epoll.IN, 0));
      int received = 0;
      while (received < frames && epoll.await(2 * SECOND) > 0) {
        int n = channel.receive(batch, frames - received);
        assertThat(n).as("minus errno").isNotNegative();
        for (int i = 0; i < n; i++) {
          look.accept(i);
        }
        received += n;
      }
      assertThat(received).isEqualTo(frames);
    }
  }

  static List<byte[]> receive(FrameChannel channel, FrameBatch batch, int frames) {
    List<byte[]> received = new ArrayList<>();
    receive(channel, batch, frames, i -> received.add(batch.octets(i)));
    return received;
  }

  @Test
  void frames_cross_with_the_outer_tag_beside_them() {
    try (Lab lab = Lab.withVethPair();
        PacketSocket p0 = lab.open("p0", OPTIONS);
        PacketSocket p1 = lab.open("p1", OPTIONS)) {
      byte[] plain = FrameTest.frame("02:00:00:00:00:01", 60);
      FrameBatch out = FrameBatch.of(FrameSize.STANDARD, 8);
      int bare = out.append(plain);
      int tagged = out.append(FrameTest.tagged(plain, 0x6014));
      int doubly = out.append(FrameTest.tagged(FrameTest.tagged(plain, 0x0014), 0x000A));
      SendVector vector = SendVector.of(8);
      vector.add(out, bare);
      vector.add(out, tagged);
      vector.addTagged(out, bare, TagProtocol.CUSTOMER, 0xE00A);
      vector.addTagged(out, bare, TagProtocol.SERVICE, 0x0FFE);
      vector.add(out, doubly);
      assertThat(vector.flush(p0, new SendTally())).isEqualTo(5);

      FrameBatch in = FrameBatch.of(FrameSize.STANDARD, 8);
      int[] tags = {FrameBatch.NO_TAG, 0x6014, 0xE00A, 0x0FFE, 0x000A};
      int[] protocols = {0, 0x8100, 0x8100, 0x88A8, 0x8100};
      AtomicInteger frames = new AtomicInteger();
      receive(
          p1,
          in,
          5,
          i -> {
            int frame = frames.getAndIncrement();
            assertThat(in.tag(i)).as("tag of %d", frame).isEqualTo(tags[frame]);
            assertThat(in.tagProtocol(i)).as("kind of %d", frame).isEqualTo(protocols[frame]);
            assertThat(in.popTag(i)).isEqualTo(tags[frame]);
            assertThat(in.truncated(i)).isFalse();
            assertThat(in.checksumStart(i)).isZero();
            assertThat(in.segmentSize(i)).isZero();
            // Not for this host's address, so promiscuous reception brought it: PACKET_OTHERHOST.
            assertThat(in.packetType(i)).isEqualTo(3);
            assertThat(in.octets(i))
                .isEqualTo(frame == 4 ? FrameTest.tagged(plain, 0x0014) : plain);
          });
      // What leaves by an interface is not received from it.
      assertThat(p0.receive(in, 8)).isZero();
    }
  }

  @Test
  void a_full_batch_leaves_the_rest_for_the_next_call_in_order() {
    try (Lab lab = Lab.withVethPair();
        PacketSocket p0 = lab.open("p0", OPTIONS);
        PacketSocket p1 = lab.open("p1", OPTIONS)) {
      FrameBatch out = FrameBatch.of(FrameSize.STANDARD, 100);
      SendVector vector = SendVector.of(100);
      List<byte[]> expected = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        byte[] frame = FrameTest.frame("02:00:00:00:00:01", 60 + 14 * i);
        expected.add(frame);
        vector.add(out, out.append(frame));
      }
      assertThat(vector.flush(p0, new SendTally())).isEqualTo(100);
      List<byte[]> received = receive(p1, FrameBatch.of(FrameSize.STANDARD, 32), 100);
      assertThat(received).usingElementComparator(Arrays::compare).isEqualTo(expected);
      assertThat(p1.statistics()).isEqualTo(new PacketSocket.Statistics(100, 0));
      assertThat(p1.statistics()).isEqualTo(new PacketSocket.Statistics(100, 0));
    }
  }

  @Test
  void two_filters_split_the_traffic_so_that_each_frame_is_in_one_socket() {
    List<FrameFilter.Match> control =
        List.of(
            FrameFilter.Match.reservedGroups(),
            FrameFilter.Match.destination(MacAddress.parse("01:00:5e:00:00:12")),
            FrameFilter.Match.etherType(0x88CC),
            new FrameFilter.Match(
                MacAddress.parse("02:00:00:00:00:00"),
                MacAddress.parse("ff:00:00:00:00:00"),
                OptionalInt.of(0x0806)));
    try (Lab lab = Lab.withVethPair();
        PacketSocket p0 = lab.open("p0", OPTIONS);
        PacketSocket controls = lab.open("p1", OPTIONS.withFilter(FrameFilter.only(control)));
        PacketSocket data = lab.open("p1", OPTIONS.withFilter(FrameFilter.allBut(control)))) {
      FrameBatch out = FrameBatch.of(FrameSize.STANDARD, 64);
      SendVector vector = SendVector.of(64);
      List<String> expectedControl = new ArrayList<>();
      List<String> expectedData = new ArrayList<>();
      String[] addresses = {
        "01:80:c2:00:00:00", "01:80:c2:00:00:0f", "01:80:c2:00:00:10", "01:80:c2:00:01:00",
        "01:80:c3:00:00:00", "01:00:5e:00:00:12", "01:00:5e:00:00:13", "01:00:0c:cc:cc:cd",
        "02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff"
      };
      for (int type : new int[] {0x0800, 0x0806, 0x88CC}) {
        for (String address : addresses) {
          byte[] frame = FrameTest.frame(address, 60);
          frame[12] = (byte) (type >> 8);
          frame[13] = (byte) type;
          int i = out.append(frame);
          // Tags do not hide a frame from the filter.
          if (out.count() % 2 == 0) {
            vector.add(out, i);
          } else {
            vector.addTagged(out, i, TagProtocol.CUSTOMER, 7);
          }
          boolean isControl =
              address.startsWith("01:80:c2:00:00:0")
                  || address.equals("01:00:5e:00:00:12")
                  || type == 0x88CC
                  || (type == 0x0806 && address.startsWith("02:"));
          (isControl ? expectedControl : expectedData).add(address + " " + type);
        }
      }
      assertThat(vector.flush(p0, new SendTally())).isEqualTo(30);
      FrameBatch in = FrameBatch.of(FrameSize.STANDARD, 64);
      assertThat(names(controls, in, expectedControl.size())).isEqualTo(expectedControl);
      assertThat(names(data, in, expectedData.size())).isEqualTo(expectedData);

      // The filter can be replaced while the socket is open.
      controls.attach(FrameFilter.only(List.of()));
      vector.add(out, 0);
      vector.flush(p0, new SendTally());
      vector.add(out, 7);
      vector.flush(p0, new SendTally());
      assertThat(names(data, in, 1)).containsExactly("01:00:0c:cc:cc:cd 2048");
      assertThat(controls.receive(in, 1)).isZero();
    }
  }

  private static List<String> names(PacketSocket socket, FrameBatch in, int frames) {
    List<String> names = new ArrayList<>();
    receive(
        socket,
        in,
        frames,
        i -> names.add(new MacAddress(in.macAt(i, 0)) + " " + in.shortAt(i, 12)));
    return names;
  }

  @Test
  void two_hundred_addresses_fit_into_a_filter() {
    List<FrameFilter.Match> matches = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      matches.add(FrameFilter.Match.destination(new MacAddress(0x0100_5E00_0000L + i)));
    }
    try (Lab lab = Lab.withVethPair();
        PacketSocket p0 = lab.open("p0", OPTIONS);
        PacketSocket p1 = lab.open("p1", OPTIONS.withFilter(FrameFilter.only(matches)))) {
      FrameBatch out = FrameBatch.of(FrameSize.STANDARD, 4);
      SendVector vector = SendVector.of(4);
      for (int last : new int[] {0, 199, 200}) {
        vector.add(
            out,
            out.append(FrameTest.frame(new MacAddress(0x0100_5E00_0000L + last).toString(), 60)));
      }
      vector.flush(p0, new SendTally());
      assertThat(names(p1, FrameBatch.of(FrameSize.STANDARD, 4), 2))
          .containsExactly("01:00:5e:00:00:00 2048", "01:00:5e:00:00:c7 2048");
    }
    List<FrameFilter.Match> tooMany = Collections.nCopies(1_000, matches.getFirst());
    assertThatThrownBy(() -> FrameFilter.only(tooMany))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4096");
  }

  @Test
  void an_interface_that_goes_down_is_told_once_and_works_again_when_up() {
    try (Lab lab = Lab.withVethPair();
        PacketSocket p0 = lab.open("p0", OPTIONS);
        PacketSocket p1 = lab.open("p1", OPTIONS)) {
      FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 1);
      batch.append(FrameTest.frame("02:00:00:00:00:01", 60));
      FrameBatch in = FrameBatch.of(FrameSize.STANDARD, 4);
      SendVector vector = SendVector.of(2);
      SendTally tally = new SendTally();

      lab.ip("link set p1 down");
      assertThat(p1.receive(in, 4)).isEqualTo(-Errno.ENETDOWN);
      assertThat(in.count()).isZero();
      assertThat(p1.receive(in, 4)).isZero();
      vector.add(batch, 0);
      vector.add(batch, 0);
      assertThat(vector.flush(p1, tally)).isZero();
      assertThat(tally.droppedLinkDown()).isEqualTo(2);
      assertThat(tally.lastErrno()).isEqualTo(Errno.ENETDOWN);

      lab.ip("link set p1 up");
      lab.awaitPassage("p0", "p1");
      vector.add(batch, 0);
      assertThat(vector.flush(p0, tally)).isEqualTo(1);
      receive(p1, in, 1);
    }
  }

  @Test
  void a_deleted_interface_gives_codes_and_never_an_exception() {
    try (Lab lab = Lab.withVethPair();
        PacketSocket p0 = lab.open("p0", OPTIONS)) {
      lab.ip("link del p0");
      FrameBatch in = FrameBatch.of(FrameSize.STANDARD, 4);
      assertThat(p0.receive(in, 4)).isEqualTo(-Errno.ENETDOWN);
      assertThat(p0.receive(in, 4)).isZero();
      FrameBatch batch = FrameBatch.of(FrameSize.STANDARD, 1);
      batch.append(new byte[60]);
      SendVector vector = SendVector.of(1);
      vector.add(batch, 0);
      SendTally tally = new SendTally();
      assertThat(vector.flush(p0, tally)).isZero();
      assertThat(tally.droppedLinkDown()).isEqualTo(1);
      assertThat(tally.lastErrno()).isEqualTo(Errno.ENXIO);
    }
  }

  @Test
  void frames_longer_than_the_mtu_are_dropped_and_those_behind_them_go() {
    try (Lab lab = Lab.withVethPair();
        PacketSocket p0 = lab.open("p0", OPTIONS);
        PacketSocket p1 = lab.open("p1", OPTIONS)) {
      FrameBatch out = FrameBatch.of(FrameSize.STANDARD, 4);
      int longest = out.append(FrameTest.frame("02:00:00:00:00:01", 1_514));
      int tooLong = out.append(FrameTest.frame("02:00:00:00:00:01", 1_515));
      SendVector vector = SendVector.of(8);
      vector.add(out, tooLong);
      vector.add(out, longest);
      vector.add(out, tooLong);
      // A tag does not count against the MTU.
      vector.addTagged(out, longest, TagProtocol.CUSTOMER, 1);
      vector.add(out, tooLong);
      SendTally tally = new SendTally();
      assertThat(vector.flush(p0, tally)).isEqualTo(2);
      assertThat(tally.droppedTooLong()).isEqualTo(3);
      assertThat(tally.sentOctets()).isEqualTo(1_514 + 1_518);
      assertThat(receive(p1, FrameBatch.of(FrameSize.STANDARD, 8), 2)).hasSize(2);
    }
  }

  @Test
  void a_flood_is_lost_in_the_data_socket_and_not_in_the_one_for_control_frames() {
    List<FrameFilter.Match> control = List.of(FrameFilter.Match.reservedGroups());
    try (Lab lab = Lab.withVethPair();
        PacketSocket p0 = lab.open("p0", OPTIONS);
        PacketSocket controls = lab.open("p1", OPTIONS.withFilter(FrameFilter.only(control)));
        PacketSocket data =
            lab.open(
                "p1",
                OPTIONS.withReceiveBuffer(64 << 10).withFilter(FrameFilter.allBut(control)))) {
      FrameBatch out = FrameBatch.of(FrameSize.STANDARD, 2);
      int bpdu = out.append(FrameTest.frame("01:80:c2:00:00:00", 60));
      int flood = out.append(FrameTest.frame("02:00:00:00:00:01", 1_514));
      SendVector vector = SendVector.of(256);
      SendTally tally = new SendTally();
      for (int round = 0; round < 20; round++) {
        vector.add(out, bpdu);
        while (vector.add(out, flood)) {}
        vector.flush(p0, tally);
      }
      assertThat(tally.dropped()).isZero();
      receive(controls, FrameBatch.of(FrameSize.STANDARD, 64), 20);
      assertThat(controls.statistics()).isEqualTo(new PacketSocket.Statistics(20, 0));
      PacketSocket.Statistics statistics = data.statistics();
      for (long deadline = System.nanoTime() + 2 * SECOND;
          statistics.received() < 20 * 255 && System.nanoTime() < deadline; ) {
        statistics = data.statistics();
      }
      assertThat(statistics.received()).isEqualTo(20 * 255);
      assertThat(statistics.dropped()).isPositive();
      int waiting =
          receive(
                  data,
                  FrameBatch.of(FrameSize.STANDARD, 64),
                  20 * 255 - (int) statistics.dropped())
              .size();
      assertThat(waiting + statistics.dropped()).isEqualTo(20 * 255);
    }
  }

  @Test
  void buffers_are_granted_beyond_the_systems_limit_and_shown() {
    try (Lab lab = Lab.withVethPair();
        PacketSocket p0 =
            lab.open("p0", OPTIONS.withReceiveBuffer(32 << 20).withSendBuffer(8 << 20))) {
      assertThat(p0.receiveBufferOctets()).isEqualTo(64 << 20);
      assertThat(p0.sendBufferOctets()).isEqualTo(16 << 20);
    }
  }

  @Test
  void without_promiscuous_mode_the_groups_joined_are_on_the_interface() {
    try (Lab lab = Lab.withVethPair();
        PacketSocket p0 =
            lab.open(
                "p0",
                OPTIONS
                    .withFlags(Set.of(PacketOptions.Flag.QDISC_BYPASS))
                    .withGroups(List.of(MacAddress.parse("01:80:c2:00:00:0e"))))) {
      assertThat(lab.ip("maddress show dev p0")).contains("01:80:c2:00:00:0e");
      assertThat(lab.ip("-d link show p0")).contains("promiscuity 0");
      assertThat(p0.interfaceIndex()).isEqualTo(lab.indexOf("p0"));
    }
  }

  @Test
  void an_interface_that_is_not_there_is_named_in_the_exception() {
    try (Lab lab = Lab.empty()) {
      assertThatThrownBy(() -> lab.in(() -> PacketSocket.open(9_999, OPTIONS)))
          .isInstanceOf(ErrnoException.class)
          .hasMessageContaining("ENODEV (19)");
    }
  }

  @Test
  void ten_thousand_batches_allocate_nothing() {
    try (Lab lab = Lab.withVethPair();
        PacketSocket p0 = lab.open("p0", OPTIONS);
        PacketSocket p1 = lab.open("p1", OPTIONS)) {
      assertThat(new Traffic(p0, p1).leastAllocatedInTenThousandRounds()).isZero();
    }
  }
}
