package dev.understudy.edge.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Changes of files that a loss of power leaves done or not begun. */
final class Durable {
  private Durable() {}

  /** Replaces a file's content in one step. */
  static void write(Path file, String content) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.writeString(next, content);
    rename(next, file);
  }

  /** Flushes a file or a folder with all that is in it, and gives it its name. */
  static void rename(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        flush(file);
      }
    }
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    flush(Objects.requireNonNull(to.toAbsolutePath().getParent(), "a name is in a folder"));
  }

  private static void flush(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Removes a folder with all that is in it, or a file; nothing if it isn't there. */
  static void remove(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> files = Files.walk(path)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : all) {
      Files.deleteIfExists(file);
    }
  }
}
