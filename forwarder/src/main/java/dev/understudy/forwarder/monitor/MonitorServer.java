package dev.understudy.forwarder.monitor;

import dev.understudy.linux.MonotonicClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves readers of captured frames on a Unix socket, each with a thread of its own. */
public final class MonitorServer implements AutoCloseable {
  /** Readers at a time; one more is refused. */
  public static final int READERS_MAX = 4;

  private static final Logger LOG = LoggerFactory.getLogger(MonitorServer.class);
  private static final int NAME_OCTETS_MAX = 256;
  private static final long ASKED_NANOS_MAX = 2_000_000_000L;
  private static final long IDLE_NANOS = 5_000_000L;
  private static final int WRITE_OCTETS = 1 << 17;
  private static final int SECOND_NANOS = 1_000_000_000;

  private final ServerSocketChannel listening;
  private final Path socket;
  private final Ports ports;
  private final String application;
  private final AtomicInteger readers = new AtomicInteger();
  private volatile boolean closed;

  /** Ports that can be listened in on. Called by readers' threads. */
  public interface Ports {
    /**
     * Begins to capture.
     *
     * @throws Refused with what is wrong, for people
     */
    Capture capture(String port) throws Refused;
  }

  /**
   * What is captured, until this is closed.
   *
   * @param end ends it
   */
  public record Capture(FrameTap tap, Runnable end) implements AutoCloseable {
    @Override
    public void close() {
      end.run();
    }
  }

  /** A port can't be captured. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    public Refused(String reason) {
      super(reason);
    }
  }

  private MonitorServer(
      ServerSocketChannel listening, Path socket, Ports ports, String application) {
    this.listening = listening;
    this.socket = socket;
    this.ports = ports;
    this.application = application;
  }

  /**
   * Begins to listen.
   *
   * @param socket in a directory that nobody else can enter; what is there is replaced
   * @param application named in the files
   */
  public static MonitorServer open(Path socket, Ports ports, String application) {
    try {
      Files.deleteIfExists(socket);
      ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      listening.bind(UnixDomainSocketAddress.of(socket));
      MonitorServer server = new MonitorServer(listening, socket, ports, application);
      Thread.ofPlatform().name("monitors").daemon().start(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException("the socket " + socket + " can't be used", e);
    }
  }

  private void accept() {
    while (!closed) {
      try {
        SocketChannel reader = listening.accept();
        Thread.ofPlatform().name("monitor").daemon().start(() -> serve(reader));
      } catch (IOException e) {
        if (!closed) {
          LOG.warn("no more monitors: {}", e.toString());
        }
        return;
      }
    }
  }

  private void serve(SocketChannel reader) {
    boolean room = readers.incrementAndGet() <= READERS_MAX;
    try (reader) {
      reader.configureBlocking(false);
      if (!room) {
        write(reader, line("there are " + READERS_MAX + " monitors already"));
        return;
      }
      String port = askedFor(reader);
      try (Capture capture = ports.capture(port)) {
        write(reader, line("ok"));
        LOG.info("port {} is monitored", port);
        pass(reader, port, capture.tap());
      } catch (Refused e) {
        write(reader, line(String.valueOf(e.getMessage())));
      }
      LOG.info("port {} is monitored no more", port);
    } catch (IOException e) {
      LOG.info("a monitor is gone: {}", e.toString());
    } finally {
      readers.decrementAndGet();
    }
  }

  private static ByteBuffer line(String text) {
    return ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static String askedFor(SocketChannel reader) throws IOException {
    ByteBuffer name = ByteBuffer.allocate(NAME_OCTETS_MAX);
    long deadline = System.nanoTime() + ASKED_NANOS_MAX;
    while (name.position() == 0 || name.get(name.position() - 1) != '\n') {
      if (reader.read(name) < 0 || !name.hasRemaining() || System.nanoTime() - deadline > 0) {
        throw new IOException("it named no port");
      }
      LockSupport.parkNanos(IDLE_NANOS);
    }
    return StandardCharsets.UTF_8.decode(name.flip()).toString().strip();
  }

  private void pass(SocketChannel reader, String port, FrameTap tap) throws IOException {
    write(reader, ByteBuffer.wrap(Pcapng.begin(application, port)));
    Instant now = Instant.now();
    long epochAtZero =
        now.getEpochSecond() * SECOND_NANOS + now.getNano() - new MonotonicClock().nanos();
    ByteBuffer blocks = ByteBuffer.allocate(WRITE_OCTETS);
    ByteBuffer nothing = ByteBuffer.allocate(1);
    while (!closed) {
      Captured next = tap.take();
      byte[] block = next == null ? null : Pcapng.packet(next, next.nanos() + epochAtZero);
      if (block == null || block.length > blocks.remaining()) {
        write(reader, blocks.flip());
        blocks.clear();
      }
      if (block != null) {
        blocks.put(block);
      } else if (reader.read(nothing.clear()) < 0) {
        return;
      } else {
        LockSupport.parkNanos(IDLE_NANOS);
      }
    }
  }

  private void write(SocketChannel reader, ByteBuffer octets) throws IOException {
    while (octets.hasRemaining() && !closed) {
      if (reader.write(octets) == 0) {
        LockSupport.parkNanos(IDLE_NANOS);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      listening.close();
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      LOG.warn("the socket {} stays: {}", socket, e.toString());
    }
  }
}
