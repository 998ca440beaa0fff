package dev.understudy.edge;

import io.grpc.ManagedChannel;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.util.List;

/** How gRPC reaches an endpoint. The only place that knows kinds of endpoints. */
final class Transport {
  /** Octets of one message: a configuration with its history is the largest. */
  static final int MESSAGE_OCTETS_MAX = 16 << 20;

  /** Octets under way on a stream before the receiver has taken them. */
  private static final int WINDOW_OCTETS = 1 << 20;

  private Transport() {}

  static ManagedChannel channel(EventLoop loop, Endpoint endpoint) {
    return switch (endpoint) {
      case Endpoint.Unix(var socket) ->
          NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
              .channelType(EpollDomainSocketChannel.class)
              .eventLoopGroup(loop.group())
              .usePlaintext()
              .overrideAuthority("understudy")
              .directExecutor()
              .offloadExecutor(Runnable::run)
              .flowControlWindow(WINDOW_OCTETS)
              .maxInboundMessageSize(MESSAGE_OCTETS_MAX)
              .disableRetry()
              .build();
    };
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
