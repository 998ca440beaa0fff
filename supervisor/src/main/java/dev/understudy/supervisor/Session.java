package dev.understudy.supervisor;

import com.google.protobuf.MessageLite;
import dev.understudy.edge.EventLoop;
import dev.understudy.edge.Link;
import dev.understudy.edge.LinkListener;
import dev.understudy.replication.SupervisorCore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The session to the forwarder or to the peer, as the core sees it: at most one, and what an older
 * one still brings is passed over.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
final class Session<I, O extends MessageLite> implements LinkListener<I, O> {
  private final EventLoop sockets;
  private final Loop loop;
  private final Core<I> heard;

  // The loop's thread.
  private @Nullable Link<I, O> current;

  // The sockets' thread.
  private @Nullable Link<I, O> open;
  private long heardNanos = System.nanoTime();

  private volatile long cutUntilNanos = System.nanoTime();

  /** What the core is told. */
  interface Core<I> {
    void connected(SupervisorCore core);

    void message(SupervisorCore core, I message);

    void disconnected(SupervisorCore core, String reason);
  }

  Session(EventLoop sockets, Loop loop, Core<I> heard) {
    this.sockets = sockets;
    this.loop = loop;
    this.heard = heard;
  }

  // ---- the sockets' thread

  /** Why somebody who comes now is sent away; empty: welcome. */
  String refusal() {
    if (isCut()) {
      return "cut on purpose";
    }
    return open == null ? "" : "there is a session already";
  }

  @Override
  public void opened(Link<I, O> link) {
    open = link;
    heardNanos = System.nanoTime();
    loop.post(core -> {
      current = link;
      heard.connected(core);
    });
  }

  @Override
  public void received(Link<I, O> link, I message) {
    if (!isCut()) {
      heardNanos = System.nanoTime();
    }
    loop.post(core -> {
      if (link == current && !isCut()) {
        heard.message(core, message);
      }
      link.taken();
    });
  }

  /** How long nothing has come. */
  long silentMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heardNanos);
  }

  /** Sends without the loop; what the loop has sent before may leave later. */
  void sendNow(O message) {
    Link<I, O> link = open;
    if (link != null && !isCut()) {
      link.send(message);
    }
  }

  @Override
  public void closed(Link<I, O> link, String reason) {
    if (open == link) {
      open = null;
    }
    loop.post(core -> {
      if (link == current) {
        current = null;
        heard.disconnected(core, reason);
      }
    });
  }

  // ---- the loop's thread

  void send(O message) {
    Link<I, O> link = current;
    if (link != null && !isCut()) {
      link.send(message);
    }
  }

  void close(String reason) {
    Link<I, O> link = current;
    if (link != null) {
      link.close(reason);
    }
  }

  boolean isConnected() {
    return current != null;
  }

  /** True while there is room for bulk. */
  boolean hasRoom() {
    Link<I, O> link = current;
    return link != null && link.hasRoom();
  }

  // ---- fault injection

  /** Drops everything in both directions for a while, without a word, and then ends the session. */
  void cut(long millis) {
    cutUntilNanos = System.nanoTime() + millis * 1_000_000L;
    sockets.schedule(() -> loop.post(core -> close("cut on purpose")), millis);
  }

  private boolean isCut() {
    return cutUntilNanos - System.nanoTime() > 0;
  }
}
