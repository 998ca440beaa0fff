package dev.understudy.edge;

import dev.understudy.schema.ManagementGrpc;
import dev.understudy.schema.ManagementReply;
import dev.understudy.schema.ManagementRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Asks a supervisor. */
public final class ManagementClient implements AutoCloseable {
  private final EventLoop loop;
  private final Endpoint endpoint;
  private volatile boolean closed;

  public ManagementClient(EventLoop loop, Endpoint endpoint) {
    this.loop = loop;
    this.endpoint = endpoint;
  }

  /** Nobody answered; the request may or may not have been carried out. */
  public static final class NoAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    NoAnswer(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * The answer to a request.
   *
   * @return fails with {@link NoAnswer}
   */
  public CompletableFuture<ManagementReply> call(ManagementRequest request, long limitMillis) {
    CompletableFuture<ManagementReply> answer = new CompletableFuture<>();
    if (closed) {
      answer.completeExceptionally(noAnswer(Status.CANCELLED.asException(), limitMillis));
      return answer;
    }
    // A connection for each request: one that has failed before would be called failed until it is
    // up again, and so somebody who listens since a moment ago would be missed.
    ManagedChannel channel = Transport.channel(loop, endpoint);
    var _ = answer.whenComplete((reply, failure) -> channel.shutdownNow());
    ManagementGrpc.newStub(channel)
        .withDeadlineAfter(limitMillis, TimeUnit.MILLISECONDS)
        .call(
            request,
            new StreamObserver<>() {
              @Override
              public void onNext(ManagementReply reply) {
                answer.complete(reply);
              }

              @Override
              public void onError(Throwable cause) {
                answer.completeExceptionally(noAnswer(cause, limitMillis));
              }

              @Override
              public void onCompleted() {
                answer.completeExceptionally(noAnswer(Status.INTERNAL.asException(), limitMillis));
              }
            });
    return answer;
  }

  private NoAnswer noAnswer(Throwable cause, long limitMillis) {
    String why =
        switch (Status.fromThrowable(cause).getCode()) {
          case UNAVAILABLE -> "nobody listens there";
          case DEADLINE_EXCEEDED -> "no answer within " + limitMillis + " ms";
          default -> String.valueOf(Status.fromThrowable(cause).getDescription());
        };
    return new NoAnswer(endpoint + ": " + why, cause);
  }

  @Override
  public void close() {
    closed = true;
  }
}
