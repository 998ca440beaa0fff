package dev.understudy.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A short command that is run to its end. */
public final class Command {
  /** What {@code ip}, {@code ovs-vsctl} and their like are given; a busy machine included. */
  public static final Duration TIME_LIMIT = Duration.ofSeconds(30);

  private Command() {}

  /** How a command ended. */
  public record Outcome(int status, String output, String error) {
    public boolean succeeded() {
      return status == 0;
    }
  }

  /**
   * Runs a command and returns its standard output.
   *
   * @throws LabException if it ends with a status other than 0
   */
  public static String run(String... command) {
    return run(List.of(command));
  }

  /** As {@link #run(String...)}. */
  public static String run(List<String> command) {
    Outcome outcome = attempt(TIME_LIMIT, Map.of(), command);
    if (!outcome.succeeded()) {
      throw new LabException(
          "%s: status %d: %s%s"
              .formatted(
                  String.join(" ", command), outcome.status(), outcome.error(), outcome.output()));
    }
    return outcome.output();
  }

  /** Runs a command that may fail. */
  public static Outcome attempt(String... command) {
    return attempt(TIME_LIMIT, Map.of(), List.of(command));
  }

  /**
   * Runs a command that may fail, with nothing on its standard input.
   *
   * @param environment variables beside those of this process; an empty value takes one away
   */
  public static Outcome attempt(
      Duration timeLimit, Map<String, String> environment, List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
    environment.forEach((name, value) -> {
      if (value.isEmpty()) {
        builder.environment().remove(name);
      } else {
        builder.environment().put(name, value);
      }
    });
    try {
      Process process = builder.start();
      CompletableFuture<String> output = readAll(process.getInputStream());
      CompletableFuture<String> error = readAll(process.getErrorStream());
      if (!process.waitFor(timeLimit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new LabException(
            "%s: not done after %s".formatted(String.join(" ", command), timeLimit));
      }
      return new Outcome(process.exitValue(), output.join(), error.join());
    } catch (IOException e) {
      throw new LabException(String.join(" ", command) + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException(String.join(" ", command) + ": interrupted", e);
    }
  }

  private static CompletableFuture<String> readAll(java.io.InputStream stream) {
    CompletableFuture<String> text = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try (stream) {
            text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
          } catch (IOException e) {
            text.completeExceptionally(e);
          }
        });
    return text;
  }
}
