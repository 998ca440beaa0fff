package dev.understudy.launcher.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an event left in the captures, so that somebody else's program can count it again.
 *
 * @param fromUnixNanos packets after this, by the captures' clock, belong to the event
 * @param untilUnixNanos and those up to this
 * @param bpdus by link, both directions
 */
record Traces(
    long fromUnixNanos, long untilUnixNanos, List<Ring.FlowSeen> flows, List<Bpdus> bpdus) {
  Traces {
    flows = List.copyOf(flows);
    bpdus = List.copyOf(bpdus);
  }

  /**
   * BPDUs on one link.
   *
   * @param capture name of the link's capture
   */
  record Bpdus(String capture, long count, long topologyChanges) {}

  static Traces between(Ring.Seen begin, Ring.Seen end) {
    List<Bpdus> bpdus = new ArrayList<>();
    for (BpduWatch.Seen sent : end.fromSwitch()) {
      for (BpduWatch.Seen got : end.toSwitch()) {
        if (sent.name().equals(got.name())) {
          bpdus.add(
              new Bpdus(
                  sent.name(),
                  sent.bpdus() + got.bpdus(),
                  sent.topologyChanges() + got.topologyChanges()));
        }
      }
    }
    return new Traces(begin.unixNanos(), end.unixNanos(), end.flows(), bpdus);
  }

  void addTo(ObjectNode json) {
    json.put("from", seconds(fromUnixNanos)).put("until", seconds(untilUnixNanos));
    ArrayNode all = json.putArray("flows");
    for (Ring.FlowSeen flow : flows) {
      all.addObject()
          .put("flow", flow.name())
          .put("first", flow.first())
          .put("end", flow.end())
          .put("lost", flow.count().lost())
          .put("duplicated", flow.count().duplicated())
          .put("reordered", flow.count().reordered());
    }
    ArrayNode links = json.putArray("bpdus");
    for (Bpdus link : bpdus) {
      links
          .addObject()
          .put("capture", link.capture)
          .put("count", link.count)
          .put("topologyChanges", link.topologyChanges);
    }
  }

  /** As text, because a double has no nanoseconds. */
  private static String seconds(long unixNanos) {
    return String.format(
        Locale.ROOT, "%d.%09d", unixNanos / 1_000_000_000L, unixNanos % 1_000_000_000L);
  }
}
