package dev.understudy.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * {@link CLibrary} by way of java.lang.foreign: one constant method handle per function, so that
 * the compiler sees through it, and {@code invokeExact}, so that a call allocates nothing.
 *
 * <p>Left out on the Java side is the signal mask of epoll_pwait2: it is always null, which makes
 * the call an epoll_wait with a timespec.
 */
final class FfmCLibrary implements CLibrary {
  static final CLibrary C = new FfmCLibrary();

  private static final MethodHandle SOCKET =
      Downcalls.bind("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle BIND =
      Downcalls.bind("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CONNECT =
      Downcalls.bind("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle GETSOCKNAME =
      Downcalls.bind("getsockname", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle SETSOCKOPT =
      Downcalls.bind(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle GETSOCKOPT =
      Downcalls.bind(
          "getsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle RECVMMSG =
      Downcalls.bind(
          "recvmmsg",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle SENDMMSG =
      Downcalls.bind(
          "sendmmsg", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle RECV =
      Downcalls.bind(
          "recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle SEND =
      Downcalls.bind(
          "send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle OPEN =
      Downcalls.bindVariadic("open", 2, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CLOSE =
      Downcalls.bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle READ =
      Downcalls.bind("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle WRITE =
      Downcalls.bind("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle WRITEV =
      Downcalls.bind("writev", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle IOCTL =
      Downcalls.bindVariadic(
          "ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
  private static final MethodHandle EPOLL_CREATE1 =
      Downcalls.bind("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle EPOLL_CTL =
      Downcalls.bind(
          "epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle EPOLL_PWAIT2 =
      Downcalls.bind(
          "epoll_pwait2",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle EVENTFD =
      Downcalls.bind("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle CLOCK_GETTIME =
      Downcalls.bind("clock_gettime", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle GETTID =
      Downcalls.bind("gettid", FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle KILL =
      Downcalls.bind("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle WAITPID =
      Downcalls.bind("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle EXECV =
      Downcalls.bind("execv", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle CLOSE_RANGE =
      Downcalls.bind("close_range", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SETNS =
      Downcalls.bind("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SCHED_SETSCHEDULER =
      Downcalls.bind(
          "sched_setscheduler", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle SETPRIORITY =
      Downcalls.bind("setpriority", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

  private FfmCLibrary() {}

  @Override
  public int socket(int domain, int type, int protocol) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) SOCKET.invokeExact(state, domain, type, protocol), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("socket", e);
    }
  }

  @Override
  public int bind(int fd, MemorySegment address, int addressLength) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) BIND.invokeExact(state, fd, address, addressLength), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("bind", e);
    }
  }

  @Override
  public int connect(int fd, MemorySegment address, int addressLength) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) CONNECT.invokeExact(state, fd, address, addressLength), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("connect", e);
    }
  }

  @Override
  public int getsockname(int fd, MemorySegment address, MemorySegment addressLength) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result(
          (int) GETSOCKNAME.invokeExact(state, fd, address, addressLength), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("getsockname", e);
    }
  }

  @Override
  public int setsockopt(int fd, int level, int option, MemorySegment value, int valueLength) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result(
          (int) SETSOCKOPT.invokeExact(state, fd, level, option, value, valueLength), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("setsockopt", e);
    }
  }

  @Override
  public int getsockopt(
      int fd, int level, int option, MemorySegment value, MemorySegment valueLength) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result(
          (int) GETSOCKOPT.invokeExact(state, fd, level, option, value, valueLength), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("getsockopt", e);
    }
  }

  @Override
  public int recvmmsg(int fd, MemorySegment messages, int count, int flags, MemorySegment timeout) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result(
          (int) RECVMMSG.invokeExact(state, fd, messages, count, flags, timeout), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("recvmmsg", e);
    }
  }

  @Override
  public int sendmmsg(int fd, MemorySegment messages, int count, int flags) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) SENDMMSG.invokeExact(state, fd, messages, count, flags), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("sendmmsg", e);
    }
  }

  @Override
  public long recv(int fd, MemorySegment buffer, long length, int flags) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((long) RECV.invokeExact(state, fd, buffer, length, flags), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("recv", e);
    }
  }

  @Override
  public long send(int fd, MemorySegment buffer, long length, int flags) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((long) SEND.invokeExact(state, fd, buffer, length, flags), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("send", e);
    }
  }

  @Override
  public int open(MemorySegment path, int flags) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) OPEN.invokeExact(state, path, flags), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("open", e);
    }
  }

  @Override
  public int close(int fd) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) CLOSE.invokeExact(state, fd), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("close", e);
    }
  }

  @Override
  public long read(int fd, MemorySegment buffer, long length) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((long) READ.invokeExact(state, fd, buffer, length), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("read", e);
    }
  }

  @Override
  public long write(int fd, MemorySegment buffer, long length) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((long) WRITE.invokeExact(state, fd, buffer, length), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("write", e);
    }
  }

  @Override
  public long writev(int fd, MemorySegment vectors, int count) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((long) WRITEV.invokeExact(state, fd, vectors, count), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("writev", e);
    }
  }

  @Override
  public int ioctl(int fd, long request, MemorySegment argument) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) IOCTL.invokeExact(state, fd, request, argument), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("ioctl", e);
    }
  }

  @Override
  public int epoll_create1(int flags) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) EPOLL_CREATE1.invokeExact(state, flags), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("epoll_create1", e);
    }
  }

  @Override
  public int epoll_ctl(int epollFd, int operation, int fd, MemorySegment event) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result(
          (int) EPOLL_CTL.invokeExact(state, epollFd, operation, fd, event), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("epoll_ctl", e);
    }
  }

  @Override
  public int epoll_pwait2(int epollFd, MemorySegment events, int eventsMax, MemorySegment timeout) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result(
          (int)
              EPOLL_PWAIT2.invokeExact(
                  state, epollFd, events, eventsMax, timeout, MemorySegment.NULL),
          state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("epoll_pwait2", e);
    }
  }

  @Override
  public int eventfd(int initialValue, int flags) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) EVENTFD.invokeExact(state, initialValue, flags), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("eventfd", e);
    }
  }

  @Override
  public int clock_gettime(int clock, MemorySegment timespec) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) CLOCK_GETTIME.invokeExact(state, clock, timespec), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("clock_gettime", e);
    }
  }

  @Override
  public int gettid() {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) GETTID.invokeExact(state), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("gettid", e);
    }
  }

  @Override
  public int kill(int pid, int signal) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) KILL.invokeExact(state, pid, signal), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("kill", e);
    }
  }

  @Override
  public int waitpid(int pid, MemorySegment status, int options) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) WAITPID.invokeExact(state, pid, status, options), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("waitpid", e);
    }
  }

  @Override
  public int execv(MemorySegment path, MemorySegment arguments) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) EXECV.invokeExact(state, path, arguments), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("execv", e);
    }
  }

  @Override
  public int close_range(int first, int last, int flags) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) CLOSE_RANGE.invokeExact(state, first, last, flags), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("close_range", e);
    }
  }

  @Override
  public int setns(int fd, int namespaceType) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) SETNS.invokeExact(state, fd, namespaceType), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("setns", e);
    }
  }

  @Override
  public int sched_setscheduler(int tid, int policy, MemorySegment parameter) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result(
          (int) SCHED_SETSCHEDULER.invokeExact(state, tid, policy, parameter), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("sched_setscheduler", e);
    }
  }

  @Override
  public int setpriority(int which, int who, int nice) {
    MemorySegment state = Downcalls.state();
    try {
      return Downcalls.result((int) SETPRIORITY.invokeExact(state, which, who, nice), state);
    } catch (Throwable e) {
      throw Downcalls.unexpected("setpriority", e);
    }
  }
}
