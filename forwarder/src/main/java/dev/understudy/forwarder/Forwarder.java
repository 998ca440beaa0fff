package dev.understudy.forwarder;

import dev.understudy.border.Border;
import dev.understudy.border.BorderStore;
import dev.understudy.border.Outbox;
import dev.understudy.core.Check;
import dev.understudy.edge.CertifiedRole;
import dev.understudy.edge.Counters;
import dev.understudy.edge.Endpoint;
import dev.understudy.edge.EventLoop;
import dev.understudy.edge.LifeWatch;
import dev.understudy.edge.Link;
import dev.understudy.edge.LinkListener;
import dev.understudy.edge.Listening;
import dev.understudy.edge.Network;
import dev.understudy.edge.Release;
import dev.understudy.edge.StateDirectory;
import dev.understudy.linux.Scheduling;
import dev.understudy.schema.BorderGrpc;
import dev.understudy.schema.Held;
import dev.understudy.schema.Slot;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the judgement: one thread that waits for frames, messages and time, and tells the border.
 */
public final class Forwarder implements AutoCloseable {
  /** Sessions at a time, those included that have not said who they are; one more is refused. */
  public static final int SESSIONS_MAX = 16;

  /** Messages taken from supervisors before control sockets and time have their turn again. */
  static final int MESSAGES_IN_A_ROW_MAX = 512;

  static final String SESSIONS_REFUSED = "forwarder.sessions-refused";
  static final String MESSAGES_THAT_THREW = "forwarder.messages-that-threw";

  /** Sessions of a supervisor that said it has the other slot than its certificate. */
  static final String SLOTS_NOT_CERTIFIED = "forwarder.slots-not-certified";

  /** Real-time priority that the judge asks for, and the nice value for want of it. */
  private static final Scheduling.Wish JUDGE = Scheduling.Wish.fifo(20).orNice(-15);

  private static final Scheduling.Wish SOCKETS = Scheduling.Wish.fifo(19).orNice(-15);

  private static final Logger LOG = LoggerFactory.getLogger(Forwarder.class);

  private final Options options;
  private final Counters counters = new Counters();
  private final EventLoop loop = new EventLoop("sockets");
  private final ConcurrentLinkedQueue<Event> inbox = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<Ready> ready = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Thread judge = Thread.ofPlatform().name("judge").unstarted(this::judge);
  private final AtomicBoolean awake = new AtomicBoolean();
  private volatile boolean stopping;
  private volatile @Nullable ControlledDataPlane plane;
  private StateDirectory.@Nullable Place place;

  // The judge's own.
  private final IdentityHashMap<Link<ToForwarder, ToSupervisor>, Long> ids =
      new IdentityHashMap<>();
  private final TreeMap<Long, Link<ToForwarder, ToSupervisor>> links = new TreeMap<>();

  /** By the instance that a supervisor said it is. */
  private final TreeMap<Long, Link<ToForwarder, ToSupervisor>> instances = new TreeMap<>();

  private long lastId;

  /**
   * How a forwarder runs.
   *
   * @param breakage what is wrong on purpose, so that a demonstration can show what it would be
   *     without
   * @param network how supervisors reach it that are on other machines
   */
  public record Options(
      StateDirectory state,
      ControlledDataPlane.Maker planeMaker,
      Breakage breakage,
      Optional<Network> network) {
    private Endpoint endpoint() {
      return network.map(Network::listening).orElseGet(state::borderEndpoint);
    }
  }

  /** Rules that can be switched off, to show what they are for. */
  public enum Breakage {
    NONE,
    /** Brackets are carried out before the standby has them. */
    RELEASE_BEFORE_HELD
  }

  /** What there is to say about a forwarder that has begun. */
  public record Ready(long term, long incarnation, String scheduling) {}

  private sealed interface Event {
    record Opened(Link<ToForwarder, ToSupervisor> link) implements Event {}

    record Received(Link<ToForwarder, ToSupervisor> link, ToForwarder message) implements Event {}

    record Closed(Link<ToForwarder, ToSupervisor> link, String reason) implements Event {}

    /** A supervisor's process is gone, whose session may not have ended yet. */
    record ProcessEnded(long instance) implements Event {}
  }

  public Forwarder(Options options) {
    this.options = options;
  }

  /**
   * Begins, and returns when supervisors can connect.
   *
   * @throws dev.understudy.edge.CannotStart when it can't
   */
  public Ready start() {
    place = options.state().claimPlace("forwarder");
    options.network().ifPresent(network -> network.keys().warmUp());
    judge.start();
    try {
      return ready.join();
    } catch (java.util.concurrent.CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** Completes when the judge has ended; exceptionally, when it ended by an error. */
  public CompletableFuture<Void> ended() {
    return ended;
  }

  public Counters counters() {
    return counters;
  }

  @Override
  public void close() {
    stopping = true;
    wakeJudge();
    ended.handle((nothing, failure) -> null).join();
  }

  // ---- the judge's thread

  private void judge() {
    Throwable failure = null;
    try (DiskBorderStore store =
        new DiskBorderStore(options.state().make(options.state().forwarder()), counters)) {
      judge(store);
    } catch (Throwable e) {
      failure = e;
    }
    loop.close();
    if (place != null) {
      place.close();
    }
    if (failure == null) {
      ended.complete(null);
    } else {
      ready.completeExceptionally(failure);
      ended.completeExceptionally(failure);
    }
  }

  private void judge(BorderStore store) {
    String scheduling = Scheduling.ask(JUDGE);
    loop.execute(() -> Scheduling.ask(SOCKETS));
    BorderStore.Stored stored = store.load();
    MonotonicSwitchClock clock = new MonotonicSwitchClock();
    try (ControlledDataPlane made = options.planeMaker().make(stored.incarnation() + 1)) {
      plane = made;
      Border border =
          new Border(
              new Border.Identity(Release.current(), ProcessHandle.current().pid(), scheduling),
              clock,
              new Links(),
              new CountingDataPlane(made, counters),
              new LoadedStore(stored, store));
      try (Listening listening =
              Listening.open(
                  loop,
                  options.endpoint(),
                  counters,
                  Listening.only(
                      EnumSet.of(CertifiedRole.SUPERVISOR_A, CertifiedRole.SUPERVISOR_B),
                      counters,
                      Listening.streams(
                          loop,
                          BorderGrpc.getServiceDescriptor(),
                          BorderGrpc.getSessionMethod(),
                          new Receptionist())));
          LifeWatch _ =
              LifeWatch.open(
                  loop,
                  options.state().forwarderLifeWatch(),
                  counters,
                  instance -> hand(new Event.ProcessEnded(instance)))) {
        ready.complete(new Ready(border.term(), border.incarnation(), scheduling));
        LOG.info(
            "forwarder begins: incarnation {}, {}, {}",
            border.incarnation(),
            scheduling,
            listening);
        while (!stopping) {
          made.awaitControl(inbox.isEmpty() ? border.nextDeadlineNanos() - clock.nanos() : 0);
          awake.set(false);
          made.drainControl(border);
          takeMessages(border);
          if (clock.nanos() >= border.nextDeadlineNanos()) {
            border.onTime();
          }
        }
      }
    } finally {
      plane = null;
    }
  }

  private void takeMessages(Border border) {
    for (int i = 0; i < MESSAGES_IN_A_ROW_MAX; i++) {
      Event event = inbox.poll();
      if (event == null) {
        return;
      }
      switch (event) {
        case Event.Opened(var link) -> opened(border, link);
        case Event.Received(var link, var message) -> {
          received(border, link, message);
          link.taken();
        }
        case Event.Closed(var link, var reason) -> closed(border, link, reason);
        case Event.ProcessEnded(var instance) -> {
          Link<ToForwarder, ToSupervisor> link = instances.get(instance);
          if (link != null) {
            link.close("your process has ended");
            closed(border, link, "its process has ended");
          }
        }
      }
    }
  }

  private void opened(Border border, Link<ToForwarder, ToSupervisor> link) {
    if (links.size() >= SESSIONS_MAX) {
      counters.count(SESSIONS_REFUSED);
      LOG.warn("a session was refused: there are {} already", links.size());
      link.close("there are " + SESSIONS_MAX + " sessions already");
      return;
    }
    long id = ++lastId;
    ids.put(link, id);
    links.put(id, link);
    border.opened(id);
  }

  private void received(Border border, Link<ToForwarder, ToSupervisor> link, ToForwarder message) {
    Long id = ids.get(link);
    if (id == null) {
      return;
    }
    if (message.hasHello() && !certified(link, message.getHello().getSlot())) {
      counters.count(SLOTS_NOT_CERTIFIED);
      String reason =
          "the certificate of " + link.peer().orElseThrow().text() + " is not for this slot";
      LOG.warn("session {} ends: {}", id, reason);
      link.close(reason);
      closed(border, link, reason);
      return;
    }
    if (message.hasHello()) {
      instances.put(message.getHello().getInstance(), link);
    }
    if (options.breakage() == Breakage.RELEASE_BEFORE_HELD && message.hasBracket()) {
      pretendHeld(border, id, message);
    }
    try {
      border.received(id, message);
    } catch (Check.BrokenInvariant e) {
      throw e;
    } catch (RuntimeException e) {
      counters.count(MESSAGES_THAT_THREW);
      LOG.error("session {} ends: its {} can't be dealt with", id, message.getKindCase(), e);
      link.close("your " + message.getKindCase() + " can't be dealt with: " + e);
      closed(border, link, "a message that can't be dealt with");
    }
  }

  /** Whether a supervisor may say that it has this slot. */
  private static boolean certified(Link<ToForwarder, ToSupervisor> link, Slot slot) {
    return switch (slot) {
      case SLOT_A, SLOT_B -> link.peer().map(role -> role == CertifiedRole.of(slot)).orElse(true);
      case SLOT_UNSPECIFIED, UNRECOGNIZED -> true; // refused by the border, with its own words
    };
  }

  private void pretendHeld(Border border, long writer, ToForwarder message) {
    ToForwarder held =
        ToForwarder.newBuilder()
            .setHeld(
                Held.newBuilder()
                    .setTerm(message.getBracket().getTerm())
                    .setNumber(message.getBracket().getNumber()))
            .build();
    links.keySet().stream()
        .filter(id -> id != writer)
        .toList()
        .forEach(id -> border.received(id, held));
  }

  private void closed(Border border, Link<ToForwarder, ToSupervisor> link, String reason) {
    Long id = ids.remove(link);
    if (id != null) {
      links.remove(id);
      instances.values().remove(link);
      LOG.info("session {} is over: {}", id, reason);
      border.closed(id);
    }
  }

  /** The border's way out. */
  private final class Links implements Outbox {
    @Override
    public void send(long session, ToSupervisor message) {
      with(session, link -> link.send(message));
    }

    @Override
    public void close(long session) {
      with(session, link -> link.close("the forwarder ended the session"));
    }

    private void with(long session, Consumer<Link<ToForwarder, ToSupervisor>> act) {
      Link<ToForwarder, ToSupervisor> link = links.get(session);
      if (link != null) {
        act.accept(link);
      }
    }
  }

  /** What was read from the disk once is not read again. */
  private record LoadedStore(Stored stored, BorderStore store) implements BorderStore {
    @Override
    public Stored load() {
      return stored;
    }

    @Override
    public void saveTermCeiling(long termCeiling, long incarnation) {
      store.saveTermCeiling(termCeiling, incarnation);
    }

    @Override
    public void saveConfiguration(
        com.google.protobuf.ByteString switchUuid,
        long version,
        com.google.protobuf.ByteString configuration) {
      store.saveConfiguration(switchUuid, version, configuration);
    }
  }

  // ---- the event loop's thread

  private void wakeJudge() {
    ControlledDataPlane present = plane;
    if (present != null && awake.compareAndSet(false, true)) {
      present.wakeup();
    }
  }

  private void hand(Event event) {
    inbox.add(event);
    wakeJudge();
  }

  private final class Receptionist implements LinkListener<ToForwarder, ToSupervisor> {
    @Override
    public void opened(Link<ToForwarder, ToSupervisor> link) {
      hand(new Event.Opened(link));
    }

    @Override
    public void received(Link<ToForwarder, ToSupervisor> link, ToForwarder message) {
      hand(new Event.Received(link, message));
    }

    @Override
    public void closed(Link<ToForwarder, ToSupervisor> link, String reason) {
      hand(new Event.Closed(link, reason));
    }
  }
}
