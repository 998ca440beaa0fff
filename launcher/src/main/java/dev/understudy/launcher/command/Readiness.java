package dev.understudy.launcher.command;

import dev.understudy.launcher.process.Part;
import dev.understudy.launcher.render.Json;
import dev.understudy.schema.ManagementReply;
import dev.understudy.schema.ManagementRequest;
import dev.understudy.schema.ShowRequest;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** Is there an active supervisor and a standby that could take over? */
public final class Readiness {
  private static final long LOOK_MILLIS = 100;
  private static final long ANSWER_MILLIS = 2_500;

  private final Asking asking;

  public Readiness(Asking asking) {
    this.asking = asking;
  }

  /**
   * How waiting ended.
   *
   * @param missing what is missing, as half a sentence; empty when ready
   */
  public record Outcome(boolean ready, String missing) {}

  /** What {@code show redundancy} says; an empty document while nobody answers. */
  public JsonNode look() throws InterruptedException {
    try {
      ManagementReply reply =
          asking.ask(
              ManagementRequest.newBuilder()
                  .setShow(ShowRequest.newBuilder().setWhat("redundancy")),
              ANSWER_MILLIS);
      return reply.getOk() ? Json.parse(reply.getJson()) : Json.object();
    } catch (Supervisors.Nobody | IllegalArgumentException e) {
      return Json.object();
    }
  }

  /** The role of a supervisor, a dash if nobody says. */
  public String role(Part supervisor) {
    try {
      return role(look(), supervisor.fileName());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "-";
    }
  }

  static String role(JsonNode redundancy, String slot) {
    return Json.text(redundancy.path("supervisors").path(slot), "role");
  }

  /** One is active and the other one could take over. */
  public static boolean isReady(JsonNode redundancy) {
    String a = role(redundancy, "A");
    String b = role(redundancy, "B");
    return (a.equals("ACTIVE") && b.equals("STANDBY_HOT"))
        || (b.equals("ACTIVE") && a.equals("STANDBY_HOT"));
  }

  public Outcome await(long millisMax, Consumer<String> progress) throws InterruptedException {
    return await(millisMax, () -> true, progress);
  }

  /**
   * Waits until both are ready, and says when a role changes.
   *
   * @param goOn false ends the waiting
   */
  public Outcome await(long millisMax, BooleanSupplier goOn, Consumer<String> progress)
      throws InterruptedException {
    long deadline = System.nanoTime() + millisMax * 1_000_000;
    Map<String, String> told = new TreeMap<>();
    JsonNode redundancy = Json.object();
    while (goOn.getAsBoolean() && System.nanoTime() < deadline) {
      redundancy = look();
      for (String slot : java.util.List.of("A", "B")) {
        String role = role(redundancy, slot);
        if (!role.equals(told.put(slot, role)) && !role.equals("-")) {
          progress.accept("supervisor " + slot + " is " + role);
        }
      }
      if (isReady(redundancy)) {
        return new Outcome(true, "");
      }
      Thread.sleep(LOOK_MILLIS);
    }
    return new Outcome(false, missing(redundancy));
  }

  private static String missing(JsonNode redundancy) {
    if (redundancy.isEmpty()) {
      return "no supervisor answers";
    }
    if (Json.text(redundancy, "active").equals("-")) {
      return "no supervisor is active";
    }
    StringBuilder missing = new StringBuilder();
    for (String slot : java.util.List.of("A", "B")) {
      String role = role(redundancy, slot);
      if (!role.equals("ACTIVE") && !role.equals("STANDBY_HOT")) {
        String reasons =
            Json.text(redundancy.path("supervisors").path(slot).path("notReadyReasons"));
        missing.append("supervisor ").append(slot);
        missing.append(role.equals("-") ? " is not there" : " is " + role);
        missing.append(reasons.equals("-") ? "" : " (" + reasons + ")");
      }
    }
    return missing.toString();
  }
}
