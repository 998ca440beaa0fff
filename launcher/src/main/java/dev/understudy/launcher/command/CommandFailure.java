package dev.understudy.launcher.command;

/** A command can't do what was asked; the message says what, where and what to do. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitStatus;

  public CommandFailure(String message) {
    this(ExitStatus.FAILED, message);
  }

  public CommandFailure(int exitStatus, String message) {
    super(message);
    this.exitStatus = exitStatus;
  }

  public int exitStatus() {
    return exitStatus;
  }
}
