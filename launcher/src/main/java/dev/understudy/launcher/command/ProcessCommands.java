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

  /** {@code supervisor}. */
  @Command(
      name = "supervisor",
      description = "Runs one supervisor alone. For service managers.",
      footer = {
        "",
        "Examples:",
        "  understudy supervisor --slot A --state /var/lib/understudy/sw1 --config sw1.yaml",
        "  understudy supervisor --slot A --state /var/lib/understudy/sw1 --config sw1.yaml \\",
        "    --listen 192.0.2.2:7117 --keys /etc/understudy/keys \\",
        "    --forwarder 192.0.2.1:7117 --peer 192.0.2.3:7117",
        ""
      })
  static final class Supervisor {
    @Parameters(
        paramLabel = "ARGUMENTS",
        description =
            "--slot A|B --state DIR [--config FILE] [--fault-injection] "
                + Network.USAGE_SUPERVISOR)
    List<String> arguments = List.of();
  }
}
