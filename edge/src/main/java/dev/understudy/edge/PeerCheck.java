package dev.understudy.edge;

import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at who connects, before any of the protocol is spoken: the other end's user must be ours or
 * root, and its first octets must be HTTP/2's.
 */
final class PeerCheck {
  /** Connections of another user. */
  static final String STRANGERS = "edge.connections-of-other-users";

  /** Connections that began with something else than the protocol. */
  static final String GARBAGE = "edge.connections-with-garbage";

  /** RFC 9113, 3.4. */
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final Logger LOG = LoggerFactory.getLogger(PeerCheck.class);

  private PeerCheck() {}

  static ServerCredentials credentials(Endpoint endpoint, Counters counters) {
    return InternalNettyServerCredentials.create(new Negotiator(endpoint, counters));
  }

  private record Negotiator(Endpoint endpoint, Counters counters)
      implements InternalProtocolNegotiator.ProtocolNegotiator {
    private static final InternalProtocolNegotiator.ProtocolNegotiator PLAINTEXT =
        InternalProtocolNegotiators.serverPlaintext();

    @Override
    public AsciiString scheme() {
      return PLAINTEXT.scheme();
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
      return new UserCheck(endpoint, counters, PLAINTEXT.newHandler(grpc));
    }

    @Override
    public void close() {
      PLAINTEXT.close();
    }
  }

  private static final class UserCheck extends ChannelInboundHandlerAdapter {
    private final Endpoint endpoint;
    private final Counters counters;
    private final ChannelHandler next;

    UserCheck(Endpoint endpoint, Counters counters, ChannelHandler next) {
      this.endpoint = endpoint;
      this.counters = counters;
      this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      if (!mayConnect(ctx.channel(), endpoint, counters)) {
        var _ = ctx.close();
        return;
      }
      ctx.pipeline().addBefore(ctx.name(), null, new PrefaceCheck(endpoint, counters));
      ctx.pipeline().replace(this, null, next);
    }
  }

  /** Whether the user at the other end is ours or root; if not, it is counted and logged. */
  static boolean mayConnect(Channel connection, Endpoint endpoint, Counters counters) {
    if (connection instanceof EpollDomainSocketChannel channel) {
      try {
        PeerCredentials peer = channel.peerCredentials();
        if (peer.uid() == 0 || peer.uid() == StateDirectory.ownUid()) {
          return true;
        }
        LOG.warn(
            "{}: a connection of process {}, user {}, was refused",
            endpoint,
            peer.pid(),
            peer.uid());
      } catch (IOException e) {
        LOG.warn("{}: a connection whose user can't be found out was refused", endpoint, e);
      }
    }
    counters.count(STRANGERS);
    return false;
  }

  private static final class PrefaceCheck extends ChannelInboundHandlerAdapter {
    private final Endpoint endpoint;
    private final Counters counters;
    private int seen;

    PrefaceCheck(Endpoint endpoint, Counters counters) {
      this.endpoint = endpoint;
      this.counters = counters;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (!(message instanceof ByteBuf octets)) {
        ctx.fireChannelRead(message);
        return;
      }
      int length = Math.min(octets.readableBytes(), PREFACE.length - seen);
      for (int i = 0; i < length; i++) {
        if (octets.getByte(octets.readerIndex() + i) != PREFACE[seen + i]) {
          counters.count(GARBAGE);
          LOG.warn("{}: a connection that doesn't speak the protocol was closed", endpoint);
          ReferenceCountUtil.release(message);
          var _ = ctx.close();
          return;
        }
      }
      seen += length;
      if (seen == PREFACE.length) {
        ctx.pipeline().remove(this);
      }
      ctx.fireChannelRead(message);
    }
  }
}
