package dev.understudy.launcher.command;

import dev.understudy.launcher.process.RunDirectory;
import dev.understudy.launcher.process.RunDirectory.Places;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which switch a command means. */
public final class StateOptions {
  static final String VARIABLE = "UNDERSTUDY_STATE";

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description =
          "The switch's state directory. Default: $UNDERSTUDY_STATE, else one per user and switch"
              + " name.")
  @Nullable Path state;

  @Option(
      names = "--switch",
      paramLabel = "NAME",
      description = "The switch's name, where several have their state in the default place.")
  @Nullable String switchName;

  /** The directory that was named, if one was. */
  Optional<RunDirectory> named(Console console) {
    if (state != null) {
      return Optional.of(new RunDirectory(state));
    }
    return Optional.ofNullable(console.environment().get(VARIABLE))
        .filter(value -> !value.isEmpty())
        .map(value -> new RunDirectory(Path.of(value)));
  }

  /** The directory of a switch that was started before. */
  RunDirectory existing(Console console) {
    Optional<RunDirectory> named = named(console);
    if (named.isPresent()) {
      if (!Files.isDirectory(named.get().path())) {
        throw new CommandFailure(
            ExitStatus.NOBODY,
            "there is no state directory "
                + named.get().path()
                + ": start a switch with `understudy up --state "
                + named.get().path()
                + "`, or name another directory");
      }
      return named.get();
    }
    Places places = Places.of(console.environment());
    List<String> known = RunDirectory.known(places);
    if (switchName != null) {
      if (!known.contains(switchName)) {
        throw new CommandFailure(
            ExitStatus.NOBODY,
            "no switch "
                + switchName
                + " has its state in "
                + places.runtime()
                + (known.isEmpty() ? "" : " (there are: " + String.join(", ", known) + ")"));
      }
      return RunDirectory.standard(places, switchName);
    }
    return switch (known.size()) {
      case 0 ->
          throw new CommandFailure(
              ExitStatus.NOBODY,
              "no switch has been started here: `understudy up` starts one; a switch with a state"
                  + " directory of its own is named with --state");
      case 1 -> RunDirectory.standard(places, known.getFirst());
      default ->
          throw new CommandFailure(
              ExitStatus.USAGE,
              "several switches are known ("
                  + String.join(", ", known)
                  + "): say which one with --switch or --state");
    };
  }

  /** The directory for a switch that is to be started. */
  RunDirectory forStart(Console console, String configuredName) {
    return named(console)
        .orElseGet(() ->
            RunDirectory.standard(
                Places.of(console.environment()),
                switchName == null ? configuredName : switchName));
  }
}
