package dev.understudy.launcher.command;

import dev.understudy.edge.StateDirectory;
import dev.understudy.launcher.process.RunDirectory;
import dev.understudy.protocols.configuration.StoredConfigurations;
import dev.understudy.schema.Config;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.supervisor.configuration.ConfigurationDiff;
import dev.understudy.supervisor.configuration.ConfigurationReader;
import dev.understudy.supervisor.configuration.ConfigurationStore;
import dev.understudy.supervisor.configuration.ConfigurationWriter;
import dev.understudy.supervisor.configuration.ExampleConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Configuration files as commands use them, and the one that a switch at rest would start with. */
final class ConfigurationFiles {
  private ConfigurationFiles() {}

  /** Reads a file; mistakes are told with file, line and what was expected. */
  static Config read(Path file) {
    return switch (ConfigurationReader.read(file)) {
      case ConfigurationReader.Parsed.Ok ok -> ok.config();
      case ConfigurationReader.Parsed.Bad bad ->
          throw new CommandFailure("nothing is applied:\n" + bad.text());
    };
  }

  /** The configuration in the answer to {@code show config}. */
  static Config parse(String name, JsonNode answer) {
    return switch (ConfigurationReader.parse(name, answer.path("yaml").asString(""))) {
      case ConfigurationReader.Parsed.Ok ok -> ok.config();
      case ConfigurationReader.Parsed.Bad bad -> throw new CommandFailure(bad.text());
    };
  }

  /** The name of the built-in example. */
  static String exampleName() {
    return ExampleConfiguration.config().getName();
  }

  /** Where the configuration lies that an empty state directory is seeded with. */
  static Path seed(RunDirectory directory) {
    return directory.path().resolve("seed.yaml");
  }

  /** Leaves the first configuration for the supervisors; without one they take the example. */
  static void writeSeed(RunDirectory directory, Optional<Config> config) throws IOException {
    if (config.isPresent()) {
      Files.writeString(seed(directory), ConfigurationWriter.write(config.get()));
    } else {
      Files.deleteIfExists(seed(directory));
    }
  }

  /** The configuration that the supervisors' disks hold; of two the newer one. */
  static Optional<Config> stored(RunDirectory directory) {
    StateDirectory state = StateDirectory.at(directory.path());
    Optional<StoredConfiguration> a = stored(state.supervisor(Slot.SLOT_A));
    Optional<StoredConfiguration> b = stored(state.supervisor(Slot.SLOT_B));
    Optional<StoredConfiguration> chosen = a.isEmpty() ? b : a;
    if (a.isPresent() && b.isPresent()) {
      chosen =
          switch (StoredConfigurations.newer(a.get(), b.get())) {
            case A_NEWER, SAME -> a;
            case B_NEWER -> b;
            case DIVERGED ->
                a.get().getConfig().getVersion() >= b.get().getConfig().getVersion() ? a : b;
          };
    }
    return chosen.map(stored -> ConfigurationWriter.canonical(stored.getConfig().getConfig()));
  }

  private static Optional<StoredConfiguration> stored(Path directory) {
    if (!Files.isDirectory(directory)) {
      return Optional.empty();
    }
    return new ConfigurationStore(directory).load() instanceof ConfigurationStore.Loaded.Found found
        ? Optional.of(found.stored())
        : Optional.empty();
  }

  /** Lines that are gone begin with a minus, new ones with a plus. */
  static List<String> difference(Config before, Config now) {
    return ConfigurationDiff.lines(before, now);
  }
}
