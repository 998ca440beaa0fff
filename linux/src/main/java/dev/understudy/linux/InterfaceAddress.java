package dev.understudy.linux;

import java.net.InetAddress;

/** An IP address that the host has on an interface. */
public record InterfaceAddress(int interfaceIndex, InetAddress address, int prefixLength) {
  /** Whether IPv6 made it up by itself (fe80::/10), so that it goes when IPv6 is switched off. */
  public boolean isLinkLocal() {
    return address.isLinkLocalAddress();
  }
}
