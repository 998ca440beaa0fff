package dev.understudy.launcher.command;

import dev.understudy.launcher.render.Json;
import dev.understudy.launcher.render.Paint;
import dev.understudy.launcher.render.Text;
import dev.understudy.launcher.render.Text.Cell;
import dev.understudy.launcher.render.Text.Column;
import dev.understudy.simulation.Campaign;
import dev.understudy.simulation.World;
import dev.understudy.simulation.WorldGenerator;
import dev.understudy.simulation.WorldParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code simulate}. */
@Command(
    name = "simulate",
    description = {
      "Runs networks of switches on a virtual clock, each twice, with failures of supervisors and"
          + " without, and compares what an observer outside sees. Everything in a world follows"
          + " from its seed. Needs no privileges and touches nothing.",
      "",
      "Exit status 0: nobody outside could tell, or there was a true cause. 1: something was wrong."
    },
    footer = {
      "",
      "Examples:",
      "  understudy simulate                          200 worlds",
      "  understudy simulate --minutes 15             as many as there is time for",
      "  understudy simulate --seed 4711 --worlds 1   one world again",
      "  understudy simulate --seed 4711 --worlds 1 --shrink",
      "                                               cut down to what a person can read",
      "  understudy simulate --world ring.world       a world that somebody wrote",
      ""
    })
final class SimulateCommand implements java.util.concurrent.Callable<Integer> {
  private static final int SHRINK_TRIES = 300;
  private static final long WORLDS = 200;

  private final Console console;

  @Option(
      names = "--worlds",
      paramLabel = "N",
      description = "How many worlds; 200 unless told, and no limit with --minutes.")
  @Nullable Long worlds;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "The first world's seed; the following worlds count on from it.")
  long seed;

  @Option(names = "--minutes", paramLabel = "M", description = "Stop after so many minutes.")
  double minutes;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "How many worlds at a time; one for each processor unless told.")
  int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--world",
      paramLabel = "FILE",
      description = "Run the world that is described in FILE.")
  @Nullable Path file;

  @Option(names = "--show", description = "Print the world's text and events; for one world.")
  boolean show;

  @Option(
      names = "--shrink",
      description = "Cut a failing world down as long as it fails, and print it; for one world.")
  boolean shrink;

  @Option(names = "--json", description = "Print the result as JSON (docs/cli-json.md).")
  boolean json;

  SimulateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (threads < 1 || (worlds != null && worlds < 1) || minutes < 0) {
      throw new CommandFailure(
          ExitStatus.USAGE, "--worlds and --threads are at least 1, --minutes at least 0");
    }
    if ((show || shrink) && worlds != null && worlds > 1) {
      throw new CommandFailure(ExitStatus.USAGE, "--show and --shrink are for one world");
    }
    Path path = file;
    if (path != null) {
      return single(parse(path));
    }
    if (show || shrink) {
      return single(WorldGenerator.world(seed));
    }
    long count = worlds != null ? worlds : minutes > 0 ? Long.MAX_VALUE - seed : WORLDS;
    Campaign.Tally tally =
        Campaign.run(new Campaign.Limits(seed, count, minutes, threads), this::progress);
    if (!json && console.terminal()) {
      console.out().print("\r\033[K");
    }
    console.out().print(json ? json(tally) : text(tally));
    console.out().flush();
    return tally.failed() == 0 ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  private static World parse(Path path) {
    try {
      return WorldParser.parse(Files.readString(path));
    } catch (WorldParser.WrongWorld e) {
      throw new CommandFailure(ExitStatus.USAGE, path + ", " + e.getMessage());
    } catch (NoSuchFileException e) {
      throw new CommandFailure(ExitStatus.USAGE, "there is no file " + path);
    } catch (IOException e) {
      throw new CommandFailure(ExitStatus.USAGE, path + " can't be read as text: " + e);
    }
  }

  private int single(World world) {
    Campaign.Single single = Campaign.Single.of(world);
    if (show) {
      console.out().print(world);
      single
          .events()
          .forEach((name, events) -> {
            console.out().println("== " + name);
            events.forEach(console.out()::println);
          });
    }
    single.problems().forEach(console.out()::println);
    if (single.problems().isEmpty()) {
      console.out().println("Nothing was wrong.");
      return ExitStatus.DONE;
    }
    if (shrink) {
      console.out().println("== shrunk");
      console.out().print(single.shrunk(SHRINK_TRIES));
    }
    return ExitStatus.FAILED;
  }

  private void progress(Campaign.Tally tally) {
    if (json || !console.terminal()) {
      return;
    }
    console
        .out()
        .print(
            String.format(
                Locale.ROOT,
                "\r\033[K%d worlds, %d failovers (%.0f/s), %.1f virtual hours (%.0f x), %d wrong",
                tally.worlds(),
                tally.failovers(),
                tally.failovers() / tally.seconds(),
                tally.virtualHours(),
                tally.virtualHours() * 3600 / tally.seconds(),
                tally.failed()));
    console.out().flush();
  }

  private String text(Campaign.Tally tally) {
    Text text = new Text(console.coloured());
    table(text, "fault", tally.faults());
    text.line("");
    if (!tally.causes().isEmpty()) {
      table(text, "cause told", tally.causes());
      text.line("");
    }
    for (Campaign.Failure failure : tally.failures()) {
      text.line(
          new Cell("seed " + failure.seed() + ": " + failure.problems().getFirst(), Paint.BAD));
      text.line("  understudy simulate --seed " + failure.seed() + " --worlds 1 --shrink");
    }
    text.line(
        tally.failed() == 0
            ? new Cell("Nothing was wrong.", Paint.GOOD)
            : new Cell(tally.failed() + " worlds were wrong.", Paint.BAD),
        Cell.of(
            String.format(
                Locale.ROOT,
                "  %d worlds from seed %d, %d failovers in %.0f s (%.0f/s), %.1f virtual hours;"
                    + " noticed, with a cause: %d worlds",
                tally.worlds(),
                seed,
                tally.failovers(),
                tally.seconds(),
                tally.failovers() / tally.seconds(),
                tally.virtualHours(),
                tally.hurt())));
    return text.toString();
  }

  private static void table(Text text, String title, Map<String, Long> counts) {
    List<List<Cell>> rows = new ArrayList<>();
    counts.forEach(
        (name, count) -> rows.add(List.of(Cell.of(name), Cell.of(Long.toString(count)))));
    text.table(List.of(Column.left(title), Column.right("times")), rows);
  }

  private String json(Campaign.Tally tally) {
    ObjectNode result = Json.object();
    result
        .put("ok", tally.failed() == 0)
        .put("seed", seed)
        .put("worlds", tally.worlds())
        .put("failovers", tally.failovers())
        .put("virtualHours", tally.virtualHours())
        .put("seconds", tally.seconds())
        .put("noticed", tally.hurt())
        .put("failed", tally.failed());
    ObjectNode faults = result.putObject("faults");
    tally.faults().forEach(faults::put);
    ObjectNode causes = result.putObject("causes");
    tally.causes().forEach(causes::put);
    ArrayNode failures = result.putArray("failures");
    for (Campaign.Failure failure : tally.failures()) {
      ObjectNode one = failures.addObject().put("seed", failure.seed());
      ArrayNode problems = one.putArray("problems");
      failure.problems().forEach(problems::add);
    }
    return Json.pretty(result) + "\n";
  }
}
