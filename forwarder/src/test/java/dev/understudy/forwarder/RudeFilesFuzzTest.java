package dev.understudy.forwarder;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.border.BorderStore;
import dev.understudy.edge.Counters;
import dev.understudy.fuzz.Fuzz;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Any octets in the forwarder's files: it starts, and no term is granted a second time. */
final class RudeFilesFuzzTest {
  private static final long TERM = 3_000;

  private static byte[] saved(Path directory, String file) throws Exception {
    try (DiskBorderStore store = new DiskBorderStore(directory, new Counters())) {
      store.load();
      store.saveTermCeiling(TERM, 5);
      store.saveConfiguration(ByteString.copyFromUtf8("uuid"), 7, ByteString.copyFromUtf8("cell"));
    }
    return Files.readAllBytes(directory.resolve(file));
  }

  private static BorderStore.Stored load(Path directory) {
    try (DiskBorderStore store = new DiskBorderStore(directory, new Counters())) {
      return store.load();
    }
  }

  @Test
  void the_file_of_terms(@TempDir Path directory) throws Exception {
    byte[] good = saved(directory, "term");
    Fuzz.run(
        getClass(),
        "border-terms",
        Fuzz.Cost.DISK,
        List.of(good),
        octets -> {
          Files.write(directory.resolve("term"), octets);
          long term = load(directory).termCeiling();
          if (octets.length > 0) {
            boolean zero = true;
            for (byte octet : octets) {
              zero &= octet == 0;
            }
            // Whatever became of the file, terms go on above those that it knew of.
            assertThat(term == 0 ? zero : term >= TERM).isTrue();
          }
          return term == TERM ? "as written" : term == 0 ? "empty" : "damaged";
        });
  }

  @Test
  void the_file_of_the_configuration(@TempDir Path directory) throws Exception {
    byte[] good = saved(directory, "configuration");
    Fuzz.run(
        getClass(),
        "border-configuration",
        Fuzz.Cost.DISK,
        List.of(good),
        octets -> {
          Files.write(directory.resolve("configuration"), octets);
          BorderStore.Stored stored = load(directory);
          assertThat(stored.configurationVersion()).isIn(0L, 7L);
          return "version " + stored.configurationVersion();
        });
  }
}
