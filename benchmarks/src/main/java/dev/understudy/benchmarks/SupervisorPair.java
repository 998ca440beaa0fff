package dev.understudy.benchmarks;

import dev.understudy.launcher.command.Readiness;
import dev.understudy.launcher.process.JavaCommand;
import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.process.ProcessId;
import dev.understudy.launcher.process.RunDirectory;
import dev.understudy.launcher.process.Starter;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Both supervisors, as the launcher starts them and starts them again. */
record SupervisorPair(RunDirectory directory, Starter starter, Thread thread)
    implements AutoCloseable {
  static SupervisorPair start(RunDirectory directory, Path configuration, Readiness readiness) {
    Map<Part, JavaCommand> commands = new EnumMap<>(Part.class);
    commands.put(Part.SUPERVISOR_A, command(directory, configuration, Part.SUPERVISOR_A));
    commands.put(Part.SUPERVISOR_B, command(directory, configuration, Part.SUPERVISOR_B));
    Starter starter =
        new Starter(
            directory,
            commands,
            (part, what) -> {},
            part -> List.of("STANDBY_HOT", "ACTIVE").contains(readiness.role(part)));
    starter.start();
    return new SupervisorPair(
        directory,
        starter,
        Thread.ofPlatform().name("starter").daemon().start(() -> lookAfter(starter)));
  }

  private static JavaCommand command(RunDirectory directory, Path configuration, Part part) {
    return new JavaCommand(
        JavaCommand.SUPERVISOR_OPTIONS,
        "dev.understudy.supervisor.SupervisorMain",
        List.of(
            "--slot",
            part.fileName(),
            "--state",
            directory.path().toString(),
            "--config",
            configuration.toString()));
  }

  private static void lookAfter(Starter starter) {
    try {
      starter.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    starter.end();
    try {
      thread.join();
      for (Part part : List.of(Part.SUPERVISOR_A, Part.SUPERVISOR_B)) {
        Optional<ProcessId> process = directory.processFile(part).living();
        if (process.isPresent()) {
          process.get().end(true);
          process.get().awaitEnd(5_000);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
