package dev.understudy.edge;

import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import java.net.SocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TLS at a port that listens; who fails at it is counted and named. */
final class TlsCheck {
  /** Connections that didn't come to TLS with a certificate of our authority. */
  static final String FAILED = "edge.connections-without-our-certificate";

  private static final Logger LOG = LoggerFactory.getLogger(TlsCheck.class);

  private TlsCheck() {}

  static ServerCredentials credentials(Endpoint endpoint, Keys keys, Counters counters) {
    return InternalNettyServerCredentials.create(
        new Negotiator(endpoint, counters, InternalProtocolNegotiators.serverTls(keys.server())));
  }

  private record Negotiator(
      Endpoint endpoint, Counters counters, InternalProtocolNegotiator.ProtocolNegotiator tls)
      implements InternalProtocolNegotiator.ProtocolNegotiator {
    @Override
    public AsciiString scheme() {
      return tls.scheme();
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
      ChannelHandler next = tls.newHandler(grpc);
      return new ChannelInboundHandlerAdapter() {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
          ctx.pipeline().addBefore(ctx.name(), null, new Watch(endpoint, counters));
          ctx.pipeline().replace(this, null, next);
        }
      };
    }

    @Override
    public void close() {
      tls.close();
    }
  }

  /**
   * Waits until the handler of TLS is in the pipeline, and hears from it how the handshake ended.
   */
  private static final class Watch extends ChannelInboundHandlerAdapter {
    private final Endpoint endpoint;
    private final Counters counters;

    Watch(Endpoint endpoint, Counters counters) {
      this.endpoint = endpoint;
      this.counters = counters;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      ctx.fireUserEventTriggered(event);
      look(ctx);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      ctx.fireChannelActive();
      look(ctx);
    }

    private void look(ChannelHandlerContext ctx) {
      SslHandler tls = ctx.pipeline().get(SslHandler.class);
      if (tls == null || ctx.isRemoved()) {
        return;
      }
      ctx.pipeline().remove(this);
      SocketAddress from = ctx.channel().remoteAddress();
      var _ =
          tls.handshakeFuture()
              .addListener(done -> {
                if (!done.isSuccess()) {
                  counters.count(FAILED);
                  LOG.warn(
                      "{}: a connection from {} was refused: {}",
                      endpoint,
                      from,
                      why(done.cause()));
                }
              });
    }
  }

  private static String why(Throwable cause) {
    return cause instanceof NotSslRecordException
        ? "it doesn't speak TLS"
        : String.valueOf(cause.getMessage());
  }
}
