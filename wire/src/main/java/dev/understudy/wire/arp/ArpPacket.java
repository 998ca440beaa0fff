package dev.understudy.wire.arp;

import dev.understudy.wire.MacAddress;
import dev.understudy.wire.ip.Ipv4Address;

/**
 * A question or an answer about who has an IPv4 address.
 *
 * @param operation 1 request, 2 reply, others kept as they are, 0 to 65,535
 * @param target in a request its MAC address says nothing
 */
public record ArpPacket(int operation, Party sender, Party target) {
  public static final int REQUEST = 1;
  public static final int REPLY = 2;

  /** An IPv4 address and the MAC address that has it. */
  public record Party(MacAddress mac, Ipv4Address address) {}

  public ArpPacket {
    if (operation < 0 || operation > 0xFFFF) {
      throw new IllegalArgumentException("no ARP operation: " + operation);
    }
  }

  /** Who has {@code wanted}? Tell {@code sender}. */
  public static ArpPacket request(Party sender, Ipv4Address wanted) {
    return new ArpPacket(REQUEST, sender, new Party(MacAddress.ZERO, wanted));
  }

  /** The answer to this request: {@code mac} has what it asks for. */
  public ArpPacket replyFrom(MacAddress mac) {
    return new ArpPacket(REPLY, new Party(mac, target.address()), sender);
  }
}
