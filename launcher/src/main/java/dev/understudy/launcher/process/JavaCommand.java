package dev.understudy.launcher.process;

import dev.understudy.edge.Release;
import dev.understudy.edge.image.BootPointer;
import dev.understudy.edge.image.RunningImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A command that runs a class of a program on the Java virtual machine that this process runs on.
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

  /**
   * For supervisors. A quarter of the processor time of a start was the second compiler's; what is
   * really hot still gets there, ten times later.
   */
  public static final List<String> SUPERVISOR_OPTIONS =
      Stream.concat(
              DAEMON_OPTIONS.stream(),
              Stream.of(
                  "-XX:Tier4InvocationThreshold=50000",
                  "-XX:Tier4MinInvocationThreshold=6000",
                  "-XX:Tier4CompileThreshold=150000",
                  "-XX:Tier4BackEdgeThreshold=400000"))
          .toList();

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
  List<String> inOwnSession(Program program, int niceness) {
    List<String> command = new ArrayList<>();
    command.add("setsid");
    if (niceness != 0) {
      command.addAll(List.of("nice", "-n", Integer.toString(niceness)));
    }
    command.addAll(command(program));
    return command;
  }

  /** The virtual machine and its arguments. */
  public List<String> command(Program program) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    program
        .aotCache()
        .ifPresent(
            cache -> command.addAll(List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off,cds=off")));
    if (!program.image().equals(BootPointer.BUILT_IN)) {
      command.add("-D" + RunningImage.PROPERTY + "=" + program.image());
    }
    command.add("-D" + RunningImage.LAUNCHER_PROPERTY + "=" + Release.current());
    command.addAll(List.of("-cp", program.classPath(), mainClass));
    command.addAll(arguments);
    return command;
  }

  /** Starts it in a session of its own, its output appended to a file. */
  public Process start(LogFile log) throws IOException {
    return start(log, Program.builtIn(), 0);
  }

  Process start(LogFile log, Program program, int niceness) throws IOException {
    log.cutIfLong();
    return new ProcessBuilder(inOwnSession(program, niceness))
        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.path().toFile()))
        .start();
  }
}
