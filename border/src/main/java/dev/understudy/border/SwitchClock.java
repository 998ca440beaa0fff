package dev.understudy.border;

/** The switch's clock. The forwarder is the only one who reads it. */
public interface SwitchClock {
  /** Switch time in nanoseconds; never goes back. */
  long nanos();

  /** Wall clock, milliseconds since 1970. */
  long wallMillis();
}
