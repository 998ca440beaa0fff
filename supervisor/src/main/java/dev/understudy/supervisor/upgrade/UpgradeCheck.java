package dev.understudy.supervisor.upgrade;

import dev.understudy.core.EngineType;
import dev.understudy.core.Image;
import dev.understudy.core.compatibility.Compatibility;
import dev.understudy.core.compatibility.CompatibilityCheck;
import dev.understudy.core.compatibility.Programs;
import dev.understudy.core.compatibility.ReleaseSchema;
import dev.understudy.edge.Release;
import dev.understudy.edge.SchemaDescriptors;
import dev.understudy.edge.image.ImageException;
import dev.understudy.edge.image.ImageFolder;
import dev.understudy.edge.image.ImageStore;
import dev.understudy.edge.image.RunningImage;
import dev.understudy.replication.Upgrade;
import dev.understudy.schema.UpgradeRow;
import dev.understudy.schema.Welcome;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** What becomes of the switch when an image of the store takes over what this release has. */
public final class UpgradeCheck {
  private UpgradeCheck() {}

  /**
   * Works it out.
   *
   * @param wanted a release or an image's name; empty: what was installed last
   * @param live read only
   * @param forwarder its greeting, when there is a session
   * @throws ImageException when there is no such image, or its schema can't be read
   */
  public static Compatibility of(
      ImageStore store,
      String wanted,
      Image live,
      List<EngineType> engines,
      Optional<Welcome> forwarder) {
    ImageFolder image = image(store, wanted, live);
    Programs programs =
        new Programs(
            forwarder.map(Welcome::getRelease).orElse(""),
            new HashSet<>(forwarder.map(Welcome::getOutputsKnownList).orElse(List.of())),
            RunningImage.launcher(),
            image.manifest().minimumForwarder(),
            image.manifest().minimumLauncher());
    try {
      return CompatibilityCheck.of(
          new ReleaseSchema(Release.current(), SchemaDescriptors.current(), Optional.empty()),
          new ReleaseSchema(image.manifest().release(), image.schema(), Optional.empty()),
          engines,
          live,
          programs);
    } catch (IllegalArgumentException e) {
      throw new ImageException(String.valueOf(e.getMessage()), e);
    }
  }

  private static ImageFolder image(ImageStore store, String wanted, Image live) {
    String name =
        wanted.isEmpty() ? Upgrade.newest(live).map(UpgradeRow::getImage).orElse("") : wanted;
    if (name.isEmpty()) {
      throw new ImageException(
          "nothing is installed: `understudy upgrade install FILE` first, then check it");
    }
    return store
        .ofRelease(name)
        .orElseThrow(() ->
            new ImageException(
                "there is no image " + name + " in the store; there are " + store.ids()));
  }

  /** For the upgrade's row: how bad it is, and the worst of it. */
  public static Upgrade.Verdict verdict(Compatibility compatibility, boolean accepted) {
    return new Upgrade.Verdict(
        compatibility.level(),
        accepted,
        compatibility.findings().stream()
            .max(Comparator.comparing(Compatibility.Finding::level))
            .map(Compatibility.Finding::text)
            .orElse(""));
  }
}
