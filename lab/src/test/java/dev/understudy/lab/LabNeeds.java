package dev.understudy.lab;

import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Decides whether a lab test runs. {@code UNDERSTUDY_LAB=required}: a missing part fails the test.
 * {@code off}: it is skipped. Otherwise it runs where root and all parts are there, and is skipped
 * with one line that says what is missing.
 */
final class LabNeeds {
  /**
   * Rounds of each scenario: {@code UNDERSTUDY_LAB_ROUNDS}, else 3 where the lab is required, else
   * none, so that the tests of all modules stay quick.
   */
  static final int ROUNDS = rounds();

  private LabNeeds() {}

  static boolean required() {
    return "required".equals(System.getenv("UNDERSTUDY_LAB"));
  }

  private static int rounds() {
    String asked = System.getenv("UNDERSTUDY_LAB_ROUNDS");
    if (asked != null) {
      return Integer.parseInt(asked);
    }
    return required() ? 3 : 0;
  }

  /** As {@link #check}, for a test that takes minutes. */
  static void checkForLongTest() {
    check();
    if (!required()) {
      Assumptions.abort("takes minutes: runs with UNDERSTUDY_LAB=required");
    }
    checkRounds();
  }

  private static void checkRounds() {
    if (ROUNDS == 0) {
      Assumptions.abort("no rounds asked for (UNDERSTUDY_LAB_ROUNDS): lab/run plays them");
    }
  }

  /** As {@link #check}, for a test that runs the product. */
  static void checkWithProduct() {
    check();
    checkRounds();
    try {
      Class.forName("dev.understudy.launcher.Main", false, LabNeeds.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      skip("no product: dev.understudy.launcher.Main is not on the class path", e);
    }
  }

  private static void checkNotOff() {
    if ("off".equals(System.getenv("UNDERSTUDY_LAB"))) {
      Assumptions.abort("the lab is off (UNDERSTUDY_LAB=off)");
    }
  }

  private static void skip(String line, Throwable cause) {
    if (required()) {
      Assertions.fail(line, cause);
    }
    Assumptions.abort(line);
  }

  /** For a test that needs one program and nothing else of the lab: neither root nor namespaces. */
  static void checkProgram(String program, String debianPackage) {
    checkNotOff();
    if (Parts.find(program).isEmpty()) {
      String line = "missing: " + program + " (package " + debianPackage + ")";
      skip(line, new LabException(line));
    }
  }

  /** Skips or fails the test if something is missing. */
  static void check() {
    checkNotOff();
    Optional<String> missing = Parts.missing();
    if (missing.isPresent()) {
      skip("no lab: " + missing.get(), new LabException(missing.get()));
    }
  }
}
