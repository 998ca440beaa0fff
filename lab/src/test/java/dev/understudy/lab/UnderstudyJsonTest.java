package dev.understudy.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** The JSON of docs/cli-json.md as the lab reads it. */
final class UnderstudyJsonTest {
  private static final String REDUNDANCY =
      """
      {"switch": "sw1", "active": "A", "term": 3,
       "supervisors": {
         "A": {"role": "ACTIVE", "pid": 101, "notReadyReasons": []},
         "B": {"role": "STANDBY_HOT", "pid": 102, "notReadyReasons": []}},
       "forwarder": {"pid": 100, "inSync": "B", "refusedWrites": 4},
       "history": [{"sequence": 2, "from": "B", "to": "A", "trigger": "failure", "gapMillis": 12.3,
                    "hitless": "HITLESS", "causes": []}]}
      """;

  @Test
  void a_hot_standby_is_redundant_once_nothing_is_observed_any_more() {
    assertThat(parse("yes").redundant()).isTrue();
    assertThat(parse("observing").redundant()).isFalse();
  }

  @Test
  void processes_and_counts_are_read() {
    Understudy.Redundancy redundancy = parse("yes");

    assertThat(redundancy.active()).contains(Understudy.Slot.A);
    assertThat(redundancy.activePid()).isEqualTo(101);
    assertThat(redundancy.pids())
        .isEqualTo(Map.of(Understudy.Slot.A, 101L, Understudy.Slot.B, 102L));
    assertThat(redundancy.refusedWrites()).isEqualTo(4);
    assertThat(redundancy.history().getLast().gapMillis()).isEqualTo(12.3);
  }

  @Test
  void a_supervisor_that_is_not_there_has_neither_role_nor_process() {
    Understudy.Redundancy redundancy =
        Understudy.parseRedundancy(
            new JsonMapper()
                .readTree(
                    """
                    {"active": null, "term": 3, "supervisors": {"A": {"role": null, "pid": null}}}
                    """));

    assertThat(redundancy.active()).isEqualTo(Optional.empty());
    assertThat(redundancy.roles()).isEmpty();
    assertThat(redundancy.redundant()).isFalse();
  }

  private static Understudy.Redundancy parse(String hitless) {
    return Understudy.parseRedundancy(
        new JsonMapper().readTree(REDUNDANCY.replace("HITLESS", hitless)));
  }
}
