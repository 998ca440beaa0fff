package dev.understudy.launcher.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Keeps a starting virtual machine out of the way of those that carry the switch.
 *
 * <p>Lowering is free for everybody, raising again isn't. With CAP_SYS_NICE the nice value of its
 * threads goes down and up again. Without, the session's autogroup does the same (sched(7)): its
 * owner may set it back to 0. Where there is neither, the process starts with normal priority.
 */
final class Priority {
  static final int LOW = 5;
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

  /** What to add to the nice value at start. */
  int niceness() {
    return mayRaise ? LOW : 0;
  }

  /** To be called right after the start. */
  void lower(long pid) {
    if (!mayRaise) {
      writeAutogroup(pid, LOW);
    }
  }

  /** Back to normal, once it is in sync. Threads that chose a priority themselves keep it. */
  void restore(long pid) {
    if (!mayRaise) {
      writeAutogroup(pid, 0);
      return;
    }
    List<String> command = new ArrayList<>(List.of("renice", "-n", "0", "-p"));
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
