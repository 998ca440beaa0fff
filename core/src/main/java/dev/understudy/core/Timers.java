package dev.understudy.core;

import dev.understudy.schema.TimerRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The running timers of one engine, as rows: a timer has a row while it runs. Starting and stopping
 * mark the row; the passing of time changes nothing.
 */
public final class Timers {
  private final String engine;
  private final TreeMap<Timer, Long> running = new TreeMap<>();
  private final LinkedHashSet<Timer> touched = new LinkedHashSet<>();

  /**
   * Names a timer of an engine.
   *
   * @param name the standard's name, for example {@code rcvdInfoWhile}
   * @param port 0 where it doesn't apply
   * @param tree 0 where it doesn't apply
   */
  public record Timer(String name, int port, int tree) implements Comparable<Timer> {
    private static final Comparator<Timer> ORDER =
        Comparator.comparingInt(Timer::tree)
            .thenComparingInt(Timer::port)
            .thenComparing(Timer::name);

    @Override
    public int compareTo(Timer other) {
      return ORDER.compare(this, other);
    }
  }

  private Timers(String engine) {
    this.engine = engine;
  }

  /** The timers of one engine as the image has them. */
  public static Timers restore(String engine, ImageView image) {
    Timers timers = new Timers(engine);
    for (TimerRow row : image.rows(TimerRow.getDefaultInstance())) {
      if (row.getKey().getEngine().equals(engine)) {
        timers.running.put(
            new Timer(row.getKey().getName(), row.getKey().getPort(), row.getKey().getTree()),
            row.getDeadlineNanos());
      }
    }
    return timers;
  }

  /** Starts a timer, or starts it anew. */
  public void start(Timer timer, SwitchTime deadline) {
    Long before = running.put(timer, deadline.nanos());
    if (before == null || before != deadline.nanos()) {
      touched.add(timer);
    }
  }

  public void stop(Timer timer) {
    if (running.remove(timer) != null) {
      touched.add(timer);
    }
  }

  public boolean isRunning(Timer timer) {
    return running.containsKey(timer);
  }

  public Optional<SwitchTime> deadline(Timer timer) {
    return Optional.ofNullable(running.get(timer)).map(SwitchTime::new);
  }

  public Optional<SwitchTime> nextDeadline() {
    return running.values().stream().min(Comparator.naturalOrder()).map(SwitchTime::new);
  }

  /**
   * Takes out the timers whose deadline is at or before {@code now}, earliest first, then in key
   * order.
   */
  public List<Timer> takeExpired(SwitchTime now) {
    List<Timer> expired = new ArrayList<>();
    running.forEach((timer, deadline) -> {
      if (deadline <= now.nanos()) {
        expired.add(timer);
      }
    });
    expired.sort(Comparator.comparing((Timer timer) -> running.getOrDefault(timer, 0L)));
    expired.forEach(this::stop);
    return expired;
  }

  /** Puts the rows of timers that were started or stopped into the step, and forgets the marks. */
  public void flush(Step.Builder step) {
    for (Timer timer : touched) {
      Long deadline = running.get(timer);
      if (deadline == null) {
        step.delete(row(timer, 0));
      } else {
        step.put(row(timer, deadline));
      }
    }
    touched.clear();
  }

  /** All rows. */
  public Collection<TimerRow> export() {
    return running.entrySet().stream().map(entry -> row(entry.getKey(), entry.getValue())).toList();
  }

  private TimerRow row(Timer timer, long deadlineNanos) {
    TimerRow.Key.Builder key = TimerRow.Key.newBuilder().setEngine(engine).setName(timer.name());
    if (timer.port() != 0) {
      key.setPort(timer.port());
    }
    if (timer.tree() != 0) {
      key.setTree(timer.tree());
    }
    return TimerRow.newBuilder().setKey(key).setDeadlineNanos(deadlineNanos).build();
  }
}
