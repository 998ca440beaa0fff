package dev.understudy.launcher.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One process for ever: its number, when it began (clock ticks since boot, proc(5) field 22) and
 * which boot that was. A number alone is used again sooner or later.
 */
public record ProcessId(long pid, long startTicks, String boot) {
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  /** The process that has this number now. */
  public static Optional<ProcessId> of(long pid) {
    return stat(pid)
        .filter(Stat::alive)
        .map(stat -> new ProcessId(pid, stat.startTicks(), bootId()));
  }

  /** This process. */
  public static ProcessId current() {
    return of(ProcessHandle.current().pid()).orElseThrow();
  }

  /** A zombie isn't alive; a stopped process is. */
  public boolean isAlive() {
    return stat(pid).filter(stat -> stat.alive() && stat.startTicks() == startTicks).isPresent()
        && boot.equals(bootId());
  }

  /** Is it stopped by a signal, so that it can't hear SIGTERM? */
  public boolean isStopped() {
    return isAlive() && stat(pid).filter(stat -> stat.state() == 'T').isPresent();
  }

  /** Sends SIGTERM, or SIGKILL with {@code forcibly}; nothing if it is gone. */
  public void end(boolean forcibly) {
    if (isAlive()) {
      ProcessHandle.of(pid).ifPresent(handle -> handleEnd(handle, forcibly));
    }
  }

  private static void handleEnd(ProcessHandle handle, boolean forcibly) {
    var _ = forcibly ? handle.destroyForcibly() : handle.destroy();
  }

  /** Waits until it is gone. */
  public boolean awaitEnd(long millisMax) throws InterruptedException {
    long deadline = System.nanoTime() + millisMax * 1_000_000;
    while (isAlive()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(10);
    }
    return true;
  }

  /** Resident octets, 0 if unknown. */
  public long residentOctets() {
    try {
      String[] fields = Files.readString(Path.of("/proc/" + pid + "/statm")).split(" ", -1);
      return Long.parseLong(fields[1]) * 4096;
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }

  /** One line, as it stands in a process file. */
  String line() {
    return pid + " " + startTicks + " " + boot + "\n";
  }

  static Optional<ProcessId> parse(String line) {
    String[] fields = line.strip().split(" ", -1);
    if (fields.length != 3) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ProcessId(Long.parseLong(fields[0]), Long.parseLong(fields[1]), fields[2]));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private record Stat(char state, long startTicks) {
    boolean alive() {
      return state != 'Z' && state != 'X';
    }
  }

  private static Optional<Stat> stat(long pid) {
    String text;
    try {
      text = Files.readString(Path.of("/proc/" + pid + "/stat"));
    } catch (IOException e) {
      return Optional.empty();
    }
    // The command's name, in brackets, may itself contain blanks and brackets.
    int end = text.lastIndexOf(')');
    if (end < 0) {
      return Optional.empty();
    }
    String[] fields = text.substring(end + 2).split(" ", -1);
    return Optional.of(new Stat(fields[0].charAt(0), Long.parseLong(fields[19])));
  }

  private static String bootId() {
    try {
      return Files.readString(BOOT).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
