package dev.understudy.launcher.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A command that runs a class on the Java virtual machine and class path that this process runs on.
 *
 * <p>{@code setsid} gives the child a session of its own, so that a signal to the launcher's
 * process group or the loss of its terminal doesn't reach it. It executes the program in place (the
 * child never leads a process group), so that the number of the process that was started is the
 * virtual machine's.
 */
public record JavaCommand(List<String> options, String mainClass, List<String> arguments) {

  /**
   * For forwarder and supervisors. Measured, resident after start and longest pause of a timer
   * thread under allocation: see ARCHITECTURE.md, "Which collector".
   */
  public static final List<String> DAEMON_OPTIONS =
      List.of(
          "-XX:+UseZGC",
          "-XX:+UseCompactObjectHeaders",
          "-Xms32m",
          "-Xmx192m",
          "-XX:+ExitOnOutOfMemoryError",
          "-XX:-UsePerfData",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  /** For the launcher and other processes that only watch. */
  public static final List<String> SMALL_OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          "-XX:TieredStopAtLevel=1",
          "-Xmx64m",
          "-XX:-UsePerfData",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  public JavaCommand {
    options = List.copyOf(options);
    arguments = List.copyOf(arguments);
  }

  /** In a session of its own, with {@code niceness} added to its nice value. */
  List<String> inOwnSession(int niceness) {
    List<String> command = new ArrayList<>();
    command.add("setsid");
    if (niceness != 0) {
      command.addAll(List.of("nice", "-n", Integer.toString(niceness)));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    aotCache()
        .ifPresent(
            cache -> command.addAll(List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off,cds=off")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(arguments);
    return command;
  }

  /** What the build put beside its jars; a virtual machine that can't use it goes on without. */
  private static Optional<Path> aotCache() {
    String first = System.getProperty("java.class.path").split(File.pathSeparator, 2)[0];
    Path cache = Path.of(first).resolveSibling("understudy.aot");
    return Files.exists(cache) ? Optional.of(cache) : Optional.empty();
  }

  /** Starts it in a session of its own, its output appended to a file. */
  public Process start(LogFile log) throws IOException {
    return start(log, 0);
  }

  Process start(LogFile log, int niceness) throws IOException {
    log.cutIfLong();
    return new ProcessBuilder(inOwnSession(niceness))
        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.path().toFile()))
        .start();
  }
}
