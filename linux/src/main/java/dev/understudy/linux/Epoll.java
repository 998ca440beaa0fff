package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Waits for many descriptors at once (epoll(7)), with a time limit in nanoseconds. Waiting
 * allocates nothing. All methods are for one thread.
 */
public final class Epoll implements AutoCloseable {
  /** The descriptor can be read. */
  public static final int IN = Constants.EPOLLIN;

  /** The descriptor can be written. */
  public static final int OUT = Constants.EPOLLOUT;

  /** An error waits to be read; reported without being asked for. */
  public static final int ERR = Constants.EPOLLERR;

  /** The other side is gone; reported without being asked for. */
  public static final int HUP = Constants.EPOLLHUP;

  /** Report changes only, not what lasts. */
  public static final int EDGE_TRIGGERED = Constants.EPOLLET;

  private static final long EVENT = Structs.EPOLL_EVENT.byteSize();
  private static final long EVENTS = Structs.offset(Structs.EPOLL_EVENT, "events");
  private static final long DATA = Structs.offset(Structs.EPOLL_EVENT, "data");
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final Descriptor descriptor;
  private final int eventsMax;
  private final MemorySegment events;
  private final MemorySegment timeout;
  private final MemorySegment change;
  private int ready;

  private Epoll(Descriptor descriptor, int eventsMax) {
    this.descriptor = descriptor;
    this.eventsMax = eventsMax;
    Arena arena = Arena.ofAuto();
    // Aligned, although the structure itself need not be.
    this.events = arena.allocate(EVENT * eventsMax, Long.BYTES);
    this.change = arena.allocate(EVENT, Long.BYTES);
    this.timeout = arena.allocate(Structs.TIMESPEC);
  }

  /** {@code eventsMax}: how many descriptors one wait can report, 1 or more. */
  public static Epoll open(int eventsMax) {
    if (eventsMax < 1) {
      throw new IllegalArgumentException("eventsMax " + eventsMax);
    }
    return new Epoll(
        new Descriptor(
            ErrnoException.check(C.epoll_create1(Constants.EPOLL_CLOEXEC), "epoll_create1")),
        eventsMax);
  }

  /**
   * What to watch: a descriptor, for a set of {@link #IN}, {@link #OUT}, {@link #EDGE_TRIGGERED},
   * and the number by which {@link #token} will tell it.
   */
  public record Interest(int fd, int events, long token) {}

  /** Begins to watch a descriptor. Closing the descriptor ends it. */
  public void add(Interest interest) {
    control(Constants.EPOLL_CTL_ADD, "EPOLL_CTL_ADD", interest);
  }

  /** Changes what a watched descriptor is watched for. */
  public void modify(Interest interest) {
    control(Constants.EPOLL_CTL_MOD, "EPOLL_CTL_MOD", interest);
  }

  /** Ends watching a descriptor that is still open. */
  public void remove(int fd) {
    control(Constants.EPOLL_CTL_DEL, "EPOLL_CTL_DEL", new Interest(fd, 0, 0));
  }

  private void control(int operation, String operationName, Interest interest) {
    change.set(JAVA_INT_UNALIGNED, EVENTS, interest.events);
    change.set(JAVA_LONG_UNALIGNED, DATA, interest.token);
    ErrnoException.check(
        C.epoll_ctl(descriptor.fd(), operation, interest.fd, change),
        "epoll_ctl",
        descriptor.fd(),
        operationName,
        interest.fd);
  }

  /**
   * Waits until something is ready or the time is over.
   *
   * @param timeoutNanos 0 or less does not wait; Long.MAX_VALUE is as good as for ever
   * @return how many are ready; 0 after the time or a signal
   */
  public int await(long timeoutNanos) {
    long nanos = Math.max(0, timeoutNanos);
    timeout.set(JAVA_LONG, 0, nanos / NANOS_PER_SECOND);
    timeout.set(JAVA_LONG, Long.BYTES, nanos % NANOS_PER_SECOND);
    int result = C.epoll_pwait2(descriptor.fd(), events, eventsMax, timeout);
    ready = result == -Errno.EINTR ? 0 : result;
    if (ready < 0) {
      int errno = -ready;
      ready = 0;
      throw ErrnoException.of(errno, "epoll_pwait2", descriptor.fd(), eventsMax, nanos);
    }
    return ready;
  }

  /** The token of the {@code i}-th descriptor that is ready. */
  public long token(int i) {
    return events.get(JAVA_LONG_UNALIGNED, Objects.checkIndex(i, ready) * EVENT + DATA);
  }

  /** What it is ready for: a set of {@link #IN}, {@link #OUT}, {@link #ERR}, {@link #HUP}. */
  public int events(int i) {
    return events.get(JAVA_INT_UNALIGNED, Objects.checkIndex(i, ready) * EVENT + EVENTS);
  }

  @Override
  public void close() {
    descriptor.close();
  }
}
