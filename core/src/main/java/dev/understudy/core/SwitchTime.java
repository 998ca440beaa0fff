package dev.understudy.core;

/**
 * The forwarder's clock, in nanoseconds since its epoch. The only time that engines know.
 *
 * @param nanos 0 or more
 */
public record SwitchTime(long nanos) implements Comparable<SwitchTime> {
  public static final SwitchTime ZERO = new SwitchTime(0);
  public static final long NANOS_PER_SECOND = 1_000_000_000L;
  public static final long NANOS_PER_MILLI = 1_000_000L;

  public SwitchTime {
    Check.that(nanos >= 0, "switch time is not negative", nanos);
  }

  public SwitchTime plusNanos(long more) {
    return new SwitchTime(nanos + more);
  }

  public SwitchTime plusSeconds(long more) {
    return plusNanos(more * NANOS_PER_SECOND);
  }

  public SwitchTime plusMillis(long more) {
    return plusNanos(more * NANOS_PER_MILLI);
  }

  public boolean isAfter(SwitchTime other) {
    return nanos > other.nanos;
  }

  @Override
  public int compareTo(SwitchTime other) {
    return Long.compare(nanos, other.nanos);
  }

  @Override
  public String toString() {
    return String.format("%d.%06d s", nanos / NANOS_PER_SECOND, nanos % NANOS_PER_SECOND / 1000);
  }
}
