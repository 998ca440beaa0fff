package dev.understudy.launcher.command;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * The single processes, for service managers. Their arguments are their own: {@link
 * dev.understudy.launcher.Main} hands them over before anything is parsed, and these classes are
 * here so that the help names them.
 */
final class ProcessCommands {
  private ProcessCommands() {}

  /** {@code forwarder}. */
  @Command(
      name = "forwarder",
      description = "Runs the forwarder alone: ports, tables, judgement. For service managers.",
      footer = {"", "Example:", "  understudy forwarder --state /var/lib/understudy/sw1", ""})
  static final class Forwarder {
    @Parameters(paramLabel = "ARGUMENTS", description = "--state DIR [--fault-injection]")
    List<String> arguments = List.of();
  }

  /** {@code supervisor}. */
  @Command(
      name = "supervisor",
      description = "Runs one supervisor alone. For service managers.",
      footer = {
        "",
        "Example:",
        "  understudy supervisor --slot A --state /var/lib/understudy/sw1 --config sw1.yaml",
        ""
      })
  static final class Supervisor {
    @Parameters(
        paramLabel = "ARGUMENTS",
        description = "--slot A|B --state DIR [--config FILE] [--fault-injection]")
    List<String> arguments = List.of();
  }
}
