package dev.understudy.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What it was measured on.
 *
 * @param loadBefore processes that ran or waited for a core on the average of the last minute
 *     before the measurement: anything above 0 came from somebody else
 */
record Machine(
    int cores,
    String processor,
    long memoryMebibytes,
    String kernel,
    String java,
    double loadBefore) {

  static Machine current() {
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        field(Path.of("/proc/cpuinfo"), "model name"),
        Long.parseLong(
                field(Path.of("/proc/meminfo"), "MemTotal").replaceAll("[^0-9]", "").concat("0"))
            / 10
            / 1024,
        System.getProperty("os.version"),
        System.getProperty("java.runtime.version"),
        load());
  }

  /** The load average of the last minute, -1 if it isn't known. */
  static double load() {
    try {
      return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]);
    } catch (IOException | NumberFormatException e) {
      return -1;
    }
  }

  private static String field(Path file, String name) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(name)) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    } catch (IOException e) {
      // Then it isn't known.
    }
    return "unknown";
  }

  /** One line for people. */
  String line() {
    return String.format(
        Locale.ROOT,
        "%d cores (%s), %d MiB, Linux %s, Java %s, load %.1f before",
        cores,
        processor,
        memoryMebibytes,
        kernel,
        java,
        loadBefore);
  }
}
