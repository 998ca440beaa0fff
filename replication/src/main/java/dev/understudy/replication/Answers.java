package dev.understudy.replication;

import dev.understudy.core.Step;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Answers to people that wait for the fence: each is released when the forwarder has carried out
 * its bracket. One about a configuration also waits for the two disks, but not longer than 2 s.
 */
final class Answers {
  /** Ticks of 20 ms that a disk is waited for. */
  static final int DISK_WAIT_TICKS = 100;

  private static final class Pending {
    final long bracket;
    final Step.Answer answer;
    final long version;
    long waitUntilTick;
    boolean applied;
    boolean ownDisk;
    boolean peerDisk;
    boolean ownDone;
    boolean peerDone;

    Pending(long bracket, Step.Answer answer, long version, long tick) {
      this.bracket = bracket;
      this.answer = answer;
      this.version = version;
      this.waitUntilTick = tick + DISK_WAIT_TICKS;
    }

    boolean complete(long tick) {
      return applied && (version == 0 || (ownDone && peerDone) || tick >= waitUntilTick);
    }

    int copies() {
      return version == 0 ? 0 : 1 + (ownDisk ? 1 : 0) + (peerDisk ? 1 : 0);
    }
  }

  private final Environment environment;
  private final LinkedHashMap<String, Pending> pending = new LinkedHashMap<>();
  private long tick;

  Answers(Environment environment) {
    this.environment = environment;
  }

  /**
   * @param version of the configuration that this request put in force, 0 if it has nothing to do
   *     with it
   * @param peerStores whether there is a standby whose disk counts
   */
  void add(String requestId, long bracket, Step.Answer answer, long version, boolean peerStores) {
    Pending entry = new Pending(bracket, answer, version, tick);
    entry.peerDone = !peerStores;
    pending.put(requestId, entry);
  }

  void applied(long bracket) {
    pending.values().forEach(entry -> entry.applied |= entry.bracket <= bracket);
    release();
  }

  /**
   * The term is over: what it had not carried out is the next one's to answer, for whoever asks
   * again.
   */
  void abandon(String text) {
    for (Iterator<Map.Entry<String, Pending>> it = pending.entrySet().iterator(); it.hasNext(); ) {
      Map.Entry<String, Pending> entry = it.next();
      if (!entry.getValue().applied) {
        it.remove();
        environment.answer(entry.getKey(), false, text, 0);
      }
    }
  }

  void ownDisk(long version, boolean ok) {
    for (Pending entry : pending.values()) {
      if (entry.version != 0 && entry.version <= version) {
        entry.ownDone = true;
        entry.ownDisk |= ok;
      }
    }
    release();
  }

  void peerDisk(long version, boolean ok) {
    for (Pending entry : pending.values()) {
      if (entry.version != 0 && entry.version <= version) {
        entry.peerDone = true;
        entry.peerDisk |= ok;
      }
    }
    release();
  }

  /** The peer is gone: its disk is not waited for. */
  void peerLost() {
    pending.values().forEach(entry -> entry.peerDone = true);
    release();
  }

  void tick() {
    tick++;
    release();
  }

  private void release() {
    for (Iterator<Map.Entry<String, Pending>> it = pending.entrySet().iterator(); it.hasNext(); ) {
      Map.Entry<String, Pending> entry = it.next();
      Pending value = entry.getValue();
      if (value.complete(tick)) {
        it.remove();
        environment.answer(entry.getKey(), value.answer.ok(), value.answer.text(), value.copies());
      }
    }
  }
}
