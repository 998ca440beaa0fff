package dev.understudy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.schema.Config;
import dev.understudy.schema.ConfigApplyRequest;
import dev.understudy.schema.ManagementReply;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.ShowRequest;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StateRequest;
import dev.understudy.schema.SwitchoverRequest;
import dev.understudy.schema.VlanConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import tools.jackson.databind.JsonNode;

/** What people see of a pair and ask of it. See {@link Pair}. */
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
final class PairTest {
  private Pair pair;

  @BeforeEach
  void begin(@TempDir Path directory) {
    pair = new Pair(directory);
  }

  @AfterEach
  void end() {
    pair.close();
  }

  @Test
  void both_supervisors_show_the_same_switch() throws Exception {
    pair.startBoth();
    JsonNode seenByA = pair.await(Slot.SLOT_A, "redundancy", PairTest::standbyListed);
    JsonNode seenByB = pair.await(Slot.SLOT_B, "redundancy", PairTest::standbyListed);

    for (JsonNode seen : new JsonNode[] {seenByA, seenByB}) {
      assertThat(seen.path("switch").asString()).isEqualTo("sw1");
      assertThat(seen.path("active").asString()).isEqualTo("A");
      assertThat(seen.path("supervisors").path("A").path("role").asString()).isEqualTo("ACTIVE");
      assertThat(seen.path("supervisors").path("B").path("role").asString())
          .isEqualTo("STANDBY_HOT");
      assertThat(seen.path("supervisors").path("B").path("readySince").asString()).startsWith("20");
      assertThat(seen.path("supervisors").path("B").path("notReadyReasons")).isEmpty();
      assertThat(seen.path("forwarder").path("inSync").asString()).isEqualTo("B");
      assertThat(seen.path("history").path(0).path("trigger").asString()).isEqualTo("start");
    }
    assertThat(seenByA.path("term").asLong())
        .isEqualTo(seenByB.path("term").asLong())
        .isEqualTo(seenByA.path("forwarder").path("term").asLong());
    for (String what :
        new String[] {
          "history",
          "spanning-tree",
          "mac-address-table",
          "vlans",
          "config",
          "config-history",
          "counters",
          "version"
        }) {
      assertThat(pair.show(Slot.SLOT_A, what)).as(what).isNotEmpty();
      assertThat(pair.show(Slot.SLOT_B, what)).as(what).isNotEmpty();
    }
    JsonNode ports = pair.await(Slot.SLOT_B, "interfaces", seen -> seen.path("ports").size() == 2);
    assertThat(ports.path("ports").path("p1").path("attachment").asString()).startsWith("udp ");
    assertThat(
            pair.ask(Slot.SLOT_A, Pair.request().setShow(ShowRequest.newBuilder().setWhat("x")))
                .getError())
        .contains("redundancy");
  }

  private static boolean standbyListed(JsonNode redundancy) {
    return redundancy.path("supervisors").path("B").path("role").asString("").equals("STANDBY_HOT")
        && redundancy.path("forwarder").path("inSync").asString("").equals("B");
  }

  @Test
  void a_configuration_applied_at_the_standby_is_in_three_homes_and_survives_the_active()
      throws Exception {
    pair.startBoth();
    Config wanted =
        pair.config(3).toBuilder()
            .addVlans(VlanConfig.newBuilder().setVid(10).setName("users"))
            .build();

    JsonNode applied = pair.apply(Slot.SLOT_B, wanted);

    assertThat(applied.path("copies").asInt()).isEqualTo(3);
    assertThat(applied.path("version").asLong()).isEqualTo(2);
    pair.crash(Slot.SLOT_A);
    pair.awaitRole(Slot.SLOT_B, "ACTIVE");
    assertThat(pair.show(Slot.SLOT_B, "vlans").path("vlans").path("10").path("name").asString())
        .isEqualTo("users");
    assertThat(pair.show(Slot.SLOT_B, "config").path("copies").asInt()).isEqualTo(2);
    pair.start(Slot.SLOT_A);
    pair.awaitRole(Slot.SLOT_A, "STANDBY_HOT");
    pair.await(Slot.SLOT_A, "config", seen -> seen.path("copies").asInt() == 3);
  }

  @Test
  void a_wrong_configuration_is_refused_with_what_was_expected() throws Exception {
    pair.startBoth();
    ManagementReply reply =
        pair.ask(
            Slot.SLOT_B,
            Pair.request()
                .setConfigApply(
                    ConfigApplyRequest.newBuilder()
                        .setConfig(
                            pair.config(1).toBuilder()
                                .addVlans(VlanConfig.newBuilder().setVid(5000)))));
    assertThat(reply.getOk()).isFalse();
    assertThat(reply.getError()).contains("5000").contains("expected");
    assertThat(pair.show(Slot.SLOT_A, "config").path("version").asLong()).isEqualTo(1);
  }

  @Test
  void a_request_that_is_repeated_is_answered_and_not_done_twice() throws Exception {
    pair.startBoth();
    ManagementRequest.Builder request =
        Pair.request().setConfigApply(ConfigApplyRequest.newBuilder().setConfig(pair.config(3)));
    JsonNode first = pair.document(Slot.SLOT_A, request);
    JsonNode second = pair.document(Slot.SLOT_B, request);
    assertThat(second.path("message")).isEqualTo(first.path("message"));
    assertThat(pair.show(Slot.SLOT_A, "config").path("version").asLong()).isEqualTo(2);
  }

  @Test
  void a_request_in_the_middle_of_a_takeover_is_answered_by_the_new_active() throws Exception {
    pair.startBoth();
    pair.crash(Slot.SLOT_A);
    assertThat(pair.apply(Slot.SLOT_B, pair.config(3)).path("version").asLong()).isEqualTo(2);
    assertThat(pair.show(Slot.SLOT_B, "redundancy").path("active").asString()).isEqualTo("B");
  }

  @Test
  void a_standby_without_an_image_shows_what_the_active_knows() throws Exception {
    pair.startForwarder();
    pair.start(Slot.SLOT_A);
    pair.awaitRole(Slot.SLOT_A, "ACTIVE");
    assertThat(pair.fault(Slot.SLOT_A, "cut-peer", "60000").getOk()).isTrue();
    pair.start(Slot.SLOT_B);
    JsonNode seen =
        pair.await(
            Slot.SLOT_B,
            "redundancy",
            shown ->
                shown
                    .path("supervisors")
                    .path("B")
                    .path("role")
                    .asString("")
                    .equals("STANDBY_SYNCING"));
    assertThat(seen.path("switch").asString()).isEqualTo("sw1");
    assertThat(seen.path("history")).hasSize(1);
    assertThat(seen.path("active").asString()).isEqualTo("A");
  }

  @Test
  void a_forced_switchover_goes_ahead_although_the_modules_are_cut_off_from_each_other()
      throws Exception {
    pair.startBoth();
    assertThat(pair.fault(Slot.SLOT_A, "cut-peer", "60000").getOk()).isTrue();
    pair.awaitRole(Slot.SLOT_B, "STANDBY_SYNCING");
    ManagementReply refused =
        pair.ask(Slot.SLOT_A, Pair.request().setSwitchover(SwitchoverRequest.getDefaultInstance()));
    assertThat(refused.getError()).contains("slot B is not ready");

    ManagementReply forced =
        pair.ask(
            Slot.SLOT_A,
            Pair.request().setSwitchover(SwitchoverRequest.newBuilder().setForce(true)));

    assertThat(forced.getOk()).as(forced.getError()).isTrue();
    JsonNode seen = pair.awaitRole(Slot.SLOT_B, "ACTIVE");
    JsonNode row = seen.path("history").path(1);
    assertThat(row.path("trigger").asString()).isEqualTo("forced");
    assertThat(row.path("reason").asString()).contains("--force");
    assertThat(row.path("causes").toString()).contains("STATE_BEHIND_BORDER");
  }

  @Test
  void a_supervisor_that_ends_hands_over_first() throws Exception {
    pair.startBoth();

    pair.end(Slot.SLOT_A);

    JsonNode seen = pair.awaitRole(Slot.SLOT_B, "ACTIVE");
    JsonNode last = seen.path("history").path(seen.path("history").size() - 1);
    assertThat(last.path("trigger").asString()).isEqualTo("switchover");
    assertThat(last.path("from").asString()).isEqualTo("A");
    assertThat(last.path("to").asString()).isEqualTo("B");
    assertThat(last.path("causes")).isEmpty();
  }

  @Test
  void a_person_can_switch_over_there_and_back_by_asking_either() throws Exception {
    pair.startBoth();
    ManagementRequest.Builder there =
        Pair.request().setSwitchover(SwitchoverRequest.getDefaultInstance());
    assertThat(pair.document(Slot.SLOT_B, there).path("message").asString()).contains("slot B");
    pair.awaitRole(Slot.SLOT_B, "ACTIVE");
    pair.awaitRole(Slot.SLOT_A, "STANDBY_HOT");

    pair.document(
        Slot.SLOT_B, Pair.request().setSwitchover(SwitchoverRequest.getDefaultInstance()));
    pair.awaitRole(Slot.SLOT_A, "ACTIVE");
  }

  @Test
  void a_switchover_without_a_standby_is_refused_with_the_reason() throws Exception {
    pair.startForwarder();
    pair.start(Slot.SLOT_A);
    pair.awaitRole(Slot.SLOT_A, "ACTIVE");
    ManagementReply reply =
        pair.ask(Slot.SLOT_A, Pair.request().setSwitchover(SwitchoverRequest.getDefaultInstance()));
    assertThat(reply.getOk()).isFalse();
    assertThat(reply.getError()).contains("slot B is not ready");
  }

  @Test
  void both_supervisors_hold_the_same_rows() throws Exception {
    pair.startBoth();
    for (String table : new String[] {"identity", "port-identity", "config", "port", "vlan"}) {
      JsonNode a = table(Slot.SLOT_A, "A", table);
      JsonNode b = table(Slot.SLOT_A, "B", table);
      assertThat(a.path("rows")).as(table).isNotEmpty();
      assertThat(b).as(table).isEqualTo(a);
    }
  }

  private JsonNode table(Slot asked, String at, String table) throws Exception {
    return pair.document(
            asked, Pair.request().setState(StateRequest.newBuilder().setAt(at).setTable(table)))
        .path("tables")
        .path(table);
  }
}
