package dev.understudy.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StarterTest {
  private static final long PATIENCE_NANOS = 20_000_000_000L;
  private static final List<String> OPTIONS = List.of("-XX:TieredStopAtLevel=1", "-Xmx32m");

  @TempDir Path temporary;

  private RunDirectory directory;
  private final List<String> happened = new ArrayList<>();

  @BeforeEach
  void makeDirectory() {
    directory = new RunDirectory(temporary.resolve("state"));
    directory.create();
  }

  @AfterEach
  void endWhatIsLeft() {
    for (Part part : Part.values()) {
      directory.processFile(part).living().ifPresent(process -> process.end(true));
    }
  }

  private static JavaCommand command(String argument) {
    return new JavaCommand(OPTIONS, TestPart.class.getName(), List.of(argument));
  }

  private Starter starter(Map<Part, String> arguments) {
    Map<Part, JavaCommand> commands = new EnumMap<>(Part.class);
    arguments.forEach((part, argument) -> commands.put(part, command(argument)));
    return new Starter(
        directory,
        commands,
        (part, what) -> happened.add(part.title() + " " + what),
        part -> false);
  }

  private ProcessId living(Part part) {
    return directory.processFile(part).living().orElseThrow();
  }

  private static void await(Starter starter, BooleanSupplier condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      starter.look();
      Thread.sleep(Starter.LOOK_MILLIS);
    }
  }

  @Test
  void parts_run_in_sessions_of_their_own_and_write_to_their_logs() throws Exception {
    Starter starter = starter(Map.of(Part.FORWARDER, "wait", Part.SUPERVISOR_A, "wait"));
    starter.start();
    ProcessId forwarder = living(Part.FORWARDER);
    String stat = java.nio.file.Files.readString(Path.of("/proc/" + forwarder.pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    assertThat(fields[3]).as("session").isEqualTo(Long.toString(forwarder.pid()));
    await(
        starter, () -> directory.log(Part.FORWARDER).tail(1_000).contains("part wait says hello"));
    assertThat(directory.living()).containsExactly(Part.FORWARDER, Part.SUPERVISOR_A);
  }

  @Test
  void what_is_killed_is_started_again_at_once_and_the_others_stay() throws Exception {
    Starter starter = starter(Map.of(Part.FORWARDER, "wait", Part.SUPERVISOR_A, "wait"));
    starter.start();
    ProcessId forwarder = living(Part.FORWARDER);
    ProcessId killed = living(Part.SUPERVISOR_A);
    killed.end(true);
    await(
        starter,
        () ->
            directory
                .processFile(Part.SUPERVISOR_A)
                .living()
                .filter(process -> !process.equals(killed))
                .isPresent());
    assertThat(happened)
        .contains(
            "supervisor A process " + killed.pid() + " has ended by signal 9; starting it again");
    assertThat(living(Part.FORWARDER)).isEqualTo(forwarder);
  }

  @Test
  void a_new_launcher_adopts_what_lives_and_watches_it() throws Exception {
    Starter first = starter(Map.of(Part.FORWARDER, "wait"));
    first.start();
    ProcessId forwarder = living(Part.FORWARDER);
    // The first launcher is gone: nobody looks any more. The second one didn't start this process.
    Starter second = starter(Map.of(Part.FORWARDER, "wait"));
    second.start();
    assertThat(living(Part.FORWARDER)).isEqualTo(forwarder);
    assertThat(happened).contains("forwarder runs already (process " + forwarder.pid() + ")");
    forwarder.end(true);
    await(
        second,
        () ->
            directory
                .processFile(Part.FORWARDER)
                .living()
                .filter(process -> !process.equals(forwarder))
                .isPresent());
  }

  @Test
  void what_dies_at_once_again_and_again_is_started_more_slowly_and_never_given_up()
      throws Exception {
    Starter starter = starter(Map.of(Part.SUPERVISOR_B, "3"));
    starter.start();
    await(
        starter, () -> happened.stream().anyMatch(text -> text.contains("4 short lives in a row")));
    assertThat(happened)
        .anyMatch(text -> text.contains("with status 3; starting it again"))
        .anyMatch(text -> text.contains("starting it again in 100 ms"))
        .anyMatch(text -> text.contains("starting it again in 500 ms"));
  }

  @Test
  void who_cannot_start_here_is_not_started_again_at_once() throws Exception {
    Starter starter = starter(Map.of(Part.SUPERVISOR_B, Integer.toString(Starter.CANNOT_START)));
    starter.start();
    await(starter, () -> happened.stream().anyMatch(text -> text.contains("has ended")));
    assertThat(happened)
        .anyMatch(text -> text.contains("with status 78 (") || text.contains("with status 78;"))
        .anyMatch(text -> text.contains("starting it again in 2000 ms"));
  }

  @Test
  void a_number_that_another_process_has_now_is_not_ours() {
    ProcessFile file = directory.processFile(Part.FORWARDER);
    ProcessId self = ProcessId.current();
    file.write(new ProcessId(self.pid(), self.startTicks() - 1, self.boot()));
    assertThat(file.living()).isEmpty();
    file.write(new ProcessId(self.pid(), self.startTicks(), "another boot"));
    assertThat(file.living()).isEmpty();
    file.write(self);
    assertThat(file.living()).contains(self);
    file.delete();
  }

  @Test
  void everything_is_stopped_in_order_and_only_once() throws Exception {
    Starter starter =
        starter(
            Map.of(Part.FORWARDER, "wait", Part.SUPERVISOR_A, "wait", Part.SUPERVISOR_B, "wait"));
    starter.start();
    List<String> order = new ArrayList<>();
    Stopper stopper = new Stopper(directory, order::add);
    assertThat(stopper.stop(() -> Optional.of(Part.SUPERVISOR_B))).isEqualTo(3);
    assertThat(order)
        .containsExactly("supervisor A stopped", "supervisor B stopped", "forwarder stopped");
    assertThat(directory.living()).isEmpty();
    assertThat(new Stopper(directory, order::add).stop(Optional::empty)).isZero();
  }
}
