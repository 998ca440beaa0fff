package dev.understudy.linux;

import java.nio.ByteBuffer;
import java.util.Optional;

/** What an interface carried since it was made (struct rtnl_link_stats64). */
public record LinkTraffic(
    long receivedFrames, long receivedOctets, long sentFrames, long sentOctets) {
  /** The structure begins with rx_packets, tx_packets, rx_bytes, tx_bytes, 64 bits each. */
  private static final int BEGINNING = 4 * Long.BYTES;

  /** From the payload of RTM_NEWLINK. */
  static Optional<LinkTraffic> decode(ByteBuffer payload) {
    int header = (int) Structs.IFINFOMSG.byteSize();
    if (payload.remaining() < header) {
      return Optional.empty();
    }
    return Attributes.parse(payload.duplicate().order(payload.order()).position(header))
        .octets(Constants.IFLA_STATS64)
        .filter(octets -> octets.length >= BEGINNING)
        .map(octets -> ByteBuffer.wrap(octets).order(payload.order()))
        .map(stats ->
            new LinkTraffic(
                stats.getLong(0), stats.getLong(16), stats.getLong(8), stats.getLong(24)));
  }
}
