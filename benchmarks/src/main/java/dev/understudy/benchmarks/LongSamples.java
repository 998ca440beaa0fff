package dev.understudy.benchmarks;

import java.util.Arrays;
import java.util.stream.LongStream;

/** Samples as they are taken: any thread, no allocation but for growing. */
final class LongSamples {
  private static final int CAPACITY_FIRST = 1024;

  private long[] values = new long[CAPACITY_FIRST];
  private int count;

  synchronized void add(long value) {
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
    }
    values[count++] = value;
  }

  synchronized int count() {
    return count;
  }

  synchronized LongStream stream() {
    return Arrays.stream(Arrays.copyOf(values, count));
  }
}
