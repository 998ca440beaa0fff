package dev.understudy.supervisor;

import dev.understudy.edge.CannotStart;
import dev.understudy.edge.CertifiedRole;
import dev.understudy.edge.Network;
import dev.understudy.edge.ProcessLog;
import dev.understudy.edge.ProcessStart;
import dev.understudy.edge.SlotName;
import dev.understudy.edge.StateDirectory;
import dev.understudy.schema.Config;
import dev.understudy.schema.Slot;
import dev.understudy.supervisor.configuration.ConfigurationReader;
import dev.understudy.supervisor.configuration.ExampleConfiguration;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;

/** One supervisor as a process of its own. */
public final class SupervisorMain {
  private static final String USAGE =
      "supervisor --slot A|B --state DIR [--config FILE] [--fault-injection]"
          + " [--break forget-timer|skip-resend] "
          + Network.USAGE_SUPERVISOR;

  private SupervisorMain() {}

  /** What was asked for on the command line. */
  record Arguments(
      Slot slot,
      Path state,
      Optional<Path> config,
      Supervisor.FaultInjection faults,
      Supervisor.Breakage breakage,
      Optional<Network.Plan> network) {
    static Arguments parse(String... arguments) {
      Optional<Slot> slot = Optional.empty();
      Optional<Path> state = Optional.empty();
      Optional<Path> config = Optional.empty();
      Supervisor.FaultInjection faults = Supervisor.FaultInjection.OFF;
      Supervisor.Breakage breakage = Supervisor.Breakage.NONE;
      Network.Arguments network = new Network.Arguments();
      for (Iterator<String> it = Arrays.asList(arguments).iterator(); it.hasNext(); ) {
        String name = it.next();
        switch (name) {
          case "--slot" -> slot = SlotName.parse(ProcessStart.value(name, it));
          case "--state" -> state = Optional.of(Path.of(ProcessStart.value(name, it)));
          case "--config" -> config = Optional.of(Path.of(ProcessStart.value(name, it)));
          case "--fault-injection" -> faults = Supervisor.FaultInjection.ON;
          case "--break" ->
              breakage =
                  ProcessStart.member(
                      Supervisor.Breakage.class, name, ProcessStart.value(name, it));
          default -> {
            if (!network.take(name, it)) {
              throw new IllegalArgumentException("unknown argument \"" + name + "\"");
            }
          }
        }
      }
      Slot mine =
          slot.orElseThrow(() -> new IllegalArgumentException("--slot A or --slot B is needed"));
      return new Arguments(
          mine,
          state.orElseThrow(() -> new IllegalArgumentException("--state DIR is needed")),
          config,
          faults,
          breakage,
          network.plan(CertifiedRole.of(mine)));
    }
  }

  public static void main(String[] arguments) {
    ProcessStart.main(
        "supervisor",
        USAGE,
        arguments,
        Arguments::parse,
        parsed -> "supervisor " + SlotName.letter(parsed.slot),
        SupervisorMain::run);
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
                arguments.breakage,
                arguments.network.map(Network.Plan::open)),
            (exitCode, reason) -> ProcessStart.halt(exitCode));
    supervisor.start();
    ProcessStart.endInOrder(supervisor);
    System.out.printf(
        "supervisor %s: ready, process %d, state in %s%n",
        SlotName.letter(arguments.slot), ProcessHandle.current().pid(), state.root());
    System.out.flush();
  }

  private static Config read(Path file) {
    return switch (ConfigurationReader.read(file)) {
      case ConfigurationReader.Parsed.Ok(var config) -> config;
      case ConfigurationReader.Parsed.Bad bad -> throw new CannotStart(bad.text());
    };
  }
}
