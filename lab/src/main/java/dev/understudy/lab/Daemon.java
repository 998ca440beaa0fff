package dev.understudy.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process that runs until it is closed, with what it writes in a file. */
public final class Daemon implements AutoCloseable {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private final String name;
  private final Process process;
  private final Path log;

  private Daemon(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /** Starts a process whose output and errors go to the log. */
  public static Daemon start(
      String name, Path log, Map<String, String> environment, List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return new Daemon(name, launch(builder, environment), log);
  }

  /** Starts a process whose output this process reads; only its errors go to the log. */
  public static Daemon startPiped(
      String name, Path log, Map<String, String> environment, List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return new Daemon(name, launch(builder, environment), log);
  }

  private static Process launch(ProcessBuilder builder, Map<String, String> environment) {
    builder.environment().putAll(environment);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new LabException(String.join(" ", builder.command()) + ": " + e.getMessage(), e);
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public OutputStream input() {
    return process.getOutputStream();
  }

  public java.io.InputStream output() {
    return process.getInputStream();
  }

  public BufferedReader outputLines() {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** What it has written to its log so far. */
  public String log() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new LabException("reading " + log, e);
    }
  }

  /** Asks the process to end (SIGTERM) and waits; kills it when it takes longer than 5 s. */
  @Override
  public void close() {
    process.destroy();
    awaitEnd();
  }

  /** Waits for a process that was asked to end in some other way. */
  public void awaitEnd() {
    try {
      if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** Kills the process (SIGKILL). */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Waits until its log holds a text. */
  public void awaitLog(String text, Duration limit) {
    Await.until(
        name + " writes '" + text + "'",
        limit,
        () -> {
          if (log().contains(text)) {
            return true;
          }
          if (!isAlive()) {
            throw new LabException(name + " ended: " + log());
          }
          return false;
        },
        this::log);
  }

  @Override
  public String toString() {
    return name + " (pid " + process.pid() + ")";
  }
}
