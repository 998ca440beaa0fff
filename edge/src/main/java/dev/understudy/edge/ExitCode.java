package dev.understudy.edge;

/** How a process ends, for who started it. */
public final class ExitCode {
  /** Asked to end, and did. */
  public static final int STOPPED = 0;

  /** No memory was left. The virtual machine's own number for it, with ExitOnOutOfMemoryError. */
  public static final int OUT_OF_MEMORY = 3;

  /** Wrong use of the command. */
  public static final int USAGE = 64;

  /** A bug was met: an invariant didn't hold, or something was thrown that nobody expected. */
  public static final int BROKEN = 70;

  /** Ended in order to be started again, for example a fenced supervisor. */
  public static final int RESTART = 75;

  /** The surroundings are wrong; starting again won't help before somebody has changed them. */
  public static final int CANNOT_START = 78;

  private ExitCode() {}
}
