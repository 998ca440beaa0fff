package dev.understudy.launcher.command;

import dev.understudy.edge.Network;
import dev.understudy.edge.image.ImageStore;
import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.process.ProcessId;
import dev.understudy.launcher.process.RunDirectory;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.SwitchoverRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code supervisor A shutdown | start | replace}. */
@Command(
    name = "supervisor",
    description = {
      "Takes a supervisor out of service and puts it back.",
      "",
      "  shutdown   hands over first if it is active, ends it, and doesn't start it again",
      "  start      starts it again",
      "  replace    shutdown, then start as an empty module that gets everything from the other one",
      "",
      "Run as `supervisor --slot A …` this is the supervisor's process itself, for service managers;"
          + " it takes --slot A|B --state DIR [--config FILE] [--fault-injection] "
          + Network.USAGE_SUPERVISOR
    },
    footer = {
      "",
      "Examples:",
      "  understudy supervisor A shutdown",
      "  understudy supervisor A start",
      "  understudy supervisor B replace",
      "  understudy supervisor --slot A --state /var/lib/understudy/sw1 --config sw1.yaml",
      "  understudy supervisor --slot A --state /var/lib/understudy/sw1 --config sw1.yaml \\",
      "    --listen 192.0.2.2:7117 --keys /etc/understudy/keys \\",
      "    --forwarder 192.0.2.1:7117 --peer 192.0.2.3:7117",
      ""
    })
final class SupervisorCommand implements Callable<Integer> {
  private static final long END_MILLIS_MAX = 10_000;
  private static final long READY_MILLIS_MAX = 60_000;

  private final Console console;

  @Mixin StateOptions state = new StateOptions();

  @Parameters(index = "0", paramLabel = "A|B", description = "Which one.")
  String slot = "";

  @Parameters(index = "1", paramLabel = "WHAT", description = "shutdown, start or replace.")
  String what = "";

  SupervisorCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!List.of("A", "B").contains(slot)) {
      throw new CommandFailure(
          ExitStatus.USAGE, "there are supervisors A and B, not \"" + slot + "\"");
    }
    RunDirectory directory = state.existing(console);
    Part part = Part.supervisor(slot);
    try (Asking asking = new Asking(directory)) {
      switch (what) {
        case "shutdown" -> shutDown(directory, part, asking);
        case "start" -> start(directory, part, asking);
        case "replace" -> {
          shutDown(directory, part, asking);
          empty(directory, part);
          start(directory, part, asking);
        }
        default ->
            throw new CommandFailure(
                ExitStatus.USAGE,
                "a supervisor can be shutdown, start or replace, not \"" + what + "\"");
      }
    }
    return ExitStatus.DONE;
  }

  private void shutDown(RunDirectory directory, Part part, Asking asking)
      throws IOException, InterruptedException {
    Optional<ProcessId> process = directory.processFile(part).living();
    if (process.isPresent() && DownCommand.active(directory).equals(Optional.of(part))) {
      asking.document(
          ManagementRequest.newBuilder().setSwitchover(SwitchoverRequest.getDefaultInstance()),
          Asking.PATIENCE_MILLIS);
      console.out().println(part.title() + " has handed over");
    }
    Files.createDirectories(directory.state(part));
    if (!Files.exists(directory.shutDown(part))) {
      Files.createFile(directory.shutDown(part));
    }
    if (process.isPresent()) {
      process.get().end(process.get().isStopped());
      if (!process.get().awaitEnd(END_MILLIS_MAX)) {
        process.get().end(true);
        var _ = process.get().awaitEnd(END_MILLIS_MAX);
      }
    }
    console
        .out()
        .println(
            part.title()
                + " is shut down; `understudy supervisor "
                + slot
                + " start` starts it again. Until then a failure of the other one is a hit.");
  }

  private void start(RunDirectory directory, Part part, Asking asking)
      throws IOException, InterruptedException {
    if (directory.launcherFile().living().isEmpty()) {
      throw new CommandFailure(
          "no launcher looks after the switch in "
              + directory.path()
              + ": `understudy up` with the same --state does, or start the supervisor's service");
    }
    Files.deleteIfExists(directory.shutDown(part));
    Readiness readiness = new Readiness(asking);
    long end = System.nanoTime() + READY_MILLIS_MAX * 1_000_000L;
    while (!List.of("STANDBY_HOT", "ACTIVE").contains(readiness.role(part))) {
      if (System.nanoTime() - end > 0) {
        throw new CommandFailure(
            part.title()
                + " is not ready after "
                + READY_MILLIS_MAX / 1000
                + " s; its log: "
                + directory.log(part).path());
      }
      Thread.sleep(100);
    }
    console.out().println(part.title() + " is ready");
  }

  /** What was there is kept aside; images and trusted keys come from the other slot's store. */
  private void empty(RunDirectory directory, Part part) throws IOException {
    Part other = part == Part.SUPERVISOR_A ? Part.SUPERVISOR_B : Part.SUPERVISOR_A;
    Path own = directory.state(part).toRealPath();
    Path aside = own.resolveSibling(own.getFileName() + ".replaced-" + System.currentTimeMillis());
    Files.move(own, aside);
    Files.createDirectory(own);
    Files.createFile(directory.shutDown(part));
    ImageStore from = ImageStore.of(directory.state(other));
    ImageStore to = ImageStore.of(directory.state(part));
    to.copyFrom(from);
    console.out().println("what slot " + slot + " had is kept in " + aside);
  }
}
