package dev.understudy.core;

/**
 * Assertions that are always on. A broken one is a bug, and fails the supervisor so that the other
 * one takes over.
 */
public final class Check {
  private Check() {}

  /**
   * Throws when {@code condition} is false.
   *
   * @param what the invariant as a statement, for example "brackets are consecutive"
   * @param numbers the values that show what happened
   */
  public static void that(boolean condition, String what, Object... numbers) {
    if (!condition) {
      throw new BrokenInvariant(
          what + (numbers.length == 0 ? "" : " " + java.util.Arrays.toString(numbers)));
    }
  }

  /** An invariant of this program doesn't hold. */
  public static final class BrokenInvariant extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokenInvariant(String message) {
      super(message);
    }
  }
}
