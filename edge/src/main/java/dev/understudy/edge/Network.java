package dev.understudy.edge;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a part of a switch whose parts are on several machines is reached, and reaches the others:
 * TCP with mutual TLS. Its own machine's socket for people stays.
 *
 * @param listen where this part takes connections
 * @param forwarder where supervisors reach the forwarder; empty at the forwarder
 * @param peer where this supervisor reaches the other one; empty at the forwarder
 */
public record Network(
    Keys keys, HostPort listen, Optional<HostPort> forwarder, Optional<HostPort> peer) {
  /** What the command line says of it, for a usage line. */
  public static final String USAGE_FORWARDER = "[--listen HOST:PORT --keys DIR]";

  public static final String USAGE_SUPERVISOR =
      "[--listen HOST:PORT --keys DIR --forwarder HOST:PORT --peer HOST:PORT]";

  /** Where this part listens. */
  public Endpoint listening() {
    return new Endpoint.TlsListening(listen, keys);
  }

  /** The forwarder, from a supervisor. */
  public Endpoint forwarderEndpoint() {
    return new Endpoint.Tls(forwarder.orElseThrow(), keys, CertifiedRole.FORWARDER);
  }

  /** The other supervisor, from a supervisor. */
  public Endpoint peerEndpoint(CertifiedRole peerRole) {
    return new Endpoint.Tls(peer.orElseThrow(), keys, peerRole);
  }

  /** The arguments of a command line that are about the network. */
  public static final class Arguments {
    private @Nullable HostPort listen;
    private @Nullable HostPort forwarder;
    private @Nullable HostPort peer;
    private @Nullable Path keys;

    /** Takes an argument with its value, if it is one of these. */
    public boolean take(String name, Iterator<String> rest) {
      switch (name) {
        case "--listen" -> listen = HostPort.parse(ProcessStart.value(name, rest));
        case "--forwarder" -> forwarder = HostPort.parse(ProcessStart.value(name, rest));
        case "--peer" -> peer = HostPort.parse(ProcessStart.value(name, rest));
        case "--keys" -> keys = Path.of(ProcessStart.value(name, rest));
        default -> {
          return false;
        }
      }
      return true;
    }

    /**
     * What was said: nothing, or all that a part needs.
     *
     * @throws IllegalArgumentException with a sentence for people
     */
    public Optional<Plan> plan(CertifiedRole role) {
      if (listen == null && forwarder == null && peer == null && keys == null) {
        return Optional.empty();
      }
      boolean supervisor = role != CertifiedRole.FORWARDER;
      boolean others =
          supervisor ? forwarder != null && peer != null : forwarder == null && peer == null;
      if (listen == null || keys == null || !others) {
        throw new IllegalArgumentException(
            "for a switch on several machines all of "
                + (supervisor ? USAGE_SUPERVISOR : USAGE_FORWARDER)
                + " are needed, and no more");
      }
      return Optional.of(
          new Plan(role, keys, listen, Optional.ofNullable(forwarder), Optional.ofNullable(peer)));
    }
  }

  /** A network before its keys were read. */
  public record Plan(
      CertifiedRole role,
      Path keys,
      HostPort listen,
      Optional<HostPort> forwarder,
      Optional<HostPort> peer) {
    /**
     * Reads the keys.
     *
     * @throws CannotStart when they can't be used
     */
    public Network open() {
      return new Network(Keys.open(keys, role), listen, forwarder, peer);
    }
  }
}
