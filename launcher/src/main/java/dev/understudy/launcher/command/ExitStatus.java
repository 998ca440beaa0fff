package dev.understudy.launcher.command;

import java.util.LinkedHashMap;
import java.util.Map;

/** How a command ends. */
public final class ExitStatus {
  public static final int DONE = 0;

  /** Refused, or tried and not managed; the sentence on standard error says why. */
  public static final int FAILED = 1;

  /** Wrong use of the command. */
  public static final int USAGE = 2;

  /** No supervisor answered. */
  public static final int NOBODY = 3;

  /** For the help texts. */
  static Map<String, String> map() {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("0", "Done.");
    texts.put("1", "Refused, or not managed; standard error says why.");
    texts.put("2", "Wrong use of the command.");
    texts.put("3", "No supervisor answered.");
    return texts;
  }

  private ExitStatus() {}
}
