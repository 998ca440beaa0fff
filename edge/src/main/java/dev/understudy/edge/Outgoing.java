package dev.understudy.edge;

import com.google.protobuf.MessageLite;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Takes messages to the event loop's thread, and has those of different links written in the order
 * in which they were sent.
 *
 * <p>gRPC writes a link's messages in a task that it puts at the end of the event loop's queue. So
 * messages to one link in a row are handed over together, and whatever goes to another link next
 * follows in a task behind that one.
 */
final class Outgoing {
  /** Messages handed over in one task. */
  static final int ROW_MAX = 256;

  private final EventLoop loop;
  private final ConcurrentLinkedQueue<Item> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  /**
   * @param message or null, to close the link for {@code reason}
   */
  private record Item(Link<?, ?> link, @Nullable MessageLite message, String reason) {
    @SuppressWarnings("unchecked") // add() saw to it that the message is of the link's kind.
    void carryOut() {
      if (message == null) {
        link.closeNow(reason);
      } else {
        ((Link<?, MessageLite>) link).write(message);
      }
    }
  }

  Outgoing(EventLoop loop) {
    this.loop = loop;
  }

  <O extends MessageLite> void add(Link<?, O> link, O message) {
    add(new Item(link, message, ""));
  }

  void add(Link<?, ?> link, String reasonToClose) {
    add(new Item(link, null, reasonToClose));
  }

  private void add(Item item) {
    queue.add(item);
    schedule();
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      loop.execute(this::row);
    }
  }

  private void row() {
    Item first = queue.peek();
    int row = 0;
    for (Item item = first;
        item != null && first != null && item.link == first.link && row < ROW_MAX;
        item = queue.peek()) {
      queue.remove();
      item.carryOut();
      row++;
    }
    if (queue.isEmpty()) {
      scheduled.set(false);
      if (!queue.isEmpty()) {
        schedule();
      }
    } else {
      loop.execute(this::row);
    }
  }
}
