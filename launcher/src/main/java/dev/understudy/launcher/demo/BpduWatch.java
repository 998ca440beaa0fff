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
  private long lastNanos; // when the last one had come at the latest
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
   * @param longestGapNanos as far as it can be sworn to: from the moment at which one had come to
   *     the moment at which the next one had not come yet. A pause of this process accuses nobody.
   */
  record Seen(String name, long bpdus, long topologyChanges, long bad, long longestGapNanos) {}

  String name() {
    return name;
  }

  /**
   * A frame was seen.
   *
   * @param notYetNanos it had not come by then
   * @param nowNanos it has come now
   */
  void frame(byte[] octets, long notYetNanos, long nowNanos) {
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
          longestGapNanos = Math.max(longestGapNanos, notYetNanos - lastNanos);
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
   *
   * @param notYetNanos what had come by then has been seen
   */
  Seen take(long notYetNanos) {
    long gap =
        lastNanos == 0 ? longestGapNanos : Math.max(longestGapNanos, notYetNanos - lastNanos);
    Seen seen = new Seen(name, count, topologyChanges, bad, gap);
    count = 0;
    topologyChanges = 0;
    bad = 0;
    longestGapNanos = 0;
    return seen;
  }
}
