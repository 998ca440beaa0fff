package dev.understudy.forwarder;

import dev.understudy.border.SwitchClock;

/** Switch time: begins anew, at one second, with each forwarder process. */
final class MonotonicSwitchClock implements SwitchClock {
  private static final long BEGIN_NANOS = 1_000_000_000L;

  private final long origin = System.nanoTime();

  @Override
  public long nanos() {
    return System.nanoTime() - origin + BEGIN_NANOS;
  }

  @Override
  public long wallMillis() {
    return System.currentTimeMillis();
  }
}
