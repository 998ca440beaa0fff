package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;

/** Signals to single processes (kill(2)), for demo and lab. */
public final class Processes {
  private Processes() {}

  /** The signals that a demonstration of failures needs; numbers of x86 and ARM. */
  public enum Signal {
    /** The process is gone, without a word. */
    KILL(9),
    /** It is asked to end. */
    TERM(15),
    /** It goes on where it stopped. */
    CONTINUE(18),
    /** It stops where it is, and knows nothing of it. */
    STOP(19);

    private final int number;

    Signal(int number) {
      this.number = number;
    }
  }

  /**
   * Sends a signal to one process.
   *
   * @param pid greater than 1: what kill(2) makes of 0 and less is a group or everybody
   * @return false if there is no such process
   * @throws ErrnoException EPERM if it is somebody else's
   */
  public static boolean signal(long pid, Signal signal) {
    if (pid <= 1 || pid > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("not the pid of one process of ours: " + pid);
    }
    int result = C.kill((int) pid, signal.number);
    if (result == -Errno.ESRCH) {
      return false;
    }
    ErrnoException.check(result, "kill", pid, signal);
    return true;
  }
}
