package dev.understudy.edge.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Archives of plain files in POSIX ustar (IEEE 1003.1-2024, pax), each with the same owner, time
 * and mode. What it reads is what it writes: a link, a device or a path that leads elsewhere is
 * refused.
 *
 * <pre>
 *   octet   0        100   108  116  124   136    148       156   157       257    263   …    512
 *           name     mode  uid  gid  size  mtime  checksum  type  linkname  magic  version
 * </pre>
 */
final class Tar {
  private static final int BLOCK = 512;
  private static final int NAME = 0;
  private static final int NAME_LENGTH = 100;
  private static final int MODE = 100;
  private static final int UID = 108;
  private static final int GID = 116;
  private static final int SIZE = 124;
  private static final int SIZE_LENGTH = 12;
  private static final int MTIME = 136;
  private static final int CHECKSUM = 148;
  private static final int CHECKSUM_LENGTH = 8;
  private static final int TYPE = 156;
  private static final int MAGIC = 257;
  private static final byte[] USTAR = "ustar\u000000".getBytes(StandardCharsets.US_ASCII);

  /** 2026-01-01T00:00:00Z, as in the jars. */
  private static final long TIME = 1_767_225_600L;

  /** All files together; more is no image. */
  private static final long OCTETS_MAX = 1L << 30;

  private Tar() {}

  /**
   * Writes files of a folder, in this order.
   *
   * @param root the name of the one folder in the archive
   */
  static void write(Path folder, String root, List<String> paths, OutputStream out)
      throws IOException {
    for (String path : paths) {
      Path file = folder.resolve(path);
      long size = Files.size(file);
      out.write(header(root + "/" + path, size, path.startsWith("bin/")));
      long copied = Files.copy(file, out);
      if (copied != size) {
        throw new IOException(file + " changed while it was read");
      }
      out.write(new byte[padding(size)]);
    }
    out.write(new byte[2 * BLOCK]);
  }

  private static byte[] header(String name, long size, boolean executable) throws IOException {
    byte[] header = new byte[BLOCK];
    byte[] octets = name.getBytes(StandardCharsets.UTF_8);
    if (octets.length >= NAME_LENGTH) {
      throw new IOException("the name " + name + " is too long for an archive");
    }
    System.arraycopy(octets, 0, header, NAME, octets.length);
    octal(header, MODE, 7, executable ? 0755 : 0644);
    octal(header, UID, 7, 0);
    octal(header, GID, 7, 0);
    octal(header, SIZE, 11, size);
    octal(header, MTIME, 11, TIME);
    header[TYPE] = '0';
    System.arraycopy(USTAR, 0, header, MAGIC, USTAR.length);
    octal(header, CHECKSUM, 6, checksum(header));
    header[CHECKSUM + 7] = ' ';
    return header;
  }

  private static void octal(byte[] header, int at, int digits, long value) {
    String text = "%0" + digits + "o";
    byte[] octets = text.formatted(value).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(octets, 0, header, at, digits);
  }

  /** The sum of all octets, with blanks in the place of the sum itself. */
  private static int checksum(byte[] header) {
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      boolean own = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_LENGTH;
      sum += own ? ' ' : header[i] & 0xff;
    }
    return sum;
  }

  private static int padding(long size) {
    return (int) (-size & BLOCK - 1);
  }

  /**
   * Unpacks an archive into an empty folder, without the folder that is in the archive.
   *
   * @throws ImageException when it isn't an archive of plain files, or ends too early
   */
  static void unpack(InputStream in, Path folder) throws IOException {
    long total = 0;
    int files = 0;
    while (true) {
      byte[] header = in.readNBytes(BLOCK);
      if (header.length < BLOCK) {
        throw new ImageException("the archive is cut off after " + files + " files");
      }
      if (Arrays.equals(header, new byte[BLOCK])) {
        break;
      }
      if (parseOctal(header, CHECKSUM, CHECKSUM_LENGTH) != checksum(header)) {
        throw new ImageException(
            files == 0
                ? "this is no image archive"
                : "the archive is damaged after " + files + " files");
      }
      long size = parseOctal(header, SIZE, SIZE_LENGTH);
      total += size;
      if (header[TYPE] != '0'
          || size < 0
          || total > OCTETS_MAX
          || ++files > ImageManifest.FILES_MAX) {
        throw new ImageException("the archive holds something that no image does");
      }
      Path file = folder.resolve(insideRoot(text(header))).normalize();
      if (!file.startsWith(folder) || file.equals(folder)) {
        throw new ImageException("the archive has a file that leads elsewhere: " + text(header));
      }
      Files.createDirectories(Objects.requireNonNull(file.getParent(), "below the folder"));
      try (OutputStream out = Files.newOutputStream(file)) {
        copy(in, out, size);
      }
      in.skipNBytes(padding(size));
    }
  }

  private static void copy(InputStream in, OutputStream out, long size) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long left = size;
    while (left > 0) {
      int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (count < 0) {
        throw new ImageException("the archive is cut off");
      }
      out.write(buffer, 0, count);
      left -= count;
    }
  }

  private static String text(byte[] header) {
    int end = NAME;
    while (end < NAME + NAME_LENGTH && header[end] != 0) {
      end++;
    }
    return new String(header, NAME, end - NAME, StandardCharsets.UTF_8);
  }

  private static String insideRoot(String name) {
    int slash = name.indexOf('/');
    if (slash <= 0 || slash == name.length() - 1) {
      throw new ImageException("the archive has a file outside of its folder: " + name);
    }
    return name.substring(slash + 1);
  }

  private static long parseOctal(byte[] header, int at, int length) {
    long value = 0;
    for (int i = at; i < at + length && header[i] != 0 && header[i] != ' '; i++) {
      if (header[i] < '0' || header[i] > '7') {
        return -1;
      }
      value = value << 3 | header[i] - '0';
    }
    return value;
  }
}
