package dev.understudy.launcher.command;

import dev.understudy.schema.LogRequest;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.ShowRequest;
import dev.understudy.schema.StateRequest;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code show}. */
@Command(
    name = "show",
    description = "Shows what the switch does and knows.",
    footer = {
      "",
      "WHAT is one of:",
      "  redundancy         who is active, how far behind the standby is, the last takeovers",
      "  history            all takeovers that are remembered",
      "  spanning-tree      root, roles and states of ports",
      "  mac-address-table  learned and static addresses",
      "  interfaces         ports and their links",
      "  vlans              VLANs and their ports",
      "  config             the configuration in force, as YAML",
      "  counters           all counters that aren't 0",
      "  version            releases of all parts",
      "  upgrade            the newest upgrade: its phase, its steps, what waits",
      "  log                events of both supervisors",
      "  state [TABLE]      rows of state, at one place (--at)",
      "",
      "Examples:",
      "  understudy show redundancy --watch",
      "  understudy show state port-state --at B --json",
      ""
    })
final class ShowCommand implements java.util.concurrent.Callable<Integer> {
  private static final List<String> SUBJECTS =
      List.of(
          "redundancy",
          "history",
          "spanning-tree",
          "mac-address-table",
          "interfaces",
          "vlans",
          "config",
          "counters",
          "version",
          "upgrade",
          "log",
          "state");

  /** For completion and error messages. */
  static final class Subjects implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return SUBJECTS.iterator();
    }
  }

  private final Console console;

  @Mixin AskOptions ask = new AskOptions();

  @Parameters(
      index = "0",
      paramLabel = "WHAT",
      completionCandidates = Subjects.class,
      description = "What to show, see below.")
  String what = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "TABLE",
      description = "With state: one table.")
  @Nullable String table;

  @Option(
      names = "--at",
      paramLabel = "A|B|forwarder",
      description = "With state: whose state. Default: the active supervisor's.")
  @Nullable String at;

  @Option(
      names = "--lines",
      paramLabel = "N",
      defaultValue = "200",
      description = "With log: how many events at most. Default: ${DEFAULT-VALUE}.")
  int lines;

  @Option(
      names = "--watch",
      arity = "0..1",
      fallbackValue = "1",
      paramLabel = "SECONDS",
      description = "Show again every SECONDS (1) until interrupted.")
  @Nullable Double watch;

  @CommandLine.Spec CommandLine.Model.@Nullable CommandSpec spec;

  ShowCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    check();
    ManagementRequest.Builder request = request();
    return watch == null
        ? ask.ask(console, what, request, Asking.PATIENCE_MILLIS)
        : ask.watch(console, what, request, watch);
  }

  private void check() {
    if (!SUBJECTS.contains(what)) {
      throw new CommandFailure(
          ExitStatus.USAGE,
          "\"" + what + "\" can't be shown; what can: " + String.join(", ", SUBJECTS));
    }
    if (!what.equals("state") && (table != null || at != null)) {
      throw new CommandFailure(
          ExitStatus.USAGE, "a table and --at go with `show state` only, not with " + what);
    }
    if (lines < 1) {
      throw new CommandFailure(
          ExitStatus.USAGE, "--lines takes how many events, 1 or more, not " + lines);
    }
    if (at != null && !Arrays.asList("A", "B", "forwarder").contains(at)) {
      throw new CommandFailure(
          ExitStatus.USAGE, "--at takes A, B or forwarder, not \"" + at + "\"");
    }
  }

  private ManagementRequest.Builder request() {
    return switch (what) {
      case "state" ->
          ManagementRequest.newBuilder()
              .setState(
                  StateRequest.newBuilder()
                      .setTable(table == null ? "" : table)
                      .setAt(at == null ? "" : at));
      case "log" -> ManagementRequest.newBuilder().setLog(LogRequest.newBuilder().setLines(lines));
      default -> ManagementRequest.newBuilder().setShow(ShowRequest.newBuilder().setWhat(what));
    };
  }
}
