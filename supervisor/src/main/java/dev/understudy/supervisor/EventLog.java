package dev.understudy.supervisor;

import dev.understudy.replication.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happened to this supervisor, for people: the newest in memory, and in a file that outlives
 * the process. Any thread. A disk that fails or hangs costs lines of the file and nothing else.
 *
 * <p>A line of the file: wall time in milliseconds, term, bracket, severity, code, text, with tabs
 * between them.
 */
public final class EventLog implements AutoCloseable {
  /** Events kept in memory. */
  public static final int EVENTS_MAX = 2000;

  static final long FILE_OCTETS_MAX = 1 << 20;
  static final int LINES_WAITING_MAX = 1024;

  private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);
  private static final int FIELDS = 6;

  private final Path file;
  private final ArrayDeque<Event> newest = new ArrayDeque<>();
  private final ArrayBlockingQueue<String> waiting = new ArrayBlockingQueue<>(LINES_WAITING_MAX);
  private final Thread writer;
  private volatile boolean closing;

  /** One event. */
  public record Event(
      long wallMillis, long term, long bracket, Severity severity, String code, String text) {
    String line() {
      return String.join(
          "\t",
          Long.toString(wallMillis),
          Long.toString(term),
          Long.toString(bracket),
          severity.name(),
          code,
          text.replace('\t', ' ').replace('\n', ' '));
    }

    static Optional<Event> parse(String line) {
      String[] fields = line.split("\t", FIELDS);
      if (fields.length != FIELDS) {
        return Optional.empty();
      }
      try {
        return Optional.of(
            new Event(
                Long.parseLong(fields[0]),
                Long.parseLong(fields[1]),
                Long.parseLong(fields[2]),
                Severity.valueOf(fields[3]),
                fields[4],
                fields[5]));
      } catch (IllegalArgumentException e) { // a line that was cut short
        return Optional.empty();
      }
    }
  }

  /**
   * Goes on where the last process stopped.
   *
   * @param directory there already
   */
  public EventLog(Path directory) {
    this.file = directory.resolve("events.log");
    load(older());
    load(file);
    this.writer = Thread.ofPlatform().name("events").daemon().unstarted(this::write);
    writer.start();
  }

  private Path older() {
    return file.resolveSibling("events.1.log");
  }

  private void load(Path path) {
    try {
      if (Files.exists(path)) {
        for (String line :
            new String(Files.readAllBytes(path), StandardCharsets.UTF_8).split("\n", -1)) {
          Event.parse(line).ifPresent(this::keep);
        }
      }
    } catch (IOException e) {
      LOG.warn("{} can't be read: {}", path, e.toString());
    }
  }

  private synchronized void keep(Event event) {
    newest.add(event);
    if (newest.size() > EVENTS_MAX) {
      newest.remove();
    }
  }

  /** The newest events, oldest first. */
  public synchronized List<Event> newest(int count) {
    List<Event> all = new ArrayList<>(newest);
    return List.copyOf(all.subList(Math.max(0, all.size() - count), all.size()));
  }

  public void add(Event event) {
    keep(event);
    boolean taken = waiting.offer(event.line());
    switch (event.severity()) {
      case INFO -> LOG.info("{}: {}", event.code(), event.text());
      case WARNING -> LOG.warn("{}: {}", event.code(), event.text());
      case ERROR -> LOG.error("{}: {}", event.code(), event.text());
    }
    if (!taken) {
      LOG.warn("the event log's file is too slow; an event is missing in it");
    }
  }

  private void write() {
    try {
      while (!closing || !waiting.isEmpty()) {
        String first = waiting.poll(100, TimeUnit.MILLISECONDS);
        if (first != null) {
          List<String> lines = new ArrayList<>(List.of(first));
          waiting.drainTo(lines);
          append(lines);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void append(List<String> lines) {
    try {
      if (Files.exists(file) && Files.size(file) > FILE_OCTETS_MAX) {
        Files.move(file, older(), StandardCopyOption.REPLACE_EXISTING);
      }
      Files.write(
          file,
          lines,
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      LOG.warn("{} can't be written: {}", file, e.toString());
    }
  }

  /** Writes what waits, for half a second at most. */
  @Override
  public void close() {
    closing = true;
    try {
      writer.join(500);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
