package dev.understudy.replication;

/**
 * Which image of the program this process runs.
 *
 * @param id its name, or {@code built-in}
 * @param failure why it isn't the one that was to run; empty: it is
 * @param attempt which attempt to run another one failed
 */
public record BootedImage(String id, String failure, String attempt) {
  public static final BootedImage BUILT_IN = new BootedImage("built-in", "", "");
}
