package dev.understudy.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** What a log says from now on; quick enough to aim a strike by it. */
public final class LogTail {
  private static final Duration ASK_EVERY = Duration.ofMillis(1);

  private final Path file;
  private final long from;

  LogTail(Path file) {
    this.file = file;
    this.from = file.toFile().length();
  }

  /** What was written since this was made. */
  public String text() {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer octets = ByteBuffer.allocate(Math.toIntExact(channel.size() - from));
      while (octets.hasRemaining() && channel.read(octets, from + octets.position()) >= 0) {
        // the rest comes with the next read
      }
      return new String(octets.array(), 0, octets.position(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns within a millisecond or two of the words' being written. */
  public void await(String words, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (!text().contains(words)) {
      if (System.nanoTime() - end > 0) {
        throw new LabException("not within %s in %s: %s".formatted(limit, file, words));
      }
      Await.pause(ASK_EVERY);
    }
  }
}
