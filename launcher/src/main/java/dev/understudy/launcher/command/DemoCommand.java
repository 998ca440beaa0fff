package dev.understudy.launcher.command;

import dev.understudy.launcher.demo.Break;
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
      "",
      "NAME is one of:",
      "  release-before-held  the forwarder carries brackets out before the standby has them",
      "  skip-resend          a new active doesn't send again what only the standby had",
      "  forget-timer         a new active forgets its timers",
      ""
    })
final class DemoCommand implements java.util.concurrent.Callable<Integer> {
  private final Console console;

  @Option(
      names = "--break",
      paramLabel = "NAME",
      description =
          "Break a rule on purpose, and strike where it shows: must end red. Names: see below.")
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
    Optional<Break> broken = Optional.ofNullable(breakName).map(DemoCommand::rule);
    Path state = Files.createTempDirectory("understudy-demo-");
    try {
      return run(state, broken);
    } finally {
      if (keep != null) {
        keepLogs(state, keep);
      }
      delete(state);
    }
  }

  private int run(Path state, Optional<Break> broken) throws IOException, InterruptedException {
    if (keep != null) {
      Files.createDirectories(keep);
    }
    Lines lines = new Lines(console, json);
    RunDirectory directory = new RunDirectory(state);
    Demo.Options options =
        new Demo.Options(
            directory,
            Optional.ofNullable(keep),
            commands(directory, broken),
            dev.understudy.supervisor.Engines.all(),
            broken);
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

  private static Break rule(String name) {
    return Break.of(name)
        .orElseThrow(() ->
            new CommandFailure(
                ExitStatus.USAGE, "--break takes one of " + Break.list() + "; not " + name));
  }

  private static Map<Part, JavaCommand> commands(RunDirectory directory, Optional<Break> broken) {
    Map<Part, JavaCommand> commands = new EnumMap<>(Part.class);
    UpCommand.commands(directory, Optional.of(Demo.seed(directory)), true)
        .forEach((part, command) ->
            commands.put(
                part,
                broken
                    .filter(rule -> rule.concerns(part))
                    .map(rule -> broken(command, rule))
                    .orElse(command)));
    return commands;
  }

  private static JavaCommand broken(JavaCommand command, Break rule) {
    List<String> arguments = new ArrayList<>(command.arguments());
    arguments.addAll(List.of("--break", rule.argument()));
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
