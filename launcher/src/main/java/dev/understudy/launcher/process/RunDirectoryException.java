package dev.understudy.launcher.process;

/** The state directory can't be used; the message is for people and says what to do. */
public final class RunDirectoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RunDirectoryException(String message) {
    super(message);
  }
}
