package dev.understudy.launcher.command;

import dev.understudy.launcher.render.Json;
import dev.understudy.schema.Config;
import dev.understudy.schema.ConfigApplyRequest;
import dev.understudy.schema.ConfigConfirmRequest;
import dev.understudy.schema.ConfigRollbackRequest;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.ShowRequest;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code config}. */
@Command(
    name = "config",
    description =
        "Changes the configuration. What is applied is in force at once and saved; there is one"
            + " configuration only.",
    footer = {
      "",
      "Example:",
      "  understudy config diff sw1.yaml && understudy config apply sw1.yaml",
      ""
    })
final class ConfigCommand {
  private static ManagementRequest.Builder shown(String what) {
    return ManagementRequest.newBuilder().setShow(ShowRequest.newBuilder().setWhat(what));
  }

  /** {@code config apply}. */
  @Command(
      name = "apply",
      description = {
        "Makes a file's configuration the one in force, as a whole or not at all.",
        "",
        "It is kept in three places: on both supervisors' disks and with the forwarder. The answer"
            + " says in how many it is."
      },
      footer = {
        "",
        "Examples:",
        "  understudy config apply sw1.yaml",
        "  understudy config apply sw1.yaml --confirm 5    returns to the former one after 5"
            + " minutes unless `config confirm` is given",
        ""
      })
  static final class Apply implements Callable<Integer> {
    private final Console console;

    @Mixin AskOptions ask = new AskOptions();

    @Parameters(paramLabel = "FILE", description = "The configuration, YAML.")
    Path file = Path.of("");

    @Option(
        names = "--confirm",
        paramLabel = "MINUTES",
        description = "Return to the former one unless confirmed within this time.")
    int confirmMinutes;

    @Option(names = "--comment", paramLabel = "TEXT", description = "For `config history`.")
    @Nullable String comment;

    Apply(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      if (confirmMinutes < 0) {
        throw new CommandFailure(
            ExitStatus.USAGE, "--confirm takes minutes, not " + confirmMinutes);
      }
      return ask.change(
          console,
          ManagementRequest.newBuilder()
              .setConfigApply(
                  ConfigApplyRequest.newBuilder()
                      .setConfig(ConfigurationFiles.read(file))
                      .setConfirmMinutes(confirmMinutes)
                      .setComment(comment == null ? "config apply " + file : comment)));
    }
  }

  /** {@code config diff}. */
  @Command(
      name = "diff",
      description = "Shows what `config apply` of a file would change.",
      footer = {"", "Example:", "  understudy config diff sw1.yaml", ""})
  static final class Diff implements Callable<Integer> {
    private final Console console;

    @Mixin AskOptions ask = new AskOptions();

    @Parameters(paramLabel = "FILE", description = "The configuration, YAML.")
    Path file = Path.of("");

    Diff(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      Config given = ConfigurationFiles.read(file);
      try (Asking asking = new Asking(ask.state.existing(console))) {
        JsonNode inForce = asking.document(shown("config"), Asking.PATIENCE_MILLIS);
        Config before = ConfigurationFiles.parse("the configuration in force", inForce);
        ObjectNode answer = Json.object();
        ArrayNode lines = answer.putArray("lines");
        ConfigurationFiles.difference(before, given).forEach(lines::add);
        ask.print(console, "config-diff", answer);
      }
      return ExitStatus.DONE;
    }
  }

  /** A command that shows a document. */
  abstract static class Shown implements Callable<Integer> {
    private final Console console;
    private final String what;

    @Mixin AskOptions ask = new AskOptions();

    Shown(Console console, String what) {
      this.console = console;
      this.what = what;
    }

    @Override
    public Integer call() {
      return ask.ask(console, what, shown(what), Asking.PATIENCE_MILLIS);
    }
  }

  /** {@code config show}. */
  @Command(
      name = "show",
      description = "Shows the configuration in force, as YAML.",
      footer = {"", "Example:", "  understudy config show > sw1.yaml", ""})
  static final class Show extends Shown {
    Show(Console console) {
      super(console, "config");
    }
  }

  /** {@code config history}. */
  @Command(
      name = "history",
      description = "Shows the versions that are remembered.",
      footer = {"", "Example:", "  understudy config history", ""})
  static final class History extends Shown {
    History(Console console) {
      super(console, "config-history");
    }
  }

  /** {@code config confirm}. */
  @Command(
      name = "confirm",
      description = "Keeps the configuration that was applied with --confirm.",
      footer = {
        "",
        "Example:",
        "  understudy config apply sw1.yaml --confirm 5 && understudy config confirm",
        ""
      })
  static final class Confirm implements Callable<Integer> {
    private final Console console;

    @Mixin AskOptions ask = new AskOptions();

    Confirm(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      return ask.change(
          console,
          ManagementRequest.newBuilder()
              .setConfigConfirm(ConfigConfirmRequest.getDefaultInstance()));
    }
  }

  /** {@code config rollback}. */
  @Command(
      name = "rollback",
      description = "Makes a former version the configuration in force, as a new version.",
      footer = {"", "Example:", "  understudy config history && understudy config rollback 3", ""})
  static final class Rollback implements Callable<Integer> {
    private final Console console;

    @Mixin AskOptions ask = new AskOptions();

    @Parameters(paramLabel = "N", description = "The version, as `config history` shows it.")
    long version;

    Rollback(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      return ask.change(
          console,
          ManagementRequest.newBuilder()
              .setConfigRollback(ConfigRollbackRequest.newBuilder().setVersion(version)));
    }
  }
}
