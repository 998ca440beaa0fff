package dev.understudy.linux;

/**
 * What became of frames that were to leave by one port, counted since it was made. Written by the
 * sending thread; another thread that reads may see a value that is a moment old.
 */
public final class SendTally {
  private long sentFrames;
  private long sentOctets;
  private long droppedNoBuffer;
  private long droppedTooLong;
  private long droppedLinkDown;
  private long droppedRefused;
  private long droppedOther;
  private int lastErrno;

  void sent(int octets) {
    sentFrames++;
    sentOctets += octets;
  }

  void dropped(int errno, int frames) {
    lastErrno = errno;
    switch (errno) {
      case Errno.EAGAIN, Errno.ENOBUFS, Errno.ENOMEM -> droppedNoBuffer += frames;
      case Errno.EMSGSIZE -> droppedTooLong += frames;
      case Errno.ENETDOWN, Errno.ENXIO, Errno.ENODEV, Errno.EIO, Errno.EBADFD ->
          droppedLinkDown += frames;
      case Errno.ECONNREFUSED, Errno.EHOSTUNREACH, Errno.ENETUNREACH -> droppedRefused += frames;
      default -> droppedOther += frames;
    }
  }

  /** Errors of a datagram's way that say nothing about the link. */
  static boolean isRefusal(int errno) {
    return errno == Errno.ECONNREFUSED || errno == Errno.EHOSTUNREACH || errno == Errno.ENETUNREACH;
  }

  /** Whether the frames behind the one that met this error may still go. */
  static boolean concernsOneFrame(int errno) {
    return switch (errno) {
      case Errno.EAGAIN,
          Errno.ENETDOWN,
          Errno.ENXIO,
          Errno.ENODEV,
          Errno.EIO,
          Errno.EBADFD,
          Errno.EBADF ->
          false;
      default -> true;
    };
  }

  public long sentFrames() {
    return sentFrames;
  }

  public long sentOctets() {
    return sentOctets;
  }

  /** The socket's or the device's buffer was full (EAGAIN, ENOBUFS, ENOMEM). */
  public long droppedNoBuffer() {
    return droppedNoBuffer;
  }

  /** Longer than the link carries (EMSGSIZE). */
  public long droppedTooLong() {
    return droppedTooLong;
  }

  /** The interface is down or gone (ENETDOWN, ENXIO, ENODEV, EIO, EBADFD). */
  public long droppedLinkDown() {
    return droppedLinkDown;
  }

  /** The peer of a UDP port is not there (ECONNREFUSED, EHOSTUNREACH, ENETUNREACH), twice. */
  public long droppedRefused() {
    return droppedRefused;
  }

  /** Any other reason; {@link #lastErrno} names the last one. */
  public long droppedOther() {
    return droppedOther;
  }

  public long dropped() {
    return droppedNoBuffer + droppedTooLong + droppedLinkDown + droppedRefused + droppedOther;
  }

  /** errno of the last drop, 0 before the first. */
  public int lastErrno() {
    return lastErrno;
  }
}
