package dev.understudy.lab;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads captures in the classic pcap format, micro- or nanosecond stamps, either byte order,
 * Ethernet only.
 */
public final class Pcap {
  private static final int MAGIC_MICROS = 0xa1b2c3d4;
  private static final int MAGIC_NANOS = 0xa1b23c4d;
  private static final int FILE_HEADER_LENGTH = 24;
  private static final int RECORD_HEADER_LENGTH = 16;
  private static final int LINK_TYPE_ETHERNET = 1;
  private static final int RECORD_LENGTH_MAX = 1 << 18;

  private Pcap() {}

  /** Gets every frame. The buffer is used again for the next one. */
  @FunctionalInterface
  public interface Sink {
    void frame(long timeNanos, ByteBuffer octets);
  }

  /**
   * Reads a whole file; one that ends within a record (its writer was killed) is read up to there.
   */
  public static void read(Path file, Sink sink) {
    try (InputStream stream = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
      read(stream, sink);
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  /** Reads frames as they come until the stream ends. */
  public static void read(InputStream stream, Sink sink) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    byte[] fileHeader = new byte[FILE_HEADER_LENGTH];
    if (in.readNBytes(fileHeader, 0, FILE_HEADER_LENGTH) < FILE_HEADER_LENGTH) {
      return;
    }
    ByteBuffer header = ByteBuffer.wrap(fileHeader);
    long unit = unitNanos(header.getInt(0));
    if (unit == 0) {
      header.order(ByteOrder.LITTLE_ENDIAN);
      unit = unitNanos(header.getInt(0));
    }
    if (unit == 0) {
      throw new LabException("not a pcap file");
    }
    if (header.getInt(20) != LINK_TYPE_ETHERNET) {
      throw new LabException("link type %d, Ethernet expected".formatted(header.getInt(20)));
    }
    ByteBuffer record = ByteBuffer.allocate(RECORD_HEADER_LENGTH).order(header.order());
    byte[] octets = new byte[RECORD_LENGTH_MAX];
    try {
      while (true) {
        in.readFully(record.array());
        int length = record.getInt(8);
        if (length < 0 || length > RECORD_LENGTH_MAX) {
          throw new LabException("a record of %d octets".formatted(length));
        }
        in.readFully(octets, 0, length);
        long time =
            Integer.toUnsignedLong(record.getInt(0)) * 1_000_000_000L
                + Integer.toUnsignedLong(record.getInt(4)) * unit;
        sink.frame(time, ByteBuffer.wrap(octets, 0, length).slice());
      }
    } catch (EOFException _) {
      return;
    }
  }

  private static long unitNanos(int magic) {
    return switch (magic) {
      case MAGIC_MICROS -> 1000;
      case MAGIC_NANOS -> 1;
      default -> 0;
    };
  }
}
