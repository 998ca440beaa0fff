package dev.understudy.linux;

/** A call to the kernel failed. The message has the call, its arguments and errno's name. */
public final class ErrnoException extends RuntimeException {
  private final int errno;

  ErrnoException(String call, int errno) {
    super(call + ": " + Errno.describe(errno));
    this.errno = errno;
  }

  ErrnoException(String call, int errno, String detail) {
    super(call + ": " + Errno.describe(errno) + (detail.isEmpty() ? "" : ": " + detail));
    this.errno = errno;
  }

  /** The positive number, to compare with the constants of {@link Errno}. */
  public int errno() {
    return errno;
  }

  /** Gives the result back unless it is minus errno. */
  static int check(int result, String call, Object... arguments) {
    if (result < 0) {
      throw of(-result, call, arguments);
    }
    return result;
  }

  static long check(long result, String call, Object... arguments) {
    if (result < 0) {
      throw of((int) -result, call, arguments);
    }
    return result;
  }

  static ErrnoException of(int errno, String call, Object... arguments) {
    StringBuilder text = new StringBuilder(call).append('(');
    for (int i = 0; i < arguments.length; i++) {
      text.append(i == 0 ? "" : ", ").append(arguments[i]);
    }
    return new ErrnoException(text.append(')').toString(), errno);
  }
}
