package dev.understudy.linux;

/** Guards calls that act on the calling thread as the kernel knows it. */
final class PlatformThreads {
  private PlatformThreads() {}

  static void check(String call) {
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException(
          call + " concerns a thread of the kernel, and a virtual thread has none of its own");
    }
  }
}
