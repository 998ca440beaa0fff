package dev.understudy.launcher.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RenderersTest {
  private static String render(String what, String json) {
    return Renderers.render(what, Json.parse(json), false);
  }

  private static final String REDUNDANCY =
      """
      {"switch": "sw1", "active": "B", "term": 3,
       "supervisors": {
         "A": {"role": "STANDBY_SYNCING", "pid": 101, "release": "0.1.0", "bracket": 40,
               "lagBrackets": 7, "lagBytes": 900, "lagMillis": 3, "readySince": null,
               "notReadyReasons": ["a snapshot is under way"]},
         "B": {"role": "ACTIVE", "pid": 102, "release": "0.1.0", "bracket": 47, "lagBrackets": 0}},
       "history": [{"time": "2026-01-31T12:00:00.123Z", "term": 3, "from": "A", "to": "B",
         "trigger": "failure", "reason": "connection lost", "gapMillis": 12.34, "hitless": "no",
         "causes": [{"code": "INPUT_LOST", "evidence": "3 frames"}]}]}
      """;

  @Test
  void redundancy_says_who_is_active_and_why_there_is_no_redundancy() {
    String text = render("redundancy", REDUNDANCY);
    assertThat(text)
        .contains("sw1  active B  term 3  simplex: a failure now would not be hitless")
        .contains("A is not ready: a snapshot is under way")
        .contains("7 (900 octets, 3 ms)")
        .contains("A → B")
        .contains("12.3 ms")
        .contains("connection lost; INPUT_LOST (3 frames)");
  }

  @Test
  void columns_are_aligned() {
    List<String> lines =
        render("redundancy", REDUNDANCY).lines().filter(line -> line.contains("0.1.0")).toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0).indexOf("0.1.0")).isEqualTo(lines.get(1).indexOf("0.1.0"));
  }

  @Test
  void a_terminal_gets_colours_and_a_file_none() {
    assertThat(Renderers.render("redundancy", Json.parse(REDUNDANCY), true)).contains("\u001b[32m");
    assertThat(render("redundancy", REDUNDANCY)).doesNotContain("\u001b");
  }

  @Test
  void spanning_tree_shows_roles_and_states() {
    assertThat(
            render(
                "spanning-tree",
                """
                {"mode": "rstp", "bridgeId": "32768.02:00:00:00:00:01",
                 "rootId": "4096.02:00:00:00:00:09", "rootPort": "p1", "rootPathCost": 20000,
                 "topologyChanges": 2, "helloTimeSeconds": 2,
                 "ports": {"p1": {"role": "root", "state": "forwarding", "edge": false,
                   "pointToPoint": true, "cost": 20000, "priority": 128, "rxBpdus": 10,
                   "txBpdus": 3}}}
                """))
        .contains("root              4096.02:00:00:00:00:09\n")
        .containsPattern("p1 +root +forwarding +no +yes +20000 +128 +10 +3");
  }

  @Test
  void a_root_bridge_says_so() {
    assertThat(render("spanning-tree", "{\"rootId\": \"1.a\", \"rootPort\": null}"))
        .contains("1.a (this bridge)");
  }

  @Test
  void interfaces_show_the_worst_that_is_known_of_a_port() {
    assertThat(
            render(
                "interfaces",
                """
                {"ports": {
                  "p1": {"number": 1, "linkUp": true, "present": true, "adminUp": true,
                         "accessVlan": 10},
                  "p2": {"number": 2, "linkUp": true, "errDisabled": "bpdu-guard",
                         "trunkVlans": [10, 20], "nativeVlan": 1},
                  "p3": {"number": 3, "present": false}}}
                """))
        .containsPattern("p1 +1 +up +- +- +access 10")
        .containsPattern("p2 +2 +err-disabled: bpdu-guard +- +- +trunk 10, 20, native 1")
        .containsPattern("p3 +3 +not present");
  }

  @Test
  void addresses_vlans_counters_and_versions_are_tables() {
    assertThat(
            render(
                "mac-address-table",
                """
                {"entries": [
                  {"vlan": 1, "mac": "02:00:00:00:00:09", "port": "p1", "type": "learned"}]}
                """))
        .containsPattern("1 +02:00:00:00:00:09 +p1 +learned")
        .contains("1 address\n");
    assertThat(
            render(
                "vlans",
                "{\"vlans\": {\"10\": {\"name\": \"users\", \"ports\": {\"p3\": \"tagged\"}}}}"))
        .containsPattern("10 +users +p3 tagged");
    assertThat(
            render(
                "counters",
                "{\"counters\": [{\"where\": \"stp\", \"name\": \"rx\", \"port\": \"p1\","
                    + " \"value\": 10}, {\"where\": \"stp\", \"name\": \"tx\", \"value\": 0}]}"))
        .containsPattern("stp +rx +p1 +10")
        .doesNotContain("tx");
    assertThat(
            render(
                "version",
                "{\"supervisors\": {\"A\": {\"release\": \"0.1.0\", \"schema\": \"ab\"}}}"))
        .containsPattern("supervisor A +0.1.0 +ab");
  }

  @Test
  void a_configuration_with_too_few_copies_says_so() {
    assertThat(
            render(
                "config",
                "{\"version\": 3, \"copies\": 2, \"confirmBySeconds\": 60, \"yaml\": \"name:"
                    + " sw1\\n\"}"))
        .contains("2 of 3 copies")
        .contains("returns in 60 s")
        .endsWith("name: sw1\n");
  }

  @Test
  void log_and_state_show_what_is_there() {
    assertThat(
            render(
                "log",
                "{\"events\": [{\"time\": \"soon\", \"slot\": \"A\", \"term\": 1, \"bracket\": 2,"
                    + " \"severity\": \"error\", \"code\": \"X\", \"text\": \"words\"}]}"))
        .isEqualTo("soon A 1/2 error X: words\n");
    assertThat(
            render(
                "state",
                "{\"at\": \"A\", \"term\": 1, \"bracket\": 9, \"tables\": {\"port\": {\"rows\":"
                    + " [{\"key\": 1}], \"digest\": \"ff\"}}}"))
        .contains("port  1 rows  digest ff")
        .contains("{\"key\":1}");
  }

  @Test
  void a_verdict_says_what_is_lost_and_who_notices() {
    assertThat(
            render(
                "upgrade-check",
                """
                {"from": "0.2.0", "to": "0.1.0", "verdict": "degraded", "findings": [
                  {"level": "degraded", "effect": "dropped", "protocol": "stp",
                   "table": "stp-tree-port", "field": "synced", "inUse": 2,
                   "text": "stp-tree-port.synced is not known to release 0.1.0: 2 have it",
                   "outside": "the port proposes again"}]}
                """))
        .isEqualTo(
            """
            0.2.0 to 0.1.0: degraded
              degraded      stp: stp-tree-port.synced is not known to release 0.1.0: 2 have it
                            outside: the port proposes again
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redundancy",
        "history",
        "spanning-tree",
        "mac-address-table",
        "interfaces",
        "vlans",
        "config",
        "config-history",
        "config-diff",
        "counters",
        "version",
        "upgrade",
        "upgrade-check",
        "state",
        "log",
        "something-new"
      })
  void an_answer_of_another_release_without_any_known_name_is_still_shown(String what) {
    assertThat(render(what, "{\"unheardOf\": 1}")).isNotEmpty();
  }
}
