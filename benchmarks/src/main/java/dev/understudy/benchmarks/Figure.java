package dev.understudy.benchmarks;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * What was measured of one thing: all samples, in ascending order.
 *
 * @param benchmark which benchmark it is part of
 * @param name what it is, for people
 * @param state how big the state was, and what else one has to know
 */
public record Figure(String benchmark, String name, Unit unit, Samples samples, String state) {

  /** What a sample counts. */
  public enum Unit {
    MILLISECONDS("ms"),
    MICROSECONDS("µs"),
    /** A rate: more is better. */
    ROWS_PER_SECOND("rows/s"),
    /** A rate: more is better. */
    FRAMES_PER_SECOND("frames/s"),
    /** A rate: more is better. */
    GIGABITS_PER_SECOND("Gbit/s"),
    /** A number of frames. */
    FRAMES("frames");

    private final String text;

    Unit(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }

    /** A duration in this unit. */
    double ofNanos(long nanos) {
      return switch (this) {
        case MILLISECONDS -> nanos / 1e6;
        case MICROSECONDS -> nanos / 1e3;
        case ROWS_PER_SECOND, FRAMES_PER_SECOND, GIGABITS_PER_SECOND, FRAMES ->
            throw new IllegalArgumentException("a duration in " + text);
      };
    }
  }

  /** Values in ascending order. Percentiles are samples themselves, by the nearest rank. */
  public static final class Samples {
    private final double[] ascending;

    private Samples(double[] ascending) {
      this.ascending = ascending;
    }

    public static Samples of(DoubleStream values) {
      double[] ascending = values.toArray();
      Arrays.sort(ascending);
      return new Samples(ascending);
    }

    public int count() {
      return ascending.length;
    }

    /**
     * The least sample that at least {@code percent} of all samples don't exceed.
     *
     * @param percent above 0, at most 100
     * @return NaN without samples
     */
    public double percentile(double percent) {
      if (ascending.length == 0) {
        return Double.NaN;
      }
      int rank = (int) Math.ceil(percent / 100 * ascending.length);
      return ascending[Math.clamp(rank, 1, ascending.length) - 1];
    }

    public double min() {
      return ascending.length == 0 ? Double.NaN : ascending[0];
    }

    public double max() {
      return percentile(100);
    }

    public double[] values() {
      return ascending.clone();
    }
  }

  static Figure ofNanos(String benchmark, String name, Unit unit, LongSamples nanos, String state) {
    return new Figure(
        benchmark, name, unit, Samples.of(nanos.stream().mapToDouble(unit::ofNanos)), state);
  }
}
