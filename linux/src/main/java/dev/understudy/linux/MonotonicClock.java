package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * CLOCK_MONOTONIC: nanoseconds since the machine started, sleep not counted. Unlike
 * System.nanoTime, whose zero is nobody's promise, it is the same in every process of the machine.
 * A clock is for one thread and allocates nothing.
 */
public final class MonotonicClock {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final MemorySegment timespec = Arena.ofAuto().allocate(Structs.TIMESPEC);

  public long nanos() {
    int result = C.clock_gettime(Constants.CLOCK_MONOTONIC, timespec);
    if (result < 0) {
      throw ErrnoException.of(-result, "clock_gettime", "CLOCK_MONOTONIC");
    }
    return timespec.get(JAVA_LONG, 0) * NANOS_PER_SECOND + timespec.get(JAVA_LONG, Long.BYTES);
  }
}
