package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The calling thread's place on the processor (sched(7)). Without the right to a better one it
 * keeps what it has; a text says which it got, to be shown to people.
 *
 * <p>Both acts concern one thread of the kernel, so the caller must be a platform thread. Threads
 * made by one with SCHED_FIFO begin with the default again (SCHED_RESET_ON_FORK); a nice value is
 * inherited.
 */
public final class Scheduling {
  private static final Path STAT = Path.of("/proc/thread-self/stat");

  /** Fields of proc_pid_stat(5), counted from the one behind the name in parentheses. */
  private static final int NICE_FIELD = 19 - 3;

  private static final int POLICY_FIELD = 41 - 3;
  private static final int PRIORITY_FIELD = 40 - 3;

  private Scheduling() {}

  /** A real-time priority, 1 to 99, and a nice value, -20 to 19, for want of it. */
  public record Wish(int fifoPriority, int otherwiseNice) {
    public Wish {
      if (fifoPriority < 1 || fifoPriority > 99) {
        throw new IllegalArgumentException("SCHED_FIFO has priorities 1 to 99: " + fifoPriority);
      }
      checkNice(otherwiseNice);
    }

    public static FifoWish fifo(int priority) {
      return new FifoWish(priority);
    }

    /** The first half of a wish. */
    public record FifoWish(int priority) {
      public Wish orNice(int nice) {
        return new Wish(priority, nice);
      }
    }
  }

  private static void checkNice(int nice) {
    if (nice < -20 || nice > 19) {
      throw new IllegalArgumentException("nice values are -20 to 19: " + nice);
    }
  }

  /**
   * Asks for SCHED_FIFO, else for the nice value.
   *
   * @return what the thread has then, as {@link #current}
   */
  public static String ask(Wish wish) {
    PlatformThreads.check("sched_setscheduler");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parameter = arena.allocate(Structs.SCHED_PARAM);
      parameter.set(JAVA_INT, 0, wish.fifoPriority());
      int policy = Constants.SCHED_FIFO | Constants.SCHED_RESET_ON_FORK;
      if (C.sched_setscheduler(0, policy, parameter) < 0) {
        tryNice(wish.otherwiseNice());
      }
    }
    return current();
  }

  /**
   * Asks for a nice value; a higher one than now is always granted.
   *
   * @return what the thread has then, as {@link #current}
   */
  public static String nice(int nice) {
    checkNice(nice);
    PlatformThreads.check("setpriority");
    tryNice(nice);
    return current();
  }

  private static void tryNice(int nice) {
    // Refused (EPERM, EACCES) is an answer like another, and current() shows it.
    C.setpriority(Constants.PRIO_PROCESS, C.gettid(), nice);
  }

  /** {@code SCHED_FIFO 10}, {@code nice -10} or {@code default}. */
  public static String current() {
    PlatformThreads.check("sched_getscheduler");
    try {
      return describe(Files.readString(STAT, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String describe(String stat) {
    // The name may have blanks and parentheses of its own; the last one ends it.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ", -1);
    int nice = Integer.parseInt(fields[NICE_FIELD]);
    if (Integer.parseInt(fields[POLICY_FIELD]) == Constants.SCHED_FIFO) {
      return "SCHED_FIFO " + fields[PRIORITY_FIELD];
    }
    return nice == 0 ? "default" : "nice " + nice;
  }
}
