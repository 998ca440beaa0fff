package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Wakes a thread that waits in {@link Epoll} (eventfd(2)). Any thread may {@link #signal}; signals
 * add up until the waiting thread {@link #drain}s them. Neither allocates.
 *
 * <p>Close it only when nobody can signal any more.
 */
public final class EventFd implements AutoCloseable {
  private final Descriptor descriptor;
  private final MemorySegment one;
  private final MemorySegment counter;

  private EventFd(Descriptor descriptor) {
    this.descriptor = descriptor;
    Arena arena = Arena.ofAuto();
    this.one = arena.allocateFrom(JAVA_LONG, 1L);
    this.counter = arena.allocate(JAVA_LONG);
  }

  public static EventFd open() {
    int flags = Constants.EFD_CLOEXEC | Constants.EFD_NONBLOCK;
    return new EventFd(new Descriptor(ErrnoException.check(C.eventfd(0, flags), "eventfd", 0)));
  }

  public int fd() {
    return descriptor.fd();
  }

  public void signal() {
    long written = C.write(descriptor.fd(), one, Long.BYTES);
    // EAGAIN: the counter is at its end, so the reader is awake already.
    if (written < 0 && written != -Errno.EAGAIN) {
      throw ErrnoException.of((int) -written, "write", "eventfd " + descriptor.fd());
    }
  }

  /** How many signals there were since the last drain. */
  public long drain() {
    long read = C.read(descriptor.fd(), counter, Long.BYTES);
    if (read == -Errno.EAGAIN) {
      return 0;
    }
    ErrnoException.check(read, "read", "eventfd", descriptor.fd());
    return counter.get(JAVA_LONG, 0);
  }

  @Override
  public void close() {
    descriptor.close();
  }
}
