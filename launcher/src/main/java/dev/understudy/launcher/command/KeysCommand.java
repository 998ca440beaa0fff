package dev.understudy.launcher.command;

import dev.understudy.edge.CertifiedRole;
import dev.understudy.edge.KeyMaker;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keys}. */
@Command(
    name = "keys",
    description =
        "Makes keys and certificates for a switch whose supervisors and forwarder are on several"
            + " machines.",
    footer = {"", "Example:", "  understudy keys init sw1-keys --name sw1", ""})
final class KeysCommand {

  /** {@code keys init}. */
  @Command(
      name = "init",
      description = {
        "Makes a small certificate authority and a certificate each for forwarder, supervisor A and"
            + " supervisor B. What is there is never overwritten.",
      },
      footer = {
        "",
        "Example, for a forwarder on 192.0.2.1 and supervisors on 192.0.2.2 and 192.0.2.3:",
        "  understudy keys init sw1-keys --name sw1",
        "  scp -r sw1-keys/forwarder    192.0.2.1:/etc/understudy/keys",
        "  scp -r sw1-keys/supervisor-a 192.0.2.2:/etc/understudy/keys",
        "  scp -r sw1-keys/supervisor-b 192.0.2.3:/etc/understudy/keys",
        ""
      })
  static final class Init implements Callable<Integer> {
    private static final int DAYS = 3_650;

    private final Console console;

    @Parameters(paramLabel = "DIR", description = "The directory to make.")
    Path directory = Path.of("keys");

    @Option(
        names = "--name",
        paramLabel = "NAME",
        description = "The switch's name, for people who look at a certificate. Default: switch.")
    String name = "switch";

    @Option(
        names = "--days",
        paramLabel = "N",
        description =
            "How long certificates are valid, 1 to "
                + KeyMaker.DAYS_MAX
                + " days. Default: "
                + DAYS
                + ".")
    int days = DAYS;

    Init(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
        throw new CommandFailure(
            ExitStatus.USAGE,
            "--name takes letters, digits, '.', '_' and '-', not \"" + name + "\"");
      }
      if (days < 1 || days > KeyMaker.DAYS_MAX) {
        throw new CommandFailure(
            ExitStatus.USAGE, "--days takes 1 to " + KeyMaker.DAYS_MAX + ", not " + days);
      }
      try {
        KeyMaker.make(directory, name, days);
      } catch (KeyMaker.Failed e) {
        throw new CommandFailure(String.valueOf(e.getMessage()));
      }
      console.out().println("made in " + directory + ", valid for " + days + " days:");
      for (CertifiedRole role : CertifiedRole.values()) {
        console
            .out()
            .printf("  %-13s to be copied to the %s's machine%n", role.text(), role.text());
      }
      console.out().printf("  %-13s to be kept offline: whoever has it can make more%n", "ca.key");
      return ExitStatus.DONE;
    }
  }
}
