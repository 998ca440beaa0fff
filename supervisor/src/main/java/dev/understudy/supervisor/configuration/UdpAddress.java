package dev.understudy.supervisor.configuration;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A UDP address as text: {@code host:port}, IPv6 in brackets.
 *
 * @param host a canonical address where it is one, else a name in lower case
 */
record UdpAddress(String host, int port) {
  static final String EXPECTED = "host:port with a port from 1 to 65535, IPv6 in brackets";

  private static final int PORT_MAX = 65_535;
  private static final Pattern SHAPE =
      Pattern.compile("(?:\\[([0-9a-fA-F:.%a-zA-Z]+)]|([^\\[\\]:]+)):([0-9]{1,5})");
  private static final Pattern HOST_NAME =
      Pattern.compile(
          "(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
              + "(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*");
  private static final Pattern DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");

  static Optional<UdpAddress> tryParse(String text) {
    Matcher shape = SHAPE.matcher(text);
    if (!shape.matches()) {
      return Optional.empty();
    }
    int port = Integer.parseInt(shape.group(3));
    if (port < 1 || port > PORT_MAX) {
      return Optional.empty();
    }
    String bracketed = shape.group(1);
    Optional<String> host =
        bracketed != null ? literal(bracketed) : nameOrIpv4(String.valueOf(shape.group(2)));
    return host.map(found -> new UdpAddress(found, port));
  }

  private static Optional<String> nameOrIpv4(String host) {
    if (DIGITS_AND_DOTS.matcher(host).matches()) {
      return literal(host);
    }
    String name = host.toLowerCase(Locale.ROOT);
    if (name.equals("localhost")) {
      return Optional.of("127.0.0.1");
    }
    return HOST_NAME.matcher(host).matches() ? Optional.of(name) : Optional.empty();
  }

  /** Never asks a name server. */
  private static Optional<String> literal(String host) {
    try {
      return Optional.of(InetAddress.ofLiteral(host).getHostAddress());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** True if two sockets can't be bound to both. */
  boolean collides(UdpAddress other) {
    return port == other.port && (host.equals(other.host) || isAny() || other.isAny());
  }

  private boolean isAny() {
    return host.equals("0.0.0.0") || host.equals("0:0:0:0:0:0:0:0");
  }
}
