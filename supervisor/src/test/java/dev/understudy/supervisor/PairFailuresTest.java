package dev.understudy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.edge.Endpoint;
import dev.understudy.edge.StateDirectory;
import dev.understudy.schema.LogRequest;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StateRequest;
import dev.understudy.schema.SwitchoverRequest;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import tools.jackson.databind.JsonNode;

/** What happens to a pair when something is wrong with a part of it. See {@link Pair}. */
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
final class PairFailuresTest {
  /** A limit in ticks that an active which says nothing soon passes. */
  private static final int QUICK = 5;

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
  void a_forwarder_that_dies_and_returns_is_programmed_again_by_whoever_was_active()
      throws Exception {
    pair.startBoth();
    pair.apply(Slot.SLOT_A, pair.config(3));
    pair.document(
        Slot.SLOT_A, Pair.request().setSwitchover(SwitchoverRequest.newBuilder().setForce(true)));
    pair.stopForwarder();

    pair.startForwarder();

    JsonNode after =
        pair.await(
            Slot.SLOT_A,
            "redundancy",
            seen ->
                seen.path("forwarder").path("incarnation").asLong() == 2
                    && seen.path("forwarder").path("inSync").asString("").equals("A"));
    assertThat(after.path("active").asString()).isEqualTo("B");
    JsonNode state =
        pair.document(
            Slot.SLOT_A, Pair.request().setState(StateRequest.newBuilder().setAt("forwarder")));
    assertThat(state.path("ports").size()).isEqualTo(3);
  }

  @Test
  void a_cut_between_the_modules_is_lost_redundancy_and_no_takeover() throws Exception {
    pair.startBoth();
    long term = pair.show(Slot.SLOT_A, "redundancy").path("term").asLong();
    assertThat(pair.fault(Slot.SLOT_B, "cut-peer", "500").getOk()).isTrue();

    pair.awaitRole(Slot.SLOT_B, "STANDBY_SYNCING");
    JsonNode after = pair.awaitRole(Slot.SLOT_B, "STANDBY_HOT");

    assertThat(after.path("active").asString()).isEqualTo("A");
    assertThat(after.path("term").asLong()).isEqualTo(term);
  }

  @Test
  void an_active_that_loses_the_forwarder_asks_the_standby() throws Exception {
    pair.silenceLimitTicks(QUICK);
    pair.startBoth();
    assertThat(pair.fault(Slot.SLOT_A, "cut-forwarder", "2000").getOk()).isTrue();
    JsonNode seen = pair.awaitRole(Slot.SLOT_B, "ACTIVE");
    assertThat(
            seen.path("history").path(seen.path("history").size() - 1).path("trigger").asString())
        .isEqualTo("failure");
  }

  @Test
  void a_disk_that_takes_nothing_costs_one_copy_and_nothing_else() throws Exception {
    pair.startBoth();
    pair.await(Slot.SLOT_A, "config", seen -> seen.path("copies").asInt() == 3);
    Path obstacle =
        pair.state().supervisor(Slot.SLOT_B).resolve("configuration.new").resolve("in-the-way");
    Files.createDirectories(obstacle);

    JsonNode applied = pair.apply(Slot.SLOT_A, pair.config(3));

    assertThat(applied.path("copies").asInt()).isEqualTo(2);
    assertThat(pair.role(Slot.SLOT_A, "B")).isEqualTo("STANDBY_HOT");
    JsonNode log =
        pair.document(Slot.SLOT_A, Pair.request().setLog(LogRequest.getDefaultInstance()));
    assertThat(log.path("events").toString()).contains("CONFIGURATION_NOT_STORED");
  }

  @Test
  void a_second_supervisor_of_a_slot_is_refused_and_the_pair_goes_on() throws Exception {
    pair.startBoth();
    // It has a state directory of its own, with the sockets of the first, as on another machine.
    Path second = pair.directory().resolve("second");
    StateDirectory elsewhere = StateDirectory.open(second);
    for (Endpoint endpoint :
        new Endpoint[] {pair.state().borderEndpoint(), pair.state().replicationEndpoint()}) {
      Path socket = ((Endpoint.Unix) endpoint).socket();
      Files.createSymbolicLink(second.resolve(socket.getFileName()), socket);
    }
    Supervisor intruder =
        new Supervisor(
            new Supervisor.Options(
                Slot.SLOT_B,
                elsewhere,
                pair.config(1),
                Supervisor.FaultInjection.OFF,
                Supervisor.Breakage.NONE,
                Optional.empty()),
            (exitCode, reason) -> {});
    try {
      intruder.start();
      pair.await(Slot.SLOT_A, "counters", seen -> counter(seen, "border", "second-claimants") > 2);
      assertThat(counter(pair.show(Slot.SLOT_A, "counters"), "A", "supervisor.peers-refused"))
          .isPositive();
      assertThat(intruder.events().newest(100).toString()).contains("FORWARDER_REJECTED");
      assertThat(pair.role(Slot.SLOT_A, "B")).isEqualTo("STANDBY_HOT");
    } finally {
      intruder.crash();
    }
  }

  @Test
  void garbage_on_every_socket_is_counted_and_harms_nobody() throws Exception {
    pair.startBoth();
    Random random = new Random(7);
    for (Endpoint endpoint :
        new Endpoint[] {
          pair.state().managementEndpoint(Slot.SLOT_A),
          pair.state().replicationEndpoint(),
          pair.state().borderEndpoint()
        }) {
      byte[] octets = new byte[500];
      random.nextBytes(octets);
      try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        channel.connect(UnixDomainSocketAddress.of(((Endpoint.Unix) endpoint).socket()));
        channel.write(ByteBuffer.wrap(octets));
        while (channel.read(ByteBuffer.allocate(1000)) >= 0) {
          // until the other side closes
        }
      }
    }
    JsonNode counters = pair.show(Slot.SLOT_A, "counters");
    assertThat(counter(counters, "A", "edge.connections-with-garbage")).isEqualTo(2);
    assertThat(counter(counters, "forwarder", "edge.connections-with-garbage")).isEqualTo(1);
    assertThat(pair.role(Slot.SLOT_A, "B")).isEqualTo("STANDBY_HOT");
  }

  private static long counter(JsonNode counters, String where, String name) {
    long sum = 0;
    for (JsonNode counter : counters.path("counters")) {
      if (counter.path("where").asString("").equals(where)
          && counter.path("name").asString("").equals(name)) {
        sum += counter.path("value").asLong();
      }
    }
    return sum;
  }

  @Test
  void a_corrupted_row_at_the_standby_shows_in_its_digest() throws Exception {
    pair.startBoth();
    ManagementRequest.Builder state =
        Pair.request().setState(StateRequest.newBuilder().setAt("B").setTable("vlan"));
    JsonNode before = pair.document(Slot.SLOT_B, state);
    assertThat(pair.fault(Slot.SLOT_B, "corrupt-row", "vlan").getOk()).isTrue();
    JsonNode after = pair.document(Slot.SLOT_B, state);
    assertThat(after.path("tables").path("vlan").path("digest"))
        .isNotEqualTo(before.path("tables").path("vlan").path("digest"));
    assertThat(pair.fault(Slot.SLOT_B, "corrupt-row", "nonsense").getError()).contains("no table");
  }

  @Test
  void a_standby_that_could_not_take_over_says_so_and_why_until_the_row_is_mended()
      throws Exception {
    pair.startBoth();
    JsonNode hot = pair.awaitRole(Slot.SLOT_B, "STANDBY_HOT").path("supervisors").path("B");
    assertThat(hot.path("rehearsal").path("passed").asBoolean()).isTrue();
    assertThat(pair.fault(Slot.SLOT_B, "corrupt-row", "vlan:unreadable").getOk()).isTrue();

    JsonNode failed =
        pair.await(
            Slot.SLOT_B,
            "redundancy",
            seen ->
                seen.path("supervisors")
                    .path("B")
                    .path("notReadyReasons")
                    .toString()
                    .contains("table vlan, vid 1: can't be read"));

    JsonNode standby = failed.path("supervisors").path("B");
    assertThat(standby.path("role").asString()).isEqualTo("STANDBY_SYNCING");
    assertThat(failed.path("forwarder").path("inSync").isNull()).isTrue();
    assertThat(standby.path("rehearsal").path("passed").asBoolean(true)).isFalse();
    assertThat(standby.path("rehearsal").path("problem").asString()).contains("table vlan, vid 1");
    assertThat(pair.role(Slot.SLOT_A, "B")).isEqualTo("STANDBY_SYNCING");
    // The active's digest finds that the row differs, and sends it again.
    pair.awaitRole(Slot.SLOT_B, "STANDBY_HOT");
  }

  @Test
  void a_faulty_engine_is_shown_takes_nobody_down_and_gets_another_try_from_the_next_active()
      throws Exception {
    pair.startBoth();
    pair.await(Slot.SLOT_A, "spanning-tree", seen -> sent(seen) > 2);
    assertThat(pair.fault(Slot.SLOT_B, "throw-in-engine", "stp:1000000").getError())
        .contains("not active")
        .contains("STANDBY_HOT");
    assertThat(pair.fault(Slot.SLOT_A, "throw-in-engine", "stp:1000000").getOk()).isTrue();
    pair.await(
        Slot.SLOT_B,
        "redundancy",
        seen ->
            seen.path("supervisors")
                .path("A")
                .path("faultyEngines")
                .path(0)
                .asString("")
                .equals("stp"));
    // The others go on.
    assertThat(pair.apply(Slot.SLOT_B, pair.config(3)).path("copies").asInt()).isEqualTo(3);

    assertThat(
            pair.ask(Slot.SLOT_A, Pair.request().setSwitchover(SwitchoverRequest.newBuilder()))
                .getOk())
        .isTrue();

    JsonNode seen = pair.awaitRole(Slot.SLOT_B, "ACTIVE");
    assertThat(seen.path("supervisors").path("B").path("faultyEngines")).isEmpty();
    assertThat(seen.path("history").path(seen.path("history").size() - 1).path("causes").toString())
        .contains("ENGINE_FAULTY");
    // Its count began anew, and the port that was configured meanwhile is there.
    JsonNode tree = pair.await(Slot.SLOT_B, "spanning-tree", tree3 -> sent(tree3) > 2);
    assertThat(tree.path("ports").size()).isEqualTo(3);
    pair.await(
        Slot.SLOT_B,
        "spanning-tree",
        now -> now.path("ports").path("p3").path("state").asString("").equals("forwarding"));
  }

  /** BPDUs sent at the first port. */
  private static long sent(JsonNode spanningTree) {
    return spanningTree.path("ports").path("p1").path("txBpdus").asLong(0);
  }

  @Test
  void a_stalled_loop_loses_the_term() throws Exception {
    pair.silenceLimitTicks(QUICK);
    pair.startBoth();
    var stalled = pair.fault(Slot.SLOT_A, "stall-loop", "1000");
    assertThat(stalled.getOk()).isTrue();
    JsonNode seen = pair.awaitRole(Slot.SLOT_B, "ACTIVE");
    JsonNode last = seen.path("history").path(seen.path("history").size() - 1);
    assertThat(last.path("trigger").asString()).isEqualTo("failure");
  }
}
