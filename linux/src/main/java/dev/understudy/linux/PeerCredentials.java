package dev.understudy.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Who connected to a Unix domain socket, by the kernel's word (SO_PEERCRED, unix(7)). */
public record PeerCredentials(int pid, int uid, int gid) {
  /**
   * Of the process at the other end when the connection was made.
   *
   * @throws ErrnoException EBADF, ENOTSOCK
   */
  public static PeerCredentials of(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ucred = arena.allocate(Structs.UCRED);
      new Descriptor(fd).get(Constants.SOL_SOCKET, Constants.SO_PEERCRED, "SO_PEERCRED", ucred);
      return new PeerCredentials(
          ucred.get(JAVA_INT, Structs.offset(Structs.UCRED, "pid")),
          ucred.get(JAVA_INT, Structs.offset(Structs.UCRED, "uid")),
          ucred.get(JAVA_INT, Structs.offset(Structs.UCRED, "gid")));
    }
  }
}
