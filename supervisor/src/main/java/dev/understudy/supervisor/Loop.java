package dev.understudy.supervisor;

import dev.understudy.replication.SupervisorCore;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The thread that owns the core: takes one event after the other, and small work in between. */
final class Loop {
  /** So often something is looked at that no event announces. */
  private static final long IDLE_MILLIS = 50;

  private final LinkedBlockingQueue<Event> inbox = new LinkedBlockingQueue<>();
  private final Thread thread;
  private final Consumer<Throwable> onFailure;
  private final Runnable afterEach;
  private final Progress progress;
  private @Nullable SupervisorCore core;
  private volatile boolean stopping;

  /** Something that happened. */
  @FunctionalInterface
  interface Event {
    void happen(SupervisorCore core);
  }

  /**
   * @param afterEach called on the loop's thread after each event
   * @param onFailure called on the loop's thread with what nobody expected; nothing runs after it
   */
  Loop(Progress progress, Runnable afterEach, Consumer<Throwable> onFailure) {
    this.progress = progress;
    this.afterEach = afterEach;
    this.onFailure = onFailure;
    this.thread = Thread.ofPlatform().name("loop").unstarted(this::run);
  }

  void start(SupervisorCore owned) {
    core = owned;
    thread.start();
  }

  /** Any thread. */
  void post(Event event) {
    inbox.add(event);
  }

  int queueLength() {
    return inbox.size();
  }

  /** Ends the loop after the event under way, and waits for it. */
  void stop() {
    stopping = true;
    post(any -> {});
    if (Thread.currentThread().equals(thread)) {
      return;
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      SupervisorCore owned = java.util.Objects.requireNonNull(core);
      boolean workLeft = false;
      while (!stopping) {
        Event event = inbox.poll();
        if (event == null && !workLeft) {
          event = inbox.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
        }
        progress.begins();
        if (event != null) {
          event.happen(owned);
          workLeft = true;
        } else {
          workLeft = owned.background();
        }
        afterEach.run();
        progress.ended();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      onFailure.accept(e);
    }
  }
}
