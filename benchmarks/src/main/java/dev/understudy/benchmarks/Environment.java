package dev.understudy.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/** What a benchmark's surroundings are. */
final class Environment {
  /** The product runs from the same classes on the same virtual machine: nothing is built again. */
  static final Map<String, String> OF_CHILDREN =
      Map.of(
          "UNDERSTUDY_CLASS_PATH",
          System.getProperty("java.class.path"),
          "UNDERSTUDY_JAVA_HOME",
          System.getProperty("java.home"));

  private Environment() {}

  static void delete(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't remove " + directory, e);
    }
  }
}
