package dev.understudy.edge;

import com.google.protobuf.MessageLite;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An ordered stream of messages both ways, for as long as it lasts.
 *
 * <p>{@link #send}, {@link #taken} and {@link #close} may be called from any thread; messages of
 * one thread leave in order.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
public final class Link<I, O extends MessageLite> {
  /** Messages that may come in beyond those that were taken. */
  public static final int RECEIVED_MAX = 4096;

  /** Messages that wait to leave; at one more the link ends. */
  public static final int QUEUED_MESSAGES_MAX = 262_144;

  /** Octets that wait to leave; above it the link ends. */
  public static final long QUEUED_OCTETS_MAX = 64L << 20;

  /** Below so many octets waiting there is room for bulk. */
  static final long ROOM_OCTETS = 256L << 10;

  /** So much of what waits is still sent when a link is closed from this side; more is dropped. */
  static final long LAST_WORDS_OCTETS_MAX = 1L << 20;

  /** Room is given back to the sender in portions of so many messages. */
  static final int TAKEN_PORTION = 512;

  /** The stream below. Called on the event loop's thread only. */
  interface Wire<O> {
    boolean ready();

    void send(O message);

    void request(int messages);

    /** Ends the stream, if possible after what was sent. */
    void close(String reason);
  }

  private final EventLoop loop;
  private final Wire<O> wire;
  private final LinkListener<I, O> listener;
  private final Optional<CertifiedRole> peer;
  private final ArrayDeque<O> waiting = new ArrayDeque<>();
  private final AtomicInteger queuedMessages = new AtomicInteger();
  private final AtomicLong queuedOctets = new AtomicLong();
  private final AtomicInteger takenNotGivenBack = new AtomicInteger();
  private volatile boolean closed;

  Link(EventLoop loop, Wire<O> wire, LinkListener<I, O> listener, Optional<CertifiedRole> peer) {
    this.loop = loop;
    this.wire = wire;
    this.listener = listener;
    this.peer = peer;
  }

  /** Who the other end is by its certificate; empty where this end dialled, or without TLS. */
  public Optional<CertifiedRole> peer() {
    return peer;
  }

  /** To be called once by the maker of the link, on the event loop's thread. */
  void begin() {
    listener.opened(this);
    wire.request(RECEIVED_MAX);
  }

  /** Sends a message; dropped once the link is closed. */
  public void send(O message) {
    if (closed) {
      return;
    }
    int messages = queuedMessages.incrementAndGet();
    long octets = queuedOctets.addAndGet(message.getSerializedSize());
    if (messages > QUEUED_MESSAGES_MAX || octets > QUEUED_OCTETS_MAX) {
      close(messages + " messages of " + octets + " octets wait to leave, which is over the limit");
      return;
    }
    loop.outgoing().add(this, message);
  }

  /** True while there is room for bulk. */
  public boolean hasRoom() {
    return !closed && queuedOctets.get() < ROOM_OCTETS;
  }

  /** A message that was received is dealt with. */
  public void taken() {
    if (takenNotGivenBack.incrementAndGet() == TAKEN_PORTION) {
      takenNotGivenBack.addAndGet(-TAKEN_PORTION);
      loop.execute(() -> {
        if (!closed) {
          wire.request(TAKEN_PORTION);
        }
      });
    }
  }

  /** Ends the link, if possible after what was sent. */
  public void close(String reason) {
    // Behind what is on its way to the event loop.
    loop.outgoing().add(this, reason);
  }

  public boolean isClosed() {
    return closed;
  }

  // ---- on the event loop's thread

  void write(O message) {
    if (closed) {
      return;
    }
    if (waiting.isEmpty() && wire.ready()) {
      hand(message);
    } else {
      waiting.add(message);
    }
  }

  private void hand(O message) {
    queuedMessages.decrementAndGet();
    queuedOctets.addAndGet(-message.getSerializedSize());
    wire.send(message);
  }

  /** There is room below again. */
  void drain() {
    while (!closed && !waiting.isEmpty() && wire.ready()) {
      hand(waiting.remove());
    }
  }

  void closeNow(String reason) {
    if (closed) {
      return;
    }
    if (queuedOctets.get() <= LAST_WORDS_OCTETS_MAX) {
      while (!waiting.isEmpty()) {
        hand(waiting.remove());
      }
    }
    wire.close(reason);
    ended(reason);
  }

  void receive(I message) {
    if (!closed) {
      listener.received(this, message);
    }
  }

  /** The stream below is over. */
  void ended(String reason) {
    if (!closed) {
      closed = true;
      waiting.clear();
      listener.closed(this, reason);
    }
  }
}
