package dev.understudy.launcher.process;

import dev.understudy.edge.EventLoop;
import dev.understudy.edge.ManagementClient;
import dev.understudy.edge.ProcessLog;
import dev.understudy.edge.SlotName;
import dev.understudy.edge.StateDirectory;
import dev.understudy.forwarder.Forwarder;
import dev.understudy.forwarder.dataplane.SoftDataPlane;
import dev.understudy.schema.Config;
import dev.understudy.schema.ConfigApplyRequest;
import dev.understudy.schema.ManagementReply;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.ShowRequest;
import dev.understudy.schema.Slot;
import dev.understudy.schema.SpanningTreeConfig;
import dev.understudy.schema.SwitchoverRequest;
import dev.understudy.schema.UdpAttachment;
import dev.understudy.supervisor.Supervisor;
import dev.understudy.supervisor.configuration.ExampleConfiguration;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A short life of a whole switch in one virtual machine, from which the build makes the AOT cache
 * (JEP 514, 515): what is loaded, linked and compiled here need not be when a supervisor starts, or
 * takes over for the first time in its life. Two ports are joined to each other, so that spanning
 * tree has something to decide.
 */
public final class Training implements AutoCloseable {
  private static final int ANSWER_MILLIS = 10_000;
  private static final long STEP_NANOS_MAX = 60_000_000_000L;

  private final JsonMapper json = JsonMapper.builder().build();
  private final EventLoop loop = new EventLoop("training");
  private final Map<Slot, Supervisor> supervisors = new EnumMap<>(Slot.class);
  private final Map<Slot, ManagementClient> clients = new EnumMap<>(Slot.class);
  private final Path directory;
  private final StateDirectory state;
  private final Forwarder forwarder;
  private final Config config;
  private int requests;

  private Training(Path directory) throws IOException {
    this.directory = directory;
    state = StateDirectory.open(directory.resolve("state"));
    config = config();
    for (Slot slot : new Slot[] {Slot.SLOT_A, Slot.SLOT_B}) {
      clients.put(slot, new ManagementClient(loop, state.managementEndpoint(slot)));
    }
    forwarder =
        new Forwarder(
            new Forwarder.Options(
                state, SoftDataPlane.maker(state), Forwarder.Breakage.NONE, Optional.empty()));
  }

  /** Runs it. */
  public static void run() throws IOException, InterruptedException {
    try (Training training = new Training(Files.createTempDirectory("understudy-training"))) {
      training.live();
    }
  }

  private void live() throws InterruptedException {
    // As a process of its own begins: with a log, and with the configuration read.
    ProcessLog.start(state.make(state.launcher()), "training");
    ExampleConfiguration.config();
    forwarder.start();
    start(Slot.SLOT_A);
    awaitRole(Slot.SLOT_A, "ACTIVE");
    start(Slot.SLOT_B);
    awaitRole(Slot.SLOT_B, "STANDBY_HOT");
    await(
        Slot.SLOT_A,
        "spanning-tree",
        seen ->
            seen.path("ports").path("p1").path("state").asString("").equals("forwarding")
                && seen.path("ports").path("p2").path("role").asString("").equals("backup"));
    ask(
        Slot.SLOT_B,
        request()
            .setConfigApply(
                ConfigApplyRequest.newBuilder()
                    .setConfig(
                        config.toBuilder()
                            .setSpanningTree(SpanningTreeConfig.newBuilder().setPriority(4096)))));
    for (String what :
        new String[] {"history", "interfaces", "vlans", "config", "counters", "version"}) {
      await(Slot.SLOT_B, what, seen -> !seen.isEmpty());
    }
    ask(Slot.SLOT_A, request().setSwitchover(SwitchoverRequest.newBuilder()));
    awaitRole(Slot.SLOT_B, "ACTIVE");
    Objects.requireNonNull(supervisors.remove(Slot.SLOT_A)).close();
    start(Slot.SLOT_A);
    awaitRole(Slot.SLOT_A, "STANDBY_HOT");
    Objects.requireNonNull(supervisors.remove(Slot.SLOT_B)).close();
    awaitRole(Slot.SLOT_A, "ACTIVE");
  }

  private void start(Slot slot) {
    Supervisor supervisor =
        new Supervisor(
            new Supervisor.Options(
                slot,
                state,
                config,
                Supervisor.FaultInjection.OFF,
                Supervisor.Breakage.NONE,
                Optional.empty()),
            (exitCode, reason) -> {});
    supervisor.start();
    supervisors.put(slot, supervisor);
  }

  private static Config config() throws IOException {
    try (DatagramSocket one = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        DatagramSocket other = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      String first = "127.0.0.1:" + one.getLocalPort();
      String second = "127.0.0.1:" + other.getLocalPort();
      return Config.newBuilder()
          .setName("training")
          .addPorts(port("p1", first, second))
          .addPorts(port("p2", second, first))
          .build();
    }
  }

  private static PortConfig port(String name, String listen, String peer) {
    return PortConfig.newBuilder()
        .setName(name)
        .setUdp(UdpAttachment.newBuilder().setListen(listen).setPeer(peer))
        .build();
  }

  private ManagementRequest.Builder request() {
    return ManagementRequest.newBuilder().setRequestId("training-" + ++requests);
  }

  private ManagementReply ask(Slot slot, ManagementRequest.Builder request)
      throws InterruptedException {
    try {
      return Objects.requireNonNull(clients.get(slot))
          .call(request.build(), ANSWER_MILLIS)
          .get(2L * ANSWER_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return ManagementReply.newBuilder().setError(String.valueOf(e.getMessage())).build();
    }
  }

  private void await(Slot slot, String what, Predicate<JsonNode> wanted)
      throws InterruptedException {
    long end = System.nanoTime() + STEP_NANOS_MAX;
    ManagementReply reply;
    do {
      reply = ask(slot, request().setShow(ShowRequest.newBuilder().setWhat(what)));
      if (reply.getOk() && wanted.test(json.readTree(reply.getJson()))) {
        return;
      }
    } while (System.nanoTime() - end < 0);
    throw new IllegalStateException("training stopped at " + what + ": " + reply);
  }

  private void awaitRole(Slot slot, String role) throws InterruptedException {
    await(
        slot,
        "redundancy",
        seen ->
            seen.path("supervisors")
                .path(SlotName.letter(slot))
                .path("role")
                .asString("")
                .equals(role));
  }

  @Override
  public void close() throws IOException {
    clients.values().forEach(ManagementClient::close);
    supervisors.values().forEach(Supervisor::close);
    forwarder.close();
    loop.close();
    ProcessLog.stop();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }
}
