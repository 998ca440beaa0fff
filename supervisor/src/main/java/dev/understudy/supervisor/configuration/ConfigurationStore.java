package dev.understudy.supervisor.configuration;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.schema.StoredConfiguration;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * A supervisor's own home of the configuration: one file in a directory that nobody else may read.
 *
 * <p>A file is replaced as a whole: written beside, forced to the disk, renamed, and the directory
 * forced as well. Whatever happens in between, the former or the new one is there, whole.
 *
 * <pre>
 *  0        7 8      11 12     15 16
 * +----------+---------+---------+--------------------------------+
 * | USTYCFG1 | length  | CRC-32C | StoredConfiguration            |
 * +----------+---------+---------+--------------------------------+
 * </pre>
 *
 * Numbers are big-endian; the checksum is over what follows it.
 *
 * <p>Used by one thread, which may wait for the disk. No method throws because of the disk: what
 * failed is in the result.
 */
public final class ConfigurationStore {
  public static final String FILE_NAME = "configuration";

  /** Octets of a stored configuration. */
  public static final int OCTETS_MAX = 16 << 20;

  /** Damaged files that are kept; then the newest takes the last one's place. */
  static final int DAMAGED_KEPT_MAX = 9;

  private static final String NEW_NAME = FILE_NAME + ".new";
  private static final byte[] MAGIC = {'U', 'S', 'T', 'Y', 'C', 'F', 'G', '1'};
  private static final int LENGTH_AT = 8;
  private static final int CRC_AT = 12;
  private static final int CONTENT_AT = 16;
  private static final Set<PosixFilePermission> PRIVATE_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path directory;
  private final Disk disk;

  /** Where a write can fail; tests put a full disk here. */
  @FunctionalInterface
  interface Disk {
    void write(FileChannel channel, ByteBuffer octets) throws IOException;
  }

  /** What came of reading. */
  public sealed interface Loaded {
    record Found(StoredConfiguration stored) implements Loaded {}

    /** There is no file. */
    record None() implements Loaded {}

    /**
     * There is a file, but not one that can be used.
     *
     * @param reason a sentence
     * @param keptAs where it is now; the same name if it couldn't be moved
     */
    record Damaged(String reason, Path keptAs) implements Loaded {}

    /**
     * The disk failed; the file is where it was.
     *
     * @param reason a sentence
     */
    record Failed(String reason) implements Loaded {}
  }

  /** What came of writing. */
  public sealed interface Written {
    record Done(Path file) implements Written {}

    /**
     * The former file is as it was.
     *
     * @param reason a sentence
     */
    record Failed(String reason) implements Written {}
  }

  public ConfigurationStore(Path directory) {
    this(
        directory,
        (channel, octets) -> {
          while (octets.hasRemaining()) {
            channel.write(octets);
          }
        });
  }

  ConfigurationStore(Path directory, Disk disk) {
    this.directory = directory;
    this.disk = disk;
  }

  public Path file() {
    return directory.resolve(FILE_NAME);
  }

  /** The configuration on disk. A file that can't be used is put aside and never overwritten. */
  public Loaded load() {
    byte[] octets;
    try {
      if (Files.exists(file()) && Files.size(file()) > CONTENT_AT + (long) OCTETS_MAX) {
        return damaged("it has " + Files.size(file()) + " octets");
      }
      octets = Files.readAllBytes(file());
    } catch (NoSuchFileException e) {
      return new Loaded.None();
    } catch (IOException | RuntimeException e) {
      return new Loaded.Failed("can't read " + file() + ": " + e);
    }
    ByteBuffer buffer = ByteBuffer.wrap(octets);
    if (octets.length < CONTENT_AT || !startsWithMagic(octets)) {
      return damaged("it is no configuration of this program (" + octets.length + " octets)");
    }
    int length = buffer.getInt(LENGTH_AT);
    if (length != octets.length - CONTENT_AT) {
      return damaged(
          "it has %d octets after its head and says %d"
              .formatted(octets.length - CONTENT_AT, Integer.toUnsignedLong(length)));
    }
    int crc = crc(octets, CONTENT_AT, length);
    if (crc != buffer.getInt(CRC_AT)) {
      return damaged(
          "its checksum is %08x and should be %08x".formatted(crc, buffer.getInt(CRC_AT)));
    }
    try {
      return new Loaded.Found(StoredConfiguration.parseFrom(buffer.slice(CONTENT_AT, length)));
    } catch (InvalidProtocolBufferException e) {
      return damaged("its content can't be decoded: " + e.getMessage());
    }
  }

  /** Replaces the configuration on disk; on return it would survive a loss of power. */
  public Written write(StoredConfiguration stored) {
    return replace(file(), stored);
  }

  /**
   * Keeps a configuration of another lineage, under a name of its own; the one in force is not
   * touched.
   */
  public Written keepAside(StoredConfiguration diverged) {
    String name =
        "%s.diverged-version-%s-%s"
            .formatted(
                FILE_NAME,
                Long.toUnsignedString(diverged.getConfig().getVersion()),
                HexFormat.of().toHexDigits(diverged.getConfig().getId()));
    return replace(directory.resolve(name), diverged);
  }

  private Written replace(Path target, StoredConfiguration stored) {
    Path fresh = directory.resolve(NEW_NAME);
    try {
      if (stored.getSerializedSize() > OCTETS_MAX) {
        return new Written.Failed(
            "can't write %s: %d octets are more than %d"
                .formatted(target, stored.getSerializedSize(), OCTETS_MAX));
      }
      makeDirectory();
      Files.deleteIfExists(fresh);
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              Set.of(
                  StandardOpenOption.CREATE_NEW,
                  StandardOpenOption.WRITE,
                  LinkOption.NOFOLLOW_LINKS),
              PRIVATE_FILE)) {
        disk.write(channel, encode(stored));
        channel.force(true);
      }
      Files.move(
          fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      forceDirectory();
      return new Written.Done(target);
    } catch (IOException | RuntimeException e) {
      removeQuietly(fresh);
      return new Written.Failed("can't write " + target + ": " + e);
    }
  }

  private static ByteBuffer encode(StoredConfiguration stored) {
    byte[] content = stored.toByteArray();
    ByteBuffer buffer = ByteBuffer.allocate(CONTENT_AT + content.length);
    return buffer
        .put(MAGIC)
        .putInt(content.length)
        .putInt(crc(content, 0, content.length))
        .put(content)
        .flip();
  }

  private static int crc(byte[] octets, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(octets, offset, length);
    return (int) crc.getValue();
  }

  private static boolean startsWithMagic(byte[] octets) {
    return java.util.Arrays.equals(octets, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  private void makeDirectory() throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PRIVATE_DIRECTORY));
    }
    if (!Files.getPosixFilePermissions(directory).equals(PRIVATE_DIRECTORY)) {
      Files.setPosixFilePermissions(directory, PRIVATE_DIRECTORY);
    }
  }

  /** Without it a rename may be lost with the power. */
  private void forceDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private Loaded damaged(String what) {
    try {
      Path aside = directory.resolve(FILE_NAME + ".damaged-" + (damagedKept() + 1));
      Files.move(
          file(), aside, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      forceDirectory();
      return new Loaded.Damaged(
          "%s is damaged: %s; it is kept as %s".formatted(file(), what, aside.getFileName()),
          aside);
    } catch (IOException | RuntimeException e) {
      return new Loaded.Damaged(
          "%s is damaged: %s; it can't be put aside: %s".formatted(file(), what, e), file());
    }
  }

  private int damagedKept() throws IOException {
    int kept = 0;
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory, FILE_NAME + ".damaged-*")) {
      for (Path file : files) {
        kept += Files.isRegularFile(file) ? 1 : 0;
      }
    }
    return Math.min(kept, DAMAGED_KEPT_MAX - 1);
  }

  private static void removeQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException | RuntimeException e) {
      // What was half written stays behind under its own name and is replaced next time.
    }
  }
}
