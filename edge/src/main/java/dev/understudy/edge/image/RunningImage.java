package dev.understudy.edge.image;

/** Which image this process runs, as whoever started it says. */
public final class RunningImage {
  /** The system property that says so. */
  public static final String PROPERTY = "understudy.image";

  /** The system property with the launcher's release. */
  public static final String LAUNCHER_PROPERTY = "understudy.launcher";

  private RunningImage() {}

  /** The release of the launcher that started this process; empty when another one did. */
  public static String launcher() {
    return System.getProperty(LAUNCHER_PROPERTY, "");
  }

  /** Its name in the store, or {@link BootPointer#BUILT_IN}. */
  public static String id() {
    return System.getProperty(PROPERTY, BootPointer.BUILT_IN);
  }
}
