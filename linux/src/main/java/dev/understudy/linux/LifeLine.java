package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Connections that end at once when this process is killed.
 *
 * <p>A killed process's files are closed by the last of its threads, after that one has given back
 * the memory: tens of milliseconds for a virtual machine. One thread here has a file table of its
 * own (close_range(2), CLOSE_RANGE_UNSHARE) and in it nothing but these connections. So they are
 * closed when that one thread ends, which takes a fraction of a millisecond.
 *
 * <p>A connection is made to every path again and again until somebody listens there. What goes
 * over it is eight octets that say who this is; nothing comes back.
 */
public final class LifeLine implements AutoCloseable {
  /** Somebody who doesn't listen is tried again after so long. */
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final int FIRST_AFTER_STANDARD = 3;
  private static final int LAST = -1; // unsigned: all there are
  private static final long STOP = -1;

  private final long identity;
  private final Scheduling.Wish wish;
  private final MemorySegment words;
  private final List<Line> lines = new ArrayList<>();
  private final EventFd stop = EventFd.open();
  private final Thread thread;

  /** One connection, or the want of one. */
  private static final class Line {
    private final MemorySegment address;
    private int fd = -1;

    Line(MemorySegment address) {
      this.address = address;
    }
  }

  private LifeLine(long identity, List<Path> listeners, Scheduling.Wish wish) {
    Arena arena = Arena.ofAuto();
    this.identity = identity;
    this.wish = wish;
    this.words = arena.allocate(JAVA_LONG);
    listeners.forEach(path -> lines.add(new Line(address(arena, path))));
    this.thread = Thread.ofPlatform().name("life-line").daemon().unstarted(this::run);
  }

  /**
   * Begins.
   *
   * @param identity that the listeners are told, in the order of this machine's octets; not 0
   * @param listeners paths of Unix stream sockets, each at most 107 octets long
   * @param wish the thread's place on the processor: it must be among the first that end
   */
  public static LifeLine start(long identity, List<Path> listeners, Scheduling.Wish wish) {
    LifeLine made = new LifeLine(identity, listeners, wish);
    made.thread.start();
    return made;
  }

  private static MemorySegment address(Arena arena, Path path) {
    byte[] octets = path.toString().getBytes(StandardCharsets.UTF_8);
    MemorySegment address = arena.allocate(Structs.SOCKADDR_UN);
    long pathAt = Structs.offset(Structs.SOCKADDR_UN, "sun_path");
    if (octets.length >= address.byteSize() - pathAt) {
      throw new IllegalArgumentException("too long for a socket's path: " + path);
    }
    address.set(
        JAVA_SHORT, Structs.offset(Structs.SOCKADDR_UN, "sun_family"), (short) Constants.AF_UNIX);
    MemorySegment.copy(octets, 0, address, JAVA_BYTE, pathAt, octets.length);
    return address;
  }

  private void run() {
    Scheduling.ask(wish);
    // Everything that is called below is called once before: what a class loader opens afterwards
    // on this thread's account would be another file for everybody else. Listeners hear of nobody.
    hold(1);
    C.close(-1); // calls that fail have more to do than the others
    words.set(JAVA_LONG, 0, identity);
    if (ownFiles()) {
      hold(Long.MAX_VALUE);
    }
    // An older kernel (before 5.9) has no such files, and the sessions' own ends must do.
  }

  /** Nothing is open for this thread from here on, except what wakes it. */
  private boolean ownFiles() {
    return C.close_range(stop.fd() + 1, LAST, Constants.CLOSE_RANGE_UNSHARE) >= 0
        && (stop.fd() == FIRST_AFTER_STANDARD
            || C.close_range(FIRST_AFTER_STANDARD, stop.fd() - 1, 0) >= 0);
  }

  /** Holds all lines for as long, and lets them go. */
  private void hold(long nanos) {
    try (Epoll epoll = Epoll.open(lines.size() + 1)) {
      epoll.add(new Epoll.Interest(stop.fd(), Epoll.IN, STOP));
      boolean stopped = false;
      boolean forEver = nanos == Long.MAX_VALUE;
      do {
        boolean all = connect(epoll);
        int ready = epoll.await(forEver ? (all ? Long.MAX_VALUE : AGAIN_NANOS) : nanos);
        for (int i = 0; i < ready; i++) {
          long token = epoll.token(i);
          if (token == STOP) {
            stopped = true;
          } else {
            letGo(lines.get((int) token));
          }
        }
      } while (forEver && !stopped);
    }
    lines.forEach(LifeLine::letGo);
  }

  /** True if all lines are connected. */
  private boolean connect(Epoll epoll) {
    boolean all = true;
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      if (line.fd < 0) {
        line.fd = dial(line.address);
        if (line.fd < 0) {
          all = false;
        } else {
          epoll.add(new Epoll.Interest(line.fd, Epoll.IN, i));
        }
      }
    }
    return all;
  }

  private int dial(MemorySegment address) {
    int flags = Constants.SOCK_CLOEXEC | Constants.SOCK_NONBLOCK;
    int fd = C.socket(Constants.AF_UNIX, Constants.SOCK_STREAM | flags, 0);
    if (fd >= 0
        && (C.connect(fd, address, (int) address.byteSize()) < 0
            || C.write(fd, words, words.byteSize()) != words.byteSize())) {
      C.close(fd);
      return -1;
    }
    return fd;
  }

  private static void letGo(Line line) {
    if (line.fd >= 0) {
      C.close(line.fd);
      line.fd = -1;
    }
  }

  /** Lets the connections go, as the end of the process would. */
  @Override
  public void close() {
    stop.signal();
    try {
      thread.join();
      stop.close();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
