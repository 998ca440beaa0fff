package dev.understudy.launcher.process;

/** The processes of a switch. */
public enum Part {
  FORWARDER("forwarder"),
  SUPERVISOR_A("A"),
  SUPERVISOR_B("B");

  private final String fileName;

  Part(String fileName) {
    this.fileName = fileName;
  }

  /** The name of its files in the state directory. */
  public String fileName() {
    return fileName;
  }

  /** For people. */
  public String title() {
    return this == FORWARDER ? "forwarder" : "supervisor " + fileName;
  }

  public boolean isSupervisor() {
    return this != FORWARDER;
  }

  public static Part supervisor(String slot) {
    return switch (slot) {
      case "A" -> SUPERVISOR_A;
      case "B" -> SUPERVISOR_B;
      default -> throw new IllegalArgumentException("no such slot: " + slot);
    };
  }
}
