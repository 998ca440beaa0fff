package dev.understudy.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How {@code ./understudy} finds its JDK, with homes of JDKs that only look like some. */
final class UnderstudyScriptTest {
  @TempDir private Path folder;

  @Test
  void the_jdk_named_for_understudy_comes_before_java_home() throws IOException {
    Path named = jdk("named", "25.0.3");
    Path other = jdk("other", "25.0.1");

    Command.Outcome outcome =
        script(
            Map.of("UNDERSTUDY_JAVA_HOME", named.toString(), "JAVA_HOME", other.toString()), "jdk");

    assertThat(outcome.output().strip()).isEqualTo(named.toString());
  }

  @Test
  void java_home_is_taken_when_it_is_new_enough() throws IOException {
    Path home = jdk("home", "26-ea");

    assertThat(script(Map.of("JAVA_HOME", home.toString()), "jdk").output().strip())
        .isEqualTo(home.toString());
  }

  @Test
  void an_old_java_home_is_passed_over() throws IOException {
    Path old = jdk("old", "17.0.15");

    Command.Outcome outcome = script(Map.of("JAVA_HOME", old.toString()), "jdk");

    assertThat(outcome.output()).doesNotContain(old.toString());
  }

  @Test
  void a_jdk_that_is_named_and_too_old_is_refused_with_a_sentence() throws IOException {
    Path old = jdk("old", "21.0.2");

    Command.Outcome outcome = script(Map.of("UNDERSTUDY_JAVA_HOME", old.toString()), "jdk");

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.error()).contains("is a JDK 21; JDK 25 or newer is needed");
  }

  @Test
  void a_folder_that_is_no_jdk_is_refused_with_a_sentence() {
    Command.Outcome outcome = script(Map.of("UNDERSTUDY_JAVA_HOME", folder.toString()), "jdk");

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.error()).contains("is not the home of a JDK");
  }

  @Test
  void a_jdk_below_sdkman_is_found_when_there_is_no_other() throws IOException {
    Path sdkman = folder.resolve("sdkman");
    Path home = jdk("sdkman/candidates/java/25.0.3-tem", "25.0.3");

    Command.Outcome outcome =
        script(Map.of("SDKMAN_DIR", sdkman.toString(), "PATH", emptyPath().toString()), "jdk");

    // A machine that has a JDK 25 in the usual place finds that one first.
    assertThat(outcome.output().strip())
        .satisfiesAnyOf(
            found -> assertThat(found).isEqualTo(home.toString()),
            found -> assertThat(found).startsWith("/usr/lib/jvm/"),
            found -> assertThat(found).startsWith("/opt/"));
  }

  @Test
  void a_command_runs_on_the_given_class_path_and_tells_its_children_what_with()
      throws IOException {
    Path home = jdk("home", "25");

    Command.Outcome outcome =
        script(
            Map.of(
                "UNDERSTUDY_JAVA_HOME", home.toString(),
                "UNDERSTUDY_CLASS_PATH", "some.jar:other.jar",
                "UNDERSTUDY_JAVA_OPTS", "-Xmx64m -Da=b"),
            "show",
            "redundancy",
            "--state",
            "a folder");

    assertThat(outcome.output().lines())
        .contains("-Xmx64m", "-Da=b", "some.jar:other.jar", "dev.understudy.launcher.Main")
        .endsWith("show", "redundancy", "--state", "a folder")
        .contains("java=" + home + "/bin/java", "path=some.jar:other.jar");
    assertThat(outcome.status()).isEqualTo(7);
  }

  /** The programs that the script itself uses, and no java. */
  private Path emptyPath() throws IOException {
    Path programs = Files.createDirectories(folder.resolve("programs"));
    for (String program : List.of("bash", "env", "readlink", "dirname", "sed")) {
      Files.createSymbolicLink(programs.resolve(program), Parts.find(program).orElseThrow());
    }
    return programs;
  }

  /** A JDK that says what it was asked to run, and ends with status 7. */
  private Path jdk(String name, String version) throws IOException {
    Path bin = Files.createDirectories(folder.resolve(name).resolve("bin"));
    for (String program : List.of("java", "javac")) {
      Path file = bin.resolve(program);
      Files.writeString(
          file,
          """
          #!/bin/sh
          echo "java=$UNDERSTUDY_JAVA"
          echo "path=$UNDERSTUDY_CLASS_PATH"
          for word; do echo "$word"; done
          exit 7
          """);
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
    Files.writeString(bin.resolveSibling("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return bin.resolveSibling("bin").resolve("..").normalize();
  }

  private static Command.Outcome script(Map<String, String> given, String... words) {
    Map<String, String> environment = new HashMap<>();
    for (String name :
        List.of(
            "UNDERSTUDY_JAVA_HOME", "JAVA_HOME", "UNDERSTUDY_CLASS_PATH", "UNDERSTUDY_JAVA_OPTS")) {
      environment.put(name, "");
    }
    environment.putAll(given);
    List<String> command = new ArrayList<>();
    command.add(Understudy.script().toString());
    command.addAll(List.of(words));
    return Command.attempt(Duration.ofSeconds(20), environment, command);
  }
}
