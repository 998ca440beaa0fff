package dev.understudy.forwarder.kernel;

import dev.understudy.linux.Link;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often the carriers of ports were lost, on the disk, so that a new forwarder sees whether a
 * link was lost while none ran. A line a port: name, index, count.
 */
final class CarrierMemory {
  private static final Logger LOG = LoggerFactory.getLogger(CarrierMemory.class);

  private final Path file;
  private final TreeMap<String, String> lines = new TreeMap<>();

  CarrierMemory(Path file) {
    this.file = file;
    try {
      for (String line : Files.readAllLines(file)) {
        lines.put(line.substring(0, line.indexOf(' ')), line);
      }
    } catch (NoSuchFileException e) {
      // The first forwarder here.
    } catch (IOException | RuntimeException e) {
      LOG.warn("{} can't be read, so open ports are closed first: {}", file, e.toString());
      lines.clear();
    }
  }

  /** Has the link not been lost since it was remembered? False if it wasn't remembered. */
  boolean isStill(Link link) {
    return line(link).equals(lines.get(link.name()));
  }

  void remember(Link link) {
    if (line(link).equals(lines.put(link.name(), line(link)))) {
      return;
    }
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try {
      Files.write(next, lines.values());
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.warn("{} can't be written: {}", file, e.toString());
    }
  }

  private static String line(Link link) {
    return link.name() + " " + link.index() + " " + link.carrier().downCount();
  }
}
