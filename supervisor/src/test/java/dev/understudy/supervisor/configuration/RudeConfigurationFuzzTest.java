package dev.understudy.supervisor.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.fuzz.Fuzz;
import dev.understudy.schema.StoredConfiguration;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Any octets in place of a configuration: a list of problems or a configuration, never a throw. */
final class RudeConfigurationFuzzTest {
  private static final String TEXT =
      """
      name: sw1
      ports:
        p1: {interface: p1}
        p3: {udp: {listen: "127.0.0.1:9003", peer: "127.0.0.1:9103"}, vlans: {access: 10}}
        p4: {interface: eth4, vlans: {trunk: [10, 20], native: 1}, enabled: false}
      vlans: {10: {name: users}, 20: {}}
      static-mac-addresses:
        - {mac: "02:00:00:00:00:01", vlan: 10, port: p3}
      spanning-tree: {mode: stp, priority: 4096, hello-time: 1, max-age: 10, forward-delay: 6}
      redundancy: {tick: 10, silence-limit: 8}
      """;

  @Test
  void texts() {
    Fuzz.run(
        getClass(),
        "configuration-yaml",
        List.of(TEXT.getBytes(StandardCharsets.UTF_8)),
        octets -> {
          String text = new String(octets, StandardCharsets.UTF_8);
          return switch (ConfigurationReader.parse("f", text)) {
            case ConfigurationReader.Parsed.Ok(var config) -> {
              String written = ConfigurationWriter.write(config);
              assertThat(ConfigurationReader.parse("f", written))
                  .isInstanceOfSatisfying(
                      ConfigurationReader.Parsed.Ok.class,
                      again -> assertThat(again.config()).isEqualTo(config));
              yield "ok " + config.getPortsCount();
            }
            case ConfigurationReader.Parsed.Bad bad -> {
              assertThat(bad.problems()).isNotEmpty();
              yield bad.problems().getFirst().path() + bad.problems().size();
            }
          };
        });
  }

  @Test
  void files(@TempDir Path directory) throws Exception {
    ConfigurationStore store = new ConfigurationStore(directory);
    StoredConfiguration.Builder stored = StoredConfiguration.newBuilder();
    stored.getConfigBuilder().setVersion(3);
    assertThat(store.write(stored.build())).isInstanceOf(ConfigurationStore.Written.Done.class);
    byte[] good = Files.readAllBytes(store.file());
    Fuzz.run(
        getClass(),
        "configuration-file",
        Fuzz.Cost.DISK,
        List.of(good),
        octets -> {
          Files.write(store.file(), octets);
          return switch (store.load()) {
            case ConfigurationStore.Loaded.Found found -> {
              assertThat(store.write(found.stored()))
                  .isInstanceOf(ConfigurationStore.Written.Done.class);
              assertThat(store.load()).isEqualTo(found);
              yield "found";
            }
            case ConfigurationStore.Loaded.Damaged damaged -> {
              assertThat(damaged.keptAs()).hasBinaryContent(octets);
              assertThat(store.load()).isInstanceOf(ConfigurationStore.Loaded.None.class);
              yield damaged.reason().replaceAll("[^a-z ]", "");
            }
            case ConfigurationStore.Loaded.None none -> throw new AssertionError(none);
            case ConfigurationStore.Loaded.Failed failed -> throw new AssertionError(failed);
          };
        });
  }
}
