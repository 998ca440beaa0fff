package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** An open file descriptor, closed once, and the socket options that every kind of socket has. */
final class Descriptor {
  private int fd;

  Descriptor(int fd) {
    this.fd = fd;
  }

  /** -1 when closed. */
  int fd() {
    return fd;
  }

  void close() {
    if (fd >= 0) {
      int closing = fd;
      fd = -1;
      // The descriptor is gone whatever close says (close(2), "Dealing with error returns").
      C.close(closing);
    }
  }

  static Descriptor socket(int domain, int type, int protocol) {
    int flags = Constants.SOCK_CLOEXEC | Constants.SOCK_NONBLOCK;
    return new Descriptor(
        ErrnoException.check(
            C.socket(domain, type | flags, protocol), "socket", domain, type, protocol));
  }

  static Descriptor open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return new Descriptor(
          ErrnoException.check(
              C.open(arena.allocateFrom(path), flags | Constants.O_CLOEXEC), "open", path));
    }
  }

  void set(int level, int option, String name, int value) {
    ErrnoException.check(trySet(level, option, value), "setsockopt", fd, name, value);
  }

  int trySet(int level, int option, int value) {
    try (Arena arena = Arena.ofConfined()) {
      return C.setsockopt(fd, level, option, arena.allocateFrom(JAVA_INT, value), 4);
    }
  }

  void set(int level, int option, String name, MemorySegment value) {
    ErrnoException.check(
        C.setsockopt(fd, level, option, value, (int) value.byteSize()), "setsockopt", fd, name);
  }

  int get(int level, int option, String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_INT);
      get(level, option, name, value);
      return value.get(JAVA_INT, 0);
    }
  }

  /** Reads an option that has exactly the length of {@code value}. */
  void get(int level, int option, String name, MemorySegment value) {
    try (Arena arena = Arena.ofConfined()) {
      int length = (int) value.byteSize();
      MemorySegment lengthSegment = arena.allocateFrom(JAVA_INT, length);
      ErrnoException.check(
          C.getsockopt(fd, level, option, value, lengthSegment), "getsockopt", fd, name);
      if (lengthSegment.get(JAVA_INT, 0) != length) {
        throw new IllegalStateException(
            "getsockopt(%d, %s) gave %d octets, not %d"
                .formatted(fd, name, lengthSegment.get(JAVA_INT, 0), length));
      }
    }
  }

  /**
   * Asks for a receive buffer, past the system's limit if we may (CAP_NET_ADMIN), else up to it.
   *
   * @return what was granted, as the kernel counts it (twice the payload asked for)
   */
  int receiveBuffer(int octets) {
    if (trySet(Constants.SOL_SOCKET, Constants.SO_RCVBUFFORCE, octets) < 0) {
      set(Constants.SOL_SOCKET, Constants.SO_RCVBUF, "SO_RCVBUF", octets);
    }
    return get(Constants.SOL_SOCKET, Constants.SO_RCVBUF, "SO_RCVBUF");
  }

  /** As {@link #receiveBuffer}, for what waits to leave. */
  int sendBuffer(int octets) {
    if (trySet(Constants.SOL_SOCKET, Constants.SO_SNDBUFFORCE, octets) < 0) {
      set(Constants.SOL_SOCKET, Constants.SO_SNDBUF, "SO_SNDBUF", octets);
    }
    return get(Constants.SOL_SOCKET, Constants.SO_SNDBUF, "SO_SNDBUF");
  }
}
