package dev.understudy.launcher.demo;

import dev.understudy.wire.Decoded;
import dev.understudy.wire.MacAddress;
import dev.understudy.wire.bpdu.Bpdu;
import dev.understudy.wire.bpdu.BpduCodec;
import java.util.Optional;

/** What is seen of BPDUs on one link in one direction. */
final class BpduWatch {
  private final String name;
  private long count;
  private long topologyChanges;
  private long bad;
  private long lastNanos;
  private long longestGapNanos;

  /**
   * A direction of a link.
   *
   * @param name for people, for example {@code sw1:p1 > n1}
   */
  BpduWatch(String name) {
    this.name = name;
  }

  /**
   * What was seen since the last look.
   *
   * @param topologyChanges BPDUs with the topology change flag, and notifications
   * @param bad frames to the spanning-tree address that mean nothing
   */
  record Seen(String name, long bpdus, long topologyChanges, long bad, long longestGapNanos) {}

  String name() {
    return name;
  }

  void frame(byte[] octets, long nowNanos) {
    if (octets.length < 2 * MacAddress.LENGTH
        || !MacAddress.read(octets, 0).equals(MacAddress.BRIDGE_GROUP_ADDRESS)) {
      return;
    }
    switch (BpduCodec.decodeFrame(octets, 0, octets.length)) {
      case Decoded.Ok<Bpdu>(Bpdu bpdu) -> {
        count++;
        if (changes(bpdu)) {
          topologyChanges++;
        }
        if (lastNanos != 0) {
          longestGapNanos = Math.max(longestGapNanos, nowNanos - lastNanos);
        }
        lastNanos = nowNanos;
      }
      case Decoded.Bad<Bpdu> _ -> bad++;
    }
  }

  private static boolean changes(Bpdu bpdu) {
    return switch (bpdu) {
      case Bpdu.Config config -> config.flags().topologyChange();
      case Bpdu.Rst rst -> rst.flags().topologyChange();
      case Bpdu.Tcn _ -> true;
      case Bpdu.Unknown _ -> false;
    };
  }

  /** When the last one came, if one did. */
  Optional<Long> lastNanos() {
    return lastNanos == 0 ? Optional.empty() : Optional.of(lastNanos);
  }

  /**
   * What was seen since this was called last; a gap that is still open counts as far as it went.
   */
  Seen take(long nowNanos) {
    long gap = lastNanos == 0 ? longestGapNanos : Math.max(longestGapNanos, nowNanos - lastNanos);
    Seen seen = new Seen(name, count, topologyChanges, bad, gap);
    count = 0;
    topologyChanges = 0;
    bad = 0;
    longestGapNanos = 0;
    return seen;
  }
}
