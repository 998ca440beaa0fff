package dev.understudy.launcher.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.schema.ManagementReply;
import dev.understudy.schema.ManagementRequest;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SupervisorsTest {
  private static final ManagementRequest REQUEST =
      ManagementRequest.newBuilder().setRequestId("r-1").build();

  private final List<String> asked = new ArrayList<>();

  private Supervisors.Supervisor answers(String slot) {
    return (request, limit) -> {
      note(slot, request);
      return CompletableFuture.completedFuture(
          ManagementReply.newBuilder().setOk(true).setJson(slot).build());
    };
  }

  private synchronized void note(String slot, ManagementRequest request) {
    asked.add(slot + " " + request.getRequestId());
  }

  private Supervisors.Supervisor dies(String slot) {
    return (request, limit) -> {
      note(slot, request);
      return CompletableFuture.failedFuture(new IllegalStateException("gone"));
    };
  }

  private Supervisors.Supervisor isSilent(String slot) {
    return (request, limit) -> {
      note(slot, request);
      return new CompletableFuture<>();
    };
  }

  private static Supervisors pair(Supervisors.Supervisor a, Supervisors.Supervisor b) {
    TreeMap<String, Supervisors.Supervisor> both = new TreeMap<>();
    both.put("A", a);
    both.put("B", b);
    return new Supervisors(both);
  }

  @Test
  void the_first_that_answers_is_enough() throws Exception {
    assertThat(pair(answers("A"), answers("B")).ask(REQUEST, 1_000).getJson()).isEqualTo("A");
    assertThat(asked).containsExactly("A r-1");
  }

  @Test
  void a_request_whose_supervisor_dies_in_the_middle_goes_to_the_other_under_the_same_id()
      throws Exception {
    assertThat(pair(dies("A"), answers("B")).ask(REQUEST, 1_000).getJson()).isEqualTo("B");
    assertThat(asked).containsExactly("A r-1", "B r-1");
  }

  @Test
  void a_stopped_supervisor_that_takes_the_request_and_never_answers_is_passed_by()
      throws Exception {
    assertThat(pair(isSilent("A"), answers("B")).ask(REQUEST, 5_000).getJson()).isEqualTo("B");
  }

  @Test
  void both_are_asked_again_while_a_takeover_is_under_way() throws Exception {
    Supervisors.Supervisor comesBack =
        (request, limit) ->
            asked.size() < 4 ? dies("B").call(request, limit) : answers("B").call(request, limit);
    assertThat(pair(dies("A"), comesBack).ask(REQUEST, 10_000).getJson()).isEqualTo("B");
    assertThat(asked).contains("A r-1", "B r-1").hasSizeGreaterThan(3);
  }

  @Test
  void where_nobody_listens_at_all_the_patience_is_short() {
    Supervisors.Supervisor away =
        (request, limit) -> CompletableFuture.failedFuture(Status.UNAVAILABLE.asRuntimeException());
    long begun = System.nanoTime();
    assertThatThrownBy(() -> pair(away, away).ask(REQUEST, 60_000))
        .isInstanceOf(Supervisors.Nobody.class)
        .hasMessageContaining("UNAVAILABLE");
    assertThat(System.nanoTime() - begun).isLessThan(30_000_000_000L);
  }

  @Test
  void nobody_is_told_with_what_each_of_them_did() {
    assertThatThrownBy(() -> pair(dies("A"), dies("B")).ask(REQUEST, 50))
        .isInstanceOf(Supervisors.Nobody.class)
        .hasMessageContaining("supervisor A: gone")
        .hasMessageContaining("supervisor B: gone");
  }
}
