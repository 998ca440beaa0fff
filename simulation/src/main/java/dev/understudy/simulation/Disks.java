package dev.understudy.simulation;

import dev.understudy.schema.Slot;
import dev.understudy.schema.StoredConfiguration;
import java.util.Optional;
import java.util.TreeMap;

/** The modules' disks: what is stored there, and whether they take anything. */
final class Disks {
  private final Scheduler scheduler;
  private final TreeMap<Slot, StoredConfiguration> stored = new TreeMap<>();
  private final TreeMap<Slot, Long> fullUntil = new TreeMap<>();

  Disks(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  Optional<StoredConfiguration> of(Slot slot) {
    return Optional.ofNullable(stored.get(slot));
  }

  /** Stores, and tells the supervisor what came of it when it is at work the next time. */
  void store(SimulatedSupervisor supervisor, StoredConfiguration configuration) {
    Slot slot = supervisor.settings().slot();
    boolean full = scheduler.nanos() < fullUntil.getOrDefault(slot, 0L);
    if (!full) {
      stored.put(slot, configuration);
    }
    scheduler.after(
        0,
        () ->
            supervisor.stored(
                configuration.getConfig().getVersion(),
                full ? Optional.of("no space left on the disk") : Optional.empty()));
  }

  void fill(Slot slot, long untilNanos) {
    fullUntil.put(slot, untilNanos);
  }

  void lose(Slot slot) {
    stored.remove(slot);
  }
}
