package dev.understudy.benchmarks;

import dev.understudy.launcher.render.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Where {@code benchmarks/run} begins. */
@Command(
    name = "benchmarks/run",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the real product on this machine and prints one table.",
      "",
      "benchmarks/run micro [ARGUMENTS OF JMH] runs the micro benchmarks instead."
    })
public final class Main implements Callable<Integer> {

  /** What can be measured. */
  enum Benchmark {
    KILL,
    COMMIT,
    ROWS,
    FRAMES
  }

  @Parameters(
      paramLabel = "BENCHMARK",
      description = "kill, commit, rows or frames; all of them if none is named.")
  List<Benchmark> benchmarks = List.of();

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures as JSON, too.")
  @Nullable Path json;

  @Option(
      names = "--kills",
      defaultValue = "20",
      description = "How often the active is killed (${DEFAULT-VALUE}).")
  int kills;

  @Option(
      names = "--ports",
      defaultValue = "100",
      description = "Ports with a neighbour (${DEFAULT-VALUE}).")
  int ports;

  @Option(
      names = "--rows",
      defaultValue = "10000",
      description = "Learned addresses (${DEFAULT-VALUE}).")
  int rows;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "How long commit, rows and frames measure (${DEFAULT-VALUE}).")
  int seconds;

  @Option(
      names = "--rate",
      defaultValue = "1000",
      description = "Inputs a second of the second commit measurement (${DEFAULT-VALUE}).")
  int rate;

  private final PrintStream out;

  Main(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] arguments) throws IOException {
    if (arguments.length > 0 && arguments[0].equals("micro")) {
      org.openjdk.jmh.Main.main(Arrays.copyOfRange(arguments, 1, arguments.length));
      return;
    }
    System.exit(commandLine(System.out).execute(arguments));
  }

  static CommandLine commandLine(PrintStream out) {
    return new CommandLine(new Main(out)).setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public Integer call() throws IOException {
    Settings settings = new Settings(ports, rows, kills, seconds, rate);
    Report report = new Report(Machine.current());
    Set<Benchmark> chosen =
        benchmarks.isEmpty() ? EnumSet.allOf(Benchmark.class) : EnumSet.copyOf(benchmarks);
    boolean failed = false;
    for (Benchmark benchmark : chosen) {
      System.err.println("benchmark " + benchmark.name().toLowerCase(Locale.ROOT) + " …");
      try {
        run(benchmark, settings, report);
      } catch (BenchmarkFailure e) {
        failed = true;
        report.remark(benchmark.name().toLowerCase(Locale.ROOT) + " failed: " + e.getMessage());
      }
    }
    out.print(report.table());
    out.flush();
    if (json != null) {
      Files.writeString(json, Json.pretty(report.json()) + "\n");
    }
    return failed ? 1 : 0;
  }

  private static void run(Benchmark benchmark, Settings settings, Report report) {
    switch (benchmark) {
      case KILL -> new KillBenchmark(settings, report).run();
      case COMMIT -> new CommitBenchmark(settings, report).run();
      case ROWS -> new RowsBenchmark(settings, report).run();
      case FRAMES -> new FramesBenchmark(settings, report).run();
    }
  }
}
