package dev.understudy.launcher.command;

import dev.understudy.edge.Release;
import dev.understudy.edge.image.ImageException;
import dev.understudy.launcher.process.RunDirectoryException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command {@code understudy} with all its subcommands. */
@Command(
    name = "understudy",
    description = "A network switch with two supervisors: one can die and nobody outside can tell.",
    mixinStandardHelpOptions = true,
    versionProvider = UnderstudyCommand.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  understudy demo                     the story in about a minute",
      "  understudy up --detach              starts an example switch",
      "  understudy show redundancy          who is active, is the other one ready",
      "  understudy switchover               change places",
      "  understudy down                     stops it",
      ""
    })
public final class UnderstudyCommand {

  /** The release, as {@code --version} prints it. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"understudy " + Release.current()};
    }
  }

  private UnderstudyCommand() {}

  /** The whole command line. */
  public static CommandLine commandLine(Console console) {
    CommandLine root = new CommandLine(new UnderstudyCommand());
    root.addSubcommand(new UpCommand(console));
    root.addSubcommand(new DownCommand(console));
    root.addSubcommand(new ShowCommand(console));
    root.addSubcommand(new SwitchoverCommand(console));
    CommandLine config = new CommandLine(new ConfigCommand());
    config.addSubcommand(new ConfigCommand.Apply(console));
    config.addSubcommand(new ConfigCommand.Confirm(console));
    config.addSubcommand(new ConfigCommand.Show(console));
    config.addSubcommand(new ConfigCommand.Diff(console));
    config.addSubcommand(new ConfigCommand.History(console));
    config.addSubcommand(new ConfigCommand.Rollback(console));
    root.addSubcommand(config);
    CommandLine monitor = new CommandLine(new MonitorCommand());
    monitor.addSubcommand(new MonitorCommand.Port(console));
    root.addSubcommand(monitor);
    CommandLine clear = new CommandLine(new ClearCommand());
    clear.addSubcommand(new ClearCommand.ErrDisable(console));
    root.addSubcommand(clear);
    CommandLine upgrade = new CommandLine(new UpgradeCommand(console));
    upgrade.addSubcommand(new UpgradeCommand.Install(console));
    upgrade.addSubcommand(new UpgradeCommand.Check(console));
    upgrade.addSubcommand(new UpgradeCommand.Run(console));
    upgrade.addSubcommand(new UpgradeCommand.Commit(console));
    upgrade.addSubcommand(new UpgradeCommand.Abort(console));
    root.addSubcommand(upgrade);
    CommandLine image = new CommandLine(new ImageCommand());
    image.addSubcommand(new ImageCommand.Build(console));
    image.addSubcommand(new ImageCommand.Keygen(console));
    image.addSubcommand(new ImageCommand.TrustKey(console));
    image.addSubcommand(new ImageCommand.Verify(console));
    image.addSubcommand(new ImageCommand.Show(console));
    root.addSubcommand(image);
    CommandLine keys = new CommandLine(new KeysCommand());
    keys.addSubcommand(new KeysCommand.Init(console));
    root.addSubcommand(keys);
    root.addSubcommand(new DemoCommand(console));
    root.addSubcommand(new SimulateCommand(console));
    root.addSubcommand(new ProcessCommands.Forwarder());
    root.addSubcommand(new SupervisorCommand(console));
    root.addSubcommand(new FaultCommand(console));
    everywhere(root, console);
    return root;
  }

  private static void everywhere(CommandLine command, Console console) {
    command.getCommandSpec().mixinStandardHelpOptions(true);
    command.getCommandSpec().usageMessage().exitCodeListHeading("%nExit status:%n");
    command.getCommandSpec().usageMessage().exitCodeList(ExitStatus.map());
    command.setUsageHelpAutoWidth(true);
    command.setOut(writer(console.out()));
    command.setErr(writer(console.err()));
    command.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            console.coloured() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
    command.setExecutionExceptionHandler((failure, line, result) -> failed(failure, console));
    for (CommandLine sub : command.getSubcommands().values()) {
      everywhere(sub, console);
    }
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  private static int failed(Exception failure, Console console) throws Exception {
    return switch (failure) {
      case CommandFailure expected -> {
        console.err().println("understudy: " + expected.getMessage());
        yield expected.exitStatus();
      }
      case RunDirectoryException expected -> {
        console.err().println("understudy: " + expected.getMessage());
        yield ExitStatus.FAILED;
      }
      case ImageException expected -> {
        console.err().println("understudy: " + expected.getMessage());
        yield ExitStatus.FAILED;
      }
      default -> throw failure;
    };
  }
}
