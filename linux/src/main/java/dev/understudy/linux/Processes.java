package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Signals to single processes (kill(2)), and one program in the place of another (exec(3)). */
public final class Processes {
  /** File descriptors below are standard input, output and error. */
  private static final int FIRST_AFTER_STANDARD = 3;

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

  /**
   * Runs another program in this process: same process id, same children, standard streams as they
   * are, every other file closed. Doesn't return.
   *
   * @param command the program's path, then its arguments
   * @throws ErrnoException when it can't be run; this program goes on then
   */
  public static void execute(List<String> command) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arguments = arena.allocate(ValueLayout.ADDRESS, command.size() + 1L);
      for (int i = 0; i < command.size(); i++) {
        arguments.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(command.get(i)));
      }
      arguments.setAtIndex(ValueLayout.ADDRESS, command.size(), MemorySegment.NULL);
      ErrnoException.check(
          C.close_range(FIRST_AFTER_STANDARD, Integer.MAX_VALUE, Constants.CLOSE_RANGE_CLOEXEC),
          "close_range");
      ErrnoException.check(
          C.execv(arena.allocateFrom(command.getFirst()), arguments), "execv", command.getFirst());
    }
  }

  /**
   * Takes the exit status of a child that has ended and that an earlier program of this process
   * started, so that nothing of it is left in the kernel's table; nothing if it is no such child.
   */
  public static void reap(long pid) {
    if (pid > 1 && pid <= Integer.MAX_VALUE) {
      var _ = C.waitpid((int) pid, MemorySegment.NULL, Constants.WNOHANG);
    }
  }
}
