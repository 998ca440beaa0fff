package dev.understudy.launcher.product;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.process.ProcessId;
import dev.understudy.linux.Processes.Signal;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/**
 * Each way in which a supervisor fails is told apart, in the words of both supervisors, and what is
 * no failure of the active changes nothing.
 */
final class FailureReasonTest {
  private static final long STOPPED_MILLIS = 5_000;
  private static final int HOGS = 8;
  private static final long HOGS_MILLIS =
      "required".equals(System.getenv("UNDERSTUDY_LAB")) ? 60_000 : 5_000;

  /** An 802.1D configuration BPDU of a worse bridge. */
  private static final byte[] BPDU =
      java.util.HexFormat.of()
          .parseHex(
              "0180c2000000"
                  + "020000000077"
                  + "0026"
                  + "424203"
                  + "0000000000"
                  + "f000020000000077"
                  + "00000000"
                  + "f000020000000077"
                  + "8001"
                  + "0000140002000f00"
                  + "0000000000000000");

  @TempDir private static Path temporary;

  private static Product product;

  @BeforeAll
  static void up() {
    product = new Product(temporary.resolve("state"));
    Path configuration = Product.configuration(temporary.resolve("sw1.yaml"));
    product.done("up", "--config", configuration.toString(), "--detach", "--fault-injection");
  }

  @AfterAll
  static void down() {
    product.close();
  }

  // ---- what costs the term

  @Test
  void killed() {
    Before before = before();
    Product.signal(product.supervisor(before.active), Signal.KILL);
    assertLoss(
        before,
        "KILLED",
        "the connection to the active ended.*the launcher says: process %d has ended by signal 9");
  }

  @Test
  void stopped_by_a_signal() {
    Before before = before();
    ProcessId process = product.supervisor(before.active);
    Product.signal(process, Signal.STOP);
    try {
      var _ = awaitRow(before, Product.other(before.active));
    } finally {
      Product.signal(process, Signal.CONTINUE);
    }
    assertLoss(
        before,
        "STOPPED",
        "no bracket from the active for \\d+ ticks, and no other sign of life"
            + ".*the launcher says: process %d is stopped by a signal");
  }

  @Test
  void the_loop_stalls_while_other_threads_live() {
    Before before = before();
    product.done("fault", "stall-loop", "1000", "--at", before.active);
    assertLoss(
        before, "LOOP_STALLED", "its process lives, its loop has been at one event for \\d+ ms");
  }

  @Test
  void an_engine_takes_a_second_for_each_bpdu() throws IOException {
    Before before = before();
    product.done("fault", "slow-engine", "stp:1000", "--at", before.active);
    JsonNode udp = product.show("config").path("config").path("ports").path("p2").path("udp");
    int listen = Integer.parseInt(udp.path("listen").asString().split(":", 2)[1]);
    int peer = Integer.parseInt(udp.path("peer").asString().split(":", 2)[1]);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (DatagramSocket neighbour = new DatagramSocket(peer, loopback)) {
      neighbour.connect(loopback, listen);
      neighbour.send(new DatagramPacket(BPDU, BPDU.length));
      assertLoss(before, "ENGINE_SLOW", "its loop has been in engine stp for \\d+ ms");
    }
  }

  @Test
  void out_of_memory() {
    Before before = before();
    var _ = product.run("fault", "out-of-memory", "--at", before.active);
    assertLoss(before, "OUT_OF_MEMORY", "process %d has ended with status 3 \\(out of memory\\)");
  }

  @Test
  void the_session_to_the_forwarder_is_lost() {
    Before before = before();
    product.done("fault", "cut-forwarder", "2000", "--at", before.active);
    assertLoss(
        before,
        "FORWARDER_LOST",
        "its process lives, and has heard nothing from the forwarder for \\d+ ms");
  }

  @Test
  void a_planned_switchover_is_no_failure() {
    Before before = before();
    product.done("switchover");
    assertThat(awaitRow(before, before.active).path("failure").asString("FAILURE_UNSPECIFIED"))
        .isEqualTo("FAILURE_UNSPECIFIED");
  }

  // ---- what doesn't

  @Test
  void a_cut_between_the_modules_is_lost_redundancy_and_no_takeover() {
    Before before = before();
    product.done("fault", "cut-peer", "3000", "--at", before.active);
    Product.await(
        "the standby isn't listed any more",
        product::redundancy,
        seen -> seen.path("forwarder").path("inSync").isNull());
    assertUnchanged(before);
  }

  @Test
  void a_standby_that_is_stopped_for_five_seconds_is_no_takeover() throws InterruptedException {
    Before before = before();
    stopped(product.supervisor(Product.other(before.active)));
    assertUnchanged(before);
  }

  @Test
  void a_forwarder_that_is_stopped_for_five_seconds_is_no_takeover() throws InterruptedException {
    Before before = before();
    stopped(product.process(Part.FORWARDER));
    assertUnchanged(before);
  }

  /**
   * For a minute where the lab is required, and for five seconds in every build. Where the switch
   * may ask for a place before others. Without that right it is one of nine that want two
   * processors, and nobody can promise anything.
   */
  @Test
  @ResourceLock("processors")
  void eight_processes_that_compute_are_no_takeover() throws Exception {
    Before before = before();
    Assumptions.assumeTrue(
        product
            .redundancy()
            .path("forwarder")
            .path("scheduling")
            .asString("")
            .startsWith("SCHED_FIFO"),
        "no right to SCHED_FIFO: run the tests as root");
    List<Process> hogs = new ArrayList<>();
    try {
      for (int i = 0; i < HOGS; i++) {
        hogs.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
      }
      Thread.sleep(HOGS_MILLIS);
    } finally {
      hogs.forEach(Process::destroyForcibly);
    }
    assertUnchanged(before);
  }

  private static void stopped(ProcessId process) throws InterruptedException {
    Product.signal(process, Signal.STOP);
    try {
      Thread.sleep(STOPPED_MILLIS);
    } finally {
      Product.signal(process, Signal.CONTINUE);
    }
  }

  // ---- how it is seen

  private record Before(String active, long pid, long term, List<Long> pids) {}

  private static Before before() {
    JsonNode ready = product.awaitReady();
    String active = ready.path("active").asString();
    return new Before(
        active, product.supervisor(active).pid(), ready.path("term").asLong(), pids());
  }

  private static List<Long> pids() {
    List<Long> pids = new ArrayList<>();
    for (Part part : Part.values()) {
      pids.add(product.process(part).pid());
    }
    return pids;
  }

  /** Both supervisors say the same, and it is this. */
  private static void assertLoss(Before before, String failure, String reason) {
    String standby = Product.other(before.active);
    String pattern = reason.contains("%d") ? reason.formatted(before.pid) : reason;
    Product.await(
        failure + ": " + pattern,
        () -> awaitRow(before, standby),
        row ->
            row.path("failure").asString("").equals(failure)
                && java.util.regex.Pattern.compile(pattern)
                    .matcher(row.path("reason").asString(""))
                    .find());
    JsonNode there = awaitRow(before, standby);
    Product.await(
        "the other supervisor says the same",
        () -> awaitRow(before, before.active),
        row ->
            row.path("failure").equals(there.path("failure"))
                && row.path("reason").equals(there.path("reason")));
    assertThat(there.path("trigger").asString()).isEqualTo("failure");
  }

  /** The first takeover since, as one supervisor has it. */
  private static JsonNode awaitRow(Before before, String slot) {
    return Product.await(
            "a takeover is written down at " + slot,
            () -> firstRow(before, slot),
            Optional::isPresent)
        .orElseThrow();
  }

  private static Optional<JsonNode> firstRow(Before before, String slot) {
    Product.Outcome outcome = product.run("show", "state", "history", "--at", slot, "--json");
    if (outcome.status() != 0) {
      return Optional.empty(); // it is about to return
    }
    return outcome
        .json()
        .path("tables")
        .path("history")
        .path("rows")
        .valueStream()
        .filter(row -> row.path("term").asLong() == before.term + 1)
        .findFirst();
  }

  private static void assertUnchanged(Before before) {
    JsonNode after = product.awaitReady();
    assertThat(after.path("term").asLong()).as("term: %s", after).isEqualTo(before.term);
    assertThat(after.path("active").asString()).isEqualTo(before.active);
    assertThat(pids()).isEqualTo(before.pids);
  }
}
