package dev.understudy.wire.arp;

import dev.understudy.wire.BigEndian;
import dev.understudy.wire.Decoded;
import dev.understudy.wire.Decoded.Reason;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.Octets;
import dev.understudy.wire.arp.ArpPacket.Party;
import dev.understudy.wire.ethernet.EtherType;
import dev.understudy.wire.ethernet.EthernetFrame;
import dev.understudy.wire.ethernet.EthernetHeader;
import dev.understudy.wire.ip.Ipv4Address;
import java.util.Arrays;
import java.util.Objects;

/**
 * ARP packets in whole Ethernet frames.
 *
 * <pre>
 *   0   1   2   3   4   5   6   7   8     13  14  17  18    23  24  27
 * +-------+-------+---+---+-------+---------+-------+---------+-------+
 * |  0  1 | 08 00 | 6 | 4 |  oper | sender  |sender | target  |target |
 * |       |       |   |   |       | MAC     |IPv4   | MAC     |IPv4   |
 * +-------+-------+---+---+-------+---------+-------+---------+-------+
 * </pre>
 */
public final class ArpCodec {
  /** Octets of a packet. */
  public static final int LENGTH = 28;

  private static final int HARDWARE_TYPE = 0;
  private static final int PROTOCOL_TYPE = 2;
  private static final int ADDRESS_LENGTHS = 4;
  private static final int OPERATION = 6;
  private static final int SENDER = 8;
  private static final int TARGET = 18;

  private static final int HARDWARE_ETHERNET = 1;
  private static final int LENGTHS_6_AND_4 = 0x0604;

  private ArpCodec() {}

  /**
   * The packet in a frame, which may have a tag; what stands behind it is padding. Offsets of
   * {@code Bad} count from the frame's first octet.
   */
  public static Decoded<ArpPacket> decodeFrame(byte[] octets, int offset, int length) {
    return switch (EthernetFrame.decode(octets, offset, length)) {
      case Decoded.Bad<EthernetFrame>(Reason reason, int at) -> Decoded.bad(reason, at);
      case Decoded.Ok<EthernetFrame>(EthernetFrame frame) -> decodeFrame(frame);
    };
  }

  private static Decoded<ArpPacket> decodeFrame(EthernetFrame frame) {
    byte[] octets = frame.octets();
    int at = frame.payloadOffset();
    int inFrame = at - frame.offset();
    if (frame.typeOrLength() != EtherType.ARP) {
      return Decoded.bad(Reason.ETHERTYPE, inFrame - 2);
    }
    if (frame.payloadLength() < LENGTH) {
      return Decoded.bad(Reason.TRUNCATED, frame.length());
    }
    if (BigEndian.u16(octets, at + HARDWARE_TYPE) != HARDWARE_ETHERNET) {
      return Decoded.bad(Reason.PROTOCOL, inFrame + HARDWARE_TYPE);
    }
    if (BigEndian.u16(octets, at + PROTOCOL_TYPE) != EtherType.IPV4) {
      return Decoded.bad(Reason.PROTOCOL, inFrame + PROTOCOL_TYPE);
    }
    if (BigEndian.u16(octets, at + ADDRESS_LENGTHS) != LENGTHS_6_AND_4) {
      return Decoded.bad(Reason.LENGTH, inFrame + ADDRESS_LENGTHS);
    }
    return Decoded.ok(
        new ArpPacket(
            BigEndian.u16(octets, at + OPERATION),
            readParty(octets, at + SENDER),
            readParty(octets, at + TARGET)));
  }

  private static Party readParty(byte[] octets, int at) {
    return new Party(MacAddress.read(octets, at), Ipv4Address.read(octets, at + MacAddress.LENGTH));
  }

  /** The frame that the sender sends: a request to everybody, all else to the target. 60 octets. */
  public static Octets encodeFrame(ArpPacket packet) {
    byte[] frame = new byte[EthernetFrame.LENGTH_MIN];
    writeFrame(packet, frame, 0);
    return Octets.of(frame);
  }

  /** As {@link #encodeFrame}, into {@code octets} from {@code at}; returns the frame's length. */
  public static int writeFrame(ArpPacket packet, byte[] octets, int at) {
    Objects.checkFromIndexSize(at, EthernetFrame.LENGTH_MIN, octets.length);
    MacAddress destination =
        packet.operation() == ArpPacket.REQUEST ? MacAddress.BROADCAST : packet.target().mac();
    new EthernetHeader(destination, packet.sender().mac(), EtherType.ARP).write(octets, at);
    int arp = at + EthernetHeader.LENGTH;
    BigEndian.put16(octets, arp + HARDWARE_TYPE, HARDWARE_ETHERNET);
    BigEndian.put16(octets, arp + PROTOCOL_TYPE, EtherType.IPV4);
    BigEndian.put16(octets, arp + ADDRESS_LENGTHS, LENGTHS_6_AND_4);
    BigEndian.put16(octets, arp + OPERATION, packet.operation());
    writeParty(packet.sender(), octets, arp + SENDER);
    writeParty(packet.target(), octets, arp + TARGET);
    Arrays.fill(octets, arp + LENGTH, at + EthernetFrame.LENGTH_MIN, (byte) 0);
    return EthernetFrame.LENGTH_MIN;
  }

  private static void writeParty(Party party, byte[] octets, int at) {
    party.mac().write(octets, at);
    party.address().write(octets, at + MacAddress.LENGTH);
  }
}
