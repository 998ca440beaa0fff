package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;

import java.nio.file.Path;

/**
 * Moves the calling thread into another network namespace (setns(2)) and back. What it opens in
 * between belongs to that namespace for good, whoever uses it later; so a process can have ports in
 * many.
 *
 * <p>Only the calling platform thread moves. A virtual thread has no namespace of its own and is
 * refused.
 */
public final class NetworkNamespace implements AutoCloseable {
  private static final String CURRENT = "/proc/thread-self/ns/net";

  private final Descriptor home;
  private final Thread thread;

  private NetworkNamespace(Descriptor home) {
    this.home = home;
    this.thread = Thread.currentThread();
  }

  /**
   * Enters the namespace that {@code ip netns add NAME} made.
   *
   * @return what brings the thread back when closed
   * @throws ErrnoException ENOENT if there is none, EPERM without CAP_SYS_ADMIN
   */
  public static NetworkNamespace enter(String name) {
    return enter(Path.of("/run/netns").resolve(name));
  }

  /** Enters the namespace of a file such as {@code /proc/PID/ns/net}. */
  public static NetworkNamespace enter(Path file) {
    PlatformThreads.check("setns");
    Descriptor target = Descriptor.open(file.toString(), Constants.O_RDONLY);
    try {
      NetworkNamespace namespace =
          new NetworkNamespace(Descriptor.open(CURRENT, Constants.O_RDONLY));
      int result = C.setns(target.fd(), Constants.CLONE_NEWNET);
      if (result < 0) {
        namespace.home.close();
        throw ErrnoException.of(-result, "setns", file, "CLONE_NEWNET");
      }
      return namespace;
    } finally {
      target.close();
    }
  }

  /** Brings the thread back to where it was. */
  @Override
  public void close() {
    if (!Thread.currentThread().equals(thread)) {
      throw new IllegalStateException(
          "entered by " + thread + ", left by " + Thread.currentThread());
    }
    if (home.fd() >= 0) {
      int result = C.setns(home.fd(), Constants.CLONE_NEWNET);
      home.close();
      ErrnoException.check(result, "setns", CURRENT, "CLONE_NEWNET");
    }
  }
}
