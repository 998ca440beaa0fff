package dev.understudy.supervisor;

import dev.understudy.core.Image;
import dev.understudy.core.Input;
import dev.understudy.core.RowKey;
import dev.understudy.core.Tables;
import dev.understudy.edge.CannotStart;
import dev.understudy.edge.CertifiedRole;
import dev.understudy.edge.Counters;
import dev.understudy.edge.Dialer;
import dev.understudy.edge.Endpoint;
import dev.understudy.edge.EventLoop;
import dev.understudy.edge.ExitCode;
import dev.understudy.edge.LifeWatch;
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
import dev.understudy.linux.LifeLine;
import dev.understudy.linux.Processes;
import dev.understudy.linux.Scheduling;
import dev.understudy.replication.BootedImage;
import dev.understudy.replication.Environment;
import dev.understudy.replication.Role;
import dev.understudy.replication.Settings;
import dev.understudy.replication.Severity;
import dev.understudy.replication.Status;
import dev.understudy.replication.SupervisorCore;
import dev.understudy.replication.Upgrade;
import dev.understudy.schema.BorderGrpc;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.Config;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.Failure;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.ReadBackRequest;
import dev.understudy.schema.ReplicationGrpc;
import dev.understudy.schema.Slot;
import dev.understudy.schema.StoredConfiguration;
import dev.understudy.schema.TimerRow;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import dev.understudy.supervisor.configuration.ConfigurationStore;
import dev.understudy.supervisor.management.ManagementService;
import dev.understudy.supervisor.upgrade.UpgradeAgent;
import io.grpc.ServerServiceDefinition;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One supervisor process: sessions, disk, events and people around the core. */
public final class Supervisor implements AutoCloseable {
  /** The core is told when the forwarder has been away for so long: ten of its ticks. */
  static final long FORWARDER_AWAY_MILLIS = 200;

  /** How long the end waits for the other supervisor to take over. */
  static final long HAND_OVER_MILLIS_MAX = 2000;

  /** A reader of the image waits so long for the forwarder to have carried it out. */
  static final long COMMITTED_MILLIS_MAX = 500;

  private static final long WARM_UP_MILLIS_MAX = 5_000;

  /** A process that dies on purpose gives its sockets so long for what was sent. */
  private static final long LAST_WORDS_MILLIS = 5;

  private static final Scheduling.Wish LOOP = Scheduling.Wish.fifo(10).orNice(-10);
  private static final Scheduling.Wish SOCKETS = Scheduling.Wish.fifo(11).orNice(-10);
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
  private final ExecutorService people =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("management").daemon().factory());
  private final ExecutorService rehearsal =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("rehearsal").daemon().factory());
  private final Waiting waiting = new Waiting();
  private final Map<Long, CompletableFuture<ReadBack>> readBacks = new TreeMap<>();
  private final List<Reader> readers = new ArrayList<>();
  private final Sending sending;
  private final Faults faults;
  private final Progress progress = new Progress();
  private final Pulse pulse;
  private final ImageStore images;
  private final long instance = new SecureRandom().nextLong(1, Long.MAX_VALUE);
  private @Nullable UpgradeAgent agent;
  private final List<AutoCloseable> open = new ArrayList<>();
  private long readBackRequest = 1L << 32;
  private @Nullable Image lastCopy;
  private String scheduling = "default";
  private boolean scheduled;
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
    private Endpoint forwarder() {
      return network.map(Network::forwarderEndpoint).orElseGet(state::borderEndpoint);
    }

    private Endpoint otherManagement() {
      return onTheNetwork().orElseGet(() -> state.managementEndpoint(SlotName.other(slot)));
    }

    private Endpoint otherReplication() {
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

  /** Whether the forwarder is asked for its learned addresses as well. */
  public enum Learned {
    LEFT_OUT,
    SHOWN
  }

  /** How the process ends when it must. */
  @FunctionalInterface
  public interface Ending {
    /** Doesn't return. */
    void end(int exitCode, String reason);
  }

  /** An image that waits for the forwarder to have carried it out. */
  private record Reader(
      long number, long deadlineNanos, Image image, CompletableFuture<Image> done) {}

  /** What is known of this process beside the core's status. */
  public record ProcessState(
      Slot slot,
      long pid,
      String release,
      String schema,
      String scheduling,
      long configurationOnDisk,
      boolean forwarderConnected,
      int queueLength,
      Map<String, Long> counters) {}

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
    this.core =
        new SupervisorCore(
            new Settings(
                options.slot(),
                instance,
                Release.current(),
                SCHEMA,
                PROCESS,
                progress.watched(Engines.all()),
                homes,
                booted()),
            new ProcessEnvironment());
    this.forwarder = new Session<>(sockets, loop, new FromForwarder());
    this.peer = new Session<>(sockets, loop, new FromPeer());
    this.sending = new Sending(forwarder::send, peer::send, options.breakage(), this::die);
    this.faults = new Faults(options.faults(), sending, progress);
    this.pulse = new Pulse(sockets, progress, forwarder, peer);
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
    ManagementService management = new ManagementService(this, other);
    UpgradeAgent upgrades =
        new UpgradeAgent(
            this,
            new UpgradeAgent.Stores(images, ImageStore.of(state.launcher())),
            (request, limitMillis) ->
                other.call(request.toBuilder().setPassedOn(true).build(), limitMillis));
    agent = upgrades;
    open.add(upgrades);
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
    Dialer<ToSupervisor, ToForwarder> toForwarder =
        new Dialer<>(sockets, options.forwarder(), BorderGrpc.getSessionMethod(), forwarder);
    open.add(toForwarder);
    faults.forwarderDialer(toForwarder::hold);
    openForPeer(management);
    if (options.network().isEmpty()) {
      tieLives(state);
    }
    if (options.slot() == Slot.SLOT_B) {
      Dialer<CanonicalMessage, CanonicalMessage> toPeer =
          new Dialer<>(
              sockets, options.otherReplication(), ReplicationGrpc.getStreamMethod(), peer);
      open.add(toPeer);
      faults.peerDialer(toPeer::hold);
      toPeer.start();
    }
    toForwarder.start();
    sockets.schedule(this::lookForForwarder, FORWARDER_AWAY_MILLIS);
    upgrades.start();
  }

  /** On one machine the other parts hear of a process's end before its sessions end. */
  private void tieLives(StateDirectory state) {
    open.add(
        LifeWatch.open(
            sockets,
            state.supervisorLifeWatch(options.slot()),
            counters,
            instance ->
                loop.post(owned -> {
                  if (owned.hasPeer(instance)) {
                    peer.close("its process has ended");
                  }
                })));
    open.add(
        LifeLine.start(
            instance,
            List.of(
                state.forwarderLifeWatch().socket(),
                state.supervisorLifeWatch(SlotName.other(options.slot())).socket()),
            SOCKETS));
  }

  /** Slot A takes the stream of slot B; on the network each answers the other's requests, too. */
  private void openForPeer(ManagementService management) {
    List<ServerServiceDefinition> services = new ArrayList<>();
    if (options.slot() == Slot.SLOT_A) {
      services.add(
          Listening.only(
              Set.of(CertifiedRole.SUPERVISOR_B),
              counters,
              Listening.streams(
                  sockets,
                  ReplicationGrpc.getServiceDescriptor(),
                  ReplicationGrpc.getStreamMethod(),
                  peer,
                  this::peerRefusal)));
    }
    Optional<Network> network = options.network();
    if (network.isPresent()) {
      services.add(
          Listening.only(
              Set.of(CertifiedRole.of(SlotName.other(options.slot()))),
              counters,
              management.service()));
    }
    if (!services.isEmpty()) {
      open.add(
          Listening.open(
              sockets,
              network.map(Network::listening).orElseGet(options.state()::replicationEndpoint),
              counters,
              services.toArray(ServerServiceDefinition[]::new)));
    }
  }

  /** What is slow the first time is done before anybody counts on this process. */
  private void warmUp() {
    WarmUp.run(Engines.all(), options.seed());
    options.network().ifPresent(network -> network.keys().warmUp());
    Scheduling.ask(LOOP); // this thread's own; what counts is that it was called
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

  private String peerRefusal() {
    String refusal = peer.refusal();
    if (!refusal.isEmpty()) {
      counters.count("supervisor.peers-refused");
    }
    return refusal;
  }

  // ---- what the management asks; any thread. What comes of it comes on the management's thread,
  // so that nothing that people want holds the loop.

  /** The thread on which answers are made. */
  public Executor management() {
    return people;
  }

  /** Completes on that thread after a while. */
  public CompletableFuture<Void> management(long afterMillis) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    sockets.schedule(() -> people.execute(() -> done.complete(null)), afterMillis);
    return done;
  }

  public Slot slot() {
    return options.slot();
  }

  public EventLog events() {
    return events;
  }

  public EventLoop sockets() {
    return sockets;
  }

  /** Looks at the core, on the loop's thread. */
  public <T> CompletableFuture<T> look(Function<SupervisorCore, T> look) {
    CompletableFuture<T> result = new CompletableFuture<>();
    loop.post(owned -> {
      try {
        T seen = look.apply(owned);
        people.execute(() -> result.complete(seen));
      } catch (RuntimeException e) { // a reader's mistake is no reason to end
        people.execute(() -> result.completeExceptionally(e));
      }
    });
    return result;
  }

  public CompletableFuture<Status> status() {
    return look(SupervisorCore::status);
  }

  public CompletableFuture<ProcessState> process() {
    return look(owned ->
        new ProcessState(
            options.slot(),
            PROCESS,
            Release.current(),
            SCHEMA,
            scheduling,
            disk.writtenVersion(),
            forwarder.isConnected(),
            loop.queueLength(),
            counters.values()));
  }

  /** A copy of the image, once the forwarder has carried out all of it. */
  public CompletableFuture<Image> committedImage() {
    CompletableFuture<Image> done = new CompletableFuture<>();
    loop.post(owned -> {
      Image now = owned.image();
      Image copy = lastCopy;
      if (copy == null || !copy.position().equals(now.position()) || copy.size() != now.size()) {
        copy = now.copy();
      }
      lastCopy = copy;
      readers.add(
          new Reader(
              copy.position().number(),
              System.nanoTime() + COMMITTED_MILLIS_MAX * 1_000_000L,
              copy,
              done));
    });
    return done;
  }

  /** The image as it is, for inspection. */
  public CompletableFuture<Image> image() {
    return look(owned -> owned.image().copy());
  }

  /** What the forwarder says of itself; fails at once when there is no session to it. */
  public CompletableFuture<ReadBack> readBack(Learned learned) {
    CompletableFuture<ReadBack> done = new CompletableFuture<>();
    loop.post(owned -> {
      if (!forwarder.isConnected()) {
        fail(done, "no session to the forwarder");
        return;
      }
      readBacks.values().removeIf(CompletableFuture::isDone); // given up meanwhile
      long request = readBackRequest++;
      readBacks.put(request, done);
      forwarder.send(
          ToForwarder.newBuilder()
              .setReadBack(
                  ReadBackRequest.newBuilder()
                      .setRequest(request)
                      .setLearned(learned == Learned.SHOWN))
              .build());
    });
    return done;
  }

  private <T> void fail(CompletableFuture<T> future, String why) {
    people.execute(() -> future.completeExceptionally(new IllegalStateException(why)));
  }

  /** Gives the core a person's request; the answer comes when the forwarder has carried it out. */
  public CompletableFuture<Done> request(Input.Request request) {
    return ask(request.requestId(), owned -> owned.request(request));
  }

  /** The launcher saw something of the other supervisor's process. */
  public void peerProcessSeen(long processId, Failure failure, String text) {
    loop.post(owned -> owned.peerProcessSeen(processId, failure, text));
  }

  public CompletableFuture<Done> switchover(String requestId, boolean force) {
    return ask(requestId, owned -> owned.switchover(requestId, force));
  }

  /** Something happened to an upgrade, or is wanted of it. */
  public CompletableFuture<Done> upgrade(String requestId, boolean person, Upgrade.Event event) {
    return ask(
        requestId,
        owned -> owned.change(requestId, person, (image, at) -> Upgrade.on(image, at, event)));
  }

  /** Images of this slot. */
  public ImageStore images() {
    return images;
  }

  /** How much of what is under way here for an upgrade is done, 0 to 1. */
  public double upgradeProgress() {
    UpgradeAgent looking = agent;
    return looking == null ? 0 : looking.progress();
  }

  /** Chosen anew by each process. */
  public long instance() {
    return instance;
  }

  /** Ends so that the launcher starts what the boot pointer says by now; never while active. */
  public void startAgain(String reason) {
    loop.post(owned -> {
      if (owned.role() != Role.ACTIVE) {
        event(Severity.INFO, "START_AGAIN", reason);
        end(dev.understudy.edge.ExitCode.RESTART, reason);
      }
    });
  }

  /** This supervisor takes over, if it is the standby; what the active one says doesn't matter. */
  public CompletableFuture<Done> takeOver(String requestId) {
    return ask(requestId, owned -> owned.takeOver(requestId));
  }

  /**
   * What became of a request.
   *
   * @param copies homes that have the configuration; 0 where that doesn't apply
   * @param version of the configuration in force when the answer came
   */
  public record Done(boolean ok, String text, int copies, long version) {}

  private CompletableFuture<Done> ask(String requestId, Loop.Event event) {
    CompletableFuture<Done> done = new CompletableFuture<>();
    loop.post(owned -> {
      boolean asked = waiting.isAwaited(requestId);
      var _ =
          waiting
              .await(requestId)
              .thenAccept(answer -> {
                Done outcome =
                    new Done(answer.ok(), answer.text(), answer.copies(), version(owned.image()));
                people.execute(() -> done.complete(outcome));
              });
      if (!asked) {
        event.happen(owned);
      }
    });
    return done;
  }

  private static long version(Image image) {
    return image
        .row(ConfigRow.newBuilder().setKey(ConfigRow.Key.getDefaultInstance()).build())
        .map(ConfigRow::getVersion)
        .orElse(0L);
  }

  /** Does something bad, if that is allowed. The result says what was done, or why not. */
  public CompletableFuture<Faults.Outcome> fault(String fault, String argument) {
    return look(owned ->
        faults.inject(new Faults.Target(owned, forwarder::cut, peer::cut), fault, argument));
  }

  // ---- the loop's thread

  private void afterEach() {
    progress.active(core.role() == Role.ACTIVE);
    if (core.role() == Role.ACTIVE || core.role() == Role.STANDBY_HOT) {
      chooseScheduling();
    }
    if (readers.isEmpty()) {
      return;
    }
    long applied = core.applied();
    long now = System.nanoTime();
    for (Iterator<Reader> it = readers.iterator(); it.hasNext(); ) {
      Reader reader = it.next();
      if (reader.number <= applied || reader.deadlineNanos - now <= 0) {
        it.remove();
        people.execute(() -> reader.done.complete(reader.image));
      }
    }
  }

  /** Whoever carries the switch, or could do so at once, asks for a place before others. */
  private void chooseScheduling() {
    if (!scheduled) {
      scheduled = true;
      scheduling = Scheduling.ask(LOOP);
      sockets.execute(() -> Scheduling.ask(SOCKETS));
    }
  }

  private void broken(Throwable e) {
    if (e instanceof OutOfMemoryError) { // no memory for words either
      ending.end(ExitCode.OUT_OF_MEMORY, "out of memory");
    }
    LOG.error("the loop ends", e);
    event(Severity.ERROR, "BROKEN", "this supervisor ends: " + e);
    end(ExitCode.BROKEN, "broken: " + e);
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
      waiting.answer(requestId, new Waiting.Answer(ok, text, copies));
    }

    @Override
    public void store(StoredConfiguration configuration) {
      disk.write(configuration);
    }

    @Override
    public void readBack(ReadBack answer) {
      CompletableFuture<ReadBack> done = readBacks.remove(answer.getRequest());
      if (done != null) {
        people.execute(() -> done.complete(answer));
      }
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
        chooseScheduling();
      }
      if (message.hasGranted() && options.breakage() == Breakage.FORGET_TIMER) {
        owned.image().clear(RowKey.first(Tables.number(TimerRow.getDefaultInstance())), null);
      }
      owned.forwarderMessage(message);
    }

    @Override
    public void disconnected(SupervisorCore owned, String reason) {
      readBacks.values().forEach(each -> fail(each, "the session to the forwarder ended"));
      readBacks.clear();
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
      CompletableFuture<Done> handedOver = new CompletableFuture<>();
      var _ =
          status()
              .thenAccept(status -> {
                if (status.role() == Role.ACTIVE && status.listed()) {
                  var _ =
                      switchover("end-" + PROCESS + "-" + System.nanoTime(), false)
                          .thenAccept(handedOver::complete);
                } else {
                  handedOver.complete(new Done(false, "nobody to hand over to", 0, 0));
                }
              });
      Done done =
          handedOver
              .completeOnTimeout(
                  new Done(false, "no answer", 0, 0),
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
    people.shutdown();
    events.close();
    place.close();
  }
}
