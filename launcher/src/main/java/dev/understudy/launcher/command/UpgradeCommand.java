package dev.understudy.launcher.command;

import dev.understudy.launcher.render.Json;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.ShowRequest;
import dev.understudy.schema.UpgradeAbort;
import dev.understudy.schema.UpgradeCheckRequest;
import dev.understudy.schema.UpgradeCommit;
import dev.understudy.schema.UpgradeInstall;
import dev.understudy.schema.UpgradeRequest;
import dev.understudy.schema.UpgradeRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code upgrade …}. */
@Command(
    name = "upgrade",
    description = {
      "Changes the release of both supervisors while the switch goes on, in steps that can be taken"
          + " back. An older release is installed by the same steps.",
      "",
      "With --all: install, run and commit in one go."
    },
    footer = {
      "",
      "Examples:",
      "  understudy upgrade install images/understudy-0.2.0.tar",
      "  understudy upgrade check          what would be lost, and who would notice",
      "  understudy upgrade run            the standby takes over with it; the other one stays",
      "  understudy upgrade commit         the other one follows",
      "  understudy upgrade abort          back to what ran before",
      "  understudy upgrade --all images/understudy-0.2.0.tar",
      "  understudy show upgrade",
      ""
    })
final class UpgradeCommand implements Callable<Integer> {
  private final Console console;

  @Mixin AskOptions ask = new AskOptions();

  @Option(
      names = "--all",
      paramLabel = "FILE|URL",
      description = "Install this archive, run it and commit it.")
  @Nullable String all;

  @Mixin InstallOptions install = new InstallOptions();
  @Mixin RunOptions run = new RunOptions();

  UpgradeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (all == null) {
      throw new CommandFailure(
          ExitStatus.USAGE,
          "say which step: install, check, run, commit or abort; or --all FILE for all of them");
    }
    try (Asking asking = new Asking(ask.state.existing(console))) {
      Follow follow = new Follow(console, asking, ask.json);
      follow.step(install.request(all), List.of("installed"));
      follow.step(run.request(), List.of("trial"));
      follow.step(commit(), List.of("committed"));
      follow.finish();
    }
    return ExitStatus.DONE;
  }

  private static UpgradeRequest.Builder commit() {
    return UpgradeRequest.newBuilder().setCommit(UpgradeCommit.getDefaultInstance());
  }

  /** How an archive is installed. */
  static final class InstallOptions {
    @Option(
        names = "--allow-unsigned",
        description =
            "Take an archive without a signature too; that is kept with the upgrade. A wrong"
                + " signature is never taken.")
    boolean allowUnsigned;

    UpgradeRequest.Builder request(String location) {
      String full = location;
      if (!location.startsWith("http://") && !location.startsWith("https://")) {
        Path file = Path.of(location).toAbsolutePath().normalize();
        if (!Files.isReadable(file) || !Files.isRegularFile(file)) {
          throw new CommandFailure(file + " is no file that can be read");
        }
        full = file.toString();
      }
      return UpgradeRequest.newBuilder()
          .setInstall(
              UpgradeInstall.newBuilder().setLocation(full).setUnsignedAllowed(allowUnsigned));
    }
  }

  /** How an installed image is run. */
  static final class RunOptions {
    @Option(
        names = "--rollback-minutes",
        paramLabel = "N",
        defaultValue = "45",
        description =
            "Back to what ran before unless committed within N minutes (${DEFAULT-VALUE}).")
    int rollbackMinutes = 45;

    @Option(
        names = "--accept-degraded",
        description =
            "Go on although `upgrade check` says degraded; that is kept with the upgrade."
                + " What is incompatible is never run.")
    boolean acceptDegraded;

    UpgradeRequest.Builder request() {
      if (rollbackMinutes < 1) {
        throw new CommandFailure(ExitStatus.USAGE, "--rollback-minutes takes 1 or more");
      }
      return UpgradeRequest.newBuilder()
          .setRun(
              UpgradeRun.newBuilder()
                  .setRollbackMinutes(rollbackMinutes)
                  .setAcceptDegraded(acceptDegraded));
    }
  }

  /** {@code upgrade install}. */
  @Command(
      name = "install",
      description =
          "Verifies an archive and puts its image into both supervisors' stores. Nothing runs it yet.",
      footer = {
        "",
        "Examples:",
        "  understudy upgrade install images/understudy-0.2.0.tar",
        "  understudy upgrade install https://images.example.net/understudy-0.2.0.tar",
        ""
      })
  static final class Install implements Callable<Integer> {
    private final Console console;
    @Mixin AskOptions ask = new AskOptions();
    @Mixin InstallOptions options = new InstallOptions();

    @Parameters(paramLabel = "FILE|URL", description = "An archive that `image build` made.")
    String location = "";

    Install(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      return Follow.once(console, ask, options.request(location), List.of("installed"));
    }
  }

  /** {@code upgrade check}. */
  @Command(
      name = "check",
      description = {
        "Says what would become of the switch's state, by protocol, table and field: compatible,"
            + " degraded or incompatible, what of it is in use now, and what an observer outside"
            + " would notice. Changes nothing."
      },
      footer = {
        "",
        "Examples:",
        "  understudy upgrade check          of what was installed last",
        "  understudy upgrade check 0.2.0 --json",
        ""
      })
  static final class Check implements Callable<Integer> {
    private final Console console;
    @Mixin AskOptions ask = new AskOptions();

    @Parameters(
        arity = "0..1",
        paramLabel = "RELEASE",
        description =
            "A release or an image's name in the store. Default: what was installed last.")
    String image = "";

    Check(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      return ask.ask(
          console,
          "upgrade-check",
          ManagementRequest.newBuilder()
              .setUpgrade(
                  UpgradeRequest.newBuilder()
                      .setCheck(UpgradeCheckRequest.newBuilder().setImage(image))),
          Asking.PATIENCE_MILLIS);
    }
  }

  /** {@code upgrade run}. */
  @Command(
      name = "run",
      description = {
        "The standby starts with the installed image, gets in sync and takes over. The other"
            + " supervisor stays as it is, so that `upgrade abort` is a mere switchover."
      },
      footer = {"", "Example:", "  understudy upgrade run --rollback-minutes 10", ""})
  static final class Run implements Callable<Integer> {
    private final Console console;
    @Mixin AskOptions ask = new AskOptions();
    @Mixin RunOptions options = new RunOptions();

    Run(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      return Follow.once(console, ask, options.request(), List.of("trial"));
    }
  }

  /** {@code upgrade commit}. */
  @Command(
      name = "commit",
      description = "The other supervisor, and then the launcher, follow to the image that runs.",
      footer = {"", "Example:", "  understudy upgrade commit && understudy show version", ""})
  static final class Commit implements Callable<Integer> {
    private final Console console;
    @Mixin AskOptions ask = new AskOptions();

    Commit(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      return Follow.once(console, ask, commit(), List.of("committed"));
    }
  }

  /** {@code upgrade abort}. */
  @Command(
      name = "abort",
      description = "Back to what ran before, from any step before the commit.",
      footer = {"", "Example:", "  understudy upgrade abort", ""})
  static final class Abort implements Callable<Integer> {
    private final Console console;
    @Mixin AskOptions ask = new AskOptions();

    Abort(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      return Follow.once(
          console,
          ask,
          UpgradeRequest.newBuilder().setAbort(UpgradeAbort.getDefaultInstance()),
          List.of("aborted", "failed"));
    }
  }

  /** Asks for a step and follows it to its end. */
  private static final class Follow {
    private static final long LOOK_MILLIS = 200;
    private static final int BAR = 24;

    private final Console console;
    private final Asking asking;
    private final boolean json;
    private JsonNode seen = Json.object();
    private String told = "";

    Follow(Console console, Asking asking, boolean json) {
      this.console = console;
      this.asking = asking;
      this.json = json;
    }

    static int once(
        Console console, AskOptions ask, UpgradeRequest.Builder step, List<String> wanted) {
      try (Asking asking = new Asking(ask.state.existing(console))) {
        Follow follow = new Follow(console, asking, ask.json);
        follow.step(step, wanted);
        follow.finish();
      }
      return ExitStatus.DONE;
    }

    void step(UpgradeRequest.Builder step, List<String> wanted) {
      asking.document(ManagementRequest.newBuilder().setUpgrade(step), Asking.PATIENCE_MILLIS);
      while (true) {
        seen =
            asking.document(
                ManagementRequest.newBuilder().setShow(ShowRequest.newBuilder().setWhat("upgrade")),
                Asking.PATIENCE_MILLIS);
        String phase = Json.text(seen, "phase");
        tell(phase);
        if (wanted.contains(phase)) {
          return;
        }
        if (List.of("failed", "aborted").contains(phase)
            || (wanted.equals(List.of("committed")) && phase.equals("trial"))) {
          endLine();
          throw new CommandFailure(
              "the upgrade stopped (" + phase + "): " + Json.text(seen, "text"));
        }
        try {
          Thread.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new CommandFailure("interrupted; the upgrade goes on: `understudy show upgrade`");
        }
      }
    }

    /** One line a phase; on a terminal one that moves. */
    private void tell(String phase) {
      if (json) {
        return;
      }
      String line = phase + (Json.has(seen, "text") ? ": " + Json.text(seen, "text") : "");
      if (console.terminal()) {
        console.out().print("\r" + bar() + " " + line + "\u001b[K");
        console.out().flush();
      } else if (!line.equals(told)) {
        console.out().println(line);
      }
      told = line;
    }

    private String bar() {
      double done = 0;
      for (JsonNode slot : seen.path("running")) {
        done = Math.max(done, slot.path("progress").asDouble(0));
      }
      int full =
          switch (Json.text(seen, "phase")) {
            case "fetching", "copying" -> (int) Math.round(done * BAR);
            default -> BAR;
          };
      return "[" + "#".repeat(full) + ".".repeat(BAR - full) + "]";
    }

    private void endLine() {
      if (console.terminal() && !json) {
        console.out().println();
      }
    }

    void finish() {
      endLine();
      if (json) {
        console.out().println(Json.pretty(seen));
      } else {
        console
            .out()
            .println(
                "upgrade "
                    + Json.text(seen, "number")
                    + " to "
                    + Json.text(seen, "image")
                    + " is "
                    + Json.text(seen, "phase")
                    + after());
      }
    }

    private String after() {
      return switch (Json.text(seen, "phase")) {
        case "installed" -> "; `understudy upgrade run` starts it";
        case "trial" ->
            "; `understudy upgrade commit` keeps it, otherwise what ran before returns in "
                + seen.path("rollbackSeconds").asLong(0) / 60
                + " min";
        default -> "";
      };
    }
  }
}
