package dev.understudy.forwarder.dataplane;

import dev.understudy.linux.ErrnoException;
import dev.understudy.linux.HostStack;
import dev.understudy.linux.Link;
import dev.understudy.linux.Links;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How interfaces were before they became ports, on the disk: a forwarder that is killed can't put
 * them back itself, so the next one does, or whoever stops the switch.
 *
 * <p>The file has the boot's identifier in its first line, and then one line an interface: name,
 * index, {@code up} or {@code down}, what the host spoke there.
 */
public final class InterfaceMemory {
  private static final Logger LOG = LoggerFactory.getLogger(InterfaceMemory.class);
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final int PROTOCOLS = 3;

  private final Optional<Path> file;
  private final TreeMap<String, Before> interfaces = new TreeMap<>();

  /**
   * How an interface was.
   *
   * @param index by which one that was made anew under the same name is told apart
   * @param silenced what was switched off
   */
  public record Before(int index, boolean adminUp, Set<HostStack.Protocol> silenced) {
    public Before {
      silenced = Set.copyOf(silenced);
    }
  }

  /**
   * What an earlier process of this boot left.
   *
   * @param file empty: nothing outlives this process
   */
  public InterfaceMemory(Optional<Path> file) {
    this.file = file;
    file.ifPresent(this::load);
  }

  private void load(Path from) {
    try {
      List<String> lines = Files.readAllLines(from);
      if (lines.isEmpty() || !lines.getFirst().equals(boot())) {
        return;
      }
      for (String line : lines.subList(1, lines.size())) {
        String[] words = line.split(" ", -1);
        EnumSet<HostStack.Protocol> silenced = EnumSet.noneOf(HostStack.Protocol.class);
        Arrays.stream(words)
            .skip(PROTOCOLS)
            .map(HostStack.Protocol::valueOf)
            .forEach(silenced::add);
        interfaces.put(
            words[0], new Before(Integer.parseInt(words[1]), words[2].equals("up"), silenced));
      }
    } catch (NoSuchFileException e) {
      // Nobody was killed here.
    } catch (IOException | RuntimeException e) {
      LOG.warn("{} can't be read, so no interface is put back: {}", from, e.toString());
    }
  }

  /** Empty if nothing is known of the interface that has this name now. */
  public Optional<Before> before(Link link) {
    return Optional.ofNullable(interfaces.get(link.name()))
        .filter(before -> before.index == link.index());
  }

  public void remember(String name, Before before) {
    if (!before.equals(interfaces.put(name, before))) {
      save();
    }
  }

  public void forget(String name) {
    if (interfaces.remove(name) != null) {
      save();
    }
  }

  /** Puts back everything that is remembered, and forgets it. */
  void putBackAll(Links links) {
    for (Map.Entry<String, Before> each : List.copyOf(interfaces.entrySet())) {
      try {
        putBack(links, each.getKey(), each.getValue());
      } catch (ErrnoException | UncheckedIOException e) {
        LOG.warn("interface {} can't be put back: {}", each.getKey(), e.toString());
      }
      forget(each.getKey());
    }
  }

  boolean isEmpty() {
    return interfaces.isEmpty();
  }

  /** As the interface was before, if it is still there and the same. */
  public static void putBack(Links links, String name, Before before) {
    Optional<Link> link = links.link(name).filter(now -> now.index() == before.index);
    if (link.isEmpty()) {
      return;
    }
    HostStack.restore(links, name, before.silenced);
    if (link.get().adminUp() != before.adminUp) {
      if (before.adminUp) {
        links.setUp(before.index);
      } else {
        links.setDown(before.index);
      }
    }
  }

  private void save() {
    if (file.isEmpty()) {
      return;
    }
    List<String> lines = new ArrayList<>(List.of(boot()));
    interfaces.forEach((name, before) -> {
      StringBuilder line = new StringBuilder(name);
      line.append(' ').append(before.index).append(before.adminUp ? " up" : " down");
      before.silenced.stream().sorted().forEach(protocol -> line.append(' ').append(protocol));
      lines.add(line.toString());
    });
    Path next = file.get().resolveSibling(file.get().getFileName() + ".next");
    try {
      Files.write(next, lines);
      Files.move(
          next, file.get(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.warn("{} can't be written: {}", file.get(), e.toString());
    }
  }

  private static String boot() {
    try {
      return Files.readString(BOOT).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + BOOT, e);
    }
  }
}
