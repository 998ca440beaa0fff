package dev.understudy.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Other programs, run to their end. */
final class Commands {
  private static final long SECONDS_MAX = 120;

  private Commands() {}

  /**
   * Runs a command and returns what it wrote.
   *
   * @throws BenchmarkFailure if it fails, with what it wrote
   */
  static String run(Map<String, String> environment, List<String> command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new BenchmarkFailure(String.join(" ", command) + " doesn't end: " + output);
      }
      if (process.exitValue() != 0) {
        throw new BenchmarkFailure(
            String.join(" ", command)
                + " ended with status "
                + process.exitValue()
                + ": "
                + output);
      }
      return output;
    } catch (IOException e) {
      throw new BenchmarkFailure(command.getFirst() + " can't be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("interrupted", e);
    }
  }

  static String run(String... command) {
    return run(Map.of(), List.of(command));
  }

  /** Does it end with status 0? */
  static boolean succeeds(String... command) {
    try {
      run(command);
      return true;
    } catch (BenchmarkFailure e) {
      return false;
    }
  }
}
