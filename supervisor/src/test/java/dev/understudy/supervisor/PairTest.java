package dev.understudy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.edge.Endpoint;
import dev.understudy.edge.EventLoop;
import dev.understudy.edge.ManagementClient;
import dev.understudy.edge.SlotName;
import dev.understudy.edge.StateDirectory;
import dev.understudy.forwarder.Forwarder;
import dev.understudy.forwarder.dataplane.SoftDataPlane;
import dev.understudy.schema.Config;
import dev.understudy.schema.ConfigApplyRequest;
import dev.understudy.schema.FaultRequest;
import dev.understudy.schema.LogRequest;
import dev.understudy.schema.ManagementReply;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.ShowRequest;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StateRequest;
import dev.understudy.schema.SwitchoverRequest;
import dev.understudy.schema.UdpAttachment;
import dev.understudy.schema.VlanConfig;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A whole switch in one Java virtual machine: forwarder with UDP ports, two supervisors, Unix
 * sockets between them, people's requests.
 */
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
final class PairTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final AtomicInteger REQUESTS = new AtomicInteger();

  @TempDir private Path directory;
  private final EventLoop loop = new EventLoop("test");
  private final Map<Slot, Supervisor> supervisors = new EnumMap<>(Slot.class);
  private final Map<Slot, ManagementClient> clients = new EnumMap<>(Slot.class);
  private @Nullable Forwarder forwarder;

  @BeforeEach
  void begin() {
    for (Slot slot : new Slot[] {Slot.SLOT_A, Slot.SLOT_B}) {
      clients.put(slot, new ManagementClient(loop, state().managementEndpoint(slot)));
    }
  }

  @AfterEach
  void end() {
    // In the test's report, should it fail.
    supervisors.forEach((slot, supervisor) ->
        supervisor
            .events()
            .newest(200)
            .forEach(event -> System.out.println(SlotName.letter(slot) + " " + event)));
    clients.values().forEach(ManagementClient::close);
    supervisors.values().forEach(Supervisor::crash);
    if (forwarder != null) {
      forwarder.close();
    }
    loop.close();
  }

  private StateDirectory state() {
    return StateDirectory.open(directory.resolve("state"));
  }

  private void startForwarder() {
    Forwarder started =
        new Forwarder(
            new Forwarder.Options(
                state(), SoftDataPlane.maker(state()), Forwarder.Breakage.NONE, Optional.empty()));
    started.start();
    forwarder = started;
  }

  private Supervisor start(Slot slot) {
    Supervisor supervisor =
        new Supervisor(
            new Supervisor.Options(
                slot,
                state(),
                config(2),
                Supervisor.FaultInjection.ON,
                Supervisor.Breakage.NONE,
                Optional.empty()),
            (exitCode, reason) -> {});
    supervisor.start();
    supervisors.put(slot, supervisor);
    return supervisor;
  }

  private void startPair() throws Exception {
    startForwarder();
    start(Slot.SLOT_A);
    awaitRole(Slot.SLOT_A, "ACTIVE");
    start(Slot.SLOT_B);
    awaitRole(Slot.SLOT_B, "STANDBY_HOT");
  }

  private static int freePort() {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Config config(int ports) {
    Config.Builder config = Config.newBuilder().setName("sw1");
    for (int i = 1; i <= ports; i++) {
      config.addPorts(
          PortConfig.newBuilder()
              .setName("p" + i)
              .setUdp(
                  UdpAttachment.newBuilder()
                      .setListen("127.0.0.1:" + freePort())
                      .setPeer("127.0.0.1:" + freePort())));
    }
    return config.build();
  }

  private static ManagementRequest.Builder request() {
    return ManagementRequest.newBuilder().setRequestId("test-" + REQUESTS.incrementAndGet());
  }

  private ManagementReply ask(Slot slot, ManagementRequest.Builder request) throws Exception {
    return java.util.Objects.requireNonNull(clients.get(slot))
        .call(request.build(), 10_000)
        .get(20, TimeUnit.SECONDS);
  }

  private JsonNode document(Slot slot, ManagementRequest.Builder request) throws Exception {
    ManagementReply reply = ask(slot, request);
    assertThat(reply.getOk()).as(reply.getError()).isTrue();
    return JSON.readTree(reply.getJson());
  }

  private JsonNode show(Slot slot, String what) throws Exception {
    return document(slot, request().setShow(ShowRequest.newBuilder().setWhat(what)));
  }

  private ManagementReply fault(Slot slot, String fault, String argument) throws Exception {
    return ask(
        slot, request().setFault(FaultRequest.newBuilder().setFault(fault).setArgument(argument)));
  }

  private JsonNode apply(Slot slot, Config config) throws Exception {
    return document(
        slot, request().setConfigApply(ConfigApplyRequest.newBuilder().setConfig(config)));
  }

  /** Asks again until it is so; the class's time limit ends it otherwise. */
  private JsonNode await(Slot slot, String what, Predicate<JsonNode> wanted) throws Exception {
    while (true) {
      try {
        JsonNode document = show(slot, what);
        if (wanted.test(document)) {
          return document;
        }
      } catch (java.util.concurrent.ExecutionException e) {
        assertThat(e.getCause()).isInstanceOf(ManagementClient.NoAnswer.class);
      }
    }
  }

  private JsonNode awaitRole(Slot slot, String role) throws Exception {
    return await(
        slot,
        "redundancy",
        document ->
            document
                .path("supervisors")
                .path(SlotName.letter(slot))
                .path("role")
                .asString("")
                .equals(role));
  }

  private static boolean standbyListed(JsonNode redundancy) {
    return redundancy.path("supervisors").path("B").path("role").asString("").equals("STANDBY_HOT")
        && redundancy.path("forwarder").path("inSync").asString("").equals("B");
  }

  @Test
  void both_supervisors_show_the_same_switch() throws Exception {
    startPair();
    // On a busy machine the standby may be late once, and be listed again soon after.
    JsonNode seenByA = await(Slot.SLOT_A, "redundancy", PairTest::standbyListed);
    JsonNode seenByB = await(Slot.SLOT_B, "redundancy", PairTest::standbyListed);

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
      assertThat(show(Slot.SLOT_A, what)).as(what).isNotEmpty();
      assertThat(show(Slot.SLOT_B, what)).as(what).isNotEmpty();
    }
    JsonNode ports = await(Slot.SLOT_B, "interfaces", seen -> seen.path("ports").size() == 2);
    assertThat(ports.path("ports").path("p1").path("attachment").asString()).startsWith("udp ");
    assertThat(
            ask(Slot.SLOT_A, request().setShow(ShowRequest.newBuilder().setWhat("x"))).getError())
        .contains("redundancy");
  }

  @Test
  void a_configuration_applied_at_the_standby_is_in_three_homes_and_survives_the_active()
      throws Exception {
    startPair();
    Config wanted =
        config(3).toBuilder().addVlans(VlanConfig.newBuilder().setVid(10).setName("users")).build();

    JsonNode applied = apply(Slot.SLOT_B, wanted);

    assertThat(applied.path("copies").asInt()).isEqualTo(3);
    assertThat(applied.path("version").asLong()).isEqualTo(2);
    java.util.Objects.requireNonNull(supervisors.remove(Slot.SLOT_A)).crash();
    awaitRole(Slot.SLOT_B, "ACTIVE");
    assertThat(show(Slot.SLOT_B, "vlans").path("vlans").path("10").path("name").asString())
        .isEqualTo("users");
    assertThat(show(Slot.SLOT_B, "config").path("copies").asInt()).isEqualTo(2);
    start(Slot.SLOT_A);
    awaitRole(Slot.SLOT_A, "STANDBY_HOT");
    await(Slot.SLOT_A, "config", seen -> seen.path("copies").asInt() == 3);
  }

  @Test
  void a_wrong_configuration_is_refused_with_what_was_expected() throws Exception {
    startPair();
    ManagementReply reply =
        ask(
            Slot.SLOT_B,
            request()
                .setConfigApply(
                    ConfigApplyRequest.newBuilder()
                        .setConfig(
                            config(1).toBuilder().addVlans(VlanConfig.newBuilder().setVid(5000)))));
    assertThat(reply.getOk()).isFalse();
    assertThat(reply.getError()).contains("5000").contains("expected");
    assertThat(show(Slot.SLOT_A, "config").path("version").asLong()).isEqualTo(1);
  }

  @Test
  void a_request_that_is_repeated_is_answered_and_not_done_twice() throws Exception {
    startPair();
    ManagementRequest.Builder request =
        request().setConfigApply(ConfigApplyRequest.newBuilder().setConfig(config(3)));
    JsonNode first = document(Slot.SLOT_A, request);
    JsonNode second = document(Slot.SLOT_B, request);
    assertThat(second.path("message")).isEqualTo(first.path("message"));
    assertThat(show(Slot.SLOT_A, "config").path("version").asLong()).isEqualTo(2);
  }

  @Test
  void a_request_in_the_middle_of_a_takeover_is_answered_by_the_new_active() throws Exception {
    startPair();
    java.util.Objects.requireNonNull(supervisors.remove(Slot.SLOT_A)).crash();
    assertThat(apply(Slot.SLOT_B, config(3)).path("version").asLong()).isEqualTo(2);
    assertThat(show(Slot.SLOT_B, "redundancy").path("active").asString()).isEqualTo("B");
  }

  @Test
  void a_standby_without_an_image_shows_what_the_active_knows() throws Exception {
    startForwarder();
    start(Slot.SLOT_A);
    awaitRole(Slot.SLOT_A, "ACTIVE");
    assertThat(fault(Slot.SLOT_A, "cut-peer", "60000").getOk()).isTrue();
    start(Slot.SLOT_B);
    JsonNode seen =
        await(
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
    startPair();
    assertThat(fault(Slot.SLOT_A, "cut-peer", "60000").getOk()).isTrue();
    awaitRole(Slot.SLOT_B, "STANDBY_SYNCING");
    ManagementReply refused =
        ask(Slot.SLOT_A, request().setSwitchover(SwitchoverRequest.getDefaultInstance()));
    assertThat(refused.getError()).contains("slot B is not ready");

    ManagementReply forced =
        ask(Slot.SLOT_A, request().setSwitchover(SwitchoverRequest.newBuilder().setForce(true)));

    assertThat(forced.getOk()).as(forced.getError()).isTrue();
    JsonNode seen = awaitRole(Slot.SLOT_B, "ACTIVE");
    JsonNode row = seen.path("history").path(1);
    assertThat(row.path("trigger").asString()).isEqualTo("forced");
    assertThat(row.path("reason").asString()).contains("--force");
    assertThat(row.path("causes").toString()).contains("STATE_BEHIND_BORDER");
  }

  @Test
  void a_supervisor_that_ends_hands_over_first() throws Exception {
    startPair();

    java.util.Objects.requireNonNull(supervisors.remove(Slot.SLOT_A)).close();

    JsonNode seen = awaitRole(Slot.SLOT_B, "ACTIVE");
    JsonNode last = seen.path("history").path(seen.path("history").size() - 1);
    assertThat(last.path("trigger").asString()).isEqualTo("switchover");
    assertThat(last.path("from").asString()).isEqualTo("A");
    assertThat(last.path("to").asString()).isEqualTo("B");
    assertThat(last.path("causes")).isEmpty();
  }

  @Test
  void a_person_can_switch_over_there_and_back_by_asking_either() throws Exception {
    startPair();
    ManagementRequest.Builder there =
        request().setSwitchover(SwitchoverRequest.getDefaultInstance());
    assertThat(document(Slot.SLOT_B, there).path("message").asString()).contains("slot B");
    awaitRole(Slot.SLOT_B, "ACTIVE");
    awaitRole(Slot.SLOT_A, "STANDBY_HOT");

    document(Slot.SLOT_B, request().setSwitchover(SwitchoverRequest.getDefaultInstance()));
    awaitRole(Slot.SLOT_A, "ACTIVE");
  }

  @Test
  void a_switchover_without_a_standby_is_refused_with_the_reason() throws Exception {
    startForwarder();
    start(Slot.SLOT_A);
    awaitRole(Slot.SLOT_A, "ACTIVE");
    ManagementReply reply =
        ask(Slot.SLOT_A, request().setSwitchover(SwitchoverRequest.getDefaultInstance()));
    assertThat(reply.getOk()).isFalse();
    assertThat(reply.getError()).contains("slot B is not ready");
  }

  @Test
  void a_forwarder_that_dies_and_returns_is_programmed_again_by_whoever_was_active()
      throws Exception {
    startPair();
    apply(Slot.SLOT_A, config(3));
    document(Slot.SLOT_A, request().setSwitchover(SwitchoverRequest.newBuilder().setForce(true)));
    java.util.Objects.requireNonNull(forwarder).close();

    startForwarder();

    JsonNode after =
        await(
            Slot.SLOT_A,
            "redundancy",
            seen ->
                seen.path("forwarder").path("incarnation").asLong() == 2
                    && seen.path("forwarder").path("inSync").asString("").equals("A"));
    assertThat(after.path("active").asString()).isEqualTo("B");
    JsonNode state =
        document(Slot.SLOT_A, request().setState(StateRequest.newBuilder().setAt("forwarder")));
    assertThat(state.path("ports").size()).isEqualTo(3);
  }

  @Test
  void a_cut_between_the_modules_is_lost_redundancy_and_no_takeover() throws Exception {
    startPair();
    long term = show(Slot.SLOT_A, "redundancy").path("term").asLong();
    assertThat(fault(Slot.SLOT_B, "cut-peer", "500").getOk()).isTrue();

    awaitRole(Slot.SLOT_B, "STANDBY_SYNCING");
    JsonNode after = awaitRole(Slot.SLOT_B, "STANDBY_HOT");

    assertThat(after.path("active").asString()).isEqualTo("A");
    assertThat(after.path("term").asLong()).isEqualTo(term);
  }

  @Test
  void an_active_that_loses_the_forwarder_asks_the_standby() throws Exception {
    startPair();
    assertThat(fault(Slot.SLOT_A, "cut-forwarder", "2000").getOk()).isTrue();
    JsonNode seen = awaitRole(Slot.SLOT_B, "ACTIVE");
    assertThat(
            seen.path("history").path(seen.path("history").size() - 1).path("trigger").asString())
        .isEqualTo("failure");
  }

  @Test
  void a_disk_that_takes_nothing_costs_one_copy_and_nothing_else() throws Exception {
    startPair();
    await(Slot.SLOT_A, "config", seen -> seen.path("copies").asInt() == 3);
    Path obstacle =
        state().supervisor(Slot.SLOT_B).resolve("configuration.new").resolve("in-the-way");
    Files.createDirectories(obstacle);

    JsonNode applied = apply(Slot.SLOT_A, config(3));

    assertThat(applied.path("copies").asInt()).isEqualTo(2);
    assertThat(
            show(Slot.SLOT_A, "redundancy").path("supervisors").path("B").path("role").asString())
        .isEqualTo("STANDBY_HOT");
    JsonNode log = document(Slot.SLOT_A, request().setLog(LogRequest.getDefaultInstance()));
    assertThat(log.path("events").toString()).contains("CONFIGURATION_NOT_STORED");
  }

  @Test
  void a_second_supervisor_of_a_slot_is_refused_and_the_pair_goes_on() throws Exception {
    startPair();
    // It has a state directory of its own, with the sockets of the first, as on another machine.
    Path second = directory.resolve("second");
    StateDirectory elsewhere = StateDirectory.open(second);
    for (Endpoint endpoint :
        new Endpoint[] {state().borderEndpoint(), state().replicationEndpoint()}) {
      Path socket = ((Endpoint.Unix) endpoint).socket();
      Files.createSymbolicLink(second.resolve(socket.getFileName()), socket);
    }
    Supervisor intruder =
        new Supervisor(
            new Supervisor.Options(
                Slot.SLOT_B,
                elsewhere,
                config(1),
                Supervisor.FaultInjection.OFF,
                Supervisor.Breakage.NONE,
                Optional.empty()),
            (exitCode, reason) -> {});
    try {
      intruder.start();
      await(Slot.SLOT_A, "counters", seen -> counter(seen, "border", "second-claimants") > 2);
      assertThat(counter(show(Slot.SLOT_A, "counters"), "A", "supervisor.peers-refused"))
          .isPositive();
      assertThat(intruder.events().newest(100).toString()).contains("FORWARDER_REJECTED");
      assertThat(
              show(Slot.SLOT_A, "redundancy").path("supervisors").path("B").path("role").asString())
          .isEqualTo("STANDBY_HOT");
    } finally {
      intruder.crash();
    }
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
  void garbage_on_every_socket_is_counted_and_harms_nobody() throws Exception {
    startPair();
    Random random = new Random(7);
    for (Endpoint endpoint :
        new Endpoint[] {
          state().managementEndpoint(Slot.SLOT_A),
          state().replicationEndpoint(),
          state().borderEndpoint()
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
    JsonNode counters = show(Slot.SLOT_A, "counters");
    assertThat(counter(counters, "A", "edge.connections-with-garbage")).isEqualTo(2);
    assertThat(counter(counters, "forwarder", "edge.connections-with-garbage")).isEqualTo(1);
    assertThat(
            show(Slot.SLOT_A, "redundancy").path("supervisors").path("B").path("role").asString())
        .isEqualTo("STANDBY_HOT");
  }

  @Test
  void both_supervisors_hold_the_same_rows() throws Exception {
    startPair();
    for (String table : new String[] {"identity", "port-identity", "config", "port", "vlan"}) {
      JsonNode a = table(Slot.SLOT_A, "A", table);
      JsonNode b = table(Slot.SLOT_A, "B", table);
      assertThat(a.path("rows")).as(table).isNotEmpty();
      assertThat(b).as(table).isEqualTo(a);
    }
  }

  private JsonNode table(Slot asked, String at, String table) throws Exception {
    return document(asked, request().setState(StateRequest.newBuilder().setAt(at).setTable(table)))
        .path("tables")
        .path(table);
  }

  @Test
  void a_corrupted_row_at_the_standby_shows_in_its_digest() throws Exception {
    startPair();
    ManagementRequest.Builder state =
        request().setState(StateRequest.newBuilder().setAt("B").setTable("vlan"));
    JsonNode before = document(Slot.SLOT_B, state);
    assertThat(fault(Slot.SLOT_B, "corrupt-row", "vlan").getOk()).isTrue();
    JsonNode after = document(Slot.SLOT_B, state);
    assertThat(after.path("tables").path("vlan").path("digest"))
        .isNotEqualTo(before.path("tables").path("vlan").path("digest"));
    assertThat(fault(Slot.SLOT_B, "corrupt-row", "nonsense").getError()).contains("no table");
  }

  @Test
  void a_standby_that_could_not_take_over_says_so_and_why_until_the_row_is_mended()
      throws Exception {
    startPair();
    JsonNode hot = awaitRole(Slot.SLOT_B, "STANDBY_HOT").path("supervisors").path("B");
    assertThat(hot.path("rehearsal").path("passed").asBoolean()).isTrue();
    assertThat(fault(Slot.SLOT_B, "corrupt-row", "vlan:unreadable").getOk()).isTrue();

    // On a busy machine it may be struck from the list before, for being late.
    JsonNode failed =
        await(
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
    assertThat(
            show(Slot.SLOT_A, "redundancy").path("supervisors").path("B").path("role").asString())
        .isEqualTo("STANDBY_SYNCING");
    // The active's digest finds that the row differs, and sends it again.
    awaitRole(Slot.SLOT_B, "STANDBY_HOT");
  }

  @Test
  void a_faulty_engine_is_shown_takes_nobody_down_and_gets_another_try_from_the_next_active()
      throws Exception {
    startPair();
    await(Slot.SLOT_A, "spanning-tree", seen -> sent(seen) > 2);
    assertThat(fault(Slot.SLOT_A, "throw-in-engine", "stp:1000000").getOk()).isTrue();
    await(
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
    assertThat(apply(Slot.SLOT_B, config(3)).path("copies").asInt()).isEqualTo(3);

    assertThat(ask(Slot.SLOT_A, request().setSwitchover(SwitchoverRequest.newBuilder())).getOk())
        .isTrue();

    JsonNode seen = awaitRole(Slot.SLOT_B, "ACTIVE");
    assertThat(seen.path("supervisors").path("B").path("faultyEngines")).isEmpty();
    assertThat(seen.path("history").path(seen.path("history").size() - 1).path("causes").toString())
        .contains("ENGINE_FAULTY");
    // Its count began anew, and the port that was configured meanwhile is there.
    JsonNode tree = await(Slot.SLOT_B, "spanning-tree", tree3 -> sent(tree3) > 2);
    assertThat(tree.path("ports").size()).isEqualTo(3);
    await(
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
    startPair();
    var stalled = fault(Slot.SLOT_A, "stall-loop", "1000");
    assertThat(stalled.getOk()).isTrue();
    JsonNode seen = awaitRole(Slot.SLOT_B, "ACTIVE");
    JsonNode last = seen.path("history").path(seen.path("history").size() - 1);
    assertThat(last.path("trigger").asString()).isEqualTo("failure");
  }
}
