package dev.understudy.forwarder.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.linux.FrameBatch;
import dev.understudy.linux.FrameSize;
import dev.understudy.linux.Offload;
import dev.understudy.wire.ip.InternetChecksum;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SegmentationTest {
  private static final int SIZE = 1_000;
  private static final int IDENTIFICATION = 0xFFFE; // so that counting passes over the end
  private static final int SEQUENCE = 0xFFFF_FF00;
  private static final int FLAGS = 0x80 | 0x10 | 0x08 | 0x01; // CWR, ACK, PSH, FIN

  /** What lies before the row's IP header: octets, and where the outer IP header is in them. */
  enum Around {
    NOTHING(0),
    TAG(0),
    VXLAN_IN_IPV4(0),
    VXLAN_IN_IPV4_SUMMED(1),
    VXLAN_IN_IPV6(1),
    GENEVE_WITH_OPTIONS(0),
    GRE_WITH_KEY(0),
    IPV4_IN_IPV4(0);

    final int outerSum;

    Around(int outerSum) {
      this.outerSum = outerSum;
    }
  }

  /** A row of segments as a kernel hands it over. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Row(byte[] frame, Offload offload, int network, int outer) {}

  private static byte[] payload(int octets) {
    byte[] payload = new byte[octets];
    new Random(octets).nextBytes(payload);
    return payload;
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.writeBytes(part);
    }
    return joined.toByteArray();
  }

  private static byte[] ipv4(int protocol, int octets) {
    ByteBuffer header = ByteBuffer.allocate(20);
    header.put((byte) 0x45).put((byte) 0).putShort((short) (20 + octets));
    header.putShort((short) IDENTIFICATION).putShort((short) 0x4000);
    header.put((byte) 64).put((byte) protocol).putShort((short) 0);
    header.put(hex("0a000001 0a000002"));
    int sum = InternetChecksum.finish(InternetChecksum.add(0, header.array(), 0, 20));
    return header.putShort(10, (short) sum).array();
  }

  private static byte[] ipv6(int next, int octets) {
    ByteBuffer header = ByteBuffer.allocate(40);
    header.putInt(0x6000_0000).putShort((short) octets).put((byte) next).put((byte) 64);
    header.put(hex("fd000000000000000000000000000001 fd000000000000000000000000000002"));
    return header.array();
  }

  private static long pseudo(byte[] ip, int protocol, int octets) {
    boolean v6 = ip.length == 40;
    return InternetChecksum.add(protocol + octets, ip, v6 ? 8 : 12, v6 ? 32 : 8);
  }

  private static Row row(Around around, boolean v6, boolean datagrams, byte[] payload) {
    int protocol = datagrams ? 17 : 6;
    ByteBuffer transport = ByteBuffer.allocate(datagrams ? 8 : 32);
    int octets = transport.capacity() + payload.length;
    byte[] ip = v6 ? ipv6(protocol, octets) : ipv4(protocol, octets);
    int partial = ~InternetChecksum.finish(pseudo(ip, protocol, octets)) & 0xFFFF;
    transport.putShort((short) 4_000).putShort((short) 5_000);
    if (datagrams) {
      transport.putShort((short) octets).putShort((short) partial);
    } else {
      transport.putInt(SEQUENCE).putInt(77).put((byte) 0x80).put((byte) FLAGS);
      transport.putShort((short) 500).putShort((short) partial).putShort((short) 0);
      transport.put(hex("0101080a 00112233 44556677"));
    }
    byte[] inner = join(ip, transport.array(), payload);
    byte[] before = before(around, v6, inner.length);
    int network = before.length;
    int outer = around == Around.NOTHING || around == Around.TAG ? -1 : 14;
    Offload.Kind kind =
        datagrams ? Offload.Kind.UDP : v6 ? Offload.Kind.TCP_V6 : Offload.Kind.TCP_V4;
    Offload offload = new Offload(network + ip.length, datagrams ? 6 : 16, SIZE, kind);
    return new Row(join(before, inner), offload, network, outer);
  }

  private static byte[] before(Around around, boolean v6, int octets) {
    byte[] macs = hex("020000000002 020000000001");
    byte[] type = hex(v6 ? "86dd" : "0800");
    byte[] ethernet = join(macs, type);
    byte[] vxlan = hex("0800000000002a00");
    return switch (around) {
      case NOTHING -> ethernet;
      case TAG -> join(macs, hex("8100000a"), type);
      case VXLAN_IN_IPV4 -> inUdp(false, 4_789, 0, join(vxlan, ethernet), octets);
      case VXLAN_IN_IPV4_SUMMED -> inUdp(false, 4_789, 0x1234, join(vxlan, ethernet), octets);
      case VXLAN_IN_IPV6 -> inUdp(true, 4_789, 0x1234, join(vxlan, ethernet), octets);
      case GENEVE_WITH_OPTIONS ->
          inUdp(false, 6_081, 0, join(hex("0a00655800002a00"), new byte[40], ethernet), octets);
      case GRE_WITH_KEY -> {
        byte[] gre = join(hex("20006558 0000002a"), ethernet);
        yield join(macs, hex("0800"), ipv4(47, gre.length + octets), gre);
      }
      case IPV4_IN_IPV4 -> join(macs, hex("0800"), ipv4(v6 ? 41 : 4, octets));
    };
  }

  private static byte[] inUdp(boolean v6, int port, int sum, byte[] tunnel, int octets) {
    int length = 8 + tunnel.length + octets;
    ByteBuffer udp = ByteBuffer.allocate(8).putShort((short) 50_000).putShort((short) port);
    udp.putShort((short) length).putShort((short) sum);
    byte[] ip = v6 ? ipv6(17, length) : ipv4(17, length);
    return join(
        hex("020000000004 020000000003"), hex(v6 ? "86dd" : "0800"), ip, udp.array(), tunnel);
  }

  private static List<byte[]> cut(Row row) {
    FrameBatch batch = FrameBatch.of(FrameSize.UNSEGMENTED, 1);
    Segmentation segmentation = new Segmentation();
    assertThat(segmentation.read(batch, batch.append(row.frame, row.offload))).isTrue();
    assertThat(segmentation.isTunnel()).isEqualTo(row.outer >= 0);
    List<byte[]> segments = new ArrayList<>();
    FrameBatch out = FrameBatch.of(FrameSize.STANDARD, 1);
    for (int i = 0; i < segmentation.count(); i++) {
      out.clear();
      byte[] dirt = new byte[FrameSize.STANDARD.octets()];
      Arrays.fill(dirt, (byte) 0xA5);
      out.append(dirt);
      out.clear();
      out.reserve(segmentation.length(i));
      segmentation.write(i, out.memory(), out.start(0));
      segments.add(out.octets(0));
    }
    return segments;
  }

  private static int u16(byte[] octets, int at) {
    return (octets[at] & 0xFF) << 8 | (octets[at + 1] & 0xFF);
  }

  /** Lengths and sums of an IP packet, as a receiver checks them. */
  private static void checkIp(byte[] frame, int at, int segment) {
    boolean v6 = frame[at] >> 4 == 6;
    int octets = frame.length - at;
    byte[] ip = Arrays.copyOfRange(frame, at, at + (v6 ? 40 : 20));
    if (v6) {
      assertThat(u16(frame, at + 4)).isEqualTo(octets - 40);
    } else {
      assertThat(u16(frame, at + 2)).isEqualTo(octets);
      assertThat(u16(frame, at + 4)).isEqualTo((IDENTIFICATION + segment) & 0xFFFF);
      assertThat(InternetChecksum.finish(InternetChecksum.add(0, ip, 0, 20))).isZero();
    }
    int protocol = frame[at + (v6 ? 6 : 9)];
    int transport = at + ip.length;
    int length = frame.length - transport;
    if (protocol == 17) {
      assertThat(u16(frame, transport + 4)).isEqualTo(length);
    }
    boolean summed = protocol == 6 || (protocol == 17 && u16(frame, transport + 6) != 0);
    if (summed) {
      long sum = InternetChecksum.add(pseudo(ip, protocol, length), frame, transport, length);
      assertThat(InternetChecksum.finish(sum)).as("sum of segment %d", segment).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_row_becomes_frames_that_a_receiver_accepts_and_joins_again(Around around) {
    for (boolean v6 : new boolean[] {false, true}) {
      for (boolean datagrams : new boolean[] {false, true}) {
        for (int octets : new int[] {SIZE + 1, 2 * SIZE, 3 * SIZE + 777, 40 * SIZE - 1}) {
          byte[] payload = payload(octets);
          Row row = row(around, v6, datagrams, payload);
          List<byte[]> segments = cut(row);
          assertThat(segments).hasSize((octets + SIZE - 1) / SIZE);
          byte[] joined = new byte[0];
          for (int i = 0; i < segments.size(); i++) {
            byte[] segment = segments.get(i);
            checkIp(segment, row.network, i);
            if (row.outer >= 0) {
              checkIp(segment, row.outer, i);
            }
            if (!datagrams) {
              checkTcp(segment, row.offload.checksumStart(), i, segments.size());
            }
            int headers = row.offload.checksumStart() + (datagrams ? 8 : 32);
            joined = join(joined, Arrays.copyOfRange(segment, headers, segment.length));
          }
          assertThat(joined).isEqualTo(payload);
          boolean outerSummed =
              around.outerSum != 0 && u16(segments.getFirst(), outerUdp(row) + 6) != 0;
          assertThat(outerSummed).as("%s: outer sum", around).isEqualTo(around.outerSum != 0);
        }
      }
    }
  }

  private static int outerUdp(Row row) {
    return row.outer + (row.frame[row.outer] >> 4 == 6 ? 40 : 20);
  }

  private static void checkTcp(byte[] frame, int at, int segment, int count) {
    assertThat(ByteBuffer.wrap(frame).getInt(at + 4)).isEqualTo(SEQUENCE + segment * SIZE);
    int expected = 0x10;
    if (segment == 0) {
      expected |= 0x80;
    }
    if (segment == count - 1) {
      expected |= 0x09;
    }
    assertThat(frame[at + 13] & 0xFF).as("flags of segment %d", segment).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  void no_truncated_row_is_cut(Around around) {
    Row row = row(around, false, false, payload(2 * SIZE));
    Segmentation segmentation = new Segmentation();
    FrameBatch batch = FrameBatch.of(FrameSize.UNSEGMENTED, 1);
    for (int length = 0; length < row.frame.length; length++) {
      batch.clear();
      int place = batch.append(Arrays.copyOf(row.frame, length), row.offload);
      assertThat(segmentation.read(batch, place)).as("%d octets", length).isFalse();
    }
  }

  @Test
  void what_can_not_be_cut_right_is_not_cut() {
    byte[] payload = payload(2 * SIZE);
    assertThat(readable(row(Around.GRE_WITH_KEY, false, false, payload), 34, 0xB0)).isFalse();
    assertThat(readable(row(Around.GRE_WITH_KEY, false, false, payload), 34, 0x30)).isFalse();
    assertThat(readable(row(Around.NOTHING, false, false, payload), 23, 17)).isFalse();
    assertThat(readable(row(Around.NOTHING, false, false, payload), 12, 0x88)).isFalse();
    assertThat(readable(row(Around.VXLAN_IN_IPV4, false, false, payload), 23, 1)).isFalse();
    assertThat(readable(row(Around.NOTHING, false, false, payload), 0, 2)).isTrue();
  }

  private static boolean readable(Row row, int at, int octet) {
    byte[] changed = row.frame.clone();
    changed[at] = (byte) octet;
    FrameBatch batch = FrameBatch.of(FrameSize.UNSEGMENTED, 1);
    return new Segmentation().read(batch, batch.append(changed, row.offload));
  }

  @Test
  void mutated_and_random_rows_never_throw() {
    Random random = new Random(7);
    Segmentation segmentation = new Segmentation();
    FrameBatch batch = FrameBatch.of(FrameSize.UNSEGMENTED, 1);
    FrameBatch out = FrameBatch.of(FrameSize.UNSEGMENTED, 1);
    int cut = 0;
    for (int i = 0; i < 200_000; i++) {
      Around around = Around.values()[random.nextInt(Around.values().length)];
      Row row = row(around, random.nextBoolean(), random.nextBoolean(), payload(1_200));
      byte[] frame = row.frame;
      for (int mutations = random.nextInt(4); mutations > 0; mutations--) {
        frame[random.nextInt(Math.min(frame.length, 140))] = (byte) random.nextInt(256);
      }
      Offload offload =
          random.nextInt(4) != 0
              ? row.offload
              : new Offload(
                  random.nextInt(0x10000),
                  random.nextInt(0x10000),
                  random.nextInt(0x10000),
                  random.nextBoolean() ? Offload.Kind.TCP_V4 : Offload.Kind.UDP);
      batch.clear();
      if (segmentation.read(batch, batch.append(frame, offload))) {
        for (int segment = 0; segment < segmentation.count(); segment++) {
          out.clear();
          out.reserve(segmentation.length(segment));
          segmentation.write(segment, out.memory(), out.start(0));
        }
        cut++;
      }
    }
    assertThat(cut).isBetween(20_000, 180_000);
  }
}
