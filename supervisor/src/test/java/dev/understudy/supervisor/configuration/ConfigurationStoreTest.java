package dev.understudy.supervisor.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.protocols.configuration.StoredConfigurations;
import dev.understudy.schema.Config;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.wire.MacAddress;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigurationStoreTest {
  private static final StoredConfiguration FIRST = stored("first");
  private static final StoredConfiguration SECOND = stored("second");

  @TempDir Path temporary;
  private Path directory = Path.of("");
  private ConfigurationStore store = new ConfigurationStore(directory);

  @BeforeEach
  void makeStore() {
    directory = temporary.resolve("state").resolve("A");
    store = new ConfigurationStore(directory);
  }

  private static StoredConfiguration stored(String name) {
    return StoredConfigurations.seed(
        Config.newBuilder().setName(name).build(),
        ByteString.copyFrom(new byte[16]),
        MacAddress.parse("02:00:00:00:00:10"));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private ConfigurationStore.Loaded.Damaged damaged() {
    return (ConfigurationStore.Loaded.Damaged) store.load();
  }

  @Test
  void nothing_is_there_at_first() {
    assertThat(store.load()).isEqualTo(new ConfigurationStore.Loaded.None());
  }

  @Test
  void what_was_written_is_loaded_and_private() throws IOException {
    assertThat(store.write(FIRST)).isEqualTo(new ConfigurationStore.Written.Done(store.file()));
    assertThat(store.write(SECOND)).isInstanceOf(ConfigurationStore.Written.Done.class);

    assertThat(new ConfigurationStore(directory).load())
        .isEqualTo(new ConfigurationStore.Loaded.Found(SECOND));
    assertThat(names()).containsExactly("configuration");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(store.file())))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
        .isEqualTo("rwx------");
  }

  @Test
  void a_directory_that_others_could_read_is_made_private() throws IOException {
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    store.write(FIRST);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
        .isEqualTo("rwx------");
  }

  @Test
  void every_damaged_octet_is_found_and_the_file_is_kept_aside() throws IOException {
    store.write(FIRST);
    byte[] whole = Files.readAllBytes(store.file());
    for (int at = 0; at < whole.length; at++) {
      byte[] octets = whole.clone();
      octets[at] ^= 0x10;
      Files.write(store.file(), octets);
      ConfigurationStore.Loaded.Damaged damaged = damaged();
      assertThat(Files.readAllBytes(damaged.keptAs())).isEqualTo(octets);
      assertThat(store.load()).isEqualTo(new ConfigurationStore.Loaded.None());
    }
    assertThat(names()).hasSize(ConfigurationStore.DAMAGED_KEPT_MAX);
  }

  @Test
  void every_truncated_file_is_found() throws IOException {
    store.write(FIRST);
    byte[] whole = Files.readAllBytes(store.file());
    for (int length = 0; length < whole.length; length++) {
      Files.write(store.file(), java.util.Arrays.copyOf(whole, length));
      assertThat(damaged().reason()).contains("damaged").contains("kept as");
    }
  }

  @Test
  void files_of_random_octets_are_damaged_and_never_an_exception() throws IOException {
    Files.createDirectories(directory);
    Random random = new Random(9);
    for (int i = 0; i < 200; i++) {
      byte[] octets = new byte[random.nextInt(100)];
      random.nextBytes(octets);
      Files.write(store.file(), octets);
      assertThat(store.load()).isInstanceOf(ConfigurationStore.Loaded.Damaged.class);
    }
  }

  @Test
  void a_full_disk_is_a_result_and_the_former_file_stays() throws IOException {
    store.write(FIRST);
    List<Integer> limits = new ArrayList<>();
    for (int limit = 0; limit < 40; limit += 5) {
      limits.add(limit);
    }
    for (int limit : limits) {
      ConfigurationStore full =
          new ConfigurationStore(
              directory,
              (FileChannel channel, java.nio.ByteBuffer octets) -> {
                channel.write(octets.slice(0, limit));
                throw new IOException("No space left on device");
              });
      assertThat(full.write(SECOND))
          .isInstanceOfSatisfying(
              ConfigurationStore.Written.Failed.class,
              failed -> assertThat(failed.reason()).contains("No space left on device"));
      assertThat(full.load()).isEqualTo(new ConfigurationStore.Loaded.Found(FIRST));
      assertThat(names()).containsExactly("configuration");
    }
  }

  @Test
  void a_directory_that_can_not_be_made_is_a_result() throws IOException {
    Files.writeString(temporary.resolve("state"), "a file where the directory should be");
    assertThat(store.write(FIRST)).isInstanceOf(ConfigurationStore.Written.Failed.class);
    assertThat(store.load())
        .isNotInstanceOf(ConfigurationStore.Loaded.Found.class)
        .isNotInstanceOf(ConfigurationStore.Loaded.Damaged.class);
  }

  @Test
  void a_crash_before_the_rename_leaves_the_former_file() throws IOException {
    store.write(FIRST);
    Files.writeString(directory.resolve("configuration.new"), "half");
    assertThat(store.load()).isEqualTo(new ConfigurationStore.Loaded.Found(FIRST));
    store.write(SECOND);
    assertThat(names()).containsExactly("configuration");
  }

  @Test
  void a_diverged_configuration_is_kept_under_its_own_name_once() throws IOException {
    store.write(FIRST);
    store.keepAside(SECOND);
    store.keepAside(SECOND);
    assertThat(store.load()).isEqualTo(new ConfigurationStore.Loaded.Found(FIRST));
    assertThat(names()).hasSize(2);
    assertThat(names().getLast()).startsWith("configuration.diverged-version-1-");
  }

  @Test
  void too_large_a_configuration_is_refused_before_it_is_written() {
    StoredConfiguration large =
        FIRST.toBuilder()
            .setIdentity(
                FIRST.getIdentity().toBuilder()
                    .setUuid(ByteString.copyFrom(new byte[ConfigurationStore.OCTETS_MAX])))
            .build();
    assertThat(store.write(large)).isInstanceOf(ConfigurationStore.Written.Failed.class);
  }
}
