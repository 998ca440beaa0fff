package dev.understudy.launcher.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandLineTest {
  @TempDir Path temporary;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private Console console() {
    Map<String, String> environment = new TreeMap<>();
    environment.put("XDG_RUNTIME_DIR", temporary.toString());
    environment.put("XDG_STATE_HOME", temporary.resolve("state").toString());
    return new Console(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        false,
        environment);
  }

  private int run(String... arguments) {
    return UnderstudyCommand.commandLine(console()).execute(arguments);
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private static void all(CommandLine command, String name, Map<String, CommandLine> into) {
    into.put(name, command);
    command.getSubcommands().forEach((sub, line) -> all(line, name + " " + sub, into));
  }

  @Test
  void every_command_says_what_it_does_and_how_it_ends() {
    Map<String, CommandLine> commands = new TreeMap<>();
    all(UnderstudyCommand.commandLine(console()), "understudy", commands);
    assertThat(commands)
        .containsKeys(
            "understudy up",
            "understudy down",
            "understudy show",
            "understudy switchover",
            "understudy config apply",
            "understudy config confirm",
            "understudy config show",
            "understudy config diff",
            "understudy config history",
            "understudy config rollback",
            "understudy clear err-disable",
            "understudy upgrade",
            "understudy upgrade install",
            "understudy upgrade run",
            "understudy upgrade commit",
            "understudy upgrade abort",
            "understudy image build",
            "understudy image keygen",
            "understudy image trust",
            "understudy image verify",
            "understudy image show",
            "understudy demo",
            "understudy forwarder",
            "understudy supervisor",
            "understudy fault");
    List<String> silent = new ArrayList<>();
    commands.forEach((name, command) -> {
      String help = command.getUsageMessage();
      if (!help.contains("Exit status:")
          || !help.contains("Example")
          || command.getHelp().description().isBlank()) {
        silent.add(name);
      }
    });
    assertThat(silent).isEmpty();
  }

  @Test
  void fault_injection_is_not_shown_to_everybody() {
    assertThat(run("--help")).isEqualTo(ExitStatus.DONE);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("switchover").doesNotContain("fault");
  }

  @Test
  void a_simulation_of_what_is_no_world_is_refused() throws IOException {
    Path world = temporary.resolve("a.world");
    assertThat(run("simulate", "--world", world.toString())).isEqualTo(ExitStatus.USAGE);
    assertThat(errors()).contains("there is no file " + world);
    assertThat(run("simulate", "--world", temporary.toString())).isEqualTo(ExitStatus.USAGE);
    assertThat(errors()).contains(temporary + " can't be read as text");
    Files.writeString(world, "run 7s\nbridge a redundent\n");
    assertThat(run("simulate", "--world", world.toString())).isEqualTo(ExitStatus.USAGE);
    assertThat(errors()).contains(world + ", line 2: ").doesNotContain("\tat ");
    assertThat(run("simulate", "--shrink", "--worlds", "2")).isEqualTo(ExitStatus.USAGE);
    assertThat(errors()).contains("--show and --shrink are for one world");
  }

  @Test
  void wrong_use_is_refused_with_what_would_be_right() {
    assertThat(run("show", "nonsense", "--state", temporary.toString()))
        .isEqualTo(ExitStatus.USAGE);
    assertThat(errors()).contains("\"nonsense\" can't be shown").contains("spanning-tree");
    assertThat(run("show", "state", "--at", "C", "--state", temporary.toString()))
        .isEqualTo(ExitStatus.USAGE);
    assertThat(run("show", "vlans", "--at", "A", "--state", temporary.toString()))
        .isEqualTo(ExitStatus.USAGE);
    assertThat(run("show", "log", "--lines", "-3", "--state", temporary.toString()))
        .isEqualTo(ExitStatus.USAGE);
    assertThat(errors()).contains("--lines takes");
    assertThat(run("config", "rollback", "x")).isEqualTo(ExitStatus.USAGE);
    assertThat(run("demo", "--break", "everything")).isEqualTo(ExitStatus.USAGE);
    assertThat(run("swithcover")).isEqualTo(ExitStatus.USAGE);
    assertThat(errors()).contains("switchover");
  }

  @Test
  void a_switch_that_does_not_run_is_said_to_and_how_to_start_it() {
    assertThat(run("show", "redundancy")).isEqualTo(ExitStatus.NOBODY);
    assertThat(errors()).contains("`understudy up` starts one");
    assertThat(run("show", "redundancy", "--state", temporary.resolve("none").toString()))
        .isEqualTo(ExitStatus.NOBODY);
    assertThat(errors()).contains("there is no state directory");
    assertThat(out.size()).isZero();
  }

  @Test
  void a_state_directory_in_which_nothing_runs_is_told_apart_from_one_that_is_not_there()
      throws IOException {
    Path state = Files.createDirectory(temporary.resolve("s"));
    assertThat(run("switchover", "--state", state.toString())).isEqualTo(ExitStatus.NOBODY);
    assertThat(errors()).contains("isn't running");
  }

  @Test
  void a_wrong_configuration_file_is_told_with_line_and_expectation_and_nothing_is_started()
      throws IOException {
    Path file = temporary.resolve("sw1.yaml");
    Files.writeString(file, "name: sw1\nports:\n  p1: {udpp: {}}\n");
    Path state = temporary.resolve("s");
    assertThat(run("up", "--config", file.toString(), "--state", state.toString()))
        .isEqualTo(ExitStatus.FAILED);
    assertThat(errors()).contains("sw1.yaml:3:").contains("expected");
    assertThat(state).doesNotExist();
    assertThat(run("config", "apply", temporary.resolve("none.yaml").toString()))
        .isEqualTo(ExitStatus.FAILED);
    assertThat(errors()).contains("none.yaml");
  }
}
