package dev.understudy.linux;

import static dev.understudy.linux.FfmCLibrary.C;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Frames that leave by one port, in order: pointers into {@link FrameBatch}es, no copies. The same
 * frame can be in the vectors of many ports, tagged here and untagged there, because a tag is put
 * in by the kernel's gathering of three pieces (addresses, tag, rest) and moves no octet:
 *
 * <pre>
 *   add        | frame                                   |
 *   addTagged  | frame[0..12) | 0x8100 tci | frame[12..) |
 * </pre>
 *
 * <p>For a channel with offloads a virtio header goes before each: in the batch's headroom for a
 * frame as it is, here for a tagged one, because a tag moves what the header counts.
 *
 * <p>The batches' frames must stay as they are until {@link #flush} or {@link #clear}. Nothing here
 * allocates after construction. A vector belongs to one thread at a time.
 */
public final class SendVector {
  private static final int PIECES = 4;
  private static final int MACS = 12;
  private static final int TAG = 4;
  private static final ValueLayout.OfShort SHORT_BE = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private static final long MMSGHDR = Structs.MMSGHDR.byteSize();
  private static final long MSG_IOV = Structs.offset(Structs.MMSGHDR, "msg_hdr", "msg_iov");
  private static final long MSG_IOVLEN = Structs.offset(Structs.MMSGHDR, "msg_hdr", "msg_iovlen");
  private static final long IOVEC = Structs.IOVEC.byteSize();
  private static final long IOV_BASE = Structs.offset(Structs.IOVEC, "iov_base");
  private static final long IOV_LEN = Structs.offset(Structs.IOVEC, "iov_len");

  private final int capacity;
  private final MemorySegment messages;
  private final MemorySegment vectors;
  private final MemorySegment tags;
  private final MemorySegment headers;
  private final boolean offloads;

  /** Slices made once, so that sending from the middle allocates nothing. */
  private final MemorySegment[] messagesFrom;

  private final MemorySegment[] vectorsOf;
  private final int[] pieces;
  private final int[] lengths;

  /** Keeps the memory that the vectors point at. */
  private final @Nullable FrameBatch[] owners;

  private int count;

  private SendVector(int capacity, boolean offloads) {
    if (capacity < 1 || capacity > FrameBatch.SLOTS_MAX) {
      throw new IllegalArgumentException(
          "capacity must be 1 to " + FrameBatch.SLOTS_MAX + ", not " + capacity);
    }
    this.capacity = capacity;
    Arena arena = Arena.ofAuto();
    this.messages = arena.allocate(Structs.array(capacity, Structs.MMSGHDR));
    this.vectors = arena.allocate(Structs.array(capacity * PIECES, Structs.IOVEC));
    this.tags = arena.allocate((long) capacity * TAG, TAG);
    this.headers = arena.allocate((long) capacity * FrameBatch.VIRTIO_HEADER);
    this.offloads = offloads;
    this.messagesFrom = new MemorySegment[capacity];
    this.vectorsOf = new MemorySegment[capacity];
    for (int i = 0; i < capacity; i++) {
      messagesFrom[i] = messages.asSlice(i * MMSGHDR);
      vectorsOf[i] = vectors.asSlice(i * (PIECES * IOVEC), PIECES * IOVEC);
      messages.set(JAVA_LONG, i * MMSGHDR + MSG_IOV, vectorsOf[i].address());
    }
    this.pieces = new int[capacity];
    this.lengths = new int[capacity];
    this.owners = new @Nullable FrameBatch[capacity];
  }

  /** A vector of up to {@code capacity} (1 to 1,024) frames. */
  public static SendVector of(int capacity) {
    return new SendVector(capacity, false);
  }

  /** A vector for a channel with {@link FrameChannel#offloads}. */
  public static SendVector withOffloads(int capacity) {
    return new SendVector(capacity, true);
  }

  /**
   * Adds a frame with its octets as they are in the batch, without the tag beside it.
   *
   * @return false if the vector is full and the frame was not added
   */
  public boolean add(FrameBatch batch, int index) {
    if (count == capacity) {
      return false;
    }
    long piece = (long) count * PIECES * IOVEC;
    int length = batch.length(index);
    if (offloads) {
      set(piece, batch.headedAddress(index), FrameBatch.VIRTIO_HEADER + length);
    } else {
      set(piece, batch.address(index), length);
    }
    take(batch, length, 1);
    return true;
  }

  /**
   * Adds a frame with a tag behind its addresses.
   *
   * @return false if the vector is full and the frame was not added
   */
  public boolean addTagged(
      FrameBatch batch, int index, TagProtocol protocol, int tagControlInformation) {
    if (count == capacity) {
      return false;
    }
    int length = batch.length(index);
    if (length < MACS) {
      throw new IllegalArgumentException("a tag behind a frame of " + length + " octets");
    }
    long tag = (long) count * TAG;
    tags.set(SHORT_BE, tag, (short) protocol.etherType());
    tags.set(SHORT_BE, tag + 2, (short) tagControlInformation);
    long first = (long) count * PIECES * IOVEC;
    long piece = first;
    if (offloads) {
      long header = (long) count * FrameBatch.VIRTIO_HEADER;
      batch.writeHeader(index, headers, header, TAG);
      set(piece, headers.address() + header, FrameBatch.VIRTIO_HEADER);
      piece += IOVEC;
    }
    long address = batch.address(index);
    set(piece, address, MACS);
    set(piece + IOVEC, tags.address() + tag, TAG);
    set(piece + 2 * IOVEC, address + MACS, length - MACS);
    take(batch, length + TAG, (int) ((piece - first) / IOVEC) + 3);
    return true;
  }

  private void set(long piece, long address, long length) {
    vectors.set(JAVA_LONG, piece + IOV_BASE, address);
    vectors.set(JAVA_LONG, piece + IOV_LEN, length);
  }

  private void take(FrameBatch batch, int length, int pieceCount) {
    messages.set(JAVA_LONG, count * MMSGHDR + MSG_IOVLEN, pieceCount);
    pieces[count] = pieceCount;
    lengths[count] = length;
    owners[count] = batch;
    count++;
  }

  /** How many frames there are. */
  public int count() {
    return count;
  }

  public int capacity() {
    return capacity;
  }

  public boolean isFull() {
    return count == capacity;
  }

  /** Octets of frame {@code i} as it will leave, its tag included. */
  public int length(int i) {
    return lengths[Objects.checkIndex(i, count)];
  }

  /** Forgets all frames and lets go of their batches. */
  public void clear() {
    Arrays.fill(owners, 0, count, null);
    count = 0;
  }

  /**
   * Sends all frames in order and clears the vector. A frame that the kernel does not take is
   * dropped and counted in {@code tally} by reason; nothing waits and nothing is thrown.
   *
   * @return how many were sent
   */
  public int flush(FrameChannel channel, SendTally tally) {
    int sent = 0;
    int next = 0;
    int refusals = 0;
    while (next < count) {
      int result = channel.send(this, next);
      if (result > 0) {
        sent += result;
        for (int end = next + result; next < end; next++) {
          tally.sent(lengths[next]);
        }
        refusals = 0;
      } else if (result == -Errno.EINTR) {
        // Nothing was sent yet; the same again.
      } else if (SendTally.isRefusal(-result) && refusals == 0) {
        // The answer to an earlier datagram is reported once, by a call that then sends nothing.
        refusals++;
      } else if (SendTally.concernsOneFrame(-result)) {
        tally.dropped(-result, 1);
        next++;
        refusals = 0;
      } else {
        tally.dropped(-result, count - next);
        next = count;
      }
    }
    clear();
    return sent;
  }

  /** sendmmsg from frame {@code from} on: how many went, or minus errno for that frame. */
  int sendTo(int fd, int from) {
    Objects.checkIndex(from, count);
    return C.sendmmsg(fd, messagesFrom[from], count - from, Constants.MSG_DONTWAIT);
  }

  /** writev of one frame after the other, from {@code from} on. As sendTo. */
  int writeTo(int fd, int from) {
    Objects.checkIndex(from, count);
    for (int i = from; i < count; i++) {
      long written = C.writev(fd, vectorsOf[i], pieces[i]);
      if (written < 0) {
        return i > from ? i - from : (int) written;
      }
    }
    return count - from;
  }
}
