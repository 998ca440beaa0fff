package dev.understudy.core;

/**
 * When an input was taken up by the forwarder.
 *
 * @param now switch time; all deadlines are in it
 * @param wallMillis wall clock, milliseconds since 1970; for history and logs only, it may go back
 */
public record Moment(SwitchTime now, long wallMillis) {
  public static final Moment ZERO = new Moment(SwitchTime.ZERO, 0);
}
