package dev.understudy.supervisor;

import dev.understudy.core.Image;
import dev.understudy.core.RowKey;
import dev.understudy.core.Tables;
import dev.understudy.edge.CannotStart;
import dev.understudy.edge.CertifiedRole;
import dev.understudy.edge.Counters;
import dev.understudy.edge.Endpoint;
import dev.understudy.edge.EventLoop;
import dev.understudy.edge.ExitCode;
import dev.understudy.edge.Listening;
import dev.understudy.edge.ManagementClient;
import dev.understudy.edge.Network;
import dev.understudy.edge.ProcessLog;
import dev.understudy.edge.Release;
import dev.understudy.edge.SlotName;
import dev.understudy.edge.StateDirectory;
import dev.understudy.edge.image.BootPointer;
import dev.understudy.edge.image.ImageStore;
import dev.understudy.edge.image.RunningImage;
import dev.understudy.linux.Processes;
import dev.understudy.linux.Scheduling;
import dev.understudy.replication.BootedImage;
import dev.understudy.replication.Environment;
import dev.understudy.replication.Role;
import dev.understudy.replication.Settings;
import dev.understudy.replication.Severity;
import dev.understudy.replication.SupervisorCore;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Config;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.TimerRow;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.supervisor.configuration.ConfigurationStore;
import dev.understudy.supervisor.management.ManagementService;
import dev.understudy.supervisor.upgrade.UpgradeAgent;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One supervisor process: sessions, disk, events and people around the core. */
public final class Supervisor implements AutoCloseable {
  /** The core is told when the forwarder has been away for so long: ten of its ticks. */
  static final long FORWARDER_AWAY_MILLIS = 200;

  /** How long the end waits for the other supervisor to take over. */
  static final long HAND_OVER_MILLIS_MAX = 2000;

  private static final long WARM_UP_MILLIS_MAX = 5_000;

  /** A process that dies on purpose gives its sockets so long for what was sent. */
  private static final long LAST_WORDS_MILLIS = 5;

  private static final String SCHEMA = SchemaFingerprint.current();
  private static final long PROCESS = ProcessHandle.current().pid();
  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);

  private final Options options;
  private final Ending ending;
  private final Counters counters = new Counters();
  private final StateDirectory.Place place;
  private final EventLoop sockets;
  private final EventLog events;
  private final DiskWriter disk;
  private final Loop loop;
  private final SupervisorCore core;
  private final Session<ToSupervisor, ToForwarder> forwarder;
  private final Session<CanonicalMessage, CanonicalMessage> peer;
  private final ExecutorService rehearsal =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("rehearsal").daemon().factory());
  private final Sending sending;
  private final Faults faults;
  private final Progress progress = new Progress();
  private final Pulse pulse;
  private final ImageStore images;
  private final Priority priority;
  private final Operations operations;
  private final long instance = new SecureRandom().nextLong(1, Long.MAX_VALUE);
  private final List<AutoCloseable> open = new ArrayList<>();
  private volatile boolean started;

  /**
   * How a supervisor runs.
   *
   * @param seed the first configuration, should there be none anywhere
   * @param network how the other parts are reached where they are on other machines
   */
  public record Options(
      Slot slot,
      StateDirectory state,
      Config seed,
      FaultInjection faults,
      Breakage breakage,
      Optional<Network> network) {
    Endpoint forwarder() {
      return network.map(Network::forwarderEndpoint).orElseGet(state::borderEndpoint);
    }

    Endpoint otherManagement() {
      return onTheNetwork().orElseGet(() -> state.managementEndpoint(SlotName.other(slot)));
    }

    Endpoint otherReplication() {
      return onTheNetwork().orElseGet(state::replicationEndpoint);
    }

    private Optional<Endpoint> onTheNetwork() {
      return network.map(there -> there.peerEndpoint(CertifiedRole.of(SlotName.other(slot))));
    }
  }

  /** Whether people may do bad things to this process. */
  public enum FaultInjection {
    OFF,
    ON
  }

  /** Rules that can be switched off, to show what they are for. */
  public enum Breakage {
    NONE,
    /** The rows of running timers are lost at a takeover. */
    FORGET_TIMER,
    /**
     * What the forwarder had not carried out yet at a takeover is sent again without its outputs.
     */
    SKIP_RESEND
  }

  /** How the process ends when it must. */
  @FunctionalInterface
  public interface Ending {
    /** Doesn't return. */
    void end(int exitCode, String reason);
  }

  /**
   * Everything is there but not running.
   *
   * @throws CannotStart when something is missing
   */
  public Supervisor(Options options, Ending ending) {
    this.options = options;
    this.ending = ending;
    String name = "supervisor-" + SlotName.letter(options.slot());
    this.place = options.state().claimPlace(name);
    var directory = options.state().make(options.state().supervisor(options.slot()));
    this.events = new EventLog(directory);
    this.images = ImageStore.of(directory);
    this.sockets = new EventLoop("sockets");
    this.loop = new Loop(progress, this::afterEach, this::broken);

    ConfigurationStore store = new ConfigurationStore(directory);
    this.disk = new DiskWriter(store, new DiskListener());
    Optional<StoredConfiguration> found = load(store);
    found.ifPresent(stored -> disk.found(stored.getConfig().getVersion()));
    Homes homes = new Homes(found, options.seed(), disk::keepAside);
    Settings settings =
        new Settings(
            options.slot(),
            instance,
            Release.current(),
            SCHEMA,
            PROCESS,
            progress.watched(Engines.all()),
            homes,
            booted());
    this.core = new SupervisorCore(settings, new ProcessEnvironment());
    this.forwarder = new Session<>(sockets, loop, new FromForwarder());
    this.peer = new Session<>(sockets, loop, new FromPeer());
    this.sending = new Sending(forwarder::send, peer::send, options.breakage(), this::die);
    this.faults = new Faults(options.faults(), sending, progress);
    this.pulse = new Pulse(sockets, progress, forwarder, peer);
    this.priority = new Priority(sockets);
    this.operations =
        new Operations(
            settings, loop, sockets, forwarder, peer, faults, this::process, this::startAgain);
  }

  private BootedImage booted() {
    BootPointer pointer = images.pointer();
    return new BootedImage(RunningImage.id(), pointer.failure(), pointer.attempt());
  }

  private Optional<StoredConfiguration> load(ConfigurationStore store) {
    return switch (store.load()) {
      case ConfigurationStore.Loaded.Found(var stored) -> Optional.of(stored);
      case ConfigurationStore.Loaded.None() -> Optional.empty();
      case ConfigurationStore.Loaded.Damaged(var reason, _) -> {
        event(Severity.ERROR, "CONFIGURATION_DAMAGED", reason);
        yield Optional.empty();
      }
      case ConfigurationStore.Loaded.Failed(var reason) -> throw new CannotStart(reason);
    };
  }

  /** Begins: from here on it takes part. */
  public void start() {
    StateDirectory state = options.state();
    Thread warmUp = Thread.ofPlatform().name("warm-up").start(this::warmUp);
    ManagementClient other = new ManagementClient(sockets, options.otherManagement());
    open.add(other);
    UpgradeAgent upgrades =
        new UpgradeAgent(
            operations,
            new UpgradeAgent.Stores(images, ImageStore.of(state.launcher())),
            (request, limitMillis) ->
                other.call(request.toBuilder().setPassedOn(true).build(), limitMillis));
    open.add(upgrades);
    ManagementService management =
        new ManagementService(operations, events, images, upgrades::progress, other);
    open.add(
        Listening.open(
            sockets, state.managementEndpoint(options.slot()), counters, management.service()));
    warmUpSockets();
    try {
      warmUp.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    event(Severity.INFO, "START", "release " + Release.current() + ", schema " + SCHEMA);
    if (!images.pointer().failure().isEmpty()) {
      event(Severity.ERROR, "BOOT_FAILED", images.pointer().failure());
    }
    loop.start(core);
    pulse.start();
    started = true;
    new Connections(options, instance, sockets, loop, counters, forwarder, peer, faults, open::add)
        .open(management);
    sockets.schedule(this::lookForForwarder, FORWARDER_AWAY_MILLIS);
    upgrades.start();
  }

  /** What is slow the first time is done before anybody counts on this process. */
  private void warmUp() {
    WarmUp.run(Engines.all(), options.seed());
    options.network().ifPresent(network -> network.keys().warmUp());
    Scheduling.ask(Priority.LOOP); // this thread's own; what counts is that it was called
  }

  /** An empty request to itself: both ends of a connection. */
  private void warmUpSockets() {
    try (ManagementClient self =
        new ManagementClient(sockets, options.state().managementEndpoint(options.slot()))) {
      var _ =
          self.call(ManagementRequest.getDefaultInstance(), WARM_UP_MILLIS_MAX)
              .handle((reply, failure) -> null)
              .join();
    }
  }

  /** What happened, for people. */
  EventLog events() {
    return events;
  }

  // ---- the loop's thread

  private void afterEach() {
    progress.active(core.role() == Role.ACTIVE);
    if (core.role() == Role.ACTIVE || core.role() == Role.STANDBY_HOT) {
      priority.ask();
    }
    operations.carriedOut(core.applied());
  }

  private Operations.ProcessState process() {
    return new Operations.ProcessState(
        options.slot(),
        PROCESS,
        Release.current(),
        SCHEMA,
        priority.scheduling(),
        disk.writtenVersion(),
        forwarder.isConnected(),
        loop.queueLength(),
        counters.values());
  }

  private void broken(Throwable e) {
    if (e instanceof OutOfMemoryError) { // no memory for words either
      ending.end(ExitCode.OUT_OF_MEMORY, "out of memory");
    }
    LOG.error("the loop ends", e);
    event(Severity.ERROR, "BROKEN", "this supervisor ends: " + e);
    end(ExitCode.BROKEN, "broken: " + e);
  }

  private void startAgain(String reason) {
    event(Severity.INFO, "START_AGAIN", reason);
    end(ExitCode.RESTART, reason);
  }

  private void end(int exitCode, String reason) {
    events.close();
    ProcessLog.stop();
    ending.end(exitCode, reason);
  }

  private void event(Severity severity, String code, String text) {
    // The first events may come before there is a core.
    Image.Position at = started ? core.image().position() : Image.Position.NONE;
    events.add(
        new EventLog.Event(
            System.currentTimeMillis(), at.term(), at.number(), severity, code, text));
  }

  private final class ProcessEnvironment implements Environment {
    @Override
    public void toForwarder(ToForwarder message) {
      if (message.hasBracket()) {
        progress.bracketLeft();
      }
      sending.toForwarder(message);
    }

    @Override
    public void closeForwarder(String reason) {
      forwarder.close(reason);
    }

    @Override
    public void toPeer(CanonicalMessage message) {
      sending.toPeer(message);
    }

    @Override
    public boolean peerReady() {
      return peer.hasRoom();
    }

    @Override
    public void closePeer(String reason) {
      peer.close(reason);
    }

    @Override
    public void answer(String requestId, boolean ok, String text, int copies) {
      operations.answered(requestId, new Waiting.Answer(ok, text, copies));
    }

    @Override
    public void store(StoredConfiguration configuration) {
      disk.write(configuration);
    }

    @Override
    public void readBack(ReadBack answer) {
      operations.readBack(answer);
    }

    @Override
    public <T> void beside(Supplier<T> work, Consumer<T> then) {
      rehearsal.execute(() -> {
        long begin = System.nanoTime();
        try {
          T result = work.get();
          loop.post(any -> then.accept(result));
        } catch (Throwable e) {
          loop.post(any -> {
            throw new IllegalStateException("what was done beside the loop went wrong", e);
          });
        }
        counters.count("supervisor.rehearsals");
        counters.count("supervisor.rehearsal-micros", (System.nanoTime() - begin) / 1000);
      });
    }

    @Override
    public void event(Severity severity, String code, String text) {
      Supervisor.this.event(severity, code, text);
    }

    @Override
    public void exit(String reason) {
      end(ExitCode.RESTART, reason);
    }
  }

  private final class FromForwarder implements Session.Core<ToSupervisor> {
    @Override
    public void connected(SupervisorCore owned) {
      owned.forwarderConnected();
    }

    @Override
    public void message(SupervisorCore owned, ToSupervisor message) {
      if (message.hasGranted()) {
        priority.ask();
      }
      if (message.hasGranted() && options.breakage() == Breakage.FORGET_TIMER) {
        owned.image().clear(RowKey.first(Tables.number(TimerRow.getDefaultInstance())), null);
      }
      owned.forwarderMessage(message);
    }

    @Override
    public void disconnected(SupervisorCore owned, String reason) {
      operations.forwarderDisconnected();
      owned.forwarderDisconnected(reason);
      sockets.schedule(Supervisor.this::lookForForwarder, FORWARDER_AWAY_MILLIS);
    }
  }

  /** Tells the core, again and again, while the forwarder is away. */
  private void lookForForwarder() {
    loop.post(owned -> {
      if (!forwarder.isConnected()) {
        owned.forwarderAwayTooLong();
        sockets.schedule(this::lookForForwarder, FORWARDER_AWAY_MILLIS);
      }
    });
  }

  private static final class FromPeer implements Session.Core<CanonicalMessage> {
    @Override
    public void connected(SupervisorCore owned) {
      owned.peerConnected();
    }

    @Override
    public void message(SupervisorCore owned, CanonicalMessage message) {
      owned.peerMessage(message);
    }

    @Override
    public void disconnected(SupervisorCore owned, String reason) {
      owned.peerDisconnected(reason);
    }
  }

  /** On the disk's thread. */
  private final class DiskListener implements DiskWriter.Listener {
    @Override
    public void stored(long version, Optional<String> error) {
      if (error.isPresent()) {
        counters.count("supervisor.failed-writes");
      }
      loop.post(owned -> owned.configurationStored(version, error));
    }

    @Override
    public void keptAside(ConfigurationStore.Written written) {
      String text =
          switch (written) {
            case ConfigurationStore.Written.Done(var file) ->
                "a configuration of another lineage is kept as " + file;
            case ConfigurationStore.Written.Failed(var reason) ->
                "a configuration of another lineage could not be kept: " + reason;
          };
      loop.post(owned -> event(Severity.WARNING, "CONFIGURATION_DIVERGED", text));
    }
  }

  // ---- the end

  /** Hands over if there is somebody to hand over to, and ends. */
  @Override
  public void close() {
    if (started) {
      CompletableFuture<Operations.Done> handedOver = new CompletableFuture<>();
      var _ =
          operations
              .status()
              .thenAccept(status -> {
                if (status.role() == Role.ACTIVE && status.listed()) {
                  var _ =
                      operations
                          .switchover("end-" + PROCESS + "-" + System.nanoTime(), false)
                          .thenAccept(handedOver::complete);
                } else {
                  handedOver.complete(new Operations.Done(false, "nobody to hand over to", 0, 0));
                }
              });
      Operations.Done done =
          handedOver
              .completeOnTimeout(
                  new Operations.Done(false, "no answer", 0, 0),
                  HAND_OVER_MILLIS_MAX,
                  java.util.concurrent.TimeUnit.MILLISECONDS)
              .join();
      LOG.info("this supervisor ends; {}", done.text());
    }
    shut();
  }

  /** As kill -9 ends a process, when what was sent has left; nothing more happens on the loop. */
  private void die() {
    sockets.schedule(() -> Processes.signal(PROCESS, Processes.Signal.KILL), LAST_WORDS_MILLIS);
    while (true) {
      java.util.concurrent.locks.LockSupport.park();
    }
  }

  /** Ends without a word, as a process that is killed: connections break where they stand. */
  void crash() {
    shut();
  }

  private void shut() {
    pulse.end();
    if (started) {
      loop.stop();
    }
    for (AutoCloseable each : open.reversed()) {
      try {
        each.close();
      } catch (Exception e) {
        LOG.warn("{} can't be closed", each, e);
      }
    }
    disk.close();
    sockets.close();
    rehearsal.shutdown();
    operations.end();
    events.close();
    place.close();
  }
}
