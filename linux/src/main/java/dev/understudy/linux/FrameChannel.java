package dev.understudy.linux;

/**
 * Where Ethernet frames come from and go to, without ever waiting: one port of the switch.
 *
 * <p>A channel belongs to the thread that uses it, closing included: a descriptor number is given
 * to the next file opened as soon as it is closed. After {@link #close} every call returns minus
 * EBADF.
 */
public sealed interface FrameChannel extends AutoCloseable
    permits PacketSocket, UdpSocket, TapDevice {

  /** The descriptor, to wait for with {@link Epoll}; -1 when closed. */
  int fd();

  /**
   * Replaces the frames of {@code batch} by those that wait, at most {@code framesMax}.
   *
   * @return how many came; 0 if none waited; or minus an {@link Errno}, and then the batch is
   *     empty: ENETDOWN once when the interface goes down or away, ENXIO, ENODEV, EIO, EBADFD
   *     likewise
   */
  int receive(FrameBatch batch, int framesMax);

  /**
   * Hands frames {@code from} and following to the kernel. {@link SendVector#flush} does this for
   * all and counts what is refused.
   *
   * @return how many were taken, at least 1; or minus an {@link Errno} that concerns frame {@code
   *     from}, and then none was taken: EAGAIN and ENOBUFS for full buffers, EMSGSIZE, ENETDOWN,
   *     ENXIO, ENODEV, ECONNREFUSED …
   */
  int send(SendVector frames, int from);

  /**
   * Whether frames come and go with what their senders left to be done ({@link Offload}), so that a
   * row of segments passes whole. A {@link SendVector} for such a channel is made {@linkplain
   * SendVector#withOffloads for it}.
   */
  boolean offloads();

  @Override
  void close();
}
