package dev.understudy.edge.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The images of one part of the switch, in a folder {@code images} of its state. */
public final class ImageStore {
  /** Images that stay beside the one that runs and the one before it. */
  private static final int SPARE_IMAGES = 2;

  private static final String INCOMING = "incoming";
  private static final String KEYS = "keys";
  private static final String POINTER = "boot";

  private final Path folder;

  private ImageStore(Path folder) {
    this.folder = folder;
  }

  /**
   * The store of a part; nothing is made before it is needed.
   *
   * @param state the part's folder in the state directory
   */
  public static ImageStore of(Path state) {
    return new ImageStore(state.resolve("images"));
  }

  // ---- images

  /** One that was verified when it came. */
  public Optional<ImageFolder> image(String id) {
    Path path = folder.resolve(id);
    return id.matches("[0-9A-Za-z][0-9A-Za-z.+_-]*") && Files.isDirectory(path)
        ? Optional.of(ImageFolder.open(path))
        : Optional.empty();
  }

  /** Names of those that are there, in order. */
  public List<String> ids() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.list(folder)) {
      return paths
          .filter(path -> Files.exists(path.resolve(ImageFolder.MANIFEST)))
          .map(path -> path.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new ImageException("the image store " + folder + " can't be read: " + e, e);
    }
  }

  /** The newest build of a release that is there. */
  public Optional<ImageFolder> ofRelease(String releaseOrId) {
    return ids().stream()
        .map(this::image)
        .flatMap(Optional::stream)
        .filter(image ->
            image.id().equals(releaseOrId) || image.manifest().release().equals(releaseOrId))
        .reduce((first, second) -> second);
  }

  /**
   * Verifies an archive and keeps the image.
   *
   * @throws ImageException says what is wrong; nothing has changed then
   */
  public ImageFolder add(Path archive, Trust trust) {
    Path into = incoming("unpacked");
    try {
      Durable.remove(into);
      ImageFolder image = ImageFolder.unpack(archive, into);
      image.verify(trust);
      return keep(image);
    } catch (IOException e) {
      throw new ImageException("the image can't be kept in " + folder + ": " + e, e);
    } finally {
      discard(into);
    }
  }

  /** Takes an image from the store of another part on this machine; shares its octets if it can. */
  public ImageFolder add(ImageFolder from) {
    Optional<ImageFolder> there = image(from.id());
    if (there.isPresent()) {
      return there.get();
    }
    Path into = incoming("shared");
    try {
      Durable.remove(into);
      for (String part : from.parts()) {
        Path to = into.resolve(part);
        Files.createDirectories(Objects.requireNonNull(to.getParent(), "below the folder"));
        share(from.path().resolve(part), to);
      }
      if (Files.exists(from.aotCache())) {
        share(from.aotCache(), into.resolve(ImageFolder.AOT_CACHE));
      }
      return keep(ImageFolder.open(into));
    } catch (IOException e) {
      throw new ImageException("the image can't be kept in " + folder + ": " + e, e);
    } finally {
      discard(into);
    }
  }

  /** Becomes what another slot's store is: its images, whom it trusts, what it boots. */
  public void copyFrom(ImageStore other) {
    other.trust(Trust.Unsigned.REFUSED).keys().forEach(this::trust);
    for (String id : other.ids()) {
      other.image(id).ifPresent(this::add);
    }
    BootPointer pointer = other.pointer();
    if (!pointer.isBuiltIn() && pointer.proven()) {
      bootAgain(pointer.image());
    }
  }

  private static void share(Path from, Path to) throws IOException {
    try {
      Files.createLink(to, from);
    } catch (IOException | UnsupportedOperationException e) { // another file system
      Files.copy(from, to);
    }
  }

  /** Gives a verified image in the incoming folder its name. */
  ImageFolder keep(ImageFolder incoming) throws IOException {
    Path path = folder.resolve(incoming.id());
    Path script = incoming.path().resolve("bin/understudy");
    if (Files.exists(script)) {
      Files.setPosixFilePermissions(
          script, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    if (!Files.isDirectory(path)) {
      Durable.rename(incoming.path(), path);
    }
    return ImageFolder.open(path);
  }

  /** A place for what isn't verified yet, on the file system of the store. */
  public Path incoming(String name) {
    Path path = folder.resolve(INCOMING);
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new ImageException("the image store " + folder + " can't be written: " + e, e);
    }
    return path.resolve(name);
  }

  /** Removes something from the incoming folder, as well as it can. */
  public void discard(Path incoming) {
    try {
      Durable.remove(incoming);
    } catch (IOException e) {
      // Removed when the next one comes.
    }
  }

  /** Removes images that neither run nor would run again, but for the newest few. */
  public void prune(List<String> keep) {
    BootPointer pointer = pointer();
    List<String> surplus =
        ids().stream()
            .filter(id ->
                !id.equals(pointer.image()) && !id.equals(pointer.previous()) && !keep.contains(id))
            .sorted(java.util.Comparator.comparing(this::keptSince).reversed())
            .skip(SPARE_IMAGES)
            .toList();
    surplus.forEach(id -> discard(folder.resolve(id)));
  }

  private java.nio.file.attribute.FileTime keptSince(String id) {
    try {
      return Files.getLastModifiedTime(folder.resolve(id));
    } catch (IOException e) {
      return java.nio.file.attribute.FileTime.fromMillis(0);
    }
  }

  // ---- trust

  public Trust trust(Trust.Unsigned unsigned) {
    return Trust.of(folder.resolve(KEYS), unsigned);
  }

  /** From now on images signed by this key are taken. */
  public void trust(PublicKey key) {
    String pem = SigningKeys.pem(key);
    String name = Sha256.of(key.getEncoded()).substring(0, 16) + ".pub";
    try {
      Files.createDirectories(folder.resolve(KEYS));
      Durable.write(folder.resolve(KEYS).resolve(name), pem);
    } catch (IOException e) {
      throw new ImageException("the key can't be kept in " + folder.resolve(KEYS) + ": " + e, e);
    }
  }

  // ---- which one runs

  public BootPointer pointer() {
    try {
      return BootPointer.parse(Files.readString(folder.resolve(POINTER)));
    } catch (NoSuchFileException e) {
      return BootPointer.NONE;
    } catch (IOException e) {
      throw new ImageException("the boot pointer in " + folder + " can't be read: " + e, e);
    }
  }

  /** The next start runs this image, or what the launcher runs. */
  public void boot(String id) {
    var _ = boot(id, "");
  }

  /**
   * The same, for an attempt that has a name.
   *
   * @return false if that attempt was made already and has failed
   */
  public boolean boot(String id, String attempt) {
    BootPointer pointer = pointer();
    if (!pointer.failure().isEmpty() && !attempt.isEmpty() && pointer.attempt().equals(attempt)) {
      return false;
    }
    if (!pointer.image().equals(id)) {
      write(pointer.to(id, attempt));
    }
    return true;
  }

  /** The next start runs what ran before: it has come up then, and needn't prove itself again. */
  public void bootAgain(String id) {
    write(new BootPointer(id, id, true, 0, "", ""));
  }

  /** The image that was started has come up. */
  public void proven() {
    BootPointer pointer = pointer();
    if (!pointer.proven()) {
      write(pointer.cameUp());
    }
  }

  /**
   * To be called before each start: counts it, and goes back to the previous image when this one
   * was started {@value BootPointer#TRIES_MAX} times and never came up, or isn't there.
   */
  public BootPointer nextStart() {
    BootPointer pointer = pointer();
    if (!pointer.isBuiltIn() && !isThere(pointer.image())) {
      pointer = pointer.back("image " + pointer.image() + " is not in the store or damaged");
      write(pointer);
    } else if (!pointer.proven()) {
      pointer =
          pointer.tries() < BootPointer.TRIES_MAX
              ? pointer.tried()
              : pointer.back(
                  "image "
                      + pointer.image()
                      + " was started "
                      + BootPointer.TRIES_MAX
                      + " times and never came up");
      write(pointer);
    }
    return pointer;
  }

  private boolean isThere(String id) {
    try {
      return image(id)
          .map(image -> image.classPath().stream().allMatch(Files::isRegularFile))
          .orElse(false);
    } catch (ImageException e) {
      return false;
    }
  }

  private void write(BootPointer pointer) {
    try {
      Files.createDirectories(folder);
      Durable.write(folder.resolve(POINTER), pointer.text());
    } catch (IOException e) {
      throw new ImageException("the boot pointer in " + folder + " can't be written: " + e, e);
    }
  }
}
