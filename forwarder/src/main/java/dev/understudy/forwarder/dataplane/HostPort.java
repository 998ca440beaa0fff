package dev.understudy.forwarder.dataplane;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/** {@code 127.0.0.1:9003} or {@code [::1]:9003}: addresses, no names that somebody must look up. */
final class HostPort {
  private HostPort() {}

  static Optional<InetSocketAddress> parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      return Optional.empty();
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":")) {
      return Optional.empty();
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      InetAddress address =
          host.equals("localhost")
              ? InetAddress.ofLiteral("127.0.0.1")
              : InetAddress.ofLiteral(host);
      return Optional.of(new InetSocketAddress(address, port));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
