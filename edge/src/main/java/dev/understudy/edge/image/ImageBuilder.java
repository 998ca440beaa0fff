package dev.understudy.edge.image;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import dev.understudy.edge.Release;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/**
 * Makes images of what this program runs on.
 *
 * @param classPath jars, in order
 * @param schema what its processes say to each other
 * @param key signs, if there is one
 */
public record ImageBuilder(
    List<Path> classPath, FileDescriptorSet schema, Optional<PrivateKey> key) {
  /** The jar that comes first in an image that calls itself another release. */
  private static final String OTHER_RELEASE = "understudy-release.jar";

  private static final String START_SCRIPT = "bin/understudy";

  public ImageBuilder {
    classPath = List.copyOf(classPath);
  }

  /**
   * Makes the folder; one that is there is replaced.
   *
   * @param release that the image calls itself; where it isn't this program's own, a first jar on
   *     the class path says so
   */
  public ImageFolder build(String release, Path folder) {
    Path next = folder.resolveSibling(folder.getFileName() + ".next");
    try {
      Durable.remove(next);
      LinkedHashMap<String, String> files = new LinkedHashMap<>();
      Files.createDirectories(next.resolve("bin"));
      Files.createDirectories(next.resolve("lib"));
      script(next.resolve(START_SCRIPT));
      sum(next, START_SCRIPT, files);
      Files.write(next.resolve(ImageFolder.SCHEMA), schema.toByteArray());
      sum(next, ImageFolder.SCHEMA, files);
      if (!release.equals(Release.current())) {
        otherRelease(release, next.resolve("lib").resolve(OTHER_RELEASE));
        sum(next, "lib/" + OTHER_RELEASE, files);
      }
      for (Path jar : classPath) {
        String name = jar.getFileName().toString();
        if (!name.endsWith(".jar")) {
          throw new ImageException(
              "an image is made of jars, and the class path has "
                  + jar
                  + ": use ./understudy image build");
        }
        if (!name.equals(OTHER_RELEASE)) {
          Files.copy(jar, next.resolve("lib").resolve(name));
          sum(next, "lib/" + name, files);
        }
      }
      ImageManifest manifest =
          new ImageManifest(
              release,
              Runtime.version().feature(),
              Release.minimumForwarder(),
              Release.minimumLauncher(),
              files);
      Files.write(next.resolve(ImageFolder.MANIFEST), manifest.octets());
      if (key.isPresent()) {
        Files.write(
            next.resolve(ImageFolder.SIGNATURE), SigningKeys.sign(manifest.octets(), key.get()));
      }
      Durable.remove(folder);
      Durable.rename(next, folder);
      return new ImageFolder(folder, manifest);
    } catch (IOException e) {
      throw new ImageException("the image can't be made in " + folder + ": " + e, e);
    }
  }

  private static void sum(Path folder, String name, LinkedHashMap<String, String> files)
      throws IOException {
    files.put(name, Sha256.of(folder.resolve(name)));
  }

  private static void script(Path file) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            ImageBuilder.class.getResourceAsStream("start.sh"), "start.sh is in the edge's jar")) {
      Files.copy(in, file);
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void otherRelease(String release, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      JarEntry entry = new JarEntry(Release.RESOURCE);
      entry.setTimeLocal(java.time.LocalDateTime.of(2026, 1, 1, 0, 0));
      entries.putNextEntry(entry);
      entries.write(Release.properties(release));
      entries.closeEntry();
    }
  }
}
