package dev.understudy.supervisor;

import dev.understudy.schema.StoredConfiguration;
import dev.understudy.supervisor.configuration.ConfigurationStore;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes configurations to this module's disk, on a thread that may wait for it. Of those that wait
 * only the newest is written: a version that came after it includes it.
 */
final class DiskWriter implements AutoCloseable {
  /** Copies of other lineages that wait; more are dropped, as nothing makes more than a few. */
  static final int ASIDE_MAX = 8;

  private final ConfigurationStore store;
  private final Listener listener;
  private final Thread thread;
  private final Object lock = new Object();
  private final ArrayDeque<StoredConfiguration> aside = new ArrayDeque<>();
  private @Nullable StoredConfiguration newest;
  private boolean closing;
  private volatile long writtenVersion;

  /** Hears how it went, on the writer's thread. */
  interface Listener {
    /**
     * @param error why it is not on the disk
     */
    void stored(long version, Optional<String> error);

    void keptAside(ConfigurationStore.Written written);
  }

  DiskWriter(ConfigurationStore store, Listener listener) {
    this.store = store;
    this.listener = listener;
    this.thread = Thread.ofPlatform().name("disk").daemon().unstarted(this::run);
    thread.start();
  }

  void write(StoredConfiguration configuration) {
    synchronized (lock) {
      newest = configuration;
      lock.notifyAll();
    }
  }

  void keepAside(StoredConfiguration configuration) {
    synchronized (lock) {
      if (aside.size() < ASIDE_MAX) {
        aside.add(configuration);
        lock.notifyAll();
      }
    }
  }

  /** The version that is known to be on the disk; 0: none was written yet. */
  long writtenVersion() {
    return writtenVersion;
  }

  void found(long version) {
    writtenVersion = version;
  }

  private void run() {
    try {
      while (true) {
        StoredConfiguration other;
        StoredConfiguration next;
        synchronized (lock) {
          while (newest == null && aside.isEmpty()) {
            if (closing) {
              return;
            }
            lock.wait();
          }
          other = aside.poll();
          next = newest;
          newest = null;
        }
        if (other != null) {
          listener.keptAside(store.keepAside(other));
        }
        if (next != null) {
          write(next.getConfig().getVersion(), store.write(next));
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(long version, ConfigurationStore.Written written) {
    switch (written) {
      case ConfigurationStore.Written.Done _ -> {
        writtenVersion = version;
        listener.stored(version, Optional.empty());
      }
      case ConfigurationStore.Written.Failed(var reason) ->
          listener.stored(version, Optional.of(reason));
    }
  }

  /** Waits for what is under way, for a second at most. */
  @Override
  public void close() {
    synchronized (lock) {
      closing = true;
      lock.notifyAll();
    }
    try {
      thread.join(1000);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
