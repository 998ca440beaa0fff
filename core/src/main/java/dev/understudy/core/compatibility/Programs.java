package dev.understudy.core.compatibility;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.understudy.core.compatibility.Compatibility.Effect;
import dev.understudy.core.compatibility.Compatibility.Finding;
import dev.understudy.core.compatibility.Compatibility.Level;
import java.lang.module.ModuleDescriptor.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The programs that stay as they are while supervisors change their release.
 *
 * @param forwarder its release; empty where nobody knows
 * @param outputsKnown field numbers of the kinds of output that it carries out
 * @param launcher its release; empty where nobody knows
 * @param minimumForwarder the oldest that the other release works with
 * @param minimumLauncher the oldest that can start the other release
 */
public record Programs(
    String forwarder,
    Set<Integer> outputsKnown,
    String launcher,
    String minimumForwarder,
    String minimumLauncher) {

  List<Finding> findings(ReleaseSchema to) {
    List<Finding> findings = new ArrayList<>();
    tooOld("forwarder", forwarder, minimumForwarder, to).ifPresent(findings::add);
    tooOld("launcher", launcher, minimumLauncher, to).ifPresent(findings::add);
    if (!forwarder.isEmpty()) {
      to.message("Output")
          .ifPresent(outputs ->
              outputs.getOneofs().get(0).getFields().stream()
                  .filter(field -> !outputsKnown.contains(field.getNumber()))
                  .map(field -> unknownOutput(field, to))
                  .forEach(findings::add));
    }
    return findings;
  }

  private static Optional<Finding> tooOld(
      String program, String release, String minimum, ReleaseSchema to) {
    return release.isEmpty() || !isOlder(release, minimum)
        ? Optional.empty()
        : Optional.of(
            new Finding(
                Level.INCOMPATIBLE,
                Effect.MISREAD,
                program,
                program,
                "",
                1,
                "release %s needs a %s of release %s or newer, and %s runs"
                    .formatted(to.release(), program, minimum, release),
                ""));
  }

  private Finding unknownOutput(FieldDescriptor output, ReleaseSchema to) {
    return new Finding(
        Level.DEGRADED,
        Effect.DROPPED,
        "border",
        "Output",
        output.getName(),
        1,
        "the forwarder, release %s, does not know Output.%s of release %s and does not carry it out"
            .formatted(forwarder, output.getName(), to.release()),
        "what it is for does not happen until the forwarder is started anew");
  }

  private static boolean isOlder(String release, String minimum) {
    try {
      return Version.parse(release).compareTo(Version.parse(minimum)) < 0;
    } catch (IllegalArgumentException e) {
      return !release.equals(minimum); // a name of somebody's own that says nothing of before
    }
  }
}
