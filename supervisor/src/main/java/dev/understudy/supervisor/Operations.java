package dev.understudy.supervisor;

import dev.understudy.core.Image;
import dev.understudy.core.Input;
import dev.understudy.edge.EventLoop;
import dev.understudy.replication.Role;
import dev.understudy.replication.Settings;
import dev.understudy.replication.Status;
import dev.understudy.replication.SupervisorCore;
import dev.understudy.replication.Upgrade;
import dev.understudy.schema.CanonicalMessage;
import dev.understudy.schema.ConfigRow;
import dev.understudy.schema.Failure;
import dev.understudy.schema.ReadBack;
import dev.understudy.schema.ReadBackRequest;
import dev.understudy.schema.Slot;
import dev.understudy.schema.ToForwarder;
import dev.understudy.schema.ToSupervisor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of a running supervisor, from any thread. What comes of it comes on the
 * management's thread, so that nothing that people want holds the loop.
 */
public final class Operations {
  /** A reader of the image waits so long for the forwarder to have carried it out. */
  static final long COMMITTED_MILLIS_MAX = 500;

  private final Settings settings;
  private final Loop loop;
  private final EventLoop sockets;
  private final Session<ToSupervisor, ToForwarder> forwarder;
  private final Session<CanonicalMessage, CanonicalMessage> peer;
  private final Faults faults;
  private final Supplier<ProcessState> process;
  private final Consumer<String> startAgain;
  private final ExecutorService people =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("management").daemon().factory());

  // The loop's thread.
  private final Waiting waiting = new Waiting();
  private final Map<Long, CompletableFuture<ReadBack>> readBacks = new TreeMap<>();
  private final List<Reader> readers = new ArrayList<>();
  private long readBackRequest = 1L << 32;
  private @Nullable Image lastCopy;

  /** Whether the forwarder is asked for its learned addresses as well. */
  public enum Learned {
    LEFT_OUT,
    SHOWN
  }

  /** An image that waits for the forwarder to have carried it out. */
  private record Reader(
      long number, long deadlineNanos, Image image, CompletableFuture<Image> done) {}

  /**
   * What became of a request.
   *
   * @param copies homes that have the configuration; 0 where that doesn't apply
   * @param version of the configuration in force when the answer came
   */
  public record Done(boolean ok, String text, int copies, long version) {}

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
   * @param process looked at on the loop's thread
   * @param startAgain ends the process for the reason given, on the loop's thread
   */
  Operations(
      Settings settings,
      Loop loop,
      EventLoop sockets,
      Session<ToSupervisor, ToForwarder> forwarder,
      Session<CanonicalMessage, CanonicalMessage> peer,
      Faults faults,
      Supplier<ProcessState> process,
      Consumer<String> startAgain) {
    this.settings = settings;
    this.loop = loop;
    this.sockets = sockets;
    this.forwarder = forwarder;
    this.peer = peer;
    this.faults = faults;
    this.process = process;
    this.startAgain = startAgain;
  }

  // ---- any thread: this process

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
    return settings.slot();
  }

  /** Chosen anew by each process. */
  public long instance() {
    return settings.instance();
  }

  public EventLoop sockets() {
    return sockets;
  }

  // ---- any thread: looking

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
    return look(owned -> process.get());
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

  // ---- any thread: asking

  /** Gives the core a person's request; the answer comes when the forwarder has carried it out. */
  public CompletableFuture<Done> request(Input.Request request) {
    return ask(request.requestId(), owned -> owned.request(request));
  }

  public CompletableFuture<Done> switchover(String requestId, boolean force) {
    return ask(requestId, owned -> owned.switchover(requestId, force));
  }

  /** This supervisor takes over, if it is the standby; what the active one says doesn't matter. */
  public CompletableFuture<Done> takeOver(String requestId) {
    return ask(requestId, owned -> owned.takeOver(requestId));
  }

  /** Something happened to an upgrade, or is wanted of it. */
  public CompletableFuture<Done> upgrade(String requestId, boolean person, Upgrade.Event event) {
    return ask(
        requestId,
        owned -> owned.change(requestId, person, (image, at) -> Upgrade.on(image, at, event)));
  }

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

  /** The launcher saw something of the other supervisor's process. */
  public void peerProcessSeen(long processId, Failure failure, String text) {
    loop.post(owned -> owned.peerProcessSeen(processId, failure, text));
  }

  /** Does something bad, if that is allowed. The result says what was done, or why not. */
  public CompletableFuture<Faults.Outcome> fault(String fault, String argument) {
    return look(owned ->
        faults.inject(new Faults.Target(owned, forwarder::cut, peer::cut), fault, argument));
  }

  /** Ends so that the launcher starts what the boot pointer says by now; never while active. */
  public void startAgain(String reason) {
    loop.post(owned -> {
      if (owned.role() != Role.ACTIVE) {
        startAgain.accept(reason);
      }
    });
  }

  // ---- the loop's thread

  /** The core has an answer to a request. */
  void answered(String requestId, Waiting.Answer answer) {
    waiting.answer(requestId, answer);
  }

  /** The forwarder has carried out brackets up to this one; readers get their images. */
  void carriedOut(long applied) {
    if (readers.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    for (Iterator<Reader> it = readers.iterator(); it.hasNext(); ) {
      Reader reader = it.next();
      if (reader.number <= applied || reader.deadlineNanos - now <= 0) {
        it.remove();
        people.execute(() -> reader.done.complete(reader.image));
      }
    }
  }

  /** The forwarder's answer to a request to read back. */
  void readBack(ReadBack answer) {
    CompletableFuture<ReadBack> done = readBacks.remove(answer.getRequest());
    if (done != null) {
      people.execute(() -> done.complete(answer));
    }
  }

  void forwarderDisconnected() {
    readBacks.values().forEach(each -> fail(each, "the session to the forwarder ended"));
    readBacks.clear();
  }

  /** Nobody is answered any more. */
  void end() {
    people.shutdown();
  }
}
