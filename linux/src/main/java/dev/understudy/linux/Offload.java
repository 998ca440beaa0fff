package dev.understudy.linux;

/**
 * What a frame's sender left to be done before the frame is fit for a wire (struct virtio_net_hdr
 * in include/uapi/linux/virtio_net.h): its checksum, and to be cut into segments.
 *
 * @param checksumStart where in the frame the octets to be summed begin, which they do to its end;
 *     0 when there is nothing left to do
 * @param checksumOffset of the checksum's field from there
 * @param segmentSize payload octets of each segment but the last; 0 for one frame
 * @param kind what is to be cut
 */
public record Offload(int checksumStart, int checksumOffset, int segmentSize, Kind kind) {
  /** Kinds of rows of segments. */
  public enum Kind {
    NONE(Constants.VIRTIO_NET_HDR_GSO_NONE),
    TCP_V4(Constants.VIRTIO_NET_HDR_GSO_TCPV4),
    TCP_V6(Constants.VIRTIO_NET_HDR_GSO_TCPV6),
    /** Datagrams of one flow (UDP_SEGMENT), not fragments of one datagram. */
    UDP(Constants.VIRTIO_NET_HDR_GSO_UDP_L4);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }
}
