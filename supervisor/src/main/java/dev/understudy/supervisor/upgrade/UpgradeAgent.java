package dev.understudy.supervisor.upgrade;

import dev.understudy.edge.image.ImageException;
import dev.understudy.edge.image.ImageStore;
import dev.understudy.replication.Role;
import dev.understudy.replication.Status;
import dev.understudy.supervisor.Supervisor;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks again and again at what is to be done here for an upgrade, and does it. */
public final class UpgradeAgent implements AutoCloseable {
  private static final long LOOK_MILLIS = 200;
  private static final long LOOK_MILLIS_MAX = 5_000;
  private static final Logger LOG = LoggerFactory.getLogger(UpgradeAgent.class);

  private final Supervisor supervisor;
  private final ImageStore store;
  private final Thread thread;
  private volatile boolean closing;
  private boolean proven;

  public UpgradeAgent(Supervisor supervisor, ImageStore store) {
    this.supervisor = supervisor;
    this.store = store;
    this.thread = Thread.ofPlatform().name("upgrade").daemon().unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!closing) {
        try {
          look();
        } catch (ImageException | CompletionException e) {
          LOG.warn("an upgrade can't go on for now: {}", e.getMessage());
        }
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    Status status = supervisor.status().orTimeout(LOOK_MILLIS_MAX, TimeUnit.MILLISECONDS).join();
    if (!proven && (status.role() == Role.STANDBY_HOT || status.role() == Role.ACTIVE)) {
      store.proven();
      proven = true;
    }
  }

  @Override
  public void close() {
    closing = true;
    thread.interrupt();
  }
}
