package dev.understudy.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * What the senders of a batch's frames left to be done, and the virtio header that says so:
 *
 * <pre>
 *   0       1          2             4          6              8                10
 *   | flags | gso_type | hdr_len     | gso_size | csum_start   | csum_offset    |
 * </pre>
 *
 * in the byte order of the machine (include/uapi/linux/virtio_net.h). Positions count from the
 * frame's beginning, so they move with a tag. Reading and writing allocate nothing.
 */
final class Offloads {
  /** Octets of the header. */
  static final int HEADER = (int) Structs.VIRTIO_NET_HDR.byteSize();

  private static final long GSO_TYPE = Structs.offset(Structs.VIRTIO_NET_HDR, "gso_type");
  private static final long HDR_LEN = Structs.offset(Structs.VIRTIO_NET_HDR, "hdr_len");
  private static final long GSO_SIZE = Structs.offset(Structs.VIRTIO_NET_HDR, "gso_size");
  private static final long CSUM_START = Structs.offset(Structs.VIRTIO_NET_HDR, "csum_start");
  private static final long CSUM_OFFSET = Structs.offset(Structs.VIRTIO_NET_HDR, "csum_offset");

  private static final int TCP_HEADER_MIN = 20;
  private static final int TCP_DATA_OFFSET = 12;
  private static final int UDP_HEADER = 8;

  private final int[] checksumStarts;
  private final int[] checksumOffsets;
  private final int[] segmentSizes;
  private final int[] segmentKinds;
  private final int[] headersLengths;

  Offloads(int slots) {
    checksumStarts = new int[slots];
    checksumOffsets = new int[slots];
    segmentSizes = new int[slots];
    segmentKinds = new int[slots];
    headersLengths = new int[slots];
  }

  /** Where the octets to be summed begin; 0 when nothing is left to do. */
  int checksumStart(int i) {
    return checksumStarts[i];
  }

  /** Where the checksum is, from there. */
  int checksumOffset(int i) {
    return checksumOffsets[i];
  }

  /** Payload octets of each segment but the last; 0 for a single frame. */
  int segmentSize(int i) {
    return segmentSizes[i];
  }

  boolean areDatagrams(int i) {
    return segmentKinds[i] == Constants.VIRTIO_NET_HDR_GSO_UDP_L4;
  }

  /** Octets before the payload of a row of segments. */
  int headersLength(int i) {
    return headersLengths[i];
  }

  void nothing(int i) {
    checksumStarts[i] = 0;
    segmentSizes[i] = 0;
    headersLengths[i] = 0;
  }

  void copy(int i, Offloads source, int index) {
    checksumStarts[i] = source.checksumStarts[index];
    checksumOffsets[i] = source.checksumOffsets[index];
    segmentSizes[i] = source.segmentSizes[index];
    segmentKinds[i] = source.segmentKinds[index];
    headersLengths[i] = source.headersLengths[index];
  }

  /** The frame begins so many octets later, because a tag was taken out. */
  void moved(int i, int octets) {
    if (checksumStarts[i] != 0) {
      checksumStarts[i] -= octets;
      headersLengths[i] -= octets;
    }
  }

  void set(int i, Offload offload, MemorySegment memory, long start, int length) {
    int kind = offload.kind().number();
    leave(i, offload.checksumStart(), offload.checksumOffset(), kind);
    segmentSizes[i] = offload.segmentSize();
    measureHeaders(i, memory, start, length);
  }

  /** Reads the header that lies before a frame. */
  void read(int i, MemorySegment memory, long start, int length) {
    long header = start - HEADER;
    int kind = memory.get(JAVA_BYTE, header + GSO_TYPE) & 0xFF & ~Constants.VIRTIO_NET_HDR_GSO_ECN;
    boolean unsummed = (memory.get(JAVA_BYTE, header) & Constants.VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0;
    if (kind == Constants.VIRTIO_NET_HDR_GSO_NONE && !unsummed) {
      nothing(i);
      return;
    }
    leave(
        i,
        unsummed ? memory.get(JAVA_SHORT_UNALIGNED, header + CSUM_START) & 0xFFFF : 0,
        memory.get(JAVA_SHORT_UNALIGNED, header + CSUM_OFFSET) & 0xFFFF,
        kind);
    segmentSizes[i] =
        kind == Constants.VIRTIO_NET_HDR_GSO_NONE
            ? 0
            : memory.get(JAVA_SHORT_UNALIGNED, header + GSO_SIZE) & 0xFFFF;
    measureHeaders(i, memory, start, length);
  }

  private void leave(int i, int checksumStart, int checksumOffset, int kind) {
    checksumStarts[i] = checksumStart;
    checksumOffsets[i] = checksumOffset;
    segmentKinds[i] = kind;
  }

  private void measureHeaders(int i, MemorySegment memory, long start, int length) {
    int checksumStart = checksumStarts[i];
    int kind = segmentKinds[i];
    headersLengths[i] = checksumStart + checksumOffsets[i] + 2;
    if (kind == Constants.VIRTIO_NET_HDR_GSO_UDP_L4) {
      headersLengths[i] = checksumStart + UDP_HEADER;
    } else if (kind != Constants.VIRTIO_NET_HDR_GSO_NONE
        && length >= checksumStart + TCP_HEADER_MIN) {
      int dataOffset = memory.get(JAVA_BYTE, start + checksumStart + TCP_DATA_OFFSET) >> 4 & 0xF;
      headersLengths[i] = checksumStart + 4 * dataOffset;
    }
  }

  /**
   * Writes a header.
   *
   * @param tagLength octets of a tag that will be put behind the addresses
   */
  void write(int i, MemorySegment target, long at, int tagLength) {
    target.set(JAVA_LONG_UNALIGNED, at, 0);
    target.set(JAVA_SHORT_UNALIGNED, at + CSUM_OFFSET, (short) 0);
    if (checksumStarts[i] == 0) {
      return;
    }
    target.set(JAVA_BYTE, at, (byte) Constants.VIRTIO_NET_HDR_F_NEEDS_CSUM);
    target.set(JAVA_SHORT_UNALIGNED, at + HDR_LEN, (short) (headersLengths[i] + tagLength));
    target.set(JAVA_SHORT_UNALIGNED, at + CSUM_START, (short) (checksumStarts[i] + tagLength));
    target.set(JAVA_SHORT_UNALIGNED, at + CSUM_OFFSET, (short) checksumOffsets[i]);
    if (segmentSizes[i] != 0) {
      target.set(JAVA_BYTE, at + GSO_TYPE, (byte) segmentKinds[i]);
      target.set(JAVA_SHORT_UNALIGNED, at + GSO_SIZE, (short) segmentSizes[i]);
    }
  }
}
