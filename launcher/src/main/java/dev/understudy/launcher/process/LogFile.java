package dev.understudy.launcher.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What a child writes to its standard output and error. The child appends by itself, so that it
 * outlives the launcher; the launcher only cuts.
 */
public record LogFile(Path path) {
  public static final long OCTETS_MAX = 4 << 20;

  /** Where the part before the last cut is. */
  public Path former() {
    return path.resolveSibling(path.getFileName() + ".1");
  }

  /**
   * Moves the content aside when there is too much of it. What is written between the copy and the
   * cut is lost; the file is open for appending in the child, so that it goes on at the beginning.
   */
  public void cutIfLong() {
    try {
      if (Files.exists(path) && Files.size(path) > OCTETS_MAX) {
        try (FileChannel from = FileChannel.open(path, StandardOpenOption.READ);
            FileChannel to =
                FileChannel.open(
                    former(),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
          long octets = from.size();
          from.transferTo(Math.max(0, octets - OCTETS_MAX), OCTETS_MAX, to);
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
          file.setLength(0);
        }
      }
    } catch (IOException e) {
      // A full disk must not end the launcher; the next look tries again.
    }
  }

  /** The last lines, at most so many octets of them. */
  public String tail(int octets) {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      long begin = Math.max(0, file.length() - octets);
      byte[] content = new byte[(int) (file.length() - begin)];
      file.seek(begin);
      file.readFully(content);
      return new String(content, java.nio.charset.StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
