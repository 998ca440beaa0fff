package dev.understudy.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps the host's own network stack from speaking on an interface that is a port of the switch:
 * otherwise it sends duplicate address detection, router solicitations and multicast reports by
 * itself, and answers ARP for its other addresses.
 *
 * <p>{@link #silence} says what it switched off, and {@link #restore} switches that on again. A
 * process that may die in between has to remember it.
 *
 * <p>/proc/sys/net shows the namespace of the calling thread, so that thread must be in the
 * interface's.
 */
public final class HostStack {
  /** What the host speaks on an interface without having an address there. */
  public enum Protocol {
    ARP,
    IPV6
  }

  private HostStack() {}

  /**
   * Switches off what is on.
   *
   * @return what was on before
   * @throws ErrnoException ENODEV if there is no such interface, EPERM without CAP_NET_ADMIN
   */
  public static Set<Protocol> silence(Links links, String name) {
    Link link =
        links
            .link(name)
            .orElseThrow(() -> ErrnoException.of(Errno.ENODEV, "HostStack.silence", name));
    EnumSet<Protocol> silenced = EnumSet.noneOf(Protocol.class);
    if (!link.withoutArp()) {
      links.setArp(link.index(), false);
      silenced.add(Protocol.ARP);
    }
    Path switchFile = disableIpv6(name);
    // No such file: a kernel without IPv6, or an interface with too small an MTU for it.
    if (read(switchFile).equals(Optional.of("0"))) {
      write(switchFile, "1");
      silenced.add(Protocol.IPV6);
    }
    return silenced;
  }

  /** Switches on what {@link #silence} switched off, if the interface is still there. */
  public static void restore(Links links, String name, Set<Protocol> silenced) {
    Optional<Link> link = links.link(name);
    if (link.isEmpty()) {
      return;
    }
    for (Protocol protocol : silenced) {
      switch (protocol) {
        case ARP -> links.setArp(link.get().index(), true);
        case IPV6 -> {
          if (read(disableIpv6(name)).isPresent()) {
            write(disableIpv6(name), "0");
          }
        }
      }
    }
  }

  private static Path disableIpv6(String name) {
    // A name has neither slash nor is it a dot (dev_valid_name), so it stays inside.
    return Path.of("/proc/sys/net/ipv6/conf", name, "disable_ipv6");
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    }
  }

  private static void write(Path file, String value) {
    try {
      Files.writeString(file, value);
    } catch (IOException e) {
      throw new UncheckedIOException("writing " + value + " to " + file, e);
    }
  }
}
