package dev.understudy.launcher.command;

import dev.understudy.launcher.render.Paint;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Where a command speaks.
 *
 * @param terminal is standard output a terminal, so that colours and moving lines make sense?
 */
public record Console(
    PrintStream out, PrintStream err, boolean terminal, Map<String, String> environment) {

  public static Console ofProcess() {
    return new Console(
        new PrintStream(System.out, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8),
        outputIsTerminal(),
        System.getenv());
  }

  /**
   * {@link java.io.Console#isTerminal} needs input and output; a pipe behind us must stay plain.
   */
  private static boolean outputIsTerminal() {
    try {
      String target = java.nio.file.Path.of("/proc/self/fd/1").toRealPath().toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (java.io.IOException e) {
      return false;
    }
  }

  public boolean coloured() {
    return Paint.wanted(environment, terminal);
  }
}
