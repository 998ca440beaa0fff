package dev.understudy.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.launcher.process.RunDirectory.Places;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
  @TempDir Path temporary;

  private Places places() throws IOException {
    Path runtime = Files.createDirectories(temporary.resolve("runtime"));
    return Places.of(
        Map.of(
            "XDG_RUNTIME_DIR", runtime.toString(),
            "XDG_STATE_HOME", temporary.resolve("state").toString()));
  }

  @Test
  void the_default_place_is_private_and_keeps_what_must_outlive_a_boot_elsewhere()
      throws IOException {
    RunDirectory directory = RunDirectory.standard(places(), "sw1");
    assertThat(directory.path()).isEqualTo(temporary.resolve("runtime/understudy/sw1"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path())))
        .isEqualTo("rwx------");
    Files.writeString(directory.path().resolve("supervisor-a/configuration"), "kept");
    assertThat(temporary.resolve("state/understudy/sw1/supervisor-a/configuration"))
        .hasContent("kept");
  }

  @Test
  void asking_twice_gives_the_same_directory() throws IOException {
    assertThat(RunDirectory.standard(places(), "sw1"))
        .isEqualTo(RunDirectory.standard(places(), "sw1"));
  }

  @Test
  void switches_that_were_started_are_known_by_name() throws IOException {
    assertThat(RunDirectory.known(places())).isEmpty();
    RunDirectory.standard(places(), "b").create();
    RunDirectory.standard(places(), "a").create();
    assertThat(RunDirectory.known(places())).containsExactly("a", "b");
  }

  @Test
  void a_name_that_leads_elsewhere_is_refused() {
    assertThatThrownBy(() -> RunDirectory.standard(places(), "../etc"))
        .isInstanceOf(RunDirectoryException.class)
        .hasMessageContaining("--state");
  }

  @Test
  void a_link_in_the_place_of_the_directory_is_refused() throws IOException {
    Places places = places();
    Files.createDirectories(temporary.resolve("elsewhere"));
    Files.createSymbolicLink(places.runtime(), temporary.resolve("elsewhere"));
    assertThatThrownBy(() -> RunDirectory.standard(places, "sw1"))
        .isInstanceOf(RunDirectoryException.class)
        .hasMessageContaining("belongs to somebody else");
  }

  @Test
  void without_a_runtime_directory_the_temporary_one_is_used() {
    assertThat(Places.of(Map.of("HOME", "/home/x")).runtime().toString())
        .startsWith(System.getProperty("java.io.tmpdir") + "/understudy-");
    assertThat(Places.of(Map.of("HOME", "/home/x")).persistent())
        .isEqualTo(Path.of("/home/x/.local/state/understudy"));
  }
}
