package dev.understudy.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class ReportTest {
  private static Report report() {
    Report report = new Report(new Machine(2, "a processor", 1024, "6.18", "25", 0.5));
    report.add(
        new Figure(
            "kill",
            "gap",
            Figure.Unit.MILLISECONDS,
            Figure.Samples.of(DoubleStream.of(10, 20, 30)),
            "4 ports"));
    report.add(
        new Figure(
            "rows",
            "rate",
            Figure.Unit.ROWS_PER_SECOND,
            Figure.Samples.of(DoubleStream.empty()),
            ""));
    report.remark("something was left out");
    return report;
  }

  @Test
  void the_table_has_a_line_for_each_figure_and_what_it_was_measured_on() {
    assertThat(report().table().lines())
        .anySatisfy(line -> assertThat(line).contains("2 cores", "a processor", "load 0.5 before"))
        .anySatisfy(line ->
            assertThat(line).matches("kill: gap +ms +3 +10.00 +20.00 +30.00 +30.00 +4 ports"))
        .anySatisfy(line -> assertThat(line).matches("rows: rate +rows/s +0( +-){4}"))
        .anySatisfy(line -> assertThat(line).isEqualTo("note: something was left out"));
  }

  @Test
  void the_json_has_the_same_with_all_samples() {
    JsonNode json = report().json();
    assertThat(json.path("machine").path("cores").asInt()).isEqualTo(2);
    JsonNode kill = json.path("figures").path(0);
    assertThat(kill.path("benchmark").asString()).isEqualTo("kill");
    assertThat(kill.path("p50").asDouble()).isEqualTo(20);
    assertThat(kill.path("p99").asDouble()).isEqualTo(30);
    assertThat(kill.path("samples").size()).isEqualTo(3);
    assertThat(json.path("figures").path(1).has("p50")).isFalse();
    assertThat(json.path("remarks").path(0).asString()).isEqualTo("something was left out");
  }

  @Test
  void this_machine_is_known() {
    Machine machine = Machine.current();
    assertThat(machine.cores()).isPositive();
    assertThat(machine.memoryMebibytes()).isPositive();
    assertThat(machine.line()).contains("Linux");
  }
}
