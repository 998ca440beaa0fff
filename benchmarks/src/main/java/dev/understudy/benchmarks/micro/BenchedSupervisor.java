package dev.understudy.benchmarks.micro;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.understudy.core.Check;
import dev.understudy.core.Image;
import dev.understudy.core.ImageView;
import dev.understudy.protocols.configuration.ConfigurationEngine;
import dev.understudy.protocols.configuration.StoredConfigurations;
import dev.understudy.protocols.fdb.FdbEngine;
import dev.understudy.protocols.ports.PortsEngine;
import dev.understudy.protocols.stp.StpEngine;
import dev.understudy.replication.ConfigurationHomes;
import dev.understudy.replication.Environment;
import dev.understudy.replication.Role;
import dev.understudy.replication.Settings;
import dev.understudy.replication.Severity;
import dev.understudy.replication.SupervisorCore;
import dev.understudy.schema.Applied;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ClaimKind;
import dev.understudy.schema.Config;
import dev.understudy.schema.ForwarderInput;
import dev.understudy.schema.Granted;
import dev.understudy.schema.LinkInput;
import dev.understudy.schema.Output;
import dev.understudy.schema.PeerHello;
import dev.understudy.schema.PortConfig;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.SyncRequest;
import dev.understudy.schema.TickInput;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.schema.UdpAttachment;
import dev.understudy.schema.Welcome;
import dev.understudy.wire.MacAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * An active supervisor's core with a standby at its stream, both sides of it in the hands of the
 * benchmark: each input becomes a bracket, whose messages are made into octets, and is applied at
 * once.
 */
final class BenchedSupervisor implements Environment {
  private static final long TERM = 1;
  private static final long INCARNATION = 1;
  private static final int UUID_LENGTH = 16;

  private final Settings settings;
  private final SupervisorCore core;
  private final Consumer<byte[]> octets;
  private long inputs;
  private long nanos = 1_000_000_000L;
  private long ticks;
  private long lastBracket;
  private long framesSent;

  /**
   * One that has its ports, all up.
   *
   * @param octets takes what would go to a socket
   */
  BenchedSupervisor(int ports, Consumer<byte[]> octets) {
    this.octets = octets;
    this.settings =
        new Settings(
            Slot.SLOT_A,
            1,
            "benchmark",
            "",
            ProcessHandle.current().pid(),
            List.of(ConfigurationEngine.TYPE, PortsEngine.TYPE, StpEngine.TYPE, FdbEngine.TYPE),
            homes(config(ports)));
    this.core = new SupervisorCore(settings, this);
    core.forwarderConnected();
    core.forwarderMessage(
        ToSupervisor.newBuilder()
            .setWelcome(
                Welcome.newBuilder()
                    .setIncarnation(INCARNATION)
                    .setTickNanos(20_000_000)
                    .setSilenceLimitTicks(5)
                    .addAllOutputsKnown(
                        Output.getDescriptor().getFields().stream()
                            .map(field -> field.getNumber())
                            .toList()))
            .build());
    core.forwarderMessage(
        ToSupervisor.newBuilder()
            .setGranted(
                Granted.newBuilder()
                    .setTerm(TERM)
                    .setKind(ClaimKind.COLD)
                    .setIncarnation(INCARNATION)
                    .setNowNanos(nanos)
                    .setNewForwarder(true))
            .build());
    Check.that(core.role() == Role.ACTIVE, "the supervisor is active", core.role());
    for (int port = 1; port <= ports; port++) {
      input(
          ForwarderInput.newBuilder()
              .setLink(
                  LinkInput.newBuilder()
                      .setPort(port)
                      .setPresent(true)
                      .setUp(true)
                      .setFullDuplex(true)
                      .setMtu(1500)),
          1);
    }
    core.peerConnected();
    core.peerMessage(
        CanonicalMessage.newBuilder()
            .setHello(PeerHello.newBuilder().setSlot(Slot.SLOT_B).setInstance(2))
            .build());
    core.peerMessage(
        CanonicalMessage.newBuilder()
            .setSyncRequest(SyncRequest.newBuilder().setSnapshotWanted(true))
            .build());
    while (core.background()) {
      // The snapshot.
    }
  }

  private static Config config(int ports) {
    Config.Builder config = Config.newBuilder().setName("benchmark");
    for (int port = 1; port <= ports; port++) {
      config.addPorts(
          PortConfig.newBuilder()
              .setName("p" + port)
              .setUdp(
                  UdpAttachment.newBuilder()
                      .setListen("127.0.0.1:" + (10_000 + port))
                      .setPeer("127.0.0.1:" + (20_000 + port))));
    }
    return config.build();
  }

  private static ConfigurationHomes homes(Config config) {
    StoredConfiguration first =
        StoredConfigurations.seed(
            config,
            ByteString.copyFrom(new byte[UUID_LENGTH]),
            MacAddress.parse("02:00:00:00:00:10"));
    return new ConfigurationHomes() {
      @Override
      public Optional<StoredConfiguration> disk() {
        return Optional.empty();
      }

      @Override
      public StoredConfiguration first() {
        return first;
      }

      @Override
      public StoredConfiguration export(ImageView image) {
        return StoredConfigurations.from(image);
      }

      @Override
      public Choice choose(StoredConfiguration one, StoredConfiguration other) {
        return new Choice(one, false);
      }

      @Override
      public void keepAside(StoredConfiguration copy) {}
    };
  }

  Settings settings() {
    return settings;
  }

  Image image() {
    return core.image();
  }

  int rows() {
    return core.image().size();
  }

  /** Frames that left so far. */
  long framesSent() {
    return framesSent;
  }

  void tick(long laterNanos) {
    input(ForwarderInput.newBuilder().setTick(TickInput.newBuilder().setTick(++ticks)), laterNanos);
  }

  /** One input, its bracket, and the forwarder's word that it was carried out. */
  void input(ForwarderInput.Builder input, long laterNanos) {
    nanos += laterNanos;
    core.forwarderMessage(
        ToSupervisor.newBuilder()
            .setInput(input.setNumber(++inputs).setStampNanos(nanos).setWallMillis(nanos / 1000))
            .build());
    core.forwarderMessage(
        ToSupervisor.newBuilder()
            .setApplied(
                Applied.newBuilder().setTerm(TERM).setNumber(lastBracket).setStampNanos(nanos))
            .build());
  }

  // ---- Environment

  private void send(MessageLite message) {
    octets.accept(message.toByteArray());
  }

  @Override
  public void toForwarder(ToForwarder message) {
    if (message.hasBracket()) {
      lastBracket = message.getBracket().getNumber();
      for (Output output : message.getBracket().getOutputsList()) {
        framesSent += output.hasSendFrame() ? 1 : 0;
      }
    }
    send(message);
  }

  @Override
  public void toPeer(CanonicalMessage message) {
    send(message);
  }

  @Override
  public boolean peerReady() {
    return true;
  }

  @Override
  public void closeForwarder(String reason) {
    throw new IllegalStateException(reason);
  }

  @Override
  public void closePeer(String reason) {
    throw new IllegalStateException(reason);
  }

  @Override
  public void answer(String requestId, boolean ok, String text, int copies) {}

  @Override
  public void store(StoredConfiguration configuration) {}

  @Override
  public void readBack(ReadBack answer) {}

  @Override
  public <T> void beside(Supplier<T> work, Consumer<T> then) {
    then.accept(work.get());
  }

  @Override
  public void event(Severity severity, String code, String text) {
    Check.that(severity != Severity.ERROR, "nothing goes wrong", code, text);
  }

  @Override
  public void exit(String reason) {
    throw new IllegalStateException(reason);
  }
}
