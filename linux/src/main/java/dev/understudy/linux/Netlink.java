package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A netlink(7) socket for NETLINK_ROUTE: requests that are acknowledged, dumps, and notifications.
 *
 * <p>The kernel answers a request before send returns, so nothing here waits; no answer is an
 * error. Messages are a header of 16 octets and a payload, several to a datagram:
 *
 * <pre>
 *   | length 4 (header counted) | type 2 | flags 2 | sequence 4 | port 4 | payload | padding to 4 | next …
 * </pre>
 */
final class Netlink implements AutoCloseable {
  static final int HEADER = (int) Structs.NLMSGHDR.byteSize();
  static final int ERROR_HEADER = (int) Structs.NLMSGERR.byteSize();

  /** The kernel makes no datagram of a dump longer than 32 KiB. */
  private static final int DATAGRAM_MAX = 64 << 10;

  /** An interrupted dump is asked for again this often before it is given up. */
  private static final int DUMP_ATTEMPTS_MAX = 100;

  private final Descriptor socket;
  private final MemorySegment buffer;
  private final ByteBuffer datagram;
  private int sequence;
  private long dumpsInterrupted;

  private Netlink(Descriptor socket) {
    this.socket = socket;
    this.buffer = Arena.ofAuto().allocate(DATAGRAM_MAX, 8);
    this.datagram = buffer.asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** Opens a socket in the calling thread's network namespace, where it stays. */
  static Netlink open() {
    Descriptor socket =
        Descriptor.socket(Constants.AF_NETLINK, Constants.SOCK_RAW, Constants.NETLINK_ROUTE);
    try (Arena arena = Arena.ofConfined()) {
      socket.set(Constants.SOL_NETLINK, Constants.NETLINK_EXT_ACK, "NETLINK_EXT_ACK", 1);
      socket.set(Constants.SOL_NETLINK, Constants.NETLINK_CAP_ACK, "NETLINK_CAP_ACK", 1);
      socket.set(
          Constants.SOL_NETLINK, Constants.NETLINK_GET_STRICT_CHK, "NETLINK_GET_STRICT_CHK", 1);
      MemorySegment address = arena.allocate(Structs.SOCKADDR_NL);
      address.set(JAVA_SHORT, 0, (short) Constants.AF_NETLINK);
      ErrnoException.check(
          C.bind(socket.fd(), address, (int) address.byteSize()),
          "bind",
          socket.fd(),
          "AF_NETLINK");
      return new Netlink(socket);
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  void join(int group) {
    socket.set(Constants.SOL_NETLINK, Constants.NETLINK_ADD_MEMBERSHIP, "group", group);
  }

  int receiveBuffer(int octets) {
    return socket.receiveBuffer(octets);
  }

  int fd() {
    return socket.fd();
  }

  long dumpsInterrupted() {
    return dumpsInterrupted;
  }

  /** What a message is about; the payload is valid during the call only. */
  interface Visitor {
    void message(int type, ByteBuffer payload);
  }

  /**
   * Sends a request and takes the kernel's acknowledgement.
   *
   * @throws ErrnoException with the kernel's own words, if it has any
   */
  void request(NetlinkRequest request) {
    ask(request, Constants.NLM_F_ACK, (_, _) -> {});
  }

  /** Sends a request that is answered by messages before it is acknowledged. */
  void query(NetlinkRequest request, Visitor visitor) {
    ask(request, Constants.NLM_F_ACK, visitor);
  }

  /**
   * Reads a table. If it changed while it was read (NLM_F_DUMP_INTR) it is read again: {@code
   * restart} is called before each attempt and forgets what the one before it showed.
   */
  void dump(NetlinkRequest request, Runnable restart, Visitor visitor) {
    for (int attempt = 0; attempt < DUMP_ATTEMPTS_MAX; attempt++) {
      restart.run();
      if (!ask(request, Constants.NLM_F_DUMP, visitor)) {
        return;
      }
      dumpsInterrupted++;
    }
    throw new IllegalStateException(
        "%s was interrupted %d times in a row".formatted(request, DUMP_ATTEMPTS_MAX));
  }

  /** Whether the answer was interrupted by a change. */
  private boolean ask(NetlinkRequest request, int flags, Visitor visitor) {
    sequence++;
    byte[] octets = request.encode(flags | Constants.NLM_F_REQUEST, sequence);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(octets.length, 8);
      message.copyFrom(MemorySegment.ofArray(octets));
      ErrnoException.check(
          C.send(socket.fd(), message, octets.length, 0), "send", socket.fd(), request);
    }
    Answer answer = new Answer(request, sequence, visitor);
    while (!answer.complete) {
      int length = receive();
      if (length < 0) {
        throw ErrnoException.of(-length, "recv", socket.fd(), "the answer to " + request);
      }
      if (!forEach(datagram.slice(0, length).order(datagram.order()), answer)) {
        throw new IllegalStateException("the answer to " + request + " is malformed");
      }
    }
    return answer.interrupted;
  }

  /** Collects the answer to one request. */
  private static final class Answer implements MessageVisitor {
    private final NetlinkRequest request;
    private final int sequence;
    private final Visitor visitor;
    private boolean complete;
    private boolean interrupted;

    Answer(NetlinkRequest request, int sequence, Visitor visitor) {
      this.request = request;
      this.sequence = sequence;
      this.visitor = visitor;
    }

    @Override
    public void message(Header header, ByteBuffer payload) {
      if (header.sequence != sequence || complete) {
        return; // What is left of a request that failed half-way.
      }
      interrupted |= (header.flags & Constants.NLM_F_DUMP_INTR) != 0;
      switch (header.type) {
        case Constants.NLMSG_ERROR, Constants.NLMSG_DONE -> {
          complete = true;
          int error = payload.remaining() >= Integer.BYTES ? payload.getInt(0) : 0;
          if (error < 0) {
            throw new ErrnoException(request.toString(), -error, explanation(header, payload));
          }
        }
        default -> visitor.message(header.type, payload);
      }
    }
  }

  /** The extended acknowledgement's text, or nothing. */
  static String explanation(Header header, ByteBuffer payload) {
    int attributes = header.type == Constants.NLMSG_ERROR ? ERROR_HEADER : Integer.BYTES;
    if ((header.flags & Constants.NLM_F_ACK_TLVS) == 0 || payload.remaining() < attributes) {
      return "";
    }
    if (header.type == Constants.NLMSG_ERROR && (header.flags & Constants.NLM_F_CAPPED) == 0) {
      // The request's payload stands in between: its length is in its header, behind the error.
      long skipped = Integer.toUnsignedLong(payload.getInt(Integer.BYTES)) - HEADER;
      if (skipped < 0 || skipped > payload.remaining() - attributes) {
        return "";
      }
      attributes = Math.min(align(attributes + (int) skipped), payload.remaining());
    }
    ByteBuffer rest = payload.duplicate().order(payload.order()).position(attributes);
    return Attributes.parse(rest).text(Constants.NLMSGERR_ATTR_MSG).orElse("");
  }

  /**
   * Takes one datagram of notifications.
   *
   * @return how many octets; minus EAGAIN if none waits, minus ENOBUFS if some were lost; the
   *     datagram is then in {@link #datagram}
   */
  int receive() {
    long length =
        C.recv(socket.fd(), buffer, DATAGRAM_MAX, Constants.MSG_DONTWAIT | Constants.MSG_TRUNC);
    if (length > DATAGRAM_MAX) {
      return -Errno.EMSGSIZE;
    }
    return (int) length;
  }

  /** What {@link #receive} took, valid until the next. */
  ByteBuffer datagram(int length) {
    return datagram.slice(0, length).order(datagram.order());
  }

  /** A message's header, without its length. */
  record Header(int type, int flags, int sequence) {}

  interface MessageVisitor {
    void message(Header header, ByteBuffer payload);
  }

  /**
   * Shows all messages of a datagram. Any octets will do; where a length does not fit it ends.
   *
   * @return whether all octets were messages
   */
  static boolean forEach(ByteBuffer datagram, MessageVisitor visitor) {
    int at = 0;
    int end = datagram.limit();
    while (end - at >= HEADER) {
      int length = datagram.getInt(at);
      if (length < HEADER || length > end - at) {
        return false;
      }
      Header header =
          new Header(
              datagram.getShort(at + 4) & 0xFFFF,
              datagram.getShort(at + 6) & 0xFFFF,
              datagram.getInt(at + 8));
      visitor.message(header, datagram.slice(at + HEADER, length - HEADER).order(datagram.order()));
      at += align(length);
    }
    return at >= end;
  }

  /** Lengths are rounded up to four octets (NLMSG_ALIGN, NLA_ALIGN). */
  static int align(int length) {
    return (length + 3) & ~3;
  }

  @Override
  public void close() {
    socket.close();
  }

  static byte[] text(String text) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    return java.util.Arrays.copyOf(octets, octets.length + 1);
  }
}
