package dev.understudy.edge.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import java.util.zip.CRC32C;

/**
 * An image on its way from another module's store: manifest and signature first, then file by file
 * in parts. What was interrupted goes on where it stopped; nothing is taken that the manifest
 * doesn't name with this SHA-256.
 */
public final class IncomingImage {
  /** Where it comes from. */
  @FunctionalInterface
  public interface Source {
    /**
     * A part of a file from an offset on; empty: there is no such file.
     *
     * @throws IOException when nobody answers
     */
    Optional<Part> read(String file, long offset) throws IOException, InterruptedException;
  }

  /**
   * A part of a file.
   *
   * @param crc CRC-32C over the octets
   * @param length of the whole file
   */
  public record Part(ByteBuffer octets, int crc, long length) {
    /** A part as it is sent. */
    static Part of(byte[] octets, long length) {
      return new Part(ByteBuffer.wrap(octets), checksum(ByteBuffer.wrap(octets)), length);
    }
  }

  private static final int PART_OCTETS = 256 << 10;

  private final ImageStore store;
  private final String id;
  private final Source source;

  public IncomingImage(ImageStore store, String id, Source source) {
    this.store = store;
    this.id = id;
    this.source = source;
  }

  /** What another module is given of an image here. */
  public static Optional<Part> read(ImageFolder image, String file, long offset) {
    if (!image.parts().contains(file)) {
      return Optional.empty();
    }
    try (FileChannel channel = FileChannel.open(image.path().resolve(file))) {
      long length = channel.size();
      ByteBuffer octets =
          ByteBuffer.allocate(Math.clamp(length - Math.max(0, offset), 0, PART_OCTETS));
      while (octets.hasRemaining() && channel.read(octets, offset + octets.position()) >= 0) {
        // More of it.
      }
      return Optional.of(Part.of(octets.array(), length));
    } catch (IOException e) {
      throw new ImageException("the image's file " + file + " can't be read: " + e, e);
    }
  }

  /**
   * Gets, verifies and keeps it.
   *
   * @param progress hears how much is there, 0 to 1
   */
  public ImageFolder fetch(Trust trust, DoubleConsumer progress) throws InterruptedException {
    Path folder = store.incoming(id);
    try {
      Files.createDirectories(folder);
      fetchSmall(folder, ImageFolder.MANIFEST);
      fetchSmall(folder, ImageFolder.SIGNATURE);
      ImageFolder image = ImageFolder.open(folder);
      if (!image.id().equals(id)) {
        throw new ImageException("image " + image.id() + " came where " + id + " was asked for");
      }
      image.verifySignature(trust);
      int done = 0;
      for (String file : image.manifest().files().keySet()) {
        fetchFile(image, file);
        done++;
        progress.accept((double) done / image.manifest().files().size());
      }
      image.verify(trust);
      ImageFolder kept = store.keep(image);
      store.discard(folder);
      return kept;
    } catch (IOException e) {
      throw new ImageException("image " + id + " can't be stored here: " + e.getMessage(), e);
    }
  }

  private void fetchSmall(Path folder, String name) throws IOException, InterruptedException {
    Optional<Part> part = source.read(name, 0);
    if (part.isEmpty()) {
      Files.deleteIfExists(folder.resolve(name));
      return;
    }
    try (FileChannel out =
        FileChannel.open(
            folder.resolve(name),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      append(out, name, part.get());
    }
  }

  private void fetchFile(ImageFolder image, String name) throws IOException, InterruptedException {
    if (image.isWhole(name)) {
      return;
    }
    Path file = image.path().resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent(), "in the image's folder"));
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      out.position(out.size());
      Part part;
      do {
        part =
            source
                .read(name, out.position())
                .orElseThrow(() -> new ImageException("the other module has no " + name));
        if (part.octets.remaining() == 0 && out.position() < part.length) {
          throw new ImageException("the other module stopped in the middle of " + name);
        }
        append(out, name, part);
      } while (out.position() < part.length);
    }
    if (!image.isWhole(name)) {
      Files.delete(file);
      throw new ImageException(name + " came damaged");
    }
  }

  private static void append(FileChannel out, String name, Part part) throws IOException {
    if (checksum(part.octets.duplicate()) != part.crc) {
      throw new ImageException("a part of " + name + " came damaged");
    }
    ByteBuffer octets = part.octets.duplicate();
    while (octets.hasRemaining()) {
      out.write(octets);
    }
  }

  private static int checksum(ByteBuffer octets) {
    CRC32C crc = new CRC32C();
    crc.update(octets);
    return (int) crc.getValue();
  }
}
