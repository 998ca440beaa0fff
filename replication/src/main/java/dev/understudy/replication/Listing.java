package dev.understudy.replication;

import dev.understudy.schema.Slot;
import dev.understudy.schema.StandbyListed;
import java.util.List;

/** Whether the forwarder lists a standby as in sync, this one or the other; and if not, why not. */
final class Listing {
  private final SupervisorCore core;
  private final Environment environment;
  private boolean listed;
  private long sinceWallMillis;
  private String notReadyReason = "starting";

  Listing(SupervisorCore core, Environment environment) {
    this.core = core;
    this.environment = environment;
  }

  boolean isListed() {
    return listed;
  }

  /** Since when, 0 when none is listed. */
  long sinceWallMillis() {
    return listed ? sinceWallMillis : 0;
  }

  /** Why none is; empty when one is. */
  List<String> notReadyReasons() {
    if (listed) {
      return List.of();
    }
    if (core.role() == Role.ACTIVE && !core.peer().isUp()) {
      return List.of("no connection between the modules");
    }
    return List.of(
        notReadyReason.isEmpty() ? "not listed in sync by the forwarder" : notReadyReason);
  }

  String notReadyReason() {
    return notReadyReason;
  }

  void notReadyBecause(String reason) {
    notReadyReason = reason;
  }

  /** The forwarder lists one. */
  void listed(StandbyListed message) {
    Slot slot = message.getSlot();
    listed = true;
    notReadyReason = "";
    sinceWallMillis = message.getWallMillis();
    if (slot == core.slot() && core.role() == Role.STANDBY_SYNCING) {
      core.enter(Role.STANDBY_HOT, "listed in sync by the forwarder");
    }
    environment.event(
        Severity.INFO, "STANDBY_LISTED", "slot " + Settings.letter(slot) + " is in sync");
  }

  /** The forwarder lists this one no more. */
  void struck(Slot slot, String reason) {
    unlist(reason);
    if (slot == core.slot() && core.role() == Role.STANDBY_HOT) {
      core.enter(Role.STANDBY_SYNCING, "struck from the list by the forwarder: " + reason);
    }
    environment.event(
        Severity.WARNING,
        "STANDBY_STRUCK",
        "slot " + Settings.letter(slot) + " is not in sync any more: " + reason);
  }

  /** The standby that this is can't take over now. */
  void notHot(String reason) {
    if (core.role() == Role.STANDBY_HOT) {
      core.enter(Role.STANDBY_SYNCING, reason);
    }
    unlist(reason);
  }

  /** What was listed is so no more, or isn't known any more to be. */
  void unlist(String reason) {
    listed = false;
    notReadyReason = reason;
  }
}
