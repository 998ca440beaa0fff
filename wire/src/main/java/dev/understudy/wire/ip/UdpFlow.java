package dev.understudy.wire.ip;

/** Who sends UDP datagrams, and to whom. */
public record UdpFlow(UdpEndpoint source, UdpEndpoint destination) {
  /** The flow of the answers. */
  public UdpFlow reversed() {
    return new UdpFlow(destination, source);
  }
}
