package dev.understudy.edge.image;

/** Which image this process runs, as whoever started it says. */
public final class RunningImage {
  /** The system property that says so. */
  public static final String PROPERTY = "understudy.image";

  private RunningImage() {}

  /** Its name in the store, or {@link BootPointer#BUILT_IN}. */
  public static String id() {
    return System.getProperty(PROPERTY, BootPointer.BUILT_IN);
  }
}
