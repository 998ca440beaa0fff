package dev.understudy.core;

import dev.understudy.schema.TimerRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The running timers of one engine, as rows: a timer has a row while it runs. Starting and stopping
 * mark the row; the passing of time changes nothing.
 */
public final class Timers {
  private final String engine;
  private final TreeMap<Timer, Long> running = new TreeMap<>();

  /** The same, earliest first: a tick at which nothing is due must cost nothing. */
  private final TreeSet<Due> byDeadline = new TreeSet<>();

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

  private record Due(long deadlineNanos, Timer timer) implements Comparable<Due> {
    private static final Comparator<Due> ORDER =
        Comparator.comparingLong(Due::deadlineNanos).thenComparing(Due::timer);

    @Override
    public int compareTo(Due other) {
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
        Timer timer =
            new Timer(row.getKey().getName(), row.getKey().getPort(), row.getKey().getTree());
        timers.running.put(timer, row.getDeadlineNanos());
        timers.byDeadline.add(new Due(row.getDeadlineNanos(), timer));
      }
    }
    return timers;
  }

  /** Starts a timer, or starts it anew. */
  public void start(Timer timer, SwitchTime deadline) {
    Long before = running.put(timer, deadline.nanos());
    if (before == null || before != deadline.nanos()) {
      if (before != null) {
        byDeadline.remove(new Due(before, timer));
      }
      byDeadline.add(new Due(deadline.nanos(), timer));
      touched.add(timer);
    }
  }

  public void stop(Timer timer) {
    Long before = running.remove(timer);
    if (before != null) {
      byDeadline.remove(new Due(before, timer));
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
    return byDeadline.isEmpty()
        ? Optional.empty()
        : Optional.of(new SwitchTime(byDeadline.first().deadlineNanos()));
  }

  /**
   * Takes out the timers whose deadline is at or before {@code now}, earliest first, then in key
   * order.
   */
  public List<Timer> takeExpired(SwitchTime now) {
    List<Timer> expired = new ArrayList<>();
    while (!byDeadline.isEmpty() && byDeadline.first().deadlineNanos() <= now.nanos()) {
      Timer timer = byDeadline.first().timer();
      expired.add(timer);
      stop(timer);
    }
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
