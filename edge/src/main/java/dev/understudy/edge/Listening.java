package dev.understudy.edge;

import com.google.protobuf.MessageLite;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes connections at an endpoint. */
public final class Listening implements AutoCloseable {
  /** Calls of somebody whose certificate is for something else. */
  static final String WRONG_ROLES = "edge.calls-of-wrong-roles";

  private static final Logger LOG = LoggerFactory.getLogger(Listening.class);

  private final Server server;
  private final Endpoint endpoint;

  private Listening(Server server, Endpoint endpoint) {
    this.server = server;
    this.endpoint = endpoint;
  }

  /**
   * Begins to listen. A socket that an earlier process left is removed: the caller holds the place
   * ({@link StateDirectory#claimPlace}), so nobody listens there any more.
   */
  public static Listening open(
      EventLoop loop, Endpoint endpoint, Counters counters, ServerServiceDefinition... services) {
    try {
      prepare(endpoint);
      Server server = Transport.server(loop, endpoint, counters, List.of(services)).build().start();
      protect(endpoint);
      return new Listening(server, endpoint);
    } catch (IOException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new CannotStart("can't listen at " + endpoint + ": " + cause.getMessage(), e);
    }
  }

  static void prepare(Endpoint endpoint) throws IOException {
    switch (endpoint) {
      case Endpoint.Unix(Path socket) -> {
        Path directory = socket.getParent();
        if (directory != null) {
          StateDirectory.makePrivate(directory);
        }
        Files.deleteIfExists(socket);
      }
      case Endpoint.Tls _, Endpoint.TlsListening _ -> {}
    }
  }

  static void protect(Endpoint endpoint) throws IOException {
    switch (endpoint) {
      case Endpoint.Unix(Path socket) ->
          Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      case Endpoint.Tls _, Endpoint.TlsListening _ -> {}
    }
  }

  /** A service of one method that is a stream both ways; everybody is taken. */
  public static <I extends MessageLite, O extends MessageLite> ServerServiceDefinition streams(
      EventLoop loop,
      ServiceDescriptor service,
      MethodDescriptor<I, O> method,
      LinkListener<I, O> listener) {
    return streams(loop, service, method, listener, () -> "");
  }

  /**
   * A service of one method that is a stream both ways.
   *
   * @param refusal asked on the event loop's thread whenever somebody comes: empty, or why not
   */
  public static <I extends MessageLite, O extends MessageLite> ServerServiceDefinition streams(
      EventLoop loop,
      ServiceDescriptor service,
      MethodDescriptor<I, O> method,
      LinkListener<I, O> listener,
      Supplier<String> refusal) {
    return ServerServiceDefinition.builder(service)
        .addMethod(
            method,
            (call, headers) -> {
              String reason = refusal.get();
              return reason.isEmpty() ? accept(loop, call, listener) : refuse(call, reason);
            })
        .build();
  }

  /**
   * The same service, for some roles only where connections are of TLS; on a socket of this machine
   * the user was looked at already.
   */
  public static ServerServiceDefinition only(
      Set<CertifiedRole> roles, Counters counters, ServerServiceDefinition service) {
    return ServerInterceptors.intercept(
        service,
        new ServerInterceptor() {
          @Override
          public <I, O> ServerCall.Listener<I> interceptCall(
              ServerCall<I, O> call, Metadata headers, ServerCallHandler<I, O> next) {
            boolean tls = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION) != null;
            Optional<CertifiedRole> role = CertifiedRole.of(call.getAttributes());
            if (!tls || role.filter(roles::contains).isPresent()) {
              return next.startCall(call, headers);
            }
            counters.count(WRONG_ROLES);
            String reason =
                "a certificate of "
                    + role.map(CertifiedRole::text).orElse("no role")
                    + " is not for "
                    + service.getServiceDescriptor().getName();
            LOG.warn("a call was refused: {}", reason);
            call.close(Status.PERMISSION_DENIED.withDescription(reason), new Metadata());
            return new ServerCall.Listener<>() {};
          }
        });
  }

  private static <I, O> ServerCall.Listener<I> refuse(ServerCall<I, O> call, String reason) {
    call.close(Status.UNAVAILABLE.withDescription(reason), new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private static <I extends MessageLite, O extends MessageLite> ServerCall.Listener<I> accept(
      EventLoop loop, ServerCall<I, O> call, LinkListener<I, O> listener) {
    // The headers tell the other side that it is heard, before there is anything to say.
    call.sendHeaders(new Metadata());
    Link<I, O> link =
        new Link<>(loop, new ServerWire<>(call), listener, CertifiedRole.of(call.getAttributes()));
    link.begin();
    return new ServerCall.Listener<>() {
      @Override
      public void onMessage(I message) {
        link.receive(message);
      }

      @Override
      public void onHalfClose() {
        link.closeNow("the other side ended the session");
      }

      @Override
      public void onCancel() {
        link.ended("the connection broke");
      }

      @Override
      public void onComplete() {
        link.ended("the session is complete");
      }

      @Override
      public void onReady() {
        link.drain();
      }
    };
  }

  private record ServerWire<I, O>(ServerCall<I, O> call) implements Link.Wire<O> {
    @Override
    public boolean ready() {
      return call.isReady();
    }

    @Override
    public void send(O message) {
      if (!call.isCancelled()) {
        call.sendMessage(message);
      }
    }

    @Override
    public void request(int messages) {
      call.request(messages);
    }

    @Override
    public void close(String reason) {
      if (!call.isCancelled()) {
        call.close(Status.ABORTED.withDescription(reason), new Metadata());
      }
    }
  }

  @Override
  public String toString() {
    return "listening at " + endpoint;
  }

  @Override
  public void close() {
    server.shutdownNow();
    if (endpoint instanceof Endpoint.Unix(Path socket)) {
      try {
        Files.deleteIfExists(socket);
      } catch (IOException _) {
        // The next process removes it.
      }
    }
  }
}
