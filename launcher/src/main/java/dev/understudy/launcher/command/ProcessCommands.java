package dev.understudy.launcher.command;

import dev.understudy.edge.Network;
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
      footer = {
        "",
        "Examples:",
        "  understudy forwarder --state /var/lib/understudy/sw1",
        "  understudy forwarder --state /var/lib/understudy/sw1 --listen 192.0.2.1:7117"
            + " --keys /etc/understudy/keys",
        ""
      })
  static final class Forwarder {
    @Parameters(
        paramLabel = "ARGUMENTS",
        description = "--state DIR [--fault-injection] " + Network.USAGE_FORWARDER)
    List<String> arguments = List.of();
  }
}
