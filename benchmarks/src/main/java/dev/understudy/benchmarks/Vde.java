package dev.understudy.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** vde_switch as a process, with two TAP devices of its own. */
final class Vde implements AutoCloseable {
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private final Path directory;
  private final Process process;

  private Vde(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
  }

  static boolean isInstalled() {
    return Commands.succeeds("vde_switch", "--version");
  }

  /** Starts it between two hosts. */
  static Vde start(Cables cables) {
    try {
      Path directory = Files.createTempDirectory("us-bench");
      List<String> command = new ArrayList<>(cables.inMiddle());
      command.addAll(RealTime.prefix());
      command.addAll(
          List.of("vde_switch", "-s", directory.resolve("vde").toString(), "-t", "e1", "-t", "e2"));
      // It ends when its standard input does, which is a pipe from here.
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      Vde vde = new Vde(directory, process);
      try {
        vde.awaitTaps(cables);
        cables.takeTaps();
        return vde;
      } catch (RuntimeException e) {
        vde.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("vde_switch can't be started", e);
    }
  }

  private void awaitTaps(Cables cables) {
    List<String> look = new ArrayList<>(cables.inMiddle());
    look.addAll(List.of("ip", "link", "show", "dev", "e2"));
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!Commands.succeeds(look.toArray(String[]::new))) {
      if (!process.isAlive() || System.nanoTime() - deadline > 0) {
        throw new BenchmarkFailure("vde_switch made no TAP devices");
      }
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Environment.delete(directory);
  }
}
