package dev.understudy.launcher.demo;

import dev.understudy.linux.Scheduling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One thread with UDP sockets on loopback, timers and tasks. All sockets are read empty before any
 * timer runs, as the judgement wants it.
 */
final class Reactor implements AutoCloseable {
  private static final int FRAME_LENGTH_MAX = 9_216;
  private static final int RECEIVE_BUFFER_OCTETS = 1 << 20;
  private static final Scheduling.Wish PLACE = Scheduling.Wish.fifo(5).orNice(-5);

  /** What a datagram that came in does. */
  @FunctionalInterface
  interface Receiver {
    /**
     * @param notYetNanos the socket was empty then
     */
    void received(byte[] octets, long notYetNanos, long nowNanos);
  }

  /** Something that wants to be called at a time of its own. */
  interface Timed {
    /** In {@link System#nanoTime} terms. */
    long nextNanos();

    void onTime(long nowNanos);
  }

  private final Selector selector;
  private final List<Timed> timers = new ArrayList<>();
  private final List<Socket> sockets = new ArrayList<>();
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(FRAME_LENGTH_MAX);
  private final Thread thread;
  private long drainedNanos = System.nanoTime();
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;

  Reactor(String name) throws IOException {
    selector = Selector.open();
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** One end of a cable: a UDP socket, connected to the other end. */
  final class Socket {
    private final DatagramChannel channel;
    private Receiver receiver = (octets, notYetNanos, nowNanos) -> {};
    private long emptyNanos = System.nanoTime();
    private long sendFailures;

    private Socket(DatagramChannel channel) {
      this.channel = channel;
    }

    int port() throws IOException {
      return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    void connect(int port) throws IOException {
      channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    void receiver(Receiver next) {
      receiver = next;
    }

    /** A frame that the kernel doesn't take is lost, as on a cable that nobody listens at. */
    void send(byte[] frame) {
      try {
        if (!channel.isConnected() || channel.write(ByteBuffer.wrap(frame)) != frame.length) {
          sendFailures++;
        }
      } catch (IOException e) {
        sendFailures++;
      }
    }

    long sendFailures() {
      return sendFailures;
    }

    private void drain() throws IOException {
      while (channel.isConnected()) {
        buffer.clear();
        long beforeNanos = System.nanoTime();
        int length;
        try {
          length = channel.read(buffer);
        } catch (PortUnreachableException e) {
          // Nobody is at the other end yet, or it is just being started again.
          continue;
        }
        if (length <= 0) {
          emptyNanos = beforeNanos;
          return;
        }
        buffer.flip();
        byte[] octets = new byte[length];
        buffer.get(octets);
        receiver.received(octets, emptyNanos, System.nanoTime());
      }
    }
  }

  /** A socket with a free port number. */
  Socket open() throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_OCTETS);
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Socket socket = new Socket(channel);
    channel.register(selector, SelectionKey.OP_READ, socket);
    sockets.add(socket);
    return socket;
  }

  void add(Timed timer) {
    timers.add(timer);
  }

  /** Runs something on the reactor's thread and waits for it. */
  <T> T call(Callable<T> task) throws InterruptedException {
    CompletableFuture<T> done = new CompletableFuture<>();
    tasks.add(() -> {
      try {
        done.complete(task.call());
      } catch (Exception e) {
        done.completeExceptionally(e);
      }
    });
    selector.wakeup();
    try {
      while (true) {
        try {
          return done.get(100, java.util.concurrent.TimeUnit.MILLISECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
          checkAlive();
        }
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a task of the demonstration failed", e.getCause());
    }
  }

  /** Throws what ended the reactor's thread, if something did. */
  void checkAlive() {
    Throwable cause = failure;
    if (cause != null) {
      throw new IllegalStateException("the demonstration's network has failed", cause);
    }
  }

  /** Everything that had come by then has been received. On the reactor's thread. */
  long drainedNanos() {
    return drainedNanos;
  }

  private void run() {
    // Whoever watches must not be late himself.
    Scheduling.ask(PLACE);
    try {
      while (!closed) {
        turn();
      }
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
    }
  }

  private void turn() throws IOException {
    long now = System.nanoTime();
    long wait = 100_000_000L;
    for (Timed timer : timers) {
      wait = Math.min(wait, timer.nextNanos() - now);
    }
    if (!tasks.isEmpty() || wait <= 0) {
      selector.selectNow();
    } else {
      selector.select(Math.max(1, (wait + 999_999) / 1_000_000));
    }
    selector.selectedKeys().clear();
    drainedNanos = System.nanoTime();
    for (Socket socket : sockets) {
      socket.drain();
    }
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
    for (Timed timer : timers) {
      long time = System.nanoTime();
      if (timer.nextNanos() - time <= 0) {
        timer.onTime(time);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join(1_000);
      for (Socket socket : sockets) {
        socket.channel.close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
