package dev.understudy.edge;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears at once when another process of this machine is killed, by the end of its life line ({@code
 * LifeLine} in module linux). Its sessions end too, but later: the kernel takes down the process's
 * memory first.
 */
public final class LifeWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LifeWatch.class);

  private final Endpoint.Unix endpoint;
  private final Channel channel;

  private LifeWatch(Endpoint.Unix endpoint, Channel channel) {
    this.endpoint = endpoint;
    this.channel = channel;
  }

  /**
   * Begins to listen.
   *
   * @param ended called on the loop's thread with the identity that a life line began with, when it
   *     has ended
   * @throws CannotStart when it can't
   */
  public static LifeWatch open(
      EventLoop loop, Endpoint.Unix endpoint, Counters counters, LongConsumer ended) {
    try {
      Listening.prepare(endpoint);
      ChannelFuture bound =
          new ServerBootstrap()
              .group(loop.group())
              .channel(EpollServerDomainSocketChannel.class)
              .childHandler(
                  new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel connection) {
                      if (PeerCheck.mayConnect(connection, endpoint, counters)) {
                        connection.pipeline().addLast(new Line(endpoint, counters, ended));
                      } else {
                        var _ = connection.close();
                      }
                    }
                  })
              .bind(new DomainSocketAddress(endpoint.socket().toFile()))
              .awaitUninterruptibly();
      if (!bound.isSuccess()) {
        throw new CannotStart(
            "can't listen at " + endpoint + ": " + bound.cause().getMessage(), bound.cause());
      }
      Listening.protect(endpoint);
      return new LifeWatch(endpoint, bound.channel());
    } catch (IOException e) {
      throw new CannotStart("can't listen at " + endpoint + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    channel.close().awaitUninterruptibly();
    try {
      Files.deleteIfExists(endpoint.socket());
    } catch (IOException _) {
      // The next process removes it.
    }
  }

  /** One other process. It says who it is, and then nothing more; less or more is nobody. */
  private static final class Line extends ChannelInboundHandlerAdapter {
    private final Endpoint endpoint;
    private final Counters counters;
    private final LongConsumer ended;
    private final ByteBuf words = Unpooled.buffer(Long.BYTES, Long.BYTES);

    Line(Endpoint endpoint, Counters counters, LongConsumer ended) {
      this.endpoint = endpoint;
      this.counters = counters;
      this.ended = ended;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      try {
        if (message instanceof ByteBuf octets && octets.readableBytes() <= words.writableBytes()) {
          words.writeBytes(octets);
          return;
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
      counters.count(PeerCheck.GARBAGE);
      LOG.warn("{}: a connection that is no life line was closed", endpoint);
      words.clear();
      var _ = ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (words.readableBytes() == Long.BYTES) {
        long identity =
            ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
                ? words.readLongLE()
                : words.readLong();
        if (identity != 0) {
          ended.accept(identity);
        }
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      var _ = ctx.close(); // a broken connection is an end like another
    }
  }
}
