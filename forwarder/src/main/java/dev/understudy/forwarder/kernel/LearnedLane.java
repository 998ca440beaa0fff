package dev.understudy.forwarder.kernel;

import com.google.protobuf.ByteString;
import dev.understudy.linux.MacAddress;
import dev.understudy.schema.LearnedChange;
import dev.understudy.schema.LearnedInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the bridge has learned, and the sequence of changes to it. Who asks for changes that are no
 * longer kept gets a dump; its batches take numbers of the same sequence.
 */
final class LearnedLane {
  /** Changes of one batch. */
  static final int BATCH_MAX = 512;

  /** Changes that are kept. */
  static final int KEPT_MAX = 16_384;

  /** The kernel's bridge has one FID without VLANs. */
  private static final int FID = 1;

  private final long incarnation;
  private final TreeMap<MacAddress, Integer> present = new TreeMap<>();
  private final @Nullable LearnedChange[] kept = new LearnedChange[KEPT_MAX];
  private long latest;
  private long dumpStart;
  private List<LearnedChange> dump = List.of();
  private int dumpBatches;

  LearnedLane(long incarnation) {
    this.incarnation = incarnation;
  }

  /** An address is at a bridge port now; 0: nowhere. */
  void put(MacAddress address, int bridgePort) {
    Integer before = bridgePort == 0 ? present.remove(address) : present.put(address, bridgePort);
    if (before == null ? bridgePort != 0 : before != bridgePort) {
      append(change(address, bridgePort));
    }
  }

  /** An address is no longer at a bridge port, if that is where it was. */
  void remove(MacAddress address, int bridgePort) {
    if (at(address).equals(Optional.of(bridgePort))) {
      put(address, 0);
    }
  }

  /** All that is there now. */
  void replace(Map<MacAddress, Integer> now) {
    List.copyOf(present.keySet()).stream()
        .filter(address -> !now.containsKey(address))
        .forEach(address -> put(address, 0));
    now.forEach(this::put);
  }

  private Optional<Integer> at(MacAddress address) {
    return Optional.ofNullable(present.get(address));
  }

  private void append(@Nullable LearnedChange change) {
    kept[(int) (++latest % KEPT_MAX)] = change;
  }

  long latest() {
    return latest;
  }

  long count() {
    return present.size();
  }

  List<LearnedChange> first(int most) {
    return present.entrySet().stream()
        .limit(most)
        .map(entry -> change(entry.getKey(), entry.getValue()))
        .toList();
  }

  LearnedInput after(long ofIncarnation, long sequence) {
    if (ofIncarnation != incarnation || sequence < 0 || sequence > latest) {
      return beginDump();
    }
    if (sequence > dumpStart && sequence < dumpStart + dumpBatches) {
      return dumpBatch((int) (sequence - dumpStart));
    }
    return latest - sequence > KEPT_MAX ? beginDump() : changes(sequence);
  }

  private LearnedInput changes(long sequence) {
    LearnedInput.Builder batch = LearnedInput.newBuilder().setIncarnation(incarnation);
    long last = sequence;
    while (last < latest && batch.getChangesCount() < BATCH_MAX) {
      LearnedChange change = kept[(int) (++last % KEPT_MAX)];
      if (change != null) {
        batch.addChanges(change);
      }
    }
    return batch.setSequence(last).build();
  }

  private LearnedInput beginDump() {
    dump = first(Integer.MAX_VALUE);
    dumpBatches = Math.max(1, Math.ceilDiv(dump.size(), BATCH_MAX));
    dumpStart = latest;
    for (int i = 0; i < dumpBatches; i++) {
      append(null);
    }
    return dumpBatch(0);
  }

  private LearnedInput dumpBatch(int index) {
    int begin = index * BATCH_MAX;
    List<LearnedChange> part =
        new ArrayList<>(dump.subList(begin, Math.min(dump.size(), begin + BATCH_MAX)));
    return LearnedInput.newBuilder()
        .setIncarnation(incarnation)
        .setSequence(dumpStart + index + 1)
        .setDumpBegin(index == 0)
        .setDumpEnd(index == dumpBatches - 1)
        .addAllChanges(part)
        .build();
  }

  private static LearnedChange change(MacAddress address, int bridgePort) {
    return LearnedChange.newBuilder()
        .setFid(FID)
        .setMac(octets(address))
        .setBridgePort(bridgePort)
        .build();
  }

  private static ByteString octets(MacAddress address) {
    byte[] octets = new byte[6];
    for (int i = 0; i < octets.length; i++) {
      octets[i] = (byte) (address.bits() >>> (40 - 8 * i));
    }
    return ByteString.copyFrom(octets);
  }
}
