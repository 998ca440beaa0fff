package dev.understudy.launcher.process;

import dev.understudy.edge.ExitCode;
import dev.understudy.edge.image.BootPointer;
import dev.understudy.edge.image.ImageException;
import dev.understudy.edge.image.ImageStore;
import dev.understudy.linux.Processes;
import dev.understudy.schema.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts the parts of a switch, adopts those that live already, and starts again what exits. It
 * never gives up.
 */
public final class Starter {
  /** How often the children are looked at. */
  public static final int LOOK_MILLIS = 50;

  /** A restarted supervisor gets its priority after this long even if it isn't in sync. */
  static final long LOW_PRIORITY_NANOS_MAX = 30_000_000_000L;

  /** A part that ends with this status says that its surroundings are wrong (sysexits.h, 78). */
  static final int CANNOT_START = 78;

  /** An image that has never come up must be ready after this long. */
  static final long READY_NANOS_MAX = 60_000_000_000L;

  private static final long CANNOT_START_WAIT_MILLIS = 2_000;
  private static final long LOG_LOOK_NANOS = 2_000_000_000L;
  private static final long SYNC_LOOK_NANOS = 250_000_000L;

  /** What happened, for people; called on the starter's thread. */
  @FunctionalInterface
  public interface Listener {
    void happened(Part part, String what);

    /** The same about a supervisor's process, with what it means. */
    default void seen(Part part, ProcessId process, Failure failure, String what) {}
  }

  /** Has a supervisor caught up, so that it may go before others? */
  @FunctionalInterface
  public interface SyncProbe {
    boolean inSync(Part supervisor);
  }

  private final RunDirectory directory;
  private final Map<Part, JavaCommand> commands;
  private final Listener listener;
  private final SyncProbe syncProbe;
  private final LongSupplier nanoTime;
  private final Priority priority = new Priority();
  private final Map<Part, ImageStore> stores = new EnumMap<>(Part.class);
  private final Map<Part, Child> children = new EnumMap<>(Part.class);
  private long logsLookedAtNanos;
  private volatile boolean ended;

  public Starter(
      RunDirectory directory,
      Map<Part, JavaCommand> commands,
      Listener listener,
      SyncProbe syncProbe) {
    this(directory, commands, listener, syncProbe, System::nanoTime);
  }

  Starter(
      RunDirectory directory,
      Map<Part, JavaCommand> commands,
      Listener listener,
      SyncProbe syncProbe,
      LongSupplier nanoTime) {
    this.directory = directory;
    this.commands = new EnumMap<>(commands);
    this.listener = listener;
    this.syncProbe = syncProbe;
    this.nanoTime = nanoTime;
    logsLookedAtNanos = nanoTime.getAsLong();
  }

  private static final class Child {
    final Backoff backoff = new Backoff();
    Optional<ProcessId> process = Optional.empty();
    // Set only while the process is our own child: then its exit status can be told.
    @Nullable Process own;
    long startedNanos;
    long startAtNanos;
    boolean low;
    boolean stopped;
    long syncLookedAtNanos;
    // It runs an image that has not come up yet.
    boolean unproven;
    boolean shutDown;
    String failureTold = "";
  }

  /** Adopts and starts; the parts run when this returns, but aren't ready yet. */
  public void start() {
    for (Part part : commands.keySet()) {
      Child child = new Child();
      children.put(part, child);
      ImageStore store = ImageStore.of(directory.state(part));
      stores.put(part, store);
      child.failureTold = store.pointer().failure();
      child.startedNanos = nanoTime.getAsLong();
      child.process = directory.processFile(part).living();
      if (child.process.isPresent()) {
        child.unproven = !store.pointer().proven();
        listener.happened(part, "runs already (process " + child.process.get().pid() + ")");
      } else if (!isShutDown(part, child)) {
        start(part, child, false);
      }
    }
  }

  /** Looks after the parts until {@link #end}; the parts stay. */
  public void run() throws InterruptedException {
    run(() -> {});
  }

  /**
   * The same.
   *
   * @param afterEachLook called on this thread whenever the parts were looked at
   */
  public void run(Runnable afterEachLook) throws InterruptedException {
    while (!ended) {
      look();
      afterEachLook.run();
      Thread.sleep(LOOK_MILLIS);
    }
  }

  /** Ends {@link #run} soon. */
  public void end() {
    ended = true;
  }

  /** Looks once at every child. */
  void look() {
    long now = nanoTime.getAsLong();
    for (var entry : children.entrySet()) {
      look(entry.getKey(), entry.getValue(), now);
    }
    if (now - logsLookedAtNanos > LOG_LOOK_NANOS) {
      logsLookedAtNanos = now;
      directory.launcherLog().cutIfLong();
      for (Part part : children.keySet()) {
        directory.log(part).cutIfLong();
      }
    }
  }

  private void look(Part part, Child child, long now) {
    if (child.process.isEmpty()) {
      if (now - child.startAtNanos >= 0 && !isShutDown(part, child)) {
        start(part, child, true);
      }
      return;
    }
    ProcessId process = child.process.get();
    if (!process.isAlive()) {
      exited(part, child, process, now);
      return;
    }
    if (part.isSupervisor()) {
      lookForStop(part, child, process);
    }
    if (child.unproven) {
      endUnlessReady(part, child, process, now);
    }
    if (child.low) {
      raiseWhenInSync(part, child, process, now);
    }
  }

  /** Whether the module was taken out on purpose; it stays so until somebody takes that back. */
  private boolean isShutDown(Part part, Child child) {
    boolean out = Files.exists(directory.shutDown(part));
    if (out != child.shutDown) {
      child.shutDown = out;
      listener.happened(part, out ? "is shut down and not started again" : "is to be started");
    }
    return out;
  }

  /** An image that was never up must be ready in time, or the slot has failed to come up. */
  private void endUnlessReady(Part part, Child child, ProcessId process, long now) {
    long age = now - child.startedNanos;
    ImageStore store = store(part);
    if (store.pointer().proven()) {
      child.unproven = false;
    } else if (!part.isSupervisor() && age > Backoff.SHORT_LIFE_NANOS) {
      store.proven(); // a supervisor says so itself, once it is ready
    } else if (age > READY_NANOS_MAX) {
      listener.happened(
          part,
          "process "
              + process.pid()
              + " was not ready after "
              + READY_NANOS_MAX / 1_000_000_000L
              + " s and is killed");
      process.end(true);
    }
  }

  private ImageStore store(Part part) {
    return Objects.requireNonNull(stores.get(part));
  }

  /** A supervisor that somebody stops is told of once, and once more when it goes on. */
  private void lookForStop(Part part, Child child, ProcessId process) {
    boolean stopped = process.isStopped();
    if (stopped == child.stopped) {
      return;
    }
    child.stopped = stopped;
    String what =
        "process " + process.pid() + (stopped ? " is stopped by a signal (state T)" : " goes on");
    listener.happened(part, what);
    if (stopped) {
      listener.seen(part, process, Failure.STOPPED, what);
    }
  }

  private void exited(Part part, Child child, ProcessId process, long now) {
    OptionalInt status = child.own == null ? OptionalInt.empty() : exitStatus(child.own);
    long wait = child.backoff.waitMillis(now - child.startedNanos);
    if (status.equals(OptionalInt.of(CANNOT_START))) {
      wait = Math.max(wait, CANNOT_START_WAIT_MILLIS);
    }
    if (child.own == null) {
      Processes.reap(process.pid()); // the child of this process's program before an upgrade
    }
    String how = status.isEmpty() ? "" : describe(status.getAsInt());
    if (part.isSupervisor()) {
      listener.seen(
          part, process, failure(status), "process " + process.pid() + " has ended" + how);
    }
    String next = wait == 0 ? "starting it again" : "starting it again in " + wait + " ms";
    String often =
        child.backoff.shortLives() > 1
            ? " ("
                + child.backoff.shortLives()
                + " short lives in a row; see "
                + logPath(part)
                + ")"
            : "";
    listener.happened(part, "process " + process.pid() + " has ended" + how + often + "; " + next);
    child.process = Optional.empty();
    child.own = null;
    child.low = false;
    child.stopped = false;
    child.startAtNanos = now + wait * 1_000_000;
    if (wait == 0 && !isShutDown(part, child)) {
      start(part, child, true);
    }
  }

  private String logPath(Part part) {
    return directory.log(part).path().toString();
  }

  private static OptionalInt exitStatus(Process process) {
    try {
      if (process.waitFor(1, TimeUnit.SECONDS)) {
        return OptionalInt.of(process.exitValue());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return OptionalInt.empty();
  }

  private static String describe(int status) {
    String meaning =
        switch (status) {
          case ExitCode.OUT_OF_MEMORY -> " (out of memory)";
          case ExitCode.BROKEN -> " (a bug was met)";
          case ExitCode.RESTART -> " (to be started again)";
          default -> "";
        };
    return status > 128 ? " by signal " + (status - 128) : " with status " + status + meaning;
  }

  /** What the way in which a process ended says of it. */
  private static Failure failure(OptionalInt status) {
    if (status.isEmpty()) {
      return Failure.ENDED;
    }
    return switch (status.getAsInt()) {
      case ExitCode.OUT_OF_MEMORY -> Failure.OUT_OF_MEMORY;
      case ExitCode.BROKEN -> Failure.BROKEN;
      case ExitCode.STOPPED, ExitCode.RESTART -> Failure.FAILURE_UNSPECIFIED;
      default -> status.getAsInt() > 128 ? Failure.KILLED : Failure.ENDED;
    };
  }

  /** A supervisor that returns must not disturb the one that carries the switch. */
  private void start(Part part, Child child, boolean again) {
    boolean low = again && part.isSupervisor();
    JavaCommand command = Objects.requireNonNull(commands.get(part));
    child.startedNanos = nanoTime.getAsLong();
    try {
      Program program = nextProgram(part, child);
      Process process = command.start(directory.log(part), program, priority.niceness(low));
      child.own = process;
      child.low = low;
      child.syncLookedAtNanos = child.startedNanos;
      // Gone already: then the number alone is kept, and the next look finds nobody alive.
      ProcessId id =
          ProcessId.of(process.pid()).orElseGet(() -> new ProcessId(process.pid(), 0, "gone"));
      child.process = Optional.of(id);
      directory.processFile(part).write(id);
      priority.started(process.pid(), low);
      listener.happened(
          part,
          "started (process "
              + process.pid()
              + (program.image().equals(BootPointer.BUILT_IN) ? "" : ", image " + program.image())
              + ")");
    } catch (IOException | ImageException e) {
      long wait = Math.max(1_000, child.backoff.waitMillis(0));
      child.process = Optional.empty();
      child.startAtNanos = child.startedNanos + wait * 1_000_000;
      listener.happened(
          part, "can't be started, trying again in " + wait + " ms: " + e.getMessage());
    }
  }

  private Program nextProgram(Part part, Child child) {
    BootPointer pointer = store(part).nextStart();
    if (!pointer.failure().equals(child.failureTold)) {
      child.failureTold = pointer.failure();
      if (!pointer.failure().isEmpty()) {
        listener.happened(part, pointer.failure() + "; it boots image " + pointer.image());
      }
    }
    child.unproven = !pointer.proven();
    return Program.of(store(part), pointer);
  }

  private void raiseWhenInSync(Part part, Child child, ProcessId process, long now) {
    if (now - child.syncLookedAtNanos < SYNC_LOOK_NANOS) {
      return;
    }
    child.syncLookedAtNanos = now;
    if (now - child.startedNanos > LOW_PRIORITY_NANOS_MAX || syncProbe.inSync(part)) {
      priority.raise(process.pid());
      child.low = false;
    }
  }
}
