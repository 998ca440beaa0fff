package dev.understudy.launcher.command;

import dev.understudy.launcher.process.JavaCommand;
import dev.understudy.launcher.process.LauncherImage;
import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.process.ProcessFile;
import dev.understudy.launcher.process.ProcessId;
import dev.understudy.launcher.process.RunDirectory;
import dev.understudy.launcher.process.Starter;
import dev.understudy.schema.Config;
import dev.understudy.schema.ConfigApplyRequest;
import dev.understudy.schema.DataPlaneKind;
import dev.understudy.schema.Failure;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.PeerProcessRequest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code up}. */
@Command(
    name = "up",
    description = {
      "Starts a switch: forwarder, supervisor A and B, and a launcher that starts again what"
          + " exits.",
      "",
      "Ending the launcher (Ctrl-C) ends nothing else: `understudy down` stops the switch, and"
          + " `understudy up` with the same state directory looks after it again."
    },
    footer = {
      "",
      "Examples:",
      "  understudy up                                the built-in example, four UDP ports on"
          + " loopback",
      "  understudy up --config sw1.yaml --detach     returns when both supervisors are ready",
      "  understudy up --state DIR                    goes on with the configuration kept in DIR",
      ""
    })
final class UpCommand implements java.util.concurrent.Callable<Integer> {
  /** How long both supervisors may take to become ready. */
  static final long READY_MILLIS_MAX = 60_000;

  /** IFNAMSIZ without the zero at the end. */
  private static final int INTERFACE_NAME_MAX = 15;

  private final Console console;

  @Mixin StateOptions state = new StateOptions();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "The configuration to begin with. A state directory that has another one keeps it, unless"
              + " --replace-config is given.")
  @Nullable Path configFile;

  @Option(
      names = "--detach",
      description = "Return when the switch is up and both supervisors are ready.")
  boolean detach;

  @Option(
      names = "--replace-config",
      description = "Apply the file even if the state directory has another configuration.")
  boolean replaceConfig;

  @Option(
      names = "--fault-injection",
      description = "Allow `understudy fault …` (for tests: corrupt a row, stall the loop, …).")
  boolean faultInjection;

  @Option(names = "--launcher", hidden = true, description = "The launcher that --detach starts.")
  boolean launcherOnly;

  UpCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Optional<Config> given = Optional.ofNullable(configFile).map(ConfigurationFiles::read);
    String name = given.map(Config::getName).orElseGet(ConfigurationFiles::exampleName);
    RunDirectory directory = state.forStart(console, name);
    directory.create();
    refuseSecond(directory);
    Optional<Config> stored = ConfigurationFiles.stored(directory);
    Optional<Config> toApply = Optional.empty();
    if (launcherOnly) {
      // Who started it has dealt with the file: without one here, the seed would be taken away.
    } else if (stored.isEmpty()) {
      ConfigurationFiles.writeSeed(directory, given);
    } else if (given.isPresent() && !given.get().equals(stored.get())) {
      if (!replaceConfig) {
        throw new CommandFailure(
            "the state directory "
                + directory.path()
                + " has another configuration than "
                + configFile
                + ":\n"
                + String.join("\n", ConfigurationFiles.difference(stored.get(), given.get()))
                + "\nLeave --config out to go on with the one it has, or give --replace-config.");
      }
      if (given.get().getDataPlane() != stored.get().getDataPlane()) {
        throw new CommandFailure(
            "the data plane can't be replaced at the start: `understudy config apply` "
                + configFile
                + " while the switch runs, then `understudy down` and `understudy up`.");
      }
      toApply = given;
    }
    return detach ? detached(directory, toApply) : here(directory, toApply);
  }

  private static void refuseSecond(RunDirectory directory) {
    // Another program may have been this process's launcher before.
    Optional<ProcessId> launcher =
        directory
            .launcherFile()
            .living()
            .filter(process -> process.pid() != ProcessHandle.current().pid());
    if (launcher.isPresent()) {
      throw new CommandFailure(
          "the switch in "
              + directory.path()
              + " runs already (launcher: process "
              + launcher.get().pid()
              + "). `understudy show redundancy` shows it, `understudy config apply` changes its"
              + " configuration, `understudy down` stops it.");
    }
  }

  // ---- in this process

  private int here(RunDirectory directory, Optional<Config> toApply)
      throws IOException, InterruptedException {
    try (FileChannel channel =
        FileChannel.open(directory.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new CommandFailure(
            "another launcher looks after the switch in " + directory.path() + " already");
      }
      ProcessFile own = directory.launcherFile();
      own.write(ProcessId.current());
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() ->
                  console
                      .out()
                      .println(
                          "launcher ends; what it started goes on. `understudy down --state "
                              + directory.path()
                              + "` stops it.")));
      console.out().println("state directory " + directory.path());
      try (Asking asking = new Asking(directory)) {
        Readiness readiness = new Readiness(asking);
        Starter starter =
            new Starter(
                directory,
                commands(directory, seedIfThere(directory), faultInjection),
                new Telling(asking),
                part -> List.of("STANDBY_HOT", "ACTIVE").contains(readiness.role(part)));
        LauncherImage image =
            new LauncherImage(
                directory, launcherCommand(directory), text -> console.out().println(text));
        starter.start();
        if (!launcherOnly) {
          Thread.ofVirtual().start(() -> reportReadiness(readiness, asking, toApply));
        }
        starter.run(image::look);
      }
    }
    return ExitStatus.DONE;
  }

  private void tell(Part part, String what) {
    console
        .out()
        .println(
            LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.MILLIS)
                + "  "
                + part.title()
                + " "
                + what);
  }

  /**
   * Tells people, and the other supervisor what was seen of one's process: it may be about to take
   * over, and writes down why.
   */
  private final class Telling implements Starter.Listener {
    private final Asking asking;

    Telling(Asking asking) {
      this.asking = asking;
    }

    @Override
    public void happened(Part part, String what) {
      tell(part, what);
    }

    @Override
    public void seen(Part part, ProcessId process, Failure failure, String what) {
      asking.tell(
          part == Part.SUPERVISOR_A ? Part.SUPERVISOR_B : Part.SUPERVISOR_A,
          ManagementRequest.newBuilder()
              .setPeerProcess(
                  PeerProcessRequest.newBuilder()
                      .setProcessId(process.pid())
                      .setFailure(failure)
                      .setEvidence(what)));
    }
  }

  private void reportReadiness(Readiness readiness, Asking asking, Optional<Config> toApply) {
    try {
      Readiness.Outcome outcome =
          readiness.await(READY_MILLIS_MAX, text -> console.out().println(text));
      if (outcome.ready()) {
        toApply.ifPresent(config -> apply(asking, config));
      }
    } catch (CommandFailure failure) {
      console.err().println("understudy: " + failure.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Optional<Path> seedIfThere(RunDirectory directory) {
    return Optional.of(ConfigurationFiles.seed(directory)).filter(Files::exists);
  }

  /** The three parts' commands. */
  static Map<Part, JavaCommand> commands(
      RunDirectory directory, Optional<Path> seed, boolean faultInjection) {
    Map<Part, JavaCommand> commands = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      List<String> arguments = new ArrayList<>();
      if (part.isSupervisor()) {
        arguments.addAll(List.of("--slot", part.fileName()));
      }
      arguments.addAll(List.of("--state", directory.path().toString()));
      if (!part.isSupervisor()) {
        bridge(directory, seed).ifPresent(name -> arguments.addAll(List.of("--bridge", name)));
      }
      if (part.isSupervisor() && seed.isPresent()) {
        arguments.addAll(List.of("--config", seed.get().toString()));
      }
      if (faultInjection) {
        arguments.add("--fault-injection");
      }
      commands.put(
          part,
          new JavaCommand(
              part.isSupervisor() ? JavaCommand.SUPERVISOR_OPTIONS : JavaCommand.DAEMON_OPTIONS,
              part.isSupervisor()
                  ? "dev.understudy.supervisor.SupervisorMain"
                  : "dev.understudy.forwarder.ForwarderMain",
              arguments));
    }
    return commands;
  }

  /**
   * The kernel's bridge that the switch forwards with, if it is to; the demo's seed comes later.
   */
  private static Optional<String> bridge(RunDirectory directory, Optional<Path> seed) {
    return ConfigurationFiles.stored(directory)
        .or(() -> seed.filter(Files::exists).map(ConfigurationFiles::read))
        .filter(config -> config.getDataPlane() == DataPlaneKind.DATA_PLANE_LINUX)
        .map(config -> "br-" + config.getName())
        .map(name -> name.substring(0, Math.min(name.length(), INTERFACE_NAME_MAX)));
  }

  private void apply(Asking asking, Config config) {
    asking.document(
        ManagementRequest.newBuilder()
            .setConfigApply(
                ConfigApplyRequest.newBuilder()
                    .setConfig(config)
                    .setComment("up --replace-config " + configFile)),
        Asking.PATIENCE_MILLIS);
    console.out().println("configuration of " + configFile + " applied");
  }

  // ---- in a process of its own

  private JavaCommand launcherCommand(RunDirectory directory) {
    List<String> arguments =
        new ArrayList<>(List.of("up", "--launcher", "--state", directory.path().toString()));
    if (faultInjection) {
      arguments.add("--fault-injection");
    }
    return new JavaCommand(JavaCommand.SMALL_OPTIONS, "dev.understudy.launcher.Main", arguments);
  }

  private int detached(RunDirectory directory, Optional<Config> toApply)
      throws IOException, InterruptedException {
    long begun = System.nanoTime();
    console.out().println("state directory " + directory.path());
    Process launcher = launcherCommand(directory).start(directory.launcherLog());
    try (Asking asking = new Asking(directory)) {
      Readiness.Outcome outcome =
          new Readiness(asking)
              .await(READY_MILLIS_MAX, launcher::isAlive, text -> console.out().println(text));
      if (!launcher.isAlive()) {
        throw new CommandFailure("the launcher has ended: " + directory.launcherLog().tail(1_000));
      }
      if (!outcome.ready()) {
        throw new CommandFailure(
            "after "
                + READY_MILLIS_MAX / 1000
                + " s "
                + outcome.missing()
                + ". The switch goes on trying; its logs are in "
                + directory.path().resolve("log"));
      }
      toApply.ifPresent(config -> apply(asking, config));
    }
    console
        .out()
        .printf(
            "ready after %.1f s; `understudy show redundancy` shows it, `understudy down` stops"
                + " it%n",
            (System.nanoTime() - begun) / 1e9);
    return ExitStatus.DONE;
  }
}
