package dev.understudy.wire.ip;

import dev.understudy.wire.BigEndian;
import dev.understudy.wire.Decoded;
import dev.understudy.wire.Decoded.Reason;
import dev.understudy.wire.Octets;
import dev.understudy.wire.ethernet.EtherType;
import dev.understudy.wire.ethernet.EthernetFrame;
import java.util.Arrays;
import java.util.Objects;

/**
 * UDP datagrams in whole Ethernet frames.
 *
 * <pre>
 *      0       1       2       3         IPv4, at 14 in a frame without a tag
 * +---+---+-------+-------+-------+
 * | 4 |IHL|  TOS  | total length  |
 * | identification|flags,fragment |
 * |  TTL  |  17   | checksum      |
 * | source address                |
 * | destination address           |
 * +---------------+---------------+
 * | source port   | dest. port    |      UDP, behind 4 x IHL octets
 * | length        | checksum      |
 * +---------------+---------------+
 * | payload ...
 * </pre>
 */
public final class UdpCodec {
  /** Octets before the payload in a frame as written here. */
  public static final int FRAME_OVERHEAD = 42;

  /** What a frame of 1,500 octets has room for. */
  public static final int PAYLOAD_MAX = 1472;

  private static final int IP_LENGTH = 20;
  private static final int IP_TOTAL_LENGTH = 2;
  private static final int IP_FRAGMENT = 6;
  private static final int IP_TTL = 8;
  private static final int IP_PROTOCOL = 9;
  private static final int IP_CHECKSUM = 10;
  private static final int IP_SOURCE = 12;
  private static final int IP_DESTINATION = 16;
  private static final int UDP_LENGTH = 8;
  private static final int UDP_SOURCE_PORT = 0;
  private static final int UDP_DESTINATION_PORT = 2;
  private static final int UDP_LENGTH_FIELD = 4;
  private static final int UDP_CHECKSUM = 6;

  private static final int PROTOCOL_UDP = 17;
  private static final int DONT_FRAGMENT = 0x4000;
  private static final int MORE_FRAGMENTS_AND_OFFSET = 0x3FFF;
  private static final int TTL_WRITTEN = 64;

  private UdpCodec() {}

  /**
   * The datagram in a frame, which may have a tag. Both checksums are checked, the UDP one if there
   * is one; offsets of {@code Bad} count from the frame's first octet.
   */
  public static Decoded<UdpDatagram> decodeFrame(byte[] octets, int offset, int length) {
    return switch (EthernetFrame.decode(octets, offset, length)) {
      case Decoded.Bad<EthernetFrame>(Reason reason, int at) -> Decoded.bad(reason, at);
      case Decoded.Ok<EthernetFrame>(EthernetFrame frame) -> decodeFrame(frame);
    };
  }

  private static Decoded<UdpDatagram> decodeFrame(EthernetFrame frame) {
    byte[] octets = frame.octets();
    int ip = frame.payloadOffset();
    int ipInFrame = ip - frame.offset();
    int available = frame.payloadLength();
    if (frame.typeOrLength() != EtherType.IPV4) {
      return Decoded.bad(Reason.ETHERTYPE, ipInFrame - 2);
    }
    if (available < IP_LENGTH) {
      return Decoded.bad(Reason.TRUNCATED, frame.length());
    }
    if (BigEndian.u8(octets, ip) >> 4 != 4) {
      return Decoded.bad(Reason.VERSION, ipInFrame);
    }
    int headerLength = (BigEndian.u8(octets, ip) & 0xF) * 4;
    int totalLength = BigEndian.u16(octets, ip + IP_TOTAL_LENGTH);
    if (headerLength < IP_LENGTH || totalLength < headerLength) {
      return Decoded.bad(Reason.LENGTH, ipInFrame);
    }
    if (totalLength > available) {
      return Decoded.bad(Reason.TRUNCATED, frame.length());
    }
    if (InternetChecksum.finish(InternetChecksum.add(0, octets, ip, headerLength)) != 0) {
      return Decoded.bad(Reason.CHECKSUM, ipInFrame + IP_CHECKSUM);
    }
    if ((BigEndian.u16(octets, ip + IP_FRAGMENT) & MORE_FRAGMENTS_AND_OFFSET) != 0) {
      return Decoded.bad(Reason.FRAGMENT, ipInFrame + IP_FRAGMENT);
    }
    if (BigEndian.u8(octets, ip + IP_PROTOCOL) != PROTOCOL_UDP) {
      return Decoded.bad(Reason.PROTOCOL, ipInFrame + IP_PROTOCOL);
    }
    return decodeUdp(frame, ip, headerLength, totalLength - headerLength);
  }

  private static Decoded<UdpDatagram> decodeUdp(
      EthernetFrame frame, int ip, int ipHeaderLength, int available) {
    byte[] octets = frame.octets();
    int udp = ip + ipHeaderLength;
    int udpInFrame = udp - frame.offset();
    if (available < UDP_LENGTH) {
      return Decoded.bad(Reason.LENGTH, udpInFrame);
    }
    int udpLength = BigEndian.u16(octets, udp + UDP_LENGTH_FIELD);
    if (udpLength < UDP_LENGTH || udpLength > available || udpLength - UDP_LENGTH > PAYLOAD_MAX) {
      return Decoded.bad(Reason.LENGTH, udpInFrame + UDP_LENGTH_FIELD);
    }
    boolean hasChecksum = BigEndian.u16(octets, udp + UDP_CHECKSUM) != 0;
    if (hasChecksum && udpChecksum(octets, ip, udp, udpLength) != 0) {
      return Decoded.bad(Reason.CHECKSUM, udpInFrame + UDP_CHECKSUM);
    }
    UdpEndpoint source =
        new UdpEndpoint(
            frame.source(),
            Ipv4Address.read(octets, ip + IP_SOURCE),
            BigEndian.u16(octets, udp + UDP_SOURCE_PORT));
    UdpEndpoint destination =
        new UdpEndpoint(
            frame.destination(),
            Ipv4Address.read(octets, ip + IP_DESTINATION),
            BigEndian.u16(octets, udp + UDP_DESTINATION_PORT));
    Octets payload = Octets.copyOf(octets, udp + UDP_LENGTH, udpLength - UDP_LENGTH);
    return Decoded.ok(new UdpDatagram(new UdpFlow(source, destination), payload));
  }

  /** The whole frame, padded with zeros to 60 octets, without its check sequence. */
  public static Octets encodeFrame(UdpDatagram datagram) {
    byte[] frame = new byte[frameLength(datagram.payload().length())];
    writeFrame(datagram, frame, 0);
    return Octets.of(frame);
  }

  /** Octets of the frame with a payload of this length, padding included. */
  public static int frameLength(int payloadLength) {
    return Math.max(EthernetFrame.LENGTH_MIN, FRAME_OVERHEAD + payloadLength);
  }

  /** As {@link #encodeFrame}, into {@code octets} from {@code at}; returns the frame's length. */
  public static int writeFrame(UdpDatagram datagram, byte[] octets, int at) {
    int payloadLength = datagram.payload().length();
    Objects.checkFromIndexSize(at, frameLength(payloadLength), octets.length);
    datagram.payload().copyTo(octets, at + FRAME_OVERHEAD);
    return writeHeaders(datagram.flow(), octets, at, payloadLength);
  }

  /**
   * Writes headers and padding around a payload that stands at {@code at} + 42 already; for who
   * sends many frames from one array. Returns the frame's length.
   */
  public static int writeHeaders(UdpFlow flow, byte[] octets, int at, int payloadLength) {
    if (payloadLength < 0 || payloadLength > PAYLOAD_MAX) {
      throw new IllegalArgumentException("no payload length: " + payloadLength);
    }
    int frameLength = frameLength(payloadLength);
    Objects.checkFromIndexSize(at, frameLength, octets.length);
    UdpEndpoint source = flow.source();
    UdpEndpoint destination = flow.destination();
    // Not by way of an EthernetHeader: whoever sends 10,000 frames/s wants no garbage.
    destination.mac().write(octets, at + EthernetFrame.DESTINATION_OFFSET);
    source.mac().write(octets, at + EthernetFrame.SOURCE_OFFSET);
    BigEndian.put16(octets, at + EthernetFrame.TYPE_OFFSET, EtherType.IPV4);

    int ip = at + EthernetFrame.HEADER_LENGTH;
    int udpLength = UDP_LENGTH + payloadLength;
    BigEndian.put16(octets, ip, 0x4500);
    BigEndian.put16(octets, ip + IP_TOTAL_LENGTH, IP_LENGTH + udpLength);
    BigEndian.put16(octets, ip + 4, 0);
    BigEndian.put16(octets, ip + IP_FRAGMENT, DONT_FRAGMENT);
    BigEndian.put8(octets, ip + IP_TTL, TTL_WRITTEN);
    BigEndian.put8(octets, ip + IP_PROTOCOL, PROTOCOL_UDP);
    BigEndian.put16(octets, ip + IP_CHECKSUM, 0);
    source.address().write(octets, ip + IP_SOURCE);
    destination.address().write(octets, ip + IP_DESTINATION);
    int ipChecksum = InternetChecksum.finish(InternetChecksum.add(0, octets, ip, IP_LENGTH));
    BigEndian.put16(octets, ip + IP_CHECKSUM, ipChecksum);

    int udp = ip + IP_LENGTH;
    BigEndian.put16(octets, udp + UDP_SOURCE_PORT, source.port());
    BigEndian.put16(octets, udp + UDP_DESTINATION_PORT, destination.port());
    BigEndian.put16(octets, udp + UDP_LENGTH_FIELD, udpLength);
    BigEndian.put16(octets, udp + UDP_CHECKSUM, 0);
    int udpChecksum = udpChecksum(octets, ip, udp, udpLength);
    // Zero would say that there is none (RFC 768); the sum of its complement is the same.
    BigEndian.put16(octets, udp + UDP_CHECKSUM, udpChecksum == 0 ? 0xFFFF : udpChecksum);

    Arrays.fill(octets, udp + udpLength, at + frameLength, (byte) 0);
    return frameLength;
  }

  /** Over pseudo header, UDP header and payload. */
  private static int udpChecksum(byte[] octets, int ip, int udp, int udpLength) {
    long addresses = InternetChecksum.add(0, octets, ip + IP_SOURCE, 2 * Ipv4Address.LENGTH);
    long pseudoHeader = addresses + PROTOCOL_UDP + udpLength;
    return InternetChecksum.finish(InternetChecksum.add(pseudoHeader, octets, udp, udpLength));
  }
}
