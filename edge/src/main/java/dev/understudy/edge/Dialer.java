package dev.understudy.edge;

import com.google.protobuf.MessageLite;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a link to an endpoint up: dials, and dials again whenever it ended, for ever.
 *
 * @param <I> what comes in
 * @param <O> what goes out
 */
public final class Dialer<I extends MessageLite, O extends MessageLite> implements AutoCloseable {
  static final long BACK_OFF_MILLIS_MIN = 20;
  static final long BACK_OFF_MILLIS_MAX = 200;

  /** After a link that lasted so long, back-off begins anew. */
  static final long LASTING_NANOS = 1_000_000_000L;

  private final EventLoop loop;
  private final ManagedChannel channel;
  private final MethodDescriptor<O, I> method;
  private final LinkListener<I, O> listener;
  private long backOffMillis = BACK_OFF_MILLIS_MIN;
  private long heldUntilNanos = System.nanoTime();
  private boolean ended;
  private @Nullable Attempt attempt;

  public Dialer(
      EventLoop loop,
      Endpoint endpoint,
      MethodDescriptor<O, I> method,
      LinkListener<I, O> listener) {
    this.loop = loop;
    this.method = method;
    this.listener = listener;
    this.channel = Transport.channel(loop, endpoint);
  }

  /** Begins to dial. */
  public void start() {
    loop.run(this::dial);
  }

  private void dial() {
    if (ended) {
      return;
    }
    if (held()) {
      loop.schedule(this::dial, BACK_OFF_MILLIS_MIN);
      return;
    }
    ClientCall<O, I> call = channel.newCall(method, CallOptions.DEFAULT.withWaitForReady());
    Attempt started = new Attempt(call);
    attempt = started;
    call.start(started, new Metadata());
    // Headers, the sign that somebody listens, come without being asked for.
    connect(started);
  }

  /** gRPC's own back-off is meant for wide networks; ours is shorter. */
  private void connect(Attempt waiting) {
    if (attempt == waiting && !waiting.opened) {
      channel.resetConnectBackoff();
      loop.schedule(() -> connect(waiting), backOffMillis);
      backOffMillis = Math.min(2 * backOffMillis, BACK_OFF_MILLIS_MAX);
    }
  }

  /** Doesn't dial for a while; a link that is up is not touched. For fault injection. */
  public void hold(long millis) {
    loop.run(() -> heldUntilNanos = System.nanoTime() + millis * 1_000_000L);
  }

  private boolean held() {
    return heldUntilNanos - System.nanoTime() > 0;
  }

  private void again() {
    attempt = null;
    if (!ended) {
      loop.schedule(this::dial, backOffMillis);
      backOffMillis = Math.min(2 * backOffMillis, BACK_OFF_MILLIS_MAX);
    }
  }

  /** One call: becomes a link when the other side answers. All on the event loop's thread. */
  private final class Attempt extends ClientCall.Listener<I> {
    private final ClientCall<O, I> call;
    private final Link<I, O> link;
    private boolean opened;
    private long openedNanos;

    Attempt(ClientCall<O, I> call) {
      this.call = call;
      this.link = new Link<>(loop, new ClientWire<>(call), listener, Optional.empty());
    }

    @Override
    public void onHeaders(Metadata headers) {
      loop.run(() -> {
        opened = true;
        openedNanos = System.nanoTime();
        link.begin();
      });
    }

    @Override
    public void onMessage(I message) {
      loop.run(() -> link.receive(message));
    }

    @Override
    public void onReady() {
      loop.run(link::drain);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      loop.run(() -> {
        if (opened) {
          if (System.nanoTime() - openedNanos >= LASTING_NANOS) {
            backOffMillis = BACK_OFF_MILLIS_MIN;
          }
          link.ended(reason(status));
        }
        again();
      });
    }
  }

  private static String reason(Status status) {
    String description = status.getDescription();
    return switch (status.getCode()) {
      case OK, CANCELLED -> "the other side ended the session";
      case UNAVAILABLE -> "the connection broke";
      default -> description == null ? status.getCode().toString() : description;
    };
  }

  private record ClientWire<O, I>(ClientCall<O, I> call) implements Link.Wire<O> {
    @Override
    public boolean ready() {
      return call.isReady();
    }

    @Override
    public void send(O message) {
      call.sendMessage(message);
    }

    @Override
    public void request(int messages) {
      call.request(messages);
    }

    @Override
    public void close(String reason) {
      call.cancel(reason, null);
    }
  }

  @Override
  public void close() {
    loop.run(() -> {
      ended = true;
      if (attempt != null) {
        attempt.link.closeNow("this process ends");
        attempt.call.cancel("this process ends", null);
      }
      channel.shutdownNow();
    });
  }
}
