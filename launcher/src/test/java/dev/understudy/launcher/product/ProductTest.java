package dev.understudy.launcher.product;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.process.ProcessId;
import dev.understudy.launcher.product.Product.Outcome;
import dev.understudy.linux.Processes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/** Everything that {@code ./understudy} promises of a running switch, on one that runs. */
@ResourceLock(value = "processors", mode = ResourceAccessMode.READ)
final class ProductTest {
  @TempDir private static Path temporary;

  private static Product product;
  private static Path configuration;

  @BeforeAll
  static void up() {
    product = new Product(temporary.resolve("state"));
    configuration = Product.configuration(temporary.resolve("sw1.yaml"));
    Outcome up =
        product.done("up", "--config", configuration.toString(), "--detach", "--fault-injection");
    assertThat(up.out()).contains("ready after", "understudy down");
  }

  @AfterAll
  static void down() {
    Outcome down = product.done("down");
    assertThat(down.out())
        .contains("launcher stopped", "supervisor A stopped", "supervisor B stopped");
    assertThat(product.living()).isEmpty();
    assertThat(product.done("down").out()).contains("wasn't running");
    Outcome nobody = product.run("show", "redundancy");
    assertThat(nobody.status()).isEqualTo(3);
    assertThat(nobody.err()).contains("isn't running", "understudy up");
  }

  private static Path with(String file, String lines) throws IOException {
    return Files.writeString(
        temporary.resolve(file), Files.readString(configuration) + lines + "\n");
  }

  private static List<JsonNode> takeovers() {
    return product.show("history").path("history").valueStream().toList();
  }

  /**
   * The one takeover with this trigger since so many were written down. Others may have followed: a
   * machine that is busy with other things has them.
   */
  private static JsonNode takeover(int since, String trigger) {
    List<JsonNode> all = takeovers();
    return all.stream()
        .skip(since)
        .filter(entry -> entry.path("trigger").asString().equals(trigger))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + trigger + " after " + since + " in " + all));
  }

  private static List<String> events() {
    return product
        .show("log", "--lines", "1000")
        .path("events")
        .valueStream()
        .map(event -> event.path("code").asString() + " " + event.path("text").asString())
        .toList();
  }

  // ---- what is shown

  @Test
  void show_redundancy_says_who_is_active_and_how_far_behind_the_standby_is() {
    JsonNode shown = product.awaitReady();
    String active = shown.path("active").asString();
    assertThat(active).isIn("A", "B");
    assertThat(shown.path("term").asLong()).isPositive();
    for (String slot : List.of("A", "B")) {
      JsonNode supervisor = shown.path("supervisors").path(slot);
      assertThat(supervisor.propertyNames())
          .contains(
              "role",
              "pid",
              "release",
              "bracket",
              "lagBrackets",
              "lagBytes",
              "lagMillis",
              "readySince",
              "notReadyReasons");
      assertThat(supervisor.path("pid").asLong()).isEqualTo(product.supervisor(slot).pid());
    }
    JsonNode standby = shown.path("supervisors").path(Product.other(active));
    assertThat(standby.path("readySince").asString()).matches("\\d{4}-.*T.*Z");
    assertThat(standby.path("notReadyReasons")).isEmpty();
    assertThat(shown.path("forwarder").path("pid").asLong())
        .isEqualTo(product.process(Part.FORWARDER).pid());
    assertThat(shown.path("history").path(0).propertyNames())
        .contains("time", "from", "to", "trigger", "reason", "gapMillis", "hitless", "causes");
  }

  @Test
  void show_spanning_tree_has_the_bridge_and_its_ports() {
    JsonNode shown = product.show("spanning-tree");
    assertThat(shown.propertyNames())
        .contains("bridgeId", "rootId", "rootPort", "rootPathCost", "topologyChanges", "ports");
    assertThat(shown.path("rootId")).isEqualTo(shown.path("bridgeId"));
    assertThat(shown.path("ports").propertyNames()).containsExactly("p1", "p2", "p3", "p4");
    assertThat(shown.path("ports").path("p1").propertyNames())
        .contains(
            "role", "state", "edge", "pointToPoint", "cost", "priority", "rxBpdus", "txBpdus");
  }

  @Test
  void everything_that_can_be_shown_is_shown_as_text_and_as_json() {
    TreeMap<String, String> names = new TreeMap<>();
    names.put("redundancy", "supervisors");
    names.put("history", "history");
    names.put("spanning-tree", "ports");
    names.put("mac-address-table", "entries");
    names.put("interfaces", "ports");
    names.put("vlans", "vlans");
    names.put("config", "yaml");
    names.put("counters", "counters");
    names.put("version", "supervisors");
    names.put("log", "events");
    names.put("state", "tables");
    names.forEach((what, name) -> {
      assertThat(product.show(what).propertyNames()).as(what).contains(name);
      assertThat(product.done("show", what).out()).as(what).isNotBlank().doesNotStartWith("{");
    });
    JsonNode parts = product.show("version").path("supervisors");
    assertThat(parts.path("A").path("release")).isEqualTo(parts.path("B").path("release"));
  }

  @Test
  void both_supervisors_and_the_forwarder_show_the_same_ports() {
    String active = product.active();
    JsonNode a = product.show("state", "port", "--at", "A").path("tables").path("port");
    JsonNode b = product.show("state", "port", "--at", "B").path("tables").path("port");
    assertThat(a.path("rows")).hasSize(4).isEqualTo(b.path("rows"));
    assertThat(a.path("digest")).isEqualTo(b.path("digest"));
    JsonNode forwarder = product.show("state", "--at", "forwarder");
    assertThat(forwarder.path("at").asString()).isEqualTo("forwarder");
    assertThat(forwarder.path("tables").propertyNames()).isNotEmpty();
    assertThat(product.show("state").path("at").asString()).isEqualTo(active);
  }

  @Test
  void an_address_learned_from_a_frame_is_seen_in_all_three_places() throws IOException {
    product.awaitReady();
    String attachment =
        product.show("interfaces").path("ports").path("p1").path("attachment").asString();
    int listen = Integer.parseInt(attachment.replaceAll(".*:(\\d+) .*", "$1"));
    int peer = Integer.parseInt(attachment.replaceAll(".*:(\\d+)$", "$1"));
    byte[] frame = new byte[60];
    java.util.Arrays.fill(frame, 0, 6, (byte) 0xff);
    frame[6] = 0x02;
    frame[11] = 0x77;
    frame[12] = (byte) 0x88;
    frame[13] = (byte) 0xb5;
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (DatagramSocket neighbour = new DatagramSocket(peer, loopback)) {
      neighbour.connect(loopback, listen);
      Product.await(
          "the address is in the table",
          () -> {
            try { // a port that isn't forwarding yet learns nothing
              neighbour.send(new DatagramPacket(frame, frame.length));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            return product.show("mac-address-table").path("entries");
          },
          entries -> entries.toString().contains("02:00:00:00:00:77"));
    }
    JsonNode atForwarder = product.show("state", "learned", "--at", "forwarder").path("tables");
    assertThat(atForwarder.path("learned").path("rows")).hasSize(1);
    Product.await(
        "both supervisors have it",
        () ->
            List.of(
                product.show("state", "learned", "--at", "A").path("tables"),
                product.show("state", "learned", "--at", "B").path("tables")),
        both -> both.stream().allMatch(tables -> tables.equals(atForwarder)));
  }

  // ---- configuration

  @Test
  void a_configuration_is_compared_applied_remembered_and_rolled_back() throws IOException {
    product.awaitReady();
    Path wider = with("wider.yaml", "vlans: {10: {name: users}}");
    assertThat(product.done("config", "diff", wider.toString()).out()).contains("+", "users");
    long before = product.show("config").path("version").asLong();

    JsonNode applied =
        product.done("config", "apply", wider.toString(), "--comment", "wider", "--json").json();
    assertThat(applied.path("copies").asInt()).isEqualTo(3);
    assertThat(applied.path("version").asLong()).isEqualTo(before + 1);
    assertThat(product.show("vlans").path("vlans").path("10").path("name").asString())
        .isEqualTo("users");
    assertThat(product.done("config", "diff", wider.toString(), "--json").json().path("lines"))
        .isEmpty();

    JsonNode newest =
        product
            .done("config", "history", "--json")
            .json()
            .path("versions")
            .valueStream()
            .toList()
            .getLast();
    assertThat(newest.path("comment").asString()).isEqualTo("wider");
    assertThat(newest.path("inForce").asBoolean()).isTrue();

    assertThat(product.done("config", "rollback", Long.toString(before)).out())
        .contains("3 copies of 3");
    assertThat(product.show("vlans").path("vlans").propertyNames()).doesNotContain("10");
    assertThat(product.show("config").path("version").asLong()).isEqualTo(before + 2);
    Outcome unknown = product.run("config", "rollback", "999999");
    assertThat(unknown.status()).isEqualTo(1);
    assertThat(unknown.err()).contains("999999");
  }

  @Test
  void a_configuration_to_be_confirmed_says_until_when_and_stays_once_confirmed()
      throws IOException {
    product.awaitReady();
    Path trial = with("trial.yaml", "vlans: {20: {name: trial}}");
    product.done("config", "apply", trial.toString(), "--confirm", "5");
    assertThat(product.show("config").path("confirmBySeconds").asInt()).isBetween(1, 300);
    product.done("config", "confirm");
    assertThat(product.show("config").path("confirmBySeconds").isNull()).isTrue();
    product.done("config", "apply", configuration.toString());
  }

  @Test
  void a_wrong_configuration_is_refused_with_file_and_line_and_nothing_is_applied()
      throws IOException {
    JsonNode before = product.show("config");
    Path wrong = with("wrong.yaml", "vlans: {10: {nmae: users}}");
    Outcome refused = product.run("config", "apply", wrong.toString());
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err()).contains("nothing is applied", "wrong.yaml:7", "nmae", "name");
    assertThat(product.show("config")).isEqualTo(before);
  }

  // ---- takeovers

  @Test
  void a_switchover_changes_the_active_and_is_written_down() {
    String before = product.active();
    int known = takeovers().size();
    product.done("switchover");
    product.awaitReady();
    JsonNode entry = takeover(known, "switchover");
    assertThat(entry.path("from").asString()).isEqualTo(before);
    assertThat(entry.path("to").asString()).isEqualTo(Product.other(before));
  }

  @Test
  void a_switchover_without_a_ready_standby_is_refused_with_the_reason() {
    String before = product.active();
    String standby = Product.other(before);
    long term = product.redundancy().path("term").asLong();
    Product.signal(product.supervisor(standby), Processes.Signal.STOP);
    try {
      Product.await(
          "the standby isn't listed any more",
          product::redundancy,
          seen -> seen.path("forwarder").path("inSync").isNull());
      Outcome refused = product.run("switchover");
      assertThat(refused.status()).isEqualTo(1);
      assertThat(refused.err()).containsPattern("slot " + standby + " is not ready: \\w+");
      Outcome forced = product.run("switchover", "--force");
      assertThat(forced.status()).isEqualTo(1);
      assertThat(forced.err()).contains("slot " + standby + " did not take over in time");
    } finally {
      Product.signal(product.supervisor(standby), Processes.Signal.CONTINUE);
    }
    JsonNode after = product.awaitReady();
    assertThat(after.path("active").asString()).isEqualTo(before);
    assertThat(after.path("term").asLong()).isEqualTo(term);
    product.done("switchover", "--force");
    assertThat(product.active()).isEqualTo(standby);
  }

  @Test
  void sigterm_of_the_active_is_a_planned_switchover() {
    String before = product.active();
    ProcessId process = product.supervisor(before);
    int known = takeovers().size();
    Product.signal(process, Processes.Signal.TERM);
    Product.await("the process has ended", process::isAlive, alive -> !alive);
    product.awaitReady();
    assertThat(takeover(known, "switchover").path("from").asString()).isEqualTo(before);
    assertThat(product.supervisor(before).pid()).isNotEqualTo(process.pid());
  }

  @Test
  void a_forwarder_that_dies_returns_and_is_programmed_again() {
    JsonNode before = product.awaitReady();
    int known = takeovers().size();
    JsonNode portsBefore = product.show("state", "port", "--at", "forwarder");
    Product.signal(product.process(Part.FORWARDER), Processes.Signal.KILL);
    Product.await(
        "supervisors work with the new forwarder",
        product::redundancy,
        seen ->
            dev.understudy.launcher.command.Readiness.isReady(seen)
                && seen.path("forwarder").path("incarnation").asLong()
                    > before.path("forwarder").path("incarnation").asLong());
    assertThat(product.show("state", "port", "--at", "forwarder").path("tables"))
        .isEqualTo(portsBefore.path("tables"));
    // Either goes on with the new one: the active, or the standby that it asked meanwhile.
    assertThat(takeovers().stream().skip(known))
        .as("takeovers since")
        .anyMatch(entry -> entry.path("causes").toString().contains("FORWARDER_RESTARTED"));
  }

  @Test
  void killing_the_launcher_changes_nothing_else_and_the_next_up_adopts_what_runs() {
    product.awaitReady();
    List<ProcessId> before =
        List.of(product.process(Part.FORWARDER), product.supervisor("A"), product.supervisor("B"));
    Outcome second = product.run("up", "--detach");
    assertThat(second.status()).isEqualTo(1);
    assertThat(second.err()).contains("runs already", "understudy down");

    Product.signal(product.launcher(), Processes.Signal.KILL);
    product.awaitReady();
    product.done("up", "--detach", "--fault-injection");
    assertThat(
            List.of(
                product.process(Part.FORWARDER), product.supervisor("A"), product.supervisor("B")))
        .isEqualTo(before);
    String standby = Product.other(product.active());
    Product.signal(product.supervisor(standby), Processes.Signal.KILL);
    Product.await(
        "the new launcher starts again what dies",
        () -> product.living(Part.supervisor(standby)),
        living -> living.filter(process -> !before.contains(process)).isPresent());
    product.awaitReady();
  }

  // ---- bad things

  @Test
  void an_engine_that_throws_takes_down_nobody() {
    String active = product.active();
    List<Long> before = List.of(product.supervisor("A").pid(), product.supervisor("B").pid());
    product.done("fault", "throw-in-engine", "stp:1", "--at", active);
    Product.await(
        "the exception is reported",
        ProductTest::events,
        events -> events.stream().anyMatch(event -> event.startsWith("ENGINE_EXCEPTION")));
    assertThat(product.active()).isEqualTo(active);
    assertThat(List.of(product.supervisor("A").pid(), product.supervisor("B").pid()))
        .isEqualTo(before);
  }

  @Test
  void a_second_claimant_of_a_slot_is_sent_away_with_a_sentence() throws Exception {
    String active = product.active();
    Process second =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.understudy.supervisor.SupervisorMain",
                "--slot",
                active,
                "--state",
                product.path("").toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(second.exitValue()).isEqualTo(78);
    assertThat(said)
        .contains("another supervisor-" + active, "process " + product.supervisor(active).pid());
    assertThat(product.active()).isEqualTo(active);
  }

  @Test
  void any_octets_on_the_sockets_harm_nobody() throws IOException {
    JsonNode before = product.awaitReady();
    Random random = new Random(7);
    for (String socket :
        List.of("management-a.sock", "management-b.sock", "replication.sock", "border.sock")) {
      for (int length : new int[] {0, 1, 24, 1_000, 100_000}) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        write(product.path(socket), octets);
        write(product.path(socket), prefaced(octets));
      }
    }
    JsonNode after = product.awaitReady();
    assertThat(after.path("active")).isEqualTo(before.path("active"));
    assertThat(after.path("term")).isEqualTo(before.path("term"));
    for (String slot : List.of("A", "B")) {
      assertThat(after.path("supervisors").path(slot).path("pid"))
          .isEqualTo(before.path("supervisors").path(slot).path("pid"));
    }
  }

  /** Behind what HTTP/2 begins with, so that it is read as frames. */
  private static byte[] prefaced(byte[] octets) {
    byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(preface.length + octets.length).put(preface).put(octets).array();
  }

  private static void write(Path socket, byte[] octets) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      channel.write(ByteBuffer.wrap(octets));
    } catch (IOException e) { // it may hang up in the middle
      assertThat(e.getMessage()).containsAnyOf("Broken pipe", "reset");
    }
  }

  @Test
  void what_was_acknowledged_with_full_disks_outlives_both_supervisors() throws Exception {
    product.awaitReady();
    for (Part part : Part.values()) {
      limitFiles(product.process(part), "0");
    }
    Path kept = with("kept.yaml", "vlans: {30: {name: kept}}");
    assertThat(product.done("config", "apply", kept.toString()).out())
        .contains("1 copy of 3", "may lose it");
    Outcome again = product.done("config", "apply", kept.toString());
    assertThat(again.out()).contains("in force already").doesNotContain("copies");
    assertThat(product.show("counters").toString()).contains("failed-writes");

    limitFiles(product.process(Part.FORWARDER), "unlimited");
    List<ProcessId> full = List.of(product.supervisor("A"), product.supervisor("B"));
    full.forEach(each -> Product.signal(each, Processes.Signal.KILL));
    Product.await(
        "both have been started again",
        () -> product.living(),
        living -> full.stream().noneMatch(ProcessId::isAlive) && living.size() == 3);
    product.awaitReady();
    assertThat(product.show("vlans").path("vlans").path("30").path("name").asString())
        .isEqualTo("kept");
    assertThat(product.done("config", "apply", configuration.toString()).out())
        .contains("3 copies of 3");
  }

  private static void limitFiles(ProcessId process, String octets) throws Exception {
    Process prlimit =
        new ProcessBuilder(
                "prlimit",
                "--pid",
                Long.toString(process.pid()),
                "--fsize=" + octets + ":unlimited")
            .inheritIO()
            .start();
    assertThat(prlimit.waitFor()).isZero();
  }
}
