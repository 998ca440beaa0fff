package dev.understudy.wire.ip;

import dev.understudy.wire.Octets;

/**
 * A UDP datagram over IPv4 over Ethernet; at most {@link UdpCodec#PAYLOAD_MAX} octets of payload.
 */
public record UdpDatagram(UdpFlow flow, Octets payload) {
  public UdpDatagram {
    if (payload.length() > UdpCodec.PAYLOAD_MAX) {
      throw new IllegalArgumentException("too much for a frame: " + payload.length() + " octets");
    }
  }
}
