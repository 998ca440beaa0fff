package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A TAP interface (Documentation/networking/tuntap.rst): what the host sends by it is received
 * here, what is sent here the host receives. Frames carry their tags among their octets.
 *
 * <p>The interface goes when it is closed, unless it was made persistent by somebody else before.
 * While the interface is down nothing comes and sending gives EIO; when it was deleted both give
 * EBADFD. Each frame takes a call of its own, because the device has no other way.
 */
public final class TapDevice implements FrameChannel {
  private final Descriptor device;
  private final String name;
  private final boolean offloads;

  private TapDevice(Descriptor device, String name, boolean offloads) {
    this.device = device;
    this.name = name;
    this.offloads = offloads;
  }

  /**
   * Makes the interface, or takes hold of a persistent one, in the calling thread's network
   * namespace. It is down until {@link #up}.
   *
   * @param name of the interface; with {@code %d} in it the kernel chooses a number
   * @throws ErrnoException EPERM without CAP_NET_ADMIN, EBUSY if another holds it, ENOENT without
   *     the driver
   */
  public static TapDevice open(String name) {
    return open(name, Constants.IFF_TAP | Constants.IFF_NO_PI);
  }

  /** As {@link #open(String)}, with {@link #offloads}. */
  public static TapDevice openWithOffloads(String name) {
    TapDevice tap = open(name, Constants.IFF_TAP | Constants.IFF_NO_PI | Constants.IFF_VNET_HDR);
    try {
      tap.takeOffloads();
      return tap;
    } catch (RuntimeException e) {
      tap.close();
      throw e;
    }
  }

  private void takeOffloads() {
    int tcp =
        Constants.TUN_F_CSUM
            | Constants.TUN_F_TSO4
            | Constants.TUN_F_TSO6
            | Constants.TUN_F_TSO_ECN;
    int result = offer(tcp | Constants.TUN_F_USO4 | Constants.TUN_F_USO6);
    // Before Linux 6.2 there is no UDP among them.
    ErrnoException.check(
        result == -Errno.EINVAL ? offer(tcp) : result, "ioctl", "TUNSETOFFLOAD", name);
  }

  /** The argument is the number itself and not where it is. */
  private int offer(int flags) {
    return C.ioctl(device.fd(), Constants.TUNSETOFFLOAD, MemorySegment.ofAddress(flags));
  }

  private static TapDevice open(String name, int flags) {
    Descriptor device = Descriptor.open("/dev/net/tun", Constants.O_RDWR | Constants.O_NONBLOCK);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = InterfaceRequests.request(arena, name);
      InterfaceRequests.flags(request, flags);
      ErrnoException.check(
          C.ioctl(device.fd(), Constants.TUNSETIFF, request), "ioctl", "TUNSETIFF", name);
      return new TapDevice(
          device, InterfaceRequests.name(request), (flags & Constants.IFF_VNET_HDR) != 0);
    } catch (RuntimeException e) {
      device.close();
      throw e;
    }
  }

  public String name() {
    return name;
  }

  /** Sets the interface up, seen from the host, from a thread in its namespace. */
  public void up() {
    InterfaceRequests.changeFlags(name, new InterfaceRequests.FlagChange(Constants.IFF_UP, true));
  }

  /** Sets the interface down. */
  public void down() {
    InterfaceRequests.changeFlags(name, new InterfaceRequests.FlagChange(Constants.IFF_UP, false));
  }

  @Override
  public int fd() {
    return device.fd();
  }

  @Override
  public int receive(FrameBatch batch, int framesMax) {
    return batch.readFrom(device.fd(), framesMax, offloads);
  }

  @Override
  public int send(SendVector frames, int from) {
    return frames.writeTo(device.fd(), from);
  }

  @Override
  public boolean offloads() {
    return offloads;
  }

  @Override
  public void close() {
    device.close();
  }
}
