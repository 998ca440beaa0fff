package dev.understudy.launcher.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Puts the processes that carry the switch before others, and keeps a starting virtual machine out
 * of their way.
 *
 * <p>The threads that the switch waits for ask for real-time priority themselves; this is for the
 * threads that those wait for, such as the virtual machine's own at a safepoint. With CAP_SYS_NICE
 * a process gets a better nice value, and so does its session's autogroup (sched(7)), without which
 * the nice value would count only within the session. Without the capability a starting process's
 * autogroup goes down and back to 0, which its owner may; where there are no autogroups either,
 * everything has normal priority.
 */
final class Priority {
  private static final int LOW = 5;
  private static final int HIGH = -10;
  private static final int NORMAL = 0;
  private static final int CAP_SYS_NICE = 23;

  private final Path proc;
  private final boolean mayRaise;

  Priority() {
    this(Path.of("/proc"));
  }

  Priority(Path proc) {
    this.proc = proc;
    mayRaise = mayRaise(proc);
  }

  /**
   * What to add to the nice value at start.
   *
   * @param low for one that must not disturb another
   */
  int niceness(boolean low) {
    return mayRaise ? (low ? LOW : HIGH) : NORMAL;
  }

  /** To be called right after the start. */
  void started(long pid, boolean low) {
    writeAutogroup(pid, low ? LOW : mayRaise ? HIGH : NORMAL);
  }

  /** To be called once it is in sync. Threads that chose a priority themselves keep it. */
  void raise(long pid) {
    writeAutogroup(pid, mayRaise ? HIGH : NORMAL);
    if (!mayRaise) {
      return;
    }
    List<String> command = new ArrayList<>(List.of("renice", "-n", Integer.toString(HIGH), "-p"));
    for (String thread : lowThreads(pid)) {
      command.add(thread);
    }
    if (command.size() > 4) {
      try {
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
      } catch (IOException e) {
        // Without renice it goes on slowly: it is in sync, so nothing waits for it.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private List<String> lowThreads(long pid) {
    List<String> threads = new ArrayList<>();
    try (Stream<Path> tasks = Files.list(proc.resolve(Long.toString(pid)).resolve("task"))) {
      tasks.forEach(task -> {
        if (niceOf(task) == LOW) {
          threads.add(task.getFileName().toString());
        }
      });
    } catch (IOException e) {
      // Gone already.
    }
    return threads;
  }

  private static int niceOf(Path task) {
    try {
      String text = Files.readString(task.resolve("stat"));
      return Integer.parseInt(text.substring(text.lastIndexOf(')') + 2).split(" ", -1)[16]);
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }

  private void writeAutogroup(long pid, int nice) {
    try {
      Files.writeString(
          proc.resolve(Long.toString(pid)).resolve("autogroup"), Integer.toString(nice));
    } catch (IOException e) {
      // No autogroups in this kernel.
    }
  }

  private static boolean mayRaise(Path proc) {
    try {
      for (String line : Files.readAllLines(proc.resolve("self").resolve("status"))) {
        if (line.startsWith("CapEff:")) {
          long capabilities = Long.parseUnsignedLong(line.substring(7).strip(), 16);
          return (capabilities & 1L << CAP_SYS_NICE) != 0;
        }
      }
    } catch (IOException | RuntimeException e) {
      // Then without.
    }
    return false;
  }
}
