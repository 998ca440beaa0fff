package dev.understudy.simulation;

import dev.understudy.core.Check;
import dev.understudy.core.Input;
import dev.understudy.replication.Role;
import dev.understudy.schema.RequestRow;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * People's requests, each asked of the active one until it is answered, always with the same id.
 */
final class Requests {
  private static final Pattern VERSION = Pattern.compile("configuration version (\\d+) is in");

  private record Asked(
      Input.@Nullable Request request, String id, boolean switchover, boolean force) {}

  private final SimulatedSwitch owner;
  private final LinkedHashMap<String, Asked> asked = new LinkedHashMap<>();
  private final TreeMap<String, SimulatedSupervisor> askedOf = new TreeMap<>();

  /** By supervisor and request, the first bracket that it sent when the request had a result. */
  private final IdentityHashMap<SimulatedSupervisor, TreeMap<String, Long>> madeIn =
      new IdentityHashMap<>();

  private final TreeMap<String, String> answers = new TreeMap<>();

  Requests(SimulatedSwitch owner) {
    this.owner = owner;
  }

  void ask(Input.Request request) {
    asked.put(request.requestId(), new Asked(request, request.requestId(), false, false));
    askAgain();
  }

  void askSwitchover(String id, boolean force) {
    asked.put(id, new Asked(null, id, true, force));
    askAgain();
  }

  boolean waiting() {
    return !asked.isEmpty();
  }

  Map<String, String> answers() {
    return answers;
  }

  /** Asks the active one, once each process: a retry is for when that one has gone. */
  void askAgain() {
    for (Asked one : List.copyOf(asked.values())) {
      SimulatedSupervisor active = owner.supervisors().get(owner.border().holder());
      if (active != null
          && active.life() == SimulatedSupervisor.Life.RUNNING
          && active.core().role() == Role.ACTIVE
          && askedOf.put(one.id, active) != active) {
        if (one.switchover) {
          active.event(() -> active.core().switchover(one.id, one.force));
        } else if (one.request != null) {
          Input.Request request = one.request;
          active.event(() -> active.core().request(request));
        }
      }
    }
  }

  /**
   * A bracket goes to the forwarder: which requests have a result by then? A switchover is done
   * with the grant.
   */
  void made(SimulatedSupervisor by, long number) {
    for (Asked one : asked.values()) {
      if (!one.switchover
          && by.core()
              .image()
              .row(
                  RequestRow.newBuilder()
                      .setKey(RequestRow.Key.newBuilder().setRequestId(one.id))
                      .build())
              .isPresent()) {
        madeIn.computeIfAbsent(by, s -> new TreeMap<>()).putIfAbsent(one.id, number);
      }
    }
  }

  void answered(SimulatedSupervisor by, String id, boolean ok, String text) {
    if (text.contains("is not active")
        || text.contains("is under way")
        || text.contains("failed at this request")) {
      askedOf.remove(id);
      return;
    }
    if (ok && owner.forwarderAlive() && by.forwarderConnection() != null) {
      long made = madeIn.getOrDefault(by, new TreeMap<>()).getOrDefault(id, 0L);
      Check.that(
          owner.border().applied() >= made,
          "6: nobody is told yes before the bracket is carried out",
          id,
          owner.border().applied(),
          made);
    }
    Matcher version = VERSION.matcher(text);
    if (ok && owner.forwarderAlive() && version.find()) {
      Check.that(
          owner.border().configurationVersion() >= Long.parseLong(version.group(1)),
          "6: an acknowledged configuration is in the forwarder's cell",
          text,
          owner.border().configurationVersion());
    }
    asked.remove(id);
    askedOf.remove(id);
    answers.put(id, (ok ? "yes: " : "no: ") + text);
  }
}
