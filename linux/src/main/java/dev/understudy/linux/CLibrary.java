package dev.understudy.linux;

import java.lang.foreign.MemorySegment;

/**
 * The C functions this module needs, under their C names and with their C parameters.
 *
 * <p>One convention is added: a call that fails returns <b>minus errno</b>, as the kernel itself
 * does it, instead of -1 and a variable elsewhere. So a hot path can look at a failure without an
 * exception, and {@link ErrnoException#check} turns it into one everywhere else. Functions that can
 * return any number (getpriority) are not here for that reason.
 *
 * <p>Every parameter is as the manual page in section 2 says; constants are in {@link Constants},
 * structures in {@link Structs}. No method keeps a segment after it returned.
 */
@SuppressWarnings("MemberName") // The C names are the point of this interface.
interface CLibrary {
  // Sockets: socket(2), bind(2), connect(2), getsockopt(2), recvmmsg(2), sendmmsg(2), recv(2),
  // send(2), getsockname(2).

  int socket(int domain, int type, int protocol);

  int bind(int fd, MemorySegment address, int addressLength);

  int connect(int fd, MemorySegment address, int addressLength);

  int getsockname(int fd, MemorySegment address, MemorySegment addressLength);

  int setsockopt(int fd, int level, int option, MemorySegment value, int valueLength);

  int getsockopt(int fd, int level, int option, MemorySegment value, MemorySegment valueLength);

  int recvmmsg(int fd, MemorySegment messages, int count, int flags, MemorySegment timeout);

  int sendmmsg(int fd, MemorySegment messages, int count, int flags);

  long recv(int fd, MemorySegment buffer, long length, int flags);

  long send(int fd, MemorySegment buffer, long length, int flags);

  // Files: open(2), close(2), read(2), write(2), writev(2), ioctl(2).

  int open(MemorySegment path, int flags);

  int close(int fd);

  long read(int fd, MemorySegment buffer, long length);

  long write(int fd, MemorySegment buffer, long length);

  long writev(int fd, MemorySegment vectors, int count);

  int ioctl(int fd, long request, MemorySegment argument);

  // Waiting: epoll_create1(2), epoll_ctl(2), epoll_pwait2(2), eventfd(2), clock_gettime(2).

  int epoll_create1(int flags);

  int epoll_ctl(int epollFd, int operation, int fd, MemorySegment event);

  int epoll_pwait2(int epollFd, MemorySegment events, int eventsMax, MemorySegment timeout);

  int eventfd(int initialValue, int flags);

  int clock_gettime(int clock, MemorySegment timespec);

  // Processes and threads: gettid(2), kill(2), waitpid(2), execv(3), close_range(2), setns(2),
  // sched_setscheduler(2), setpriority(2).

  int gettid();

  int kill(int pid, int signal);

  int waitpid(int pid, MemorySegment status, int options);

  int execv(MemorySegment path, MemorySegment arguments);

  int close_range(int first, int last, int flags);

  int setns(int fd, int namespaceType);

  int sched_setscheduler(int tid, int policy, MemorySegment parameter);

  int setpriority(int which, int who, int nice);
}
