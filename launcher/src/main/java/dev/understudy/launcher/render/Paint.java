package dev.understudy.launcher.render;

import java.util.Map;

/** Colours, when there is a terminal that wants them. */
public enum Paint {
  PLAIN(""),
  BOLD("1"),
  DIM("2"),
  GOOD("32"),
  WARNING("33"),
  BAD("31"),
  ACCENT("36");

  private static final String ESCAPE = "\u001b[";

  private final String code;

  Paint(String code) {
    this.code = code;
  }

  /** The text in this colour. */
  public String on(String text) {
    return code.isEmpty() || text.isEmpty() ? text : ESCAPE + code + "m" + text + ESCAPE + "0m";
  }

  /**
   * Does the output want colours? See no-color.org: NO_COLOR, if not empty, switches them off.
   *
   * @param terminal is standard output a terminal?
   */
  public static boolean wanted(Map<String, String> environment, boolean terminal) {
    return terminal
        && environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !environment.getOrDefault("TERM", "").equals("dumb");
  }
}
