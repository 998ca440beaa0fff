package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** ioctls with a struct ifreq (netdevice(7)), in the calling thread's network namespace. */
final class InterfaceRequests {
  private static final long IFRU = Structs.offset(Structs.IFREQ, "ifr_ifru");

  private InterfaceRequests() {}

  /** A request that names an interface. */
  static MemorySegment request(Arena arena, String name) {
    byte[] octets = name.getBytes(StandardCharsets.UTF_8);
    if (octets.length == 0 || octets.length >= Constants.IFNAMSIZ) {
      throw new IllegalArgumentException(
          "an interface name has 1 to %d octets: '%s'".formatted(Constants.IFNAMSIZ - 1, name));
    }
    MemorySegment request = arena.allocate(Structs.IFREQ);
    MemorySegment.copy(octets, 0, request, JAVA_BYTE, 0, octets.length);
    return request;
  }

  static void flags(MemorySegment request, int flags) {
    request.set(JAVA_SHORT, IFRU, (short) flags);
  }

  static int flags(MemorySegment request) {
    return request.get(JAVA_SHORT, IFRU) & 0xFFFF;
  }

  static int index(MemorySegment request) {
    return request.get(JAVA_INT, IFRU);
  }

  static String name(MemorySegment request) {
    return request.getString(0, StandardCharsets.UTF_8);
  }

  /** The interface's index, or minus errno (ENODEV if there is none of that name). */
  static int indexOf(String name) {
    Descriptor socket = Descriptor.socket(Constants.AF_INET, Constants.SOCK_DGRAM, 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = request(arena, name);
      int result = C.ioctl(socket.fd(), Constants.SIOCGIFINDEX, request);
      return result < 0 ? result : index(request);
    } finally {
      socket.close();
    }
  }

  /** Clears and then sets flags of an interface. */
  static void changeFlags(String name, FlagChange change) {
    Descriptor socket = Descriptor.socket(Constants.AF_INET, Constants.SOCK_DGRAM, 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = request(arena, name);
      ErrnoException.check(
          C.ioctl(socket.fd(), Constants.SIOCGIFFLAGS, request), "ioctl", "SIOCGIFFLAGS", name);
      flags(request, change.applyTo(flags(request)));
      ErrnoException.check(
          C.ioctl(socket.fd(), Constants.SIOCSIFFLAGS, request), "ioctl", "SIOCSIFFLAGS", name);
    } finally {
      socket.close();
    }
  }

  /** One flag to be set or cleared. */
  record FlagChange(int flag, boolean on) {
    int applyTo(int flags) {
      return on ? flags | flag : flags & ~flag;
    }
  }
}
