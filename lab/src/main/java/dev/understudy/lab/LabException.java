package dev.understudy.lab;

/**
 * A part of the lab did not do what it was asked; says which command, its status and what it wrote.
 */
public final class LabException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public LabException(String message) {
    super(message);
  }

  public LabException(String message, Throwable cause) {
    super(message, cause);
  }
}
