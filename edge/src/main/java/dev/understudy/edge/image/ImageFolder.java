package dev.understudy.edge.image;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An image as a folder. */
public record ImageFolder(Path path, ImageManifest manifest) {
  static final String MANIFEST = "MANIFEST";
  static final String SIGNATURE = "MANIFEST.sig";

  /** The descriptors of everything that its processes say to each other. */
  public static final String SCHEMA = "schema.binpb";

  /** Made on the module; not part of the image. */
  static final String AOT_CACHE = "understudy.aot";

  private static final int SCHEMA_OCTETS_MAX = 16 << 20;
  private static final int SIGNATURE_OCTETS_MAX = 1_000;

  /**
   * Reads the manifest and nothing else.
   *
   * @throws ImageException when there is none, or it can't be understood
   */
  public static ImageFolder open(Path path) {
    return new ImageFolder(
        path, ImageManifest.parse(read(path, MANIFEST, ImageManifest.OCTETS_MAX)));
  }

  public String id() {
    return manifest.id();
  }

  /** Jars in the order of the class path. */
  public List<Path> classPath() {
    return manifest.classPath().stream().map(path::resolve).toList();
  }

  public Path aotCache() {
    return path.resolve(AOT_CACHE);
  }

  /** What its processes say to each other. */
  public FileDescriptorSet schema() {
    try {
      return FileDescriptorSet.parseFrom(read(path, SCHEMA, SCHEMA_OCTETS_MAX));
    } catch (InvalidProtocolBufferException e) {
      throw new ImageException("the image's " + SCHEMA + " is damaged: " + e.getMessage(), e);
    }
  }

  public boolean isSigned() {
    return Files.exists(path.resolve(SIGNATURE));
  }

  /** Files that belong to it, the manifest and its signature first. */
  public List<String> parts() {
    List<String> parts = new ArrayList<>(List.of(MANIFEST));
    if (isSigned()) {
      parts.add(SIGNATURE);
    }
    parts.addAll(manifest.files().keySet());
    return parts;
  }

  public long octets() {
    try {
      long octets = 0;
      for (String part : parts()) {
        octets += Files.size(path.resolve(part));
      }
      return octets;
    } catch (IOException e) {
      throw new ImageException("the image " + id() + " can't be read: " + e, e);
    }
  }

  /**
   * Checks the signature, and that every file is there, as the manifest says, and nothing else.
   *
   * @return whether it is signed; if not, the trust allowed that
   * @throws ImageException says what is wrong
   */
  public boolean verify(Trust trust) {
    boolean signed = verifySignature(trust);
    manifest.files().forEach(this::verifyFile);
    TreeSet<String> surplus = filesThere();
    parts().forEach(surplus::remove);
    surplus.remove(AOT_CACHE);
    if (!surplus.isEmpty()) {
      throw new ImageException("the image has files that its manifest doesn't name: " + surplus);
    }
    return signed;
  }

  /** As {@link #verify}, without looking at the files. */
  public boolean verifySignature(Trust trust) {
    if (!isSigned()) {
      if (trust.unsigned() == Trust.Unsigned.ACCEPTED) {
        return false;
      }
      throw new ImageException(
          "the image " + id() + " isn't signed; --allow-unsigned takes it all the same");
    }
    byte[] signature = read(path, SIGNATURE, SIGNATURE_OCTETS_MAX);
    byte[] signed = read(path, MANIFEST, ImageManifest.OCTETS_MAX);
    for (PublicKey key : trust.keys()) {
      if (SigningKeys.isSignedBy(key, signed, signature)) {
        return true;
      }
    }
    throw new ImageException(
        "the signature of image "
            + id()
            + (trust.keys().isEmpty()
                ? " can't be checked: no key is trusted yet; `understudy image trust KEY.pub` adds one"
                : " is by none of the " + trust.keys().size() + " trusted keys"));
  }

  private void verifyFile(String name, String sum) {
    if (!isWhole(name)) {
      throw new ImageException(
          "the image's file " + name + " is damaged or missing (its SHA-256 isn't " + sum + ")");
    }
  }

  /** Whether a file is there as the manifest says. */
  boolean isWhole(String name) {
    try {
      Path file = path.resolve(name);
      return Files.isRegularFile(file) && Sha256.of(file).equals(manifest.files().get(name));
    } catch (IOException e) {
      return false;
    }
  }

  private TreeSet<String> filesThere() {
    try (Stream<Path> files = Files.walk(path)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> path.relativize(file).toString())
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new ImageException("the image in " + path + " can't be read: " + e, e);
    }
  }

  private static byte[] read(Path folder, String name, int octetsMax) {
    Path file = folder.resolve(name);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] octets = in.readNBytes(octetsMax + 1);
      if (octets.length > octetsMax) {
        throw new ImageException(file + " is larger than any " + name);
      }
      return octets;
    } catch (IOException e) {
      throw new ImageException(
          folder + " is no image: its " + name + " can't be read (" + e.getMessage() + ")", e);
    }
  }

  /** Writes the archive, complete before it has its name. */
  public void pack(Path archive) {
    Path next = archive.resolveSibling(archive.getFileName() + ".next");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(next))) {
        Tar.write(path, "understudy-" + manifest.release(), parts(), out);
      }
      Durable.rename(next, archive);
    } catch (IOException e) {
      throw new ImageException("the archive " + archive + " can't be written: " + e, e);
    }
  }

  /** Unpacks an archive into a folder that is empty or not there yet. Nothing is verified. */
  public static ImageFolder unpack(Path archive, Path into) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(archive))) {
      Files.createDirectories(into);
      Tar.unpack(in, into);
    } catch (IOException e) {
      throw new ImageException(
          "the archive " + archive + " can't be unpacked into " + into + ": " + e, e);
    }
    return open(into);
  }

  /**
   * An image that stands in a folder or in an archive, for a look; the archive is unpacked below.
   */
  public static ImageFolder openAny(Path folderOrArchive, Path scratch) {
    return Optional.of(folderOrArchive)
        .filter(Files::isDirectory)
        .map(ImageFolder::open)
        .orElseGet(() -> unpack(folderOrArchive, scratch));
  }
}
