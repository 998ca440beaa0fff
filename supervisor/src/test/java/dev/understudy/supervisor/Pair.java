package dev.understudy.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.edge.EventLoop;
import dev.understudy.edge.ManagementClient;
import dev.understudy.edge.SlotName;
import dev.understudy.edge.StateDirectory;
import dev.understudy.forwarder.Forwarder;
import dev.understudy.forwarder.dataplane.SoftDataPlane;
import dev.understudy.schema.Config;
import dev.understudy.schema.ConfigApplyRequest;
import dev.understudy.schema.FaultRequest;
import dev.understudy.schema.ManagementReply;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.RedundancyConfig;
import dev.understudy.schema.ShowRequest;
import dev.understudy.schema.Slot;
import dev.understudy.schema.UdpAttachment;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A whole switch in one Java virtual machine: forwarder with UDP ports, two supervisors, Unix
 * sockets between them, people's requests.
 *
 * <p>All of it shares the machine with whatever else is being tested, so that nobody is called late
 * or silent within ten seconds unless a test asks for less.
 */
final class Pair implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final AtomicInteger REQUESTS = new AtomicInteger();
  private static final int PATIENCE_MILLIS = 10_000;
  private static final int TICK_MILLIS = 20;

  private final Path directory;
  private final EventLoop loop = new EventLoop("test");
  private final Map<Slot, Supervisor> supervisors = new EnumMap<>(Slot.class);
  private final Map<Slot, ManagementClient> clients = new EnumMap<>(Slot.class);
  private int silenceLimitTicks = PATIENCE_MILLIS / TICK_MILLIS;
  private @Nullable Forwarder forwarder;

  Pair(Path directory) {
    this.directory = directory;
    for (Slot slot : new Slot[] {Slot.SLOT_A, Slot.SLOT_B}) {
      clients.put(slot, new ManagementClient(loop, state().managementEndpoint(slot)));
    }
  }

  void startBoth() throws Exception {
    startForwarder();
    start(Slot.SLOT_A);
    awaitRole(Slot.SLOT_A, "ACTIVE");
    start(Slot.SLOT_B);
    awaitRole(Slot.SLOT_B, "STANDBY_HOT");
  }

  void startForwarder() {
    Forwarder started =
        new Forwarder(
            new Forwarder.Options(
                state(), SoftDataPlane.maker(state()), Forwarder.Breakage.NONE, Optional.empty()));
    started.start();
    forwarder = started;
  }

  void stopForwarder() {
    Objects.requireNonNull(forwarder).close();
  }

  Supervisor start(Slot slot) {
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

  /** As a process ends that is killed. */
  void crash(Slot slot) {
    Objects.requireNonNull(supervisors.remove(slot)).crash();
  }

  /** As a process ends that is asked to. */
  void end(Slot slot) {
    Objects.requireNonNull(supervisors.remove(slot)).close();
  }

  /** From the next configuration on. */
  void silenceLimitTicks(int ticks) {
    silenceLimitTicks = ticks;
  }

  Path directory() {
    return directory;
  }

  StateDirectory state() {
    return StateDirectory.open(directory.resolve("state"));
  }

  private static int freePort() {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  Config config(int ports) {
    Config.Builder config =
        Config.newBuilder()
            .setName("sw1")
            .setRedundancy(
                RedundancyConfig.newBuilder()
                    .setTickMillis(TICK_MILLIS)
                    .setSilenceLimitTicks(silenceLimitTicks)
                    .setCommitLimitMillis(PATIENCE_MILLIS));
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

  static ManagementRequest.Builder request() {
    return ManagementRequest.newBuilder().setRequestId("test-" + REQUESTS.incrementAndGet());
  }

  ManagementReply ask(Slot slot, ManagementRequest.Builder request) throws Exception {
    return java.util.Objects.requireNonNull(clients.get(slot))
        .call(request.build(), 10_000)
        .get(20, TimeUnit.SECONDS);
  }

  JsonNode document(Slot slot, ManagementRequest.Builder request) throws Exception {
    ManagementReply reply = ask(slot, request);
    assertThat(reply.getOk()).as(reply.getError()).isTrue();
    return JSON.readTree(reply.getJson());
  }

  JsonNode show(Slot slot, String what) throws Exception {
    return document(slot, request().setShow(ShowRequest.newBuilder().setWhat(what)));
  }

  ManagementReply fault(Slot slot, String fault, String argument) throws Exception {
    return ask(
        slot, request().setFault(FaultRequest.newBuilder().setFault(fault).setArgument(argument)));
  }

  JsonNode apply(Slot slot, Config config) throws Exception {
    return document(
        slot, request().setConfigApply(ConfigApplyRequest.newBuilder().setConfig(config)));
  }

  /** Asks again until it is so; the class's time limit ends it otherwise. */
  JsonNode await(Slot slot, String what, Predicate<JsonNode> wanted) throws Exception {
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

  /** The role of one supervisor, as another says. */
  String role(Slot asked, String of) throws Exception {
    return show(asked, "redundancy").path("supervisors").path(of).path("role").asString();
  }

  JsonNode awaitRole(Slot slot, String role) throws Exception {
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

  @Override
  public void close() {
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
}
