package dev.understudy.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * One network under test: all namespaces, processes and files that a test makes, taken down
 * together in the opposite order, whatever happened in between.
 *
 * <p>Namespaces are named {@code us-lab-PID-N-NAME} after the process that made them. A run that
 * was killed leaves its own behind; {@link #open} removes those of processes that are no more.
 */
public final class Lab implements AutoCloseable {
  private static final String PREFIX = "us-lab-";
  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final String name;
  private final int number;
  private final Path directory;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private boolean keepFiles;

  private Lab(String name, int number, Path directory) {
    this.name = name;
    this.number = number;
    this.directory = directory;
  }

  /**
   * Opens a lab with a new folder for its files; the folder's name is short because socket names
   * are (108 octets).
   */
  public static Lab open(String name) {
    removeLeftovers();
    int number = COUNTER.incrementAndGet();
    try {
      Path directory =
          Files.createTempDirectory(PREFIX + ProcessHandle.current().pid() + "-" + number + "-");
      return new Lab(name, number, directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Something to close with the lab, before what was added earlier. */
  public <T extends AutoCloseable> T add(T part) {
    parts.push(part);
    return part;
  }

  public Namespace namespace(String role) {
    return add(
        Namespace.create(PREFIX + ProcessHandle.current().pid() + "-" + number + "-" + role));
  }

  /** Where the processes of this lab keep sockets, logs and captures. */
  public Path directory() {
    return directory;
  }

  public Path file(String fileName) {
    return directory.resolve(fileName);
  }

  public String name() {
    return name;
  }

  /** Keeps the files when the lab is closed, because what they show is still to be explained. */
  public void keepFiles() {
    keepFiles = true;
  }

  @Override
  public void close() {
    RuntimeException failure = new LabException("closing lab " + name);
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        failure.addSuppressed(e);
      }
    }
    if (!keepFiles) {
      deleteAll(directory);
    }
    if (failure.getSuppressed().length > 0) {
      throw failure;
    }
  }

  static void deleteAll(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes down the namespaces, and the processes in them, of labs whose process is gone. */
  static void removeLeftovers() {
    for (String namespace : Namespace.all()) {
      if (!namespace.startsWith(PREFIX)) {
        continue;
      }
      List<String> words = List.of(namespace.substring(PREFIX.length()).split("-", 2));
      long owner = Long.parseLong(words.getFirst());
      if (ProcessHandle.of(owner).isEmpty()) {
        Namespace.existing(namespace).close();
      }
    }
  }
}
