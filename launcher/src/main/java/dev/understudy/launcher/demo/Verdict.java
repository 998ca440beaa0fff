package dev.understudy.launcher.demo;

import dev.understudy.launcher.render.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What was noticed of one event, from outside, and whether that is nothing.
 *
 * @param frames of all flows, sent from before the event until everything was quiet again
 * @param topologyChangesOnWire BPDUs with the topology change flag, both directions
 * @param neighbourTopologyChanges what the neighbours counted themselves
 * @param neighbourPortStateChanges ports of neighbours that changed state
 * @param longestBpduGapMillis longest time between two BPDUs of the switch on one link
 * @param longestSilenceMillis longest time without an arrival in one flow
 * @param takeovers what the switch wrote in its history meanwhile, oldest first; the first one is
 *     the event's, further ones have reasons of their own
 * @param refusedWrites writes of a fenced supervisor that the forwarder refused meanwhile
 */
record Verdict(
    Event event,
    FlowTally.Count frames,
    long topologyChangesOnWire,
    long neighbourTopologyChanges,
    long neighbourPortStateChanges,
    double longestBpduGapMillis,
    double longestSilenceMillis,
    List<Takeover> takeovers,
    long refusedWrites,
    String activeBefore,
    String activeAfter,
    long termBefore,
    long termAfter,
    long bracketAfter,
    Traces traces,
    List<String> troubles) {

  Verdict {
    takeovers = List.copyOf(takeovers);
    troubles = List.copyOf(troubles);
  }

  /** What is done to the switch. */
  enum Event {
    QUIET("nothing", false),
    SWITCHOVER("planned switchover", true),
    KILL("kill -9 of the active", true),
    KILL_NOT_HELD("kill -9, its last bracket not held yet", true),
    KILL_ONLY_HELD("kill -9, its last bracket only held", true),
    STOP("SIGSTOP of the active, SIGCONT later", true),
    CUT("cut between the modules", false);

    private final String title;
    private final boolean takeover;

    Event(String title, boolean takeover) {
      this.title = title;
      this.takeover = takeover;
    }

    String title() {
      return title;
    }

    String jsonName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Must the standby take over? Otherwise it must not. */
    boolean hasTakeover() {
      return takeover;
    }
  }

  /** An entry of the switch's own history. */
  record Takeover(
      String from,
      String to,
      String trigger,
      String reason,
      double gapMillis,
      String hitless,
      List<String> causes,
      long term,
      long startsAt) {}

  /** Everything that was not as it must be; empty when the event was hitless. */
  List<String> complaints() {
    List<String> complaints = new ArrayList<>(troubles);
    complain(complaints, frames.sent() == 0, "no frames were sent");
    complain(complaints, frames.lost() > 0, frames.lost() + " frames lost");
    complain(complaints, frames.duplicated() > 0, frames.duplicated() + " frames duplicated");
    complain(complaints, frames.reordered() > 0, frames.reordered() + " frames reordered");
    complain(
        complaints,
        topologyChangesOnWire > 0,
        topologyChangesOnWire + " BPDUs with a topology change");
    complain(
        complaints,
        neighbourTopologyChanges > 0,
        "neighbours counted " + neighbourTopologyChanges + " topology changes");
    complain(
        complaints,
        neighbourPortStateChanges > 0,
        "ports of neighbours changed state " + neighbourPortStateChanges + " times");
    complain(
        complaints,
        longestBpduGapMillis > Ring.BPDU_GAP_MILLIS_MAX,
        String.format(
            Locale.ROOT,
            "%.0f ms without a BPDU (bound %d)",
            longestBpduGapMillis,
            Ring.BPDU_GAP_MILLIS_MAX));
    takeoverComplaints(complaints);
    return complaints;
  }

  private void takeoverComplaints(List<String> complaints) {
    if (event.hasTakeover()) {
      complain(
          complaints,
          takeover().filter(entry -> entry.from().equals(activeBefore)).isEmpty(),
          "nobody took over from " + activeBefore);
    } else {
      complain(
          complaints,
          event == Event.CUT && (termAfter != termBefore || !activeAfter.equals(activeBefore)),
          "there was a takeover (" + activeBefore + " to " + activeAfter + ")");
    }
    for (Takeover entry : takeovers) {
      complain(
          complaints,
          !entry.hitless().equals("yes"),
          "the switch itself says hitless: "
              + entry.hitless()
              + " "
              + String.join(", ", entry.causes()));
    }
    complain(
        complaints,
        event == Event.STOP && refusedWrites == 0,
        "the old active was not fenced: the forwarder has refused no write");
  }

  /** The event's own. */
  Optional<Takeover> takeover() {
    return event.hasTakeover() ? takeovers.stream().findFirst() : Optional.empty();
  }

  /** What happened besides, and that nobody outside could tell either. */
  List<String> remarks() {
    return takeovers.stream()
        .skip(event.hasTakeover() ? 1 : 0)
        .map(entry ->
            "a takeover besides, " + entry.from() + " to " + entry.to() + ": " + entry.reason())
        .toList();
  }

  private static void complain(List<String> complaints, boolean condition, String text) {
    if (condition) {
      complaints.add(text);
    }
  }

  boolean isHitless() {
    return complaints().isEmpty();
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("event", event.jsonName()).put("title", event.title());
    json.put("hitless", isHitless());
    json.put("framesSent", frames.sent()).put("framesLost", frames.lost());
    json.put("framesDuplicated", frames.duplicated()).put("framesReordered", frames.reordered());
    json.put("topologyChangesOnWire", topologyChangesOnWire);
    json.put("neighbourTopologyChanges", neighbourTopologyChanges);
    json.put("neighbourPortStateChanges", neighbourPortStateChanges);
    json.put("longestBpduGapMillis", longestBpduGapMillis);
    json.put("longestSilenceMillis", longestSilenceMillis);
    json.put("refusedWrites", refusedWrites);
    json.put("activeBefore", activeBefore).put("activeAfter", activeAfter);
    json.put("termBefore", termBefore).put("termAfter", termAfter);
    json.put("bracketAfter", bracketAfter);
    ArrayNode all = json.putArray("takeovers");
    for (Takeover entry : takeovers) {
      ObjectNode node = all.addObject();
      node.put("from", entry.from()).put("to", entry.to()).put("trigger", entry.trigger());
      node.put("reason", entry.reason());
      node.put("gapMillis", entry.gapMillis()).put("hitless", entry.hitless());
      node.put("term", entry.term()).put("startsAt", entry.startsAt());
      ArrayNode causes = node.putArray("causes");
      entry.causes().forEach(causes::add);
    }
    traces.addTo(json);
    ArrayNode complaints = json.putArray("complaints");
    complaints().forEach(complaints::add);
    ArrayNode remarks = json.putArray("remarks");
    remarks().forEach(remarks::add);
    return json;
  }
}
