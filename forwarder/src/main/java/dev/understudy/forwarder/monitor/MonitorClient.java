package dev.understudy.forwarder.monitor;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** Reads what is captured at a port. */
public final class MonitorClient implements AutoCloseable {
  private static final int BUFFER_OCTETS = 1 << 16;
  private static final int BLOCK_OCTETS_MAX = 1 << 20;

  private final SocketChannel channel;
  private final DataInputStream in;
  private final AtomicLong frames = new AtomicLong();

  private MonitorClient(SocketChannel channel) {
    this.channel = channel;
    in =
        new DataInputStream(
            new BufferedInputStream(Channels.newInputStream(channel), BUFFER_OCTETS));
  }

  /**
   * Begins.
   *
   * @throws MonitorServer.Refused with the forwarder's words
   * @throws IOException if there is no such socket, or nobody behind it
   */
  public static MonitorClient open(Path socket, String port)
      throws IOException, MonitorServer.Refused {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    MonitorClient client = new MonitorClient(channel);
    try {
      channel.write(ByteBuffer.wrap((port + "\n").getBytes(StandardCharsets.UTF_8)));
      String answer = client.line();
      if (!answer.equals("ok")) {
        throw new MonitorServer.Refused(answer);
      }
      return client;
    } catch (IOException | MonitorServer.Refused e) {
      client.close();
      throw e;
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int octet = in.read(); octet != '\n'; octet = in.read()) {
      if (octet < 0) {
        throw new EOFException("the forwarder hung up");
      }
      text.write(octet);
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  /** Copies whole blocks until the forwarder ends or {@link #close} is called. */
  public void copyTo(OutputStream out) throws IOException {
    byte[] block = new byte[BLOCK_OCTETS_MAX];
    ByteBuffer view = ByteBuffer.wrap(block).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    while (true) {
      try {
        in.readFully(block, 0, 8);
        int length = view.getInt(4);
        if (length < Pcapng.FRAMING || length > BLOCK_OCTETS_MAX) {
          throw new IOException("a block of " + length + " octets");
        }
        in.readFully(block, 8, length - 8);
        out.write(block, 0, length);
        if (in.available() == 0) {
          out.flush();
        }
        if (view.getInt(0) == Pcapng.ENHANCED_PACKET) {
          frames.incrementAndGet();
        }
      } catch (EOFException | ClosedChannelException e) {
        out.flush();
        return;
      }
    }
  }

  /** Copied so far. Any thread. */
  public long frames() {
    return frames.get();
  }

  /** Any thread. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
