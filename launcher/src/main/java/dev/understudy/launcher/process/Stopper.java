package dev.understudy.launcher.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Stops a switch in order: the launcher, so that nothing is started again; the standby, so that
 * nobody takes over; the active; the forwarder.
 */
public final class Stopper {
  /** How long a process may take to end by itself. */
  static final long PATIENCE_MILLIS = 5_000;

  private final RunDirectory directory;
  private final Consumer<String> progress;
  private int stopped;

  public Stopper(RunDirectory directory, Consumer<String> progress) {
    this.directory = directory;
    this.progress = progress;
  }

  /**
   * Stops everything.
   *
   * @param active asked after the launcher has ended; empty if unknown
   * @return how many processes were stopped
   */
  public int stop(Supplier<Optional<Part>> active) throws InterruptedException {
    stop("launcher", directory.launcherFile());
    Part last =
        directory.living().isEmpty() ? Part.SUPERVISOR_A : active.get().orElse(Part.SUPERVISOR_A);
    List<Part> order = new ArrayList<>();
    order.add(last == Part.SUPERVISOR_A ? Part.SUPERVISOR_B : Part.SUPERVISOR_A);
    order.add(last);
    order.add(Part.FORWARDER);
    for (Part part : order) {
      stop(part.title(), directory.processFile(part));
    }
    return stopped;
  }

  private void stop(String title, ProcessFile file) throws InterruptedException {
    Optional<ProcessId> living = file.living();
    if (living.isPresent()) {
      ProcessId process = living.get();
      boolean stoppedBefore = process.isStopped();
      process.end(stoppedBefore);
      if (process.awaitEnd(PATIENCE_MILLIS)) {
        progress.accept(title + " stopped" + (stoppedBefore ? " (it was suspended: killed)" : ""));
      } else {
        process.end(true);
        boolean gone = process.awaitEnd(PATIENCE_MILLIS);
        progress.accept(
            title
                + (gone ? " killed" : " can't be killed")
                + ": it had not ended after "
                + PATIENCE_MILLIS / 1000
                + " s");
      }
      stopped++;
    }
    file.delete();
  }
}
