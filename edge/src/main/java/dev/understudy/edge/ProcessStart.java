package dev.understudy.edge;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;

/** How the processes begin and end that run a part of the switch. */
public final class ProcessStart {
  private ProcessStart() {}

  /**
   * Runs a part; returns when it has begun, and ends the process when it can't.
   *
   * @param name of the part, for what goes to standard error
   * @param parse throws {@link IllegalArgumentException} for arguments that it doesn't take
   * @param title of the part with these arguments
   */
  public static <A> void main(
      String name,
      String usage,
      String[] arguments,
      Function<String[], A> parse,
      Function<A, String> title,
      Consumer<A> run) {
    PrintStream errors = System.err;
    A parsed;
    try {
      parsed = parse.apply(arguments);
    } catch (IllegalArgumentException e) {
      errors.println(name + ": " + e.getMessage());
      errors.println("usage: " + usage);
      System.exit(ExitCode.USAGE);
      return;
    }
    try {
      run.accept(parsed);
    } catch (CannotStart e) {
      errors.println(title.apply(parsed) + ": " + e.getMessage());
      halt(ExitCode.CANNOT_START);
    } catch (RuntimeException | Error e) {
      broken(e);
    }
  }

  /** The value that follows an argument. */
  public static String value(String name, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new IllegalArgumentException(name + " needs a value");
    }
    return rest.next();
  }

  /** The member of an enum that an argument names, in lower case with hyphens. */
  public static <E extends Enum<E>> E member(Class<E> type, String name, String value) {
    List<String> all = new ArrayList<>();
    for (E each : type.getEnumConstants()) {
      String text = each.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (text.equals(value)) {
        return each;
      }
      all.add(text);
    }
    throw new IllegalArgumentException(
        name + " takes one of " + String.join(", ", all) + ", not \"" + value + "\"");
  }

  /** Has the part end in order when the process is asked to end. */
  public static void endInOrder(AutoCloseable part) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    part.close();
                  } catch (Exception e) {
                    e.printStackTrace(System.err);
                  }
                  halt(ExitCode.STOPPED);
                },
                "end"));
  }

  /** Ends the process for an error that nobody expected. */
  public static void broken(Throwable e) {
    e.printStackTrace(System.err);
    halt(ExitCode.BROKEN);
  }

  /** Ends the process at once: what is to be tidied up was, and nobody may have to wait. */
  public static void halt(int exitCode) {
    ProcessLog.stop();
    Runtime.getRuntime().halt(exitCode);
  }
}
