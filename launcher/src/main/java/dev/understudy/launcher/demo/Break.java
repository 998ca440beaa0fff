package dev.understudy.launcher.demo;

import dev.understudy.launcher.demo.Verdict.Event;
import dev.understudy.launcher.process.Part;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Rules that can be switched off for a demonstration, each with the blow that shows it. */
public enum Break {
  RELEASE_BEFORE_HELD(
      "the forwarder carries brackets out before the standby has them", false, Event.KILL_NOT_HELD),
  SKIP_RESEND(
      "a new active doesn't send again what the standby held and the forwarder lacks",
      true,
      Event.KILL_ONLY_HELD),
  FORGET_TIMER("a new active forgets its timers", true, Event.KILL);

  private final String what;
  private final boolean ofSupervisors;
  private final Event shownBy;

  Break(String what, boolean ofSupervisors, Event shownBy) {
    this.what = what;
    this.ofSupervisors = ofSupervisors;
    this.shownBy = shownBy;
  }

  /** As the command line has it. */
  public String argument() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Which processes get the argument. */
  public boolean concerns(Part part) {
    return part.isSupervisor() == ofSupervisors;
  }

  Event shownBy() {
    return shownBy;
  }

  public static Optional<Break> of(String argument) {
    return Arrays.stream(values()).filter(each -> each.argument().equals(argument)).findFirst();
  }

  /** All of them, for people. */
  public static String list() {
    return Arrays.stream(values())
        .map(each -> each.argument() + " (" + each.what + ")")
        .collect(Collectors.joining(", "));
  }
}
