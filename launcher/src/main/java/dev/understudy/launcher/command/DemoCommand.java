package dev.understudy.launcher.command;

import dev.understudy.launcher.demo.Demo;
import dev.understudy.launcher.demo.Report;
import dev.understudy.launcher.process.JavaCommand;
import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.process.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code demo}. */
@Command(
    name = "demo",
    description = {
      "Shows in about a minute what this is about: a switch with two supervisors in a ring with two"
          + " others, hosts that send numbered frames, and a failure after the other. Needs no"
          + " privileges and no preparation.",
      "",
      "Exit status 0: nobody outside could tell. 1: somebody could."
    },
    footer = {
      "",
      "Examples:",
      "  understudy demo",
      "  understudy demo --keep /tmp/seen && tshark -r /tmp/seen/n1-sw1.pcapng -Y stp",
      "  understudy demo --break release-before-held      must end red",
      ""
    })
final class DemoCommand implements java.util.concurrent.Callable<Integer> {
  private static final String RELEASE_BEFORE_HELD = "release-before-held";
  private static final String FORGET_TIMER = "forget-timer";

  private final Console console;

  @Option(
      names = "--break",
      paramLabel = "NAME",
      description =
          "Break something on purpose, to see that it is noticed: "
              + RELEASE_BEFORE_HELD
              + " (brackets are carried out before the standby has them) or "
              + FORGET_TIMER
              + " (a new active forgets its timers).")
  @Nullable String breakName;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "Keep captures of all links, the result as JSON, and logs, in DIR.")
  @Nullable Path keep;

  @Option(names = "--json", description = "Print the result as JSON (docs/cli-json.md).")
  boolean json;

  DemoCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (breakName != null && !List.of(RELEASE_BEFORE_HELD, FORGET_TIMER).contains(breakName)) {
      throw new CommandFailure(
          ExitStatus.USAGE,
          "--break takes " + RELEASE_BEFORE_HELD + " or " + FORGET_TIMER + ", not " + breakName);
    }
    Path state = Files.createTempDirectory("understudy-demo-");
    try {
      return run(state);
    } finally {
      if (keep != null) {
        keepLogs(state, keep);
      }
      delete(state);
    }
  }

  private int run(Path state) throws IOException, InterruptedException {
    if (keep != null) {
      Files.createDirectories(keep);
    }
    Lines lines = new Lines(console, json);
    RunDirectory directory = new RunDirectory(state);
    Demo.Options options =
        new Demo.Options(
            directory,
            Optional.ofNullable(keep),
            commands(directory),
            dev.understudy.supervisor.Engines.all(),
            breakName == null ? "" : breakName);
    Report report;
    try (Demo demo = new Demo(options, lines)) {
      Thread end = new Thread(demo::close, "demo-end");
      Runtime.getRuntime().addShutdownHook(end);
      report = demo.run();
      lines.end();
      Runtime.getRuntime().removeShutdownHook(end);
    } finally {
      lines.end();
    }
    if (keep != null) {
      Files.writeString(keep.resolve("result.json"), report.json());
    }
    console.out().print(json ? report.json() : report.text(console.coloured()));
    if (keep != null && !json) {
      console.out().println("captures, result.json and logs are in " + keep);
    }
    console.out().flush();
    return report.isHitless() ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  private Map<Part, JavaCommand> commands(RunDirectory directory) {
    Map<Part, JavaCommand> commands = new EnumMap<>(Part.class);
    UpCommand.commands(directory, Optional.of(Demo.seed(directory)), true)
        .forEach((part, command) -> commands.put(part, broken(part, command)));
    return commands;
  }

  private JavaCommand broken(Part part, JavaCommand command) {
    if (breakName == null || part.isSupervisor() != breakName.equals(FORGET_TIMER)) {
      return command;
    }
    List<String> arguments = new ArrayList<>(command.arguments());
    arguments.addAll(List.of("--break", breakName));
    return new JavaCommand(command.options(), command.mainClass(), arguments);
  }

  /** Chapters stay, the line below them changes in place; to a file only chapters go. */
  private static final class Lines implements Demo.Progress {
    private final Console console;
    private final java.io.PrintStream out;
    private final boolean moving;
    private boolean open;

    Lines(Console console, boolean json) {
      this.console = console;
      out = json ? console.err() : console.out();
      moving = console.terminal() && !json;
    }

    @Override
    public synchronized void chapter(String text) {
      end();
      out.println(text);
      out.flush();
    }

    @Override
    public synchronized void live(String text) {
      if (moving) {
        out.print("\r\u001b[K  " + text);
        out.flush();
        open = true;
      }
    }

    synchronized void end() {
      if (open) {
        out.print("\r\u001b[K");
        open = false;
      }
      console.out().flush();
    }
  }

  private static void keepLogs(Path state, Path target) throws IOException {
    Path logs = target.resolve("logs");
    Files.createDirectories(logs);
    try (Stream<Path> files = Files.walk(state)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".log")).toList()) {
        String name = state.relativize(file).toString().replace('/', '-');
        Files.copy(file, logs.resolve(name), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
