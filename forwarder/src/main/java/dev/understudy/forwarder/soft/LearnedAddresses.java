package dev.understudy.forwarder.soft;

import dev.understudy.schema.LearnedChange;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A copy of the learned addresses as plain numbers: made by the thread that forwards, made into
 * messages by the one that asked.
 */
public final class LearnedAddresses {
  private final long[] entries;
  private final short[] bridgePorts;
  private final int count;

  LearnedAddresses(long[] entries, short[] bridgePorts, int count) {
    this.entries = entries;
    this.bridgePorts = bridgePorts;
    this.count = count;
  }

  /** In order of FID and address, so many at most. */
  public List<LearnedChange> first(int most) {
    return IntStream.range(0, count)
        .boxed()
        .sorted((one, other) -> Long.compare(entries[one], entries[other]))
        .limit(most)
        .map(i ->
            LearnedChange.newBuilder()
                .setFid(LearnedChanges.fid(entries[i]))
                .setMac(Macs.octets(LearnedChanges.mac(entries[i])))
                .setBridgePort(bridgePorts[i])
                .build())
        .toList();
  }
}
