package dev.understudy.edge;

import io.grpc.ManagedChannel;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.util.List;

/** How gRPC reaches an endpoint. The only place that knows kinds of endpoints. */
final class Transport {
  /** Octets of one message: a configuration with its history is the largest. */
  static final int MESSAGE_OCTETS_MAX = 16 << 20;

  /** Octets under way on a stream before the receiver has taken them. */
  private static final int WINDOW_OCTETS = 1 << 20;

  /** What was sent and isn't acknowledged for so long was sent into a broken network. */
  private static final int UNACKNOWLEDGED_MILLIS_MAX = 1_000;

  /** A network that is whole again must not be waited for until TCP tries the next time. */
  private static final int CONNECT_MILLIS_MAX = 500;

  private Transport() {}

  static ManagedChannel channel(EventLoop loop, Endpoint endpoint) {
    NettyChannelBuilder builder =
        switch (endpoint) {
          case Endpoint.Unix(var socket) ->
              NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                  .channelType(EpollDomainSocketChannel.class)
                  .usePlaintext()
                  .overrideAuthority("understudy");
          case Endpoint.Tls(var at, var keys, var role) ->
              NettyChannelBuilder.forAddress(at.resolved())
                  .channelType(EpollSocketChannel.class)
                  .withOption(EpollChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLIS_MAX)
                  .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX)
                  .sslContext(keys.client())
                  .overrideAuthority(role.certifiedName());
          case Endpoint.TlsListening listening ->
              throw new IllegalArgumentException("nobody dials the own port " + listening);
        };
    return builder
        .eventLoopGroup(loop.group())
        .directExecutor()
        .offloadExecutor(Runnable::run)
        .flowControlWindow(WINDOW_OCTETS)
        .maxInboundMessageSize(MESSAGE_OCTETS_MAX)
        .disableRetry()
        .build();
  }

  static NettyServerBuilder server(
      EventLoop loop,
      Endpoint endpoint,
      Counters counters,
      List<ServerServiceDefinition> services) {
    NettyServerBuilder builder =
        switch (endpoint) {
          case Endpoint.Unix(var socket) ->
              NettyServerBuilder.forAddress(
                      new DomainSocketAddress(socket.toFile()),
                      PeerCheck.credentials(endpoint, counters))
                  .channelType(EpollServerDomainSocketChannel.class);
          case Endpoint.TlsListening(var at, var keys) ->
              NettyServerBuilder.forAddress(
                      at.resolved(), TlsCheck.credentials(endpoint, keys, counters))
                  .channelType(EpollServerSocketChannel.class)
                  .withChildOption(EpollChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MILLIS_MAX);
          case Endpoint.Tls tls ->
              throw new IllegalArgumentException("nobody listens at another's port " + tls);
        };
    builder
        .bossEventLoopGroup(loop.group())
        .workerEventLoopGroup(loop.group())
        .directExecutor()
        .flowControlWindow(WINDOW_OCTETS)
        .maxInboundMessageSize(MESSAGE_OCTETS_MAX);
    services.forEach(builder::addService);
    return builder;
  }
}
