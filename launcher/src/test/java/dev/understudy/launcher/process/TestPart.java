package dev.understudy.launcher.process;

import java.util.concurrent.CountDownLatch;

/** A process for tests of the process starter. */
final class TestPart {
  private TestPart() {}

  /** {@code wait}: until it is ended; a number: ends at once with this status. */
  public static void main(String[] arguments) throws InterruptedException {
    System.out.println("part " + String.join(" ", arguments) + " says hello");
    if (!arguments[0].equals("wait")) {
      System.exit(Integer.parseInt(arguments[0]));
    }
    new CountDownLatch(1).await();
  }
}
