package dev.understudy.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Close;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class OutgoingTest {
  /**
   * Writes as gRPC does: in a task at the end of the event loop's queue, all that is there then.
   */
  private static final class QueueingWire implements Link.Wire<CanonicalMessage> {
    private final EventLoop loop;
    private final List<Long> written;
    private final List<CanonicalMessage> queue = new ArrayList<>();
    private boolean scheduled;

    QueueingWire(EventLoop loop, List<Long> written) {
      this.loop = loop;
      this.written = written;
    }

    @Override
    public boolean ready() {
      return true;
    }

    @Override
    public void send(CanonicalMessage message) {
      queue.add(message);
      if (!scheduled) {
        scheduled = true;
        loop.execute(() -> {
          scheduled = false;
          queue.forEach(each -> written.add(each.getClose().getNumber()));
          queue.clear();
        });
      }
    }

    @Override
    public void request(int messages) {}

    @Override
    public void close(String reason) {}
  }

  private static final class Deaf implements LinkListener<CanonicalMessage, CanonicalMessage> {
    @Override
    public void opened(Link<CanonicalMessage, CanonicalMessage> link) {}

    @Override
    public void received(Link<CanonicalMessage, CanonicalMessage> link, CanonicalMessage message) {}

    @Override
    public void closed(Link<CanonicalMessage, CanonicalMessage> link, String reason) {}
  }

  @Test
  void messages_to_two_links_are_written_in_the_order_they_were_sent() throws Exception {
    int count = 20_000;
    Random random = new Random(1);
    List<Long> written = Collections.synchronizedList(new ArrayList<>());
    try (EventLoop loop = new EventLoop("test")) {
      var first = new Link<>(loop, new QueueingWire(loop, written), new Deaf(), Optional.empty());
      var second = new Link<>(loop, new QueueingWire(loop, written), new Deaf(), Optional.empty());
      for (long i = 0; i < count; i++) {
        (random.nextBoolean() ? first : second)
            .send(CanonicalMessage.newBuilder().setClose(Close.newBuilder().setNumber(i)).build());
      }
      CountDownLatch done = new CountDownLatch(1);
      first.close("done");
      second.close("done");
      while (!first.isClosed() || !second.isClosed()) {
        Thread.onSpinWait();
      }
      loop.execute(done::countDown);
      assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(written).hasSize(count).isSorted();
  }
}
