package dev.understudy.supervisor;

import dev.understudy.edge.CannotStart;
import dev.understudy.edge.ExitCode;
import dev.understudy.edge.ProcessLog;
import dev.understudy.edge.SlotName;
import dev.understudy.edge.StateDirectory;
import dev.understudy.schema.Config;
import dev.understudy.schema.Slot;
import dev.understudy.supervisor.configuration.ConfigurationReader;
import dev.understudy.supervisor.configuration.ExampleConfiguration;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;

/** One supervisor as a process of its own. */
public final class SupervisorMain {
  private static final String USAGE =
      "usage: supervisor --slot A|B --state DIR [--config FILE] [--fault-injection]"
          + " [--break forget-timer]";

  private SupervisorMain() {}

  /** What was asked for on the command line. */
  record Arguments(
      Slot slot,
      Path state,
      Optional<Path> config,
      Supervisor.FaultInjection faults,
      Supervisor.Breakage breakage) {
    static Arguments parse(String... arguments) {
      Optional<Slot> slot = Optional.empty();
      Optional<Path> state = Optional.empty();
      Optional<Path> config = Optional.empty();
      Supervisor.FaultInjection faults = Supervisor.FaultInjection.OFF;
      Supervisor.Breakage breakage = Supervisor.Breakage.NONE;
      for (Iterator<String> it = Arrays.asList(arguments).iterator(); it.hasNext(); ) {
        String name = it.next();
        switch (name) {
          case "--slot" -> slot = SlotName.parse(value(name, it));
          case "--state" -> state = Optional.of(Path.of(value(name, it)));
          case "--config" -> config = Optional.of(Path.of(value(name, it)));
          case "--fault-injection" -> faults = Supervisor.FaultInjection.ON;
          case "--break" -> {
            String what = value(name, it);
            if (!what.equals("forget-timer")) {
              throw new IllegalArgumentException(
                  "--break takes forget-timer, not \"" + what + "\"");
            }
            breakage = Supervisor.Breakage.FORGET_TIMER;
          }
          default -> throw new IllegalArgumentException("unknown argument \"" + name + "\"");
        }
      }
      return new Arguments(
          slot.orElseThrow(() -> new IllegalArgumentException("--slot A or --slot B is needed")),
          state.orElseThrow(() -> new IllegalArgumentException("--state DIR is needed")),
          config,
          faults,
          breakage);
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
      errors.println("supervisor: " + e.getMessage());
      errors.println(USAGE);
      System.exit(ExitCode.USAGE);
      return;
    }
    try {
      run(parsed);
    } catch (CannotStart e) {
      errors.println("supervisor " + SlotName.letter(parsed.slot) + ": " + e.getMessage());
      halt(ExitCode.CANNOT_START);
    } catch (RuntimeException | Error e) {
      e.printStackTrace(errors);
      halt(ExitCode.BROKEN);
    }
  }

  private static void run(Arguments arguments) {
    StateDirectory state = StateDirectory.open(arguments.state);
    ProcessLog.start(state.make(state.supervisor(arguments.slot)), "process");
    Supervisor supervisor =
        new Supervisor(
            new Supervisor.Options(
                arguments.slot,
                state,
                arguments.config.map(SupervisorMain::read).orElseGet(ExampleConfiguration::config),
                arguments.faults,
                arguments.breakage),
            (exitCode, reason) -> halt(exitCode));
    supervisor.start();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  supervisor.close();
                  halt(ExitCode.STOPPED);
                },
                "end"));
    System.out.printf(
        "supervisor %s: ready, process %d, state in %s%n",
        SlotName.letter(arguments.slot), ProcessHandle.current().pid(), state.root());
    System.out.flush();
  }

  /** At once: what is to be tidied up was, and the other supervisor waits for nothing else. */
  private static void halt(int exitCode) {
    ProcessLog.stop();
    Runtime.getRuntime().halt(exitCode);
  }

  private static Config read(Path file) {
    return switch (ConfigurationReader.read(file)) {
      case ConfigurationReader.Parsed.Ok(var config) -> config;
      case ConfigurationReader.Parsed.Bad bad -> throw new CannotStart(bad.text());
    };
  }
}
