package dev.understudy.wire.ip;

import dev.understudy.wire.MacAddress;

/**
 * One end of a UDP flow, with the MAC address under which the link knows it.
 *
 * @param port 0 to 65,535
 */
public record UdpEndpoint(MacAddress mac, Ipv4Address address, int port) {
  public UdpEndpoint {
    if (port < 0 || port > 0xFFFF) {
      throw new IllegalArgumentException("no UDP port: " + port);
    }
  }

  /** {@code 192.0.2.1:4000 (02:00:00:00:00:01)}. */
  @Override
  public String toString() {
    return address + ":" + port + " (" + mac + ")";
  }
}
