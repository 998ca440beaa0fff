package dev.understudy.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Sends signals to processes within a fraction of a millisecond: a shell that is already there does
 * it with its own {@code kill}, because starting a program would take longer than the time that a
 * strike is aimed at.
 */
public final class Signals implements AutoCloseable {
  private final Daemon shell;

  private Signals(Daemon shell) {
    this.shell = shell;
  }

  public static Signals open(Lab lab) {
    Path log = lab.file("signals.log");
    return lab.add(new Signals(Daemon.startPiped("signals", log, Map.of(), List.of("sh"))));
  }

  /** What can be sent. */
  public enum Signal {
    KILL,
    STOP,
    CONT,
    TERM
  }

  /** Sends the signal; returns the time right after it was sent, nanoseconds since 1970. */
  public long send(Signal signal, long pid) {
    try {
      String line = "kill -%s %d; echo $?\n".formatted(signal, pid);
      shell.input().write(line.getBytes(StandardCharsets.US_ASCII));
      shell.input().flush();
      int status = shell.output().read();
      long now = TimeSpan.now();
      int octet = 0;
      while (octet != '\n' && octet >= 0) {
        octet = shell.output().read();
      }
      if (status != '0') {
        throw new LabException("kill -%s %d: %s".formatted(signal, pid, shell.log()));
      }
      return now;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    shell.close();
  }
}
