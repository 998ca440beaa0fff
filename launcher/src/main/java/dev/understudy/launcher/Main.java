package dev.understudy.launcher;

import dev.understudy.launcher.command.Console;
import dev.understudy.launcher.command.UnderstudyCommand;
import dev.understudy.launcher.process.Training;
import java.util.Arrays;

/** Where {@code ./understudy} begins. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws Exception {
    String first = arguments.length == 0 ? "" : arguments[0];
    boolean help = Arrays.asList(arguments).contains("--help");
    String[] rest = Arrays.copyOfRange(arguments, Math.min(1, arguments.length), arguments.length);
    if (!help && first.equals("forwarder")) {
      dev.understudy.forwarder.ForwarderMain.main(rest);
    } else if (!help && first.equals("supervisor") && rest.length > 0 && rest[0].startsWith("--")) {
      dev.understudy.supervisor.SupervisorMain.main(rest);
    } else if (first.equals("--training")) { // the build's
      Training.run();
    } else {
      System.exit(UnderstudyCommand.commandLine(Console.ofProcess()).execute(arguments));
    }
  }
}
