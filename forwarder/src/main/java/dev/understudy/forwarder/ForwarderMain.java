package dev.understudy.forwarder;

import dev.understudy.edge.CannotStart;
import dev.understudy.edge.ExitCode;
import dev.understudy.edge.ProcessLog;
import dev.understudy.edge.StateDirectory;
import dev.understudy.forwarder.dataplane.SoftDataPlane;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;

/** The forwarder as a process of its own. */
public final class ForwarderMain {
  private static final String USAGE =
      "usage: forwarder --state DIR [--fault-injection] [--break release-before-held]";

  private ForwarderMain() {}

  /** What was asked for on the command line. */
  record Arguments(Path state, Forwarder.Breakage breakage) {
    static Arguments parse(String... arguments) {
      Optional<Path> state = Optional.empty();
      Forwarder.Breakage breakage = Forwarder.Breakage.NONE;
      for (Iterator<String> it = Arrays.asList(arguments).iterator(); it.hasNext(); ) {
        String name = it.next();
        switch (name) {
          case "--state" -> state = Optional.of(Path.of(value(name, it)));
          case "--fault-injection" -> {
            // The forwarder has no faults of its own; the launcher gives all processes the same.
          }
          case "--break" -> {
            String what = value(name, it);
            if (!what.equals("release-before-held")) {
              throw new IllegalArgumentException(
                  "--break takes release-before-held, not \"" + what + "\"");
            }
            breakage = Forwarder.Breakage.RELEASE_BEFORE_HELD;
          }
          default -> throw new IllegalArgumentException("unknown argument \"" + name + "\"");
        }
      }
      return new Arguments(
          state.orElseThrow(() -> new IllegalArgumentException("--state DIR is needed")), breakage);
    }

    private static String value(String name, Iterator<String> rest) {
      if (!rest.hasNext()) {
        throw new IllegalArgumentException(name + " needs a value");
      }
      return rest.next();
    }
  }

  public static void main(String[] arguments) {
    PrintStream errors = System.err;
    Arguments parsed;
    try {
      parsed = Arguments.parse(arguments);
    } catch (IllegalArgumentException e) {
      errors.println("forwarder: " + e.getMessage());
      errors.println(USAGE);
      System.exit(ExitCode.USAGE);
      return;
    }
    try {
      run(parsed);
    } catch (CannotStart e) {
      errors.println("forwarder: " + e.getMessage());
      halt(ExitCode.CANNOT_START);
    } catch (RuntimeException | Error e) {
      e.printStackTrace(errors);
      halt(ExitCode.BROKEN);
    }
  }

  private static void run(Arguments arguments) {
    StateDirectory state = StateDirectory.open(arguments.state);
    ProcessLog.start(state.make(state.forwarder()), "process");
    Forwarder forwarder =
        new Forwarder(new Forwarder.Options(state, SoftDataPlane.maker(), arguments.breakage));
    Forwarder.Ready ready = forwarder.start();
    var _ =
        forwarder
            .ended()
            .exceptionally(failure -> {
              failure.printStackTrace(System.err);
              halt(ExitCode.BROKEN);
              return null;
            });
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  forwarder.close();
                  halt(ExitCode.STOPPED);
                },
                "end"));
    System.out.printf(
        "forwarder: ready, process %d, incarnation %d, terms above %d, %s, state in %s%n",
        ProcessHandle.current().pid(),
        ready.incarnation(),
        ready.term(),
        ready.scheduling(),
        state.root());
    System.out.flush();
  }

  private static void halt(int exitCode) {
    ProcessLog.stop();
    Runtime.getRuntime().halt(exitCode);
  }
}
