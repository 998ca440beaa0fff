package dev.understudy.forwarder.kernel;

import dev.understudy.edge.CannotStart;
import dev.understudy.linux.Bridges;
import dev.understudy.linux.ErrnoException;
import dev.understudy.linux.HostStack;
import dev.understudy.linux.Link;
import dev.understudy.linux.Links;
import dev.understudy.linux.MacAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/** The bridge of one state directory: makes it, knows it again, removes it. */
final class KernelBridge {
  private static final String FILE = "bridge";
  private static final long RESERVED_GROUPS = 0x0180_C200_0000L;
  private static final int RESERVED_GROUPS_COUNT = 16;

  private KernelBridge() {}

  /** By this an interface is known as ours. */
  private static String alias(Path directory) {
    String alias = "understudy " + directory.toAbsolutePath().normalize();
    return alias.length() <= 255 ? alias : "understudy " + uuid(alias);
  }

  private static UUID uuid(String text) {
    return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The same for the same directory, locally administered. */
  private static MacAddress address(Path directory) {
    long bits = uuid(alias(directory)).getMostSignificantBits() >>> 16;
    return new MacAddress((bits & 0xFCFF_FFFF_FFFFL) | 0x0200_0000_0000L);
  }

  /**
   * Makes the bridge or takes the one that an earlier forwarder left.
   *
   * @return its interface index
   */
  static int makeOrAdopt(Links links, Bridges bridges, Path directory, String name) {
    try {
      Optional<Link> found = links.link(name);
      if (found.isEmpty()) {
        Files.writeString(directory.resolve(FILE), name);
        bridges.create(name, address(directory), alias(directory));
      } else if (!isOurs(bridges, found.get(), directory)) {
        throw new CannotStart(
            "interface "
                + name
                + " is there and wasn't made for this switch. Remove it, or give the switch"
                + " another name.");
      }
      int index = links.link(name).orElseThrow().index();
      HostStack.silence(links, name);
      links.setUp(index);
      keepReservedGroups(bridges, index);
      return index;
    } catch (ErrnoException | IOException | UncheckedIOException e) {
      throw new CannotStart(
          "the linux data plane can't make its bridge "
              + name
              + ": "
              + e.getMessage()
              + ". It needs CAP_NET_ADMIN and a kernel with bridges and multicast snooping.");
    }
  }

  private static boolean isOurs(Bridges bridges, Link link, Path directory) {
    return link.kind().equals(Optional.of("bridge"))
        && bridges.alias(link.index()).equals(Optional.of(alias(directory)));
  }

  /** BPDUs and their like aren't flooded. */
  static void keepReservedGroups(Bridges bridges, int bridge) {
    for (int i = 0; i < RESERVED_GROUPS_COUNT; i++) {
      bridges.keep(bridge, new MacAddress(RESERVED_GROUPS + i));
    }
  }

  /** Removes the bridge, if there is one of ours; its ports are free then. */
  static void remove(Path directory) {
    Path file = directory.resolve(FILE);
    try (Links links = Links.open();
        Bridges bridges = Bridges.open()) {
      Optional<Link> found = links.link(Files.readString(file));
      if (found.isPresent() && isOurs(bridges, found.get(), directory)) {
        bridges.remove(found.get().index());
      }
      Files.delete(file);
    } catch (NoSuchFileException e) {
      // This switch had none.
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    }
  }
}
