package dev.understudy.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class FigureTest {
  private static Figure.Samples hundred() {
    return Figure.Samples.of(IntStream.rangeClosed(1, 100).mapToDouble(i -> 101 - i));
  }

  @Test
  void a_percentile_is_the_least_sample_that_so_many_do_not_exceed() {
    assertThat(hundred().percentile(50)).isEqualTo(50);
    assertThat(hundred().percentile(99)).isEqualTo(99);
    assertThat(hundred().percentile(99.5)).isEqualTo(100);
    assertThat(hundred().percentile(100)).isEqualTo(100);
    assertThat(hundred().min()).isEqualTo(1);
  }

  @Test
  void with_few_samples_the_ninety_ninth_percentile_is_the_greatest() {
    Figure.Samples three = Figure.Samples.of(DoubleStream.of(3, 1, 2));
    assertThat(three.percentile(99)).isEqualTo(3);
    assertThat(three.percentile(50)).isEqualTo(2);
    assertThat(three.values()).containsExactly(1, 2, 3);
  }

  @Test
  void without_samples_nothing_is_known() {
    Figure.Samples none = Figure.Samples.of(DoubleStream.empty());
    assertThat(none.percentile(50)).isNaN();
    assertThat(none.min()).isNaN();
    assertThat(none.max()).isNaN();
  }

  @Test
  void durations_are_told_in_their_unit() {
    LongSamples nanos = new LongSamples();
    nanos.add(1_500_000);
    Figure figure = Figure.ofNanos("b", "n", Figure.Unit.MILLISECONDS, nanos, "s");
    assertThat(figure.samples().max()).isEqualTo(1.5);
  }

  @Test
  void many_samples_are_all_kept() {
    LongSamples samples = new LongSamples();
    IntStream.range(0, 5000).forEach(samples::add);
    assertThat(samples.count()).isEqualTo(5000);
    assertThat(samples.stream().sum()).isEqualTo(5000L * 4999 / 2);
  }
}
