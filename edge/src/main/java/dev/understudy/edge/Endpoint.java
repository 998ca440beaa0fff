package dev.understudy.edge;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where somebody can be reached. */
public sealed interface Endpoint {
  /**
   * A Unix domain socket.
   *
   * @param socket at most {@link #PATH_OCTETS_MAX} octets long
   */
  record Unix(Path socket) implements Endpoint {
    /** The kernel's limit for a socket's path: sun_path without its last NUL, unix(7). */
    public static final int PATH_OCTETS_MAX = 107;

    public Unix {
      if (!fits(socket)) {
        throw new CannotStart(
            "the path of the socket "
                + socket
                + " is longer than the "
                + PATH_OCTETS_MAX
                + " octets that the kernel allows; use a shorter state directory");
      }
    }

    static boolean fits(Path socket) {
      return socket.toString().getBytes(StandardCharsets.UTF_8).length <= PATH_OCTETS_MAX;
    }

    @Override
    public String toString() {
      return socket.toString();
    }
  }

  /**
   * A TCP port of another machine, behind mutual TLS.
   *
   * @param role that the other end's certificate must have
   */
  record Tls(HostPort at, Keys keys, CertifiedRole role) implements Endpoint {
    @Override
    public String toString() {
      return at + " (" + role.text() + ")";
    }
  }

  /** A TCP port of this machine, behind mutual TLS. */
  record TlsListening(HostPort at, Keys keys) implements Endpoint {
    @Override
    public String toString() {
      return at.toString();
    }
  }
}
