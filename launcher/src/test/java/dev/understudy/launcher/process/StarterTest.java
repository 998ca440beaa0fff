package dev.understudy.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.edge.SchemaDescriptors;
import dev.understudy.edge.image.BootPointer;
import dev.understudy.edge.image.ImageBuilder;
import dev.understudy.edge.image.ImageStore;
import dev.understudy.edge.image.Trust;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
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
    Starter starter = starter(Map.of(Part.SUPERVISOR_B, "5"));
    starter.start();
    await(
        starter, () -> happened.stream().anyMatch(text -> text.contains("4 short lives in a row")));
    assertThat(happened)
        .anyMatch(text -> text.contains("with status 5; starting it again"))
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

  // ---- images

  /** An image whose one jar has the test's part, or nothing. */
  private String image(String name, Part part, boolean works) throws IOException {
    Path jar = temporary.resolve(name + ".jar");
    String file = TestPart.class.getName().replace('.', '/') + ".class";
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        InputStream in =
            Objects.requireNonNull(TestPart.class.getClassLoader().getResourceAsStream(file))) {
      out.putNextEntry(new JarEntry(works ? file : name + ".txt"));
      in.transferTo(out);
      out.closeEntry();
    }
    Path archive = temporary.resolve(name + ".tar");
    new ImageBuilder(List.of(jar), SchemaDescriptors.current(), Optional.empty())
        .build(name, temporary.resolve(name))
        .pack(archive);
    return store(part).add(archive, new Trust(List.of(), Trust.Unsigned.ACCEPTED)).id();
  }

  private ImageStore store(Part part) {
    return ImageStore.of(directory.state(part));
  }

  @Test
  void what_the_boot_pointer_says_is_started_and_told_to_the_process() throws Exception {
    String id = image("1.1", Part.SUPERVISOR_A, true);
    store(Part.SUPERVISOR_A).boot(id);
    starter(Map.of(Part.SUPERVISOR_A, "wait")).start();
    String command =
        Files.readString(Path.of("/proc/" + living(Part.SUPERVISOR_A).pid() + "/cmdline"));
    assertThat(command).contains("-Dunderstudy.image=" + id).contains(id + "/lib/1.1.jar");
    assertThat(happened.getLast()).contains("image " + id);
  }

  @Test
  void an_image_that_ends_at_once_twice_gives_way_to_the_previous_one() throws Exception {
    String good = image("1.1", Part.SUPERVISOR_A, true);
    String bad = image("1.2", Part.SUPERVISOR_A, false);
    store(Part.SUPERVISOR_A).boot(good);
    store(Part.SUPERVISOR_A).proven();
    store(Part.SUPERVISOR_A).boot(bad);
    Starter starter = starter(Map.of(Part.SUPERVISOR_A, "wait"));
    starter.start();
    await(
        starter,
        () ->
            happened.getLast().contains("image " + good)
                && directory.log(Part.SUPERVISOR_A).tail(1_000).contains("part wait says hello"));
    assertThat(happened.stream().filter(what -> what.contains("started") && what.contains(bad)))
        .hasSizeGreaterThanOrEqualTo(2);
    assertThat(happened)
        .anyMatch(what -> what.contains(bad + " was started 2 times and never came up"));
    assertThat(store(Part.SUPERVISOR_A).pointer().failure()).contains(bad);
  }

  @Test
  void an_image_that_never_becomes_ready_is_killed_twice_and_gives_way() throws Exception {
    String stuck = image("1.2", Part.SUPERVISOR_A, true);
    store(Part.SUPERVISOR_A).boot(stuck);
    AtomicLong skipped = new AtomicLong();
    Starter starter =
        new Starter(
            directory,
            Map.of(Part.SUPERVISOR_A, command("wait")),
            (part, what) -> happened.add(part.title() + " " + what),
            part -> false,
            () -> System.nanoTime() + skipped.get());
    starter.start();
    for (int i = 0; i < BootPointer.TRIES_MAX; i++) {
      ProcessId process = living(Part.SUPERVISOR_A);
      skipped.addAndGet(Starter.READY_NANOS_MAX);
      await(starter, () -> !process.isAlive() && directory.living().size() == 1);
    }
    assertThat(happened).filteredOn(what -> what.contains("was not ready after 60 s")).hasSize(2);
    assertThat(store(Part.SUPERVISOR_A).pointer().isBuiltIn()).isTrue();
    ProcessId last = living(Part.SUPERVISOR_A);
    skipped.addAndGet(2 * Starter.READY_NANOS_MAX);
    starter.look();
    assertThat(last.isAlive()).as("what was proven may take its time").isTrue();
  }

  @Test
  void a_module_that_is_shut_down_is_started_again_only_when_that_is_taken_back() throws Exception {
    Starter starter = starter(Map.of(Part.SUPERVISOR_A, "wait"));
    starter.start();
    Files.createDirectories(directory.state(Part.SUPERVISOR_A));
    Files.createFile(directory.shutDown(Part.SUPERVISOR_A));
    living(Part.SUPERVISOR_A).end(true);
    await(starter, () -> happened.getLast().contains("shut down and not started again"));
    for (int i = 0; i < 10; i++) {
      starter.look();
      Thread.sleep(Starter.LOOK_MILLIS);
    }
    assertThat(directory.living()).isEmpty();
    Files.delete(directory.shutDown(Part.SUPERVISOR_A));
    await(starter, () -> directory.living().contains(Part.SUPERVISOR_A));
  }
}
