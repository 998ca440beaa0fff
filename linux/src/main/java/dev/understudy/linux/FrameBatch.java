package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A row of slots outside the heap, each for one Ethernet frame: what {@code recvmmsg} fills at one
 * blow and a {@link SendVector} sends from.
 *
 * <p>A slot is
 *
 * <pre>
 *   | headroom 32 octets | frame: destination, source, EtherType … | rest up to the frame size |
 *                        ^ start: moves 4 octets down when a tag is pushed, up when one is popped
 * </pre>
 *
 * <p>On a channel with offloads, the last octets of the headroom are the virtio header that says
 * what the frame's sender left to be done; it is read at once, so that tags may be pushed over it,
 * and written anew when the frame leaves.
 *
 * <p>Everything that {@code recvmmsg} needs is laid out once, here. Receiving, reading, pushing and
 * popping tags allocate nothing. The octets of frame {@code i} are valid until the next receive,
 * {@link #clear} or {@link #append}; so a forwarder receives, looks, sends, and receives again.
 *
 * <p>A batch belongs to one thread at a time. It is never closed: its memory goes when nobody can
 * reach it, a send vector that points at its frames included.
 */
public final class FrameBatch {
  /** Room before a received frame, for up to four tags and a virtio header. */
  public static final int HEADROOM = 32;

  /** {@link #tag} of a frame without a VLAN tag beside it. */
  public static final int NO_TAG = -1;

  /** recvmmsg and sendmmsg take no more at once (UIO_MAXIOV). */
  public static final int SLOTS_MAX = 1024;

  private static final int MACS = 12;
  private static final int TAG = 4;

  private static final ValueLayout.OfShort SHORT_BE =
      JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT_BE =
      JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG_BE =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final long MMSGHDR = Structs.MMSGHDR.byteSize();
  private static final long MSG_NAME = Structs.offset(Structs.MMSGHDR, "msg_hdr", "msg_name");
  private static final long MSG_NAMELEN = Structs.offset(Structs.MMSGHDR, "msg_hdr", "msg_namelen");
  private static final long MSG_IOV = Structs.offset(Structs.MMSGHDR, "msg_hdr", "msg_iov");
  private static final long MSG_IOVLEN = Structs.offset(Structs.MMSGHDR, "msg_hdr", "msg_iovlen");
  private static final long MSG_CONTROL = Structs.offset(Structs.MMSGHDR, "msg_hdr", "msg_control");
  private static final long MSG_CONTROLLEN =
      Structs.offset(Structs.MMSGHDR, "msg_hdr", "msg_controllen");
  private static final long MSG_FLAGS = Structs.offset(Structs.MMSGHDR, "msg_hdr", "msg_flags");
  private static final long MSG_LEN = Structs.offset(Structs.MMSGHDR, "msg_len");
  private static final long IOVEC = Structs.IOVEC.byteSize();
  private static final long IOV_BASE = Structs.offset(Structs.IOVEC, "iov_base");
  private static final long IOV_LEN = Structs.offset(Structs.IOVEC, "iov_len");
  private static final long CMSG_LEN = Structs.offset(Structs.CMSGHDR, "cmsg_len");
  private static final long CMSG_LEVEL = Structs.offset(Structs.CMSGHDR, "cmsg_level");
  private static final long CMSG_TYPE = Structs.offset(Structs.CMSGHDR, "cmsg_type");
  private static final long CMSG_DATA = Structs.CMSGHDR.byteSize();
  private static final long TP_STATUS = Structs.offset(Structs.TPACKET_AUXDATA, "tp_status");
  private static final long TP_VLAN_TCI = Structs.offset(Structs.TPACKET_AUXDATA, "tp_vlan_tci");
  private static final long TP_VLAN_TPID = Structs.offset(Structs.TPACKET_AUXDATA, "tp_vlan_tpid");
  private static final long AUXDATA = Structs.TPACKET_AUXDATA.byteSize();

  /** The virtio header that a channel with offloads puts before a frame. */
  static final int VIRTIO_HEADER = Offloads.HEADER;

  /** A sockaddr_ll of 20 octets or a sockaddr_in6 of 28. */
  private static final int NAME_OCTETS = 32;

  /** One PACKET_AUXDATA message takes 40 octets; the rest is for one more of its size. */
  private static final int CONTROL_OCTETS = 80;

  private static final long SLL_PKTTYPE = Structs.offset(Structs.SOCKADDR_LL, "sll_pkttype");
  private static final long SLL_FAMILY = Structs.offset(Structs.SOCKADDR_LL, "sll_family");

  private final int slots;
  private final int frameOctetsMax;
  private final long stride;
  private final MemorySegment memory;
  private final MemorySegment messages;
  private final MemorySegment controls;
  private final MemorySegment names;
  private final MemorySegment vectors;

  /** One slice per slot, made once for read(2). */
  private final MemorySegment[] frames;

  private final long[] starts;
  private final int[] lengths;
  private final int[] tags;
  private final int[] tpids;
  private final boolean[] truncated;

  /** What senders left to be done. */
  private final Offloads left;

  private int count;

  /** The vectors leave room for a virtio header. */
  private boolean headed;

  /** How many headers, from the first, the kernel may have written to since they were set. */
  private int stale;

  private FrameBatch(FrameSize size, int slots) {
    if (slots < 1 || slots > SLOTS_MAX) {
      throw new IllegalArgumentException("slots must be 1 to " + SLOTS_MAX + ", not " + slots);
    }
    this.slots = slots;
    this.frameOctetsMax = size.octets();
    this.stride = (HEADROOM + frameOctetsMax + 63L) / 64 * 64;
    Arena arena = Arena.ofAuto();
    this.memory = arena.allocate(stride * slots, 64);
    this.messages = arena.allocate(Structs.array(slots, Structs.MMSGHDR));
    this.controls = arena.allocate((long) CONTROL_OCTETS * slots, 8);
    this.names = arena.allocate((long) NAME_OCTETS * slots, 8);
    this.vectors = arena.allocate(Structs.array(slots, Structs.IOVEC));
    for (int i = 0; i < slots; i++) {
      messages.set(JAVA_LONG, i * MMSGHDR + MSG_NAME, names.address() + (long) i * NAME_OCTETS);
      messages.set(JAVA_LONG, i * MMSGHDR + MSG_IOV, vectors.address() + i * IOVEC);
      messages.set(JAVA_LONG, i * MMSGHDR + MSG_IOVLEN, 1);
      messages.set(
          JAVA_LONG, i * MMSGHDR + MSG_CONTROL, controls.address() + (long) i * CONTROL_OCTETS);
    }
    this.frames = new MemorySegment[slots];
    point(0);
    this.starts = new long[slots];
    this.lengths = new int[slots];
    this.tags = new int[slots];
    this.tpids = new int[slots];
    this.truncated = new boolean[slots];
    this.left = new Offloads(slots);
    this.stale = slots;
  }

  /** A batch of {@code slots} (1 to 1,024) frames of up to that size. */
  public static FrameBatch of(FrameSize size, int slots) {
    return new FrameBatch(size, slots);
  }

  // Filling.

  /** Where the kernel is to put frames, with room for a header before them or without. */
  private void point(int headerOctets) {
    for (int i = 0; i < slots; i++) {
      long at = slotStart(i) - headerOctets;
      vectors.set(JAVA_LONG, i * IOVEC + IOV_BASE, memory.address() + at);
      vectors.set(JAVA_LONG, i * IOVEC + IOV_LEN, headerOctets + frameOctetsMax);
      frames[i] = memory.asSlice(at, headerOctets + frameOctetsMax);
    }
    headed = headerOctets != 0;
  }

  /** Does nothing in the usual case of a batch that serves channels of one kind. */
  private int prepare(boolean offloads) {
    if (offloads != headed) {
      point(offloads ? VIRTIO_HEADER : 0);
    }
    return offloads ? VIRTIO_HEADER : 0;
  }

  /**
   * recvmmsg on a socket: how many frames came, 0 if none waited, or minus errno.
   *
   * @param offloads of the channel
   */
  int receiveFrom(int fd, int framesMax, boolean offloads) {
    int wanted = Math.min(framesMax, slots);
    int header = prepare(offloads);
    rearm();
    int received = C.recvmmsg(fd, messages, wanted, Constants.MSG_DONTWAIT, MemorySegment.NULL);
    if (received < 0) {
      count = 0;
      stale = 1;
      return received == -Errno.EAGAIN || received == -Errno.EINTR ? 0 : received;
    }
    // One more than received: the kernel may have given up on that one half-way.
    stale = Math.min(received + 1, slots);
    count = received;
    for (int i = 0; i < received; i++) {
      decode(i, header);
    }
    return received;
  }

  /** read on a TAP: one frame a call, until none waits or the batch is full. As receiveFrom. */
  int readFrom(int fd, int framesMax, boolean offloads) {
    int wanted = Math.min(framesMax, slots);
    int header = prepare(offloads);
    count = 0;
    while (count < wanted) {
      long read = C.read(fd, frames[count], header + frameOctetsMax);
      if (read < 0) {
        boolean none = read == -Errno.EAGAIN || read == -Errno.EINTR;
        return count > 0 || none ? count : (int) read;
      }
      int i = take((int) Math.max(0, read - header));
      // The device cuts silently, so a frame that fills the slot may have been longer.
      truncated[i] = read == header + frameOctetsMax;
      if (header != 0) {
        readHeader(i);
      }
    }
    return count;
  }

  /** Puts the lengths back that the kernel overwrote with what it used. */
  private void rearm() {
    for (int i = 0; i < stale; i++) {
      messages.set(JAVA_INT, i * MMSGHDR + MSG_NAMELEN, NAME_OCTETS);
      messages.set(JAVA_LONG, i * MMSGHDR + MSG_CONTROLLEN, CONTROL_OCTETS);
    }
  }

  private void decode(int i, int header) {
    long message = i * MMSGHDR;
    starts[i] = slotStart(i);
    lengths[i] = Math.max(0, messages.get(JAVA_INT, message + MSG_LEN) - header);
    truncated[i] = (messages.get(JAVA_INT, message + MSG_FLAGS) & Constants.MSG_TRUNC) != 0;
    tags[i] = NO_TAG;
    tpids[i] = 0;
    if (header == 0) {
      left.nothing(i);
    } else {
      readHeader(i);
    }
    long control = (long) i * CONTROL_OCTETS;
    long end =
        control
            + Math.min(messages.get(JAVA_LONG, message + MSG_CONTROLLEN), (long) CONTROL_OCTETS);
    while (control + CMSG_DATA <= end) {
      long length = controls.get(JAVA_LONG, control + CMSG_LEN);
      if (length < CMSG_DATA || control + length > end) {
        break;
      }
      if (controls.get(JAVA_INT, control + CMSG_LEVEL) == Constants.SOL_PACKET
          && controls.get(JAVA_INT, control + CMSG_TYPE) == Constants.PACKET_AUXDATA
          && length >= CMSG_DATA + AUXDATA) {
        decodeAuxdata(i, control + CMSG_DATA);
      }
      control += (length + 7) & ~7L;
    }
  }

  private void readHeader(int i) {
    left.read(i, memory, starts[i], lengths[i]);
  }

  private void decodeAuxdata(int i, long auxdata) {
    int status = controls.get(JAVA_INT, auxdata + TP_STATUS);
    if ((status & Constants.TP_STATUS_VLAN_VALID) != 0) {
      tags[i] = controls.get(JAVA_SHORT, auxdata + TP_VLAN_TCI) & 0xFFFF;
      tpids[i] =
          (status & Constants.TP_STATUS_VLAN_TPID_VALID) != 0
              ? controls.get(JAVA_SHORT, auxdata + TP_VLAN_TPID) & 0xFFFF
              : Constants.ETH_P_8021Q;
    }
  }

  /** Forgets all frames. */
  public void clear() {
    count = 0;
  }

  /**
   * Copies a frame into the next free slot.
   *
   * @return its index
   * @throws IllegalStateException if the batch is full
   * @throws IllegalArgumentException if the frame is longer than the frame size
   */
  public int append(byte[] frame) {
    MemorySegment.copy(frame, 0, memory, JAVA_BYTE, nextSlotFor(frame.length), frame.length);
    return take(frame.length);
  }

  /** As {@link #append(byte[])}, a frame whose sender left something to be done. */
  public int append(byte[] frame, Offload offload) {
    int i = append(frame);
    left.set(i, offload, memory, starts[i], lengths[i]);
    return i;
  }

  /**
   * Takes the next free slot for a frame of so many octets, which the caller writes into {@link
   * #memory} at {@link #start}.
   *
   * @return its index
   */
  public int reserve(int length) {
    nextSlotFor(length);
    return take(length);
  }

  /** Copies frame {@code index} of another batch into the next free slot, its tag included. */
  public int append(FrameBatch source, int index) {
    int length = source.length(index);
    MemorySegment.copy(source.memory, source.starts[index], memory, nextSlotFor(length), length);
    int i = take(length);
    tags[i] = source.tags[index];
    tpids[i] = source.tpids[index];
    truncated[i] = source.truncated[index];
    left.copy(i, source.left, index);
    return i;
  }

  private long nextSlotFor(int length) {
    if (count == slots) {
      throw new IllegalStateException("all " + slots + " slots are taken");
    }
    if (length > frameOctetsMax) {
      throw new IllegalArgumentException(
          "a frame of " + length + " octets in a slot of " + frameOctetsMax);
    }
    return slotStart(count);
  }

  private int take(int length) {
    int i = count++;
    starts[i] = slotStart(i);
    lengths[i] = length;
    tags[i] = NO_TAG;
    tpids[i] = 0;
    truncated[i] = false;
    left.nothing(i);
    return i;
  }

  private long slotStart(int i) {
    return i * stride + HEADROOM;
  }

  // Looking.

  /** How many frames there are. */
  public int count() {
    return count;
  }

  public int slots() {
    return slots;
  }

  /** How long a frame may be, in octets. */
  public int frameOctetsMax() {
    return frameOctetsMax;
  }

  /** Octets of frame {@code i} that are here. */
  public int length(int i) {
    return lengths[Objects.checkIndex(i, count)];
  }

  /** Whether the frame was longer than its slot, so that its end is missing. */
  public boolean truncated(int i) {
    return truncated[Objects.checkIndex(i, count)];
  }

  /**
   * The tag control information (priority, DEI, VID; 0 to 65,535) of the outer tag that is not
   * among the frame's octets, because the kernel or {@link #popTag} took it out; or {@link
   * #NO_TAG}.
   */
  public int tag(int i) {
    return tags[Objects.checkIndex(i, count)];
  }

  /** The EtherType of that tag (0x8100 or 0x88A8), 0 without one. */
  public int tagProtocol(int i) {
    return tpids[Objects.checkIndex(i, count)];
  }

  /**
   * Where in the frame the octets begin that its sender left to be summed, to its end; 0 when
   * nothing is left to do, or when the channel has no offloads to tell.
   */
  public int checksumStart(int i) {
    return left.checksumStart(Objects.checkIndex(i, count));
  }

  /** Where the checksum is, from {@link #checksumStart}. */
  public int checksumOffset(int i) {
    return left.checksumOffset(Objects.checkIndex(i, count));
  }

  /** Payload octets of each segment but the last; 0 for a single frame. */
  public int segmentSize(int i) {
    return left.segmentSize(Objects.checkIndex(i, count));
  }

  /** Whether a row of segments is one of datagrams; otherwise it is one of TCP. */
  public boolean segmentsAreDatagrams(int i) {
    return left.areDatagrams(Objects.checkIndex(i, count));
  }

  /** Octets before the payload of a row of segments. */
  public int headersLength(int i) {
    return left.headersLength(Objects.checkIndex(i, count));
  }

  /**
   * Writes the virtio header of frame {@code i} for a channel with offloads.
   *
   * @param tagLength octets of a tag that will be put behind the addresses
   */
  void writeHeader(int i, MemorySegment target, long at, int tagLength) {
    left.write(i, target, at, tagLength);
  }

  /** The address of a virtio header that lies before the frame, written there. */
  long headedAddress(int i) {
    long at = start(i) - VIRTIO_HEADER;
    writeHeader(i, memory, at, 0);
    return memory.address() + at;
  }

  /** PACKET_HOST (0), PACKET_BROADCAST (1) … of packet(7), or -1 if not from a packet socket. */
  public int packetType(int i) {
    long name = (long) Objects.checkIndex(i, count) * NAME_OCTETS;
    return names.get(JAVA_SHORT, name + SLL_FAMILY) == Constants.AF_PACKET
        ? names.get(JAVA_BYTE, name + SLL_PKTTYPE)
        : -1;
  }

  /** The octet at {@code offset} of frame {@code i}, 0 to 255. */
  public int octetAt(int i, int offset) {
    return memory.get(JAVA_BYTE, at(i, offset, 1)) & 0xFF;
  }

  /** Two octets in network order, 0 to 65,535. */
  public int shortAt(int i, int offset) {
    return memory.get(SHORT_BE, at(i, offset, 2)) & 0xFFFF;
  }

  /** Four octets in network order. */
  public int intAt(int i, int offset) {
    return memory.get(INT_BE, at(i, offset, 4));
  }

  /** Eight octets in network order. */
  public long longAt(int i, int offset) {
    return memory.get(LONG_BE, at(i, offset, 8));
  }

  /** Six octets in network order as the low 48 bits: destination at 0, source at 6. */
  public long macAt(int i, int offset) {
    long position = at(i, offset, 6);
    return ((memory.get(SHORT_BE, position) & 0xFFFFL) << 32)
        | (memory.get(INT_BE, position + 2) & 0xFFFF_FFFFL);
  }

  /** A copy of the frame's octets. */
  public byte[] octets(int i) {
    byte[] octets = new byte[length(i)];
    MemorySegment.copy(memory, JAVA_BYTE, starts[i], octets, 0, octets.length);
    return octets;
  }

  /** The memory of all slots, for readers of their own; frame i begins at {@link #start}. */
  public MemorySegment memory() {
    return memory;
  }

  /** Where in {@link #memory} frame {@code i} begins. */
  public long start(int i) {
    return starts[Objects.checkIndex(i, count)];
  }

  private long at(int i, int offset, int octets) {
    Objects.checkFromIndexSize(offset, octets, length(i));
    return starts[i] + offset;
  }

  // Tags.

  /**
   * Takes an outer 802.1Q tag (0x8100) out of the octets, if there is no tag beside the frame yet,
   * by moving the two addresses: after this, frames of all kinds of ports look the same.
   *
   * @return {@link #tag}
   */
  public int popTag(int i) {
    if (tag(i) == NO_TAG
        && lengths[i] >= MACS + TAG + 2
        && shortAt(i, MACS) == Constants.ETH_P_8021Q) {
      tpids[i] = Constants.ETH_P_8021Q;
      tags[i] = shortAt(i, MACS + 2);
      moveAddresses(i, TAG);
    }
    return tags[i];
  }

  /** Puts a tag into the octets, behind the addresses; {@link #tag} is then {@link #NO_TAG}. */
  public void pushTag(int i, TagProtocol protocol, int tagControlInformation) {
    int length = length(i);
    if (length < MACS) {
      throw new IllegalArgumentException("a tag behind a frame of " + length + " octets");
    }
    if (starts[i] - TAG - VIRTIO_HEADER < i * stride) {
      throw new IllegalStateException("no headroom is left for another tag");
    }
    moveAddresses(i, -TAG);
    memory.set(SHORT_BE, starts[i] + MACS, (short) protocol.etherType());
    memory.set(SHORT_BE, starts[i] + MACS + 2, (short) tagControlInformation);
    tags[i] = NO_TAG;
    tpids[i] = 0;
  }

  private void moveAddresses(int i, int octets) {
    long from = starts[i];
    long first = memory.get(LONG_BE, from);
    int second = memory.get(INT_BE, from + 8);
    memory.set(LONG_BE, from + octets, first);
    memory.set(INT_BE, from + octets + 8, second);
    starts[i] = from + octets;
    lengths[i] -= octets;
    left.moved(i, octets);
  }

  /** The address of the frame's first octet, for a vector that holds on to this batch. */
  long address(int i) {
    return memory.address() + start(i);
  }
}
