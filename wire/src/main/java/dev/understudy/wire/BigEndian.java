package dev.understudy.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Unsigned numbers in network order inside a {@code byte[]}. Reads and writes allocate nothing; an
 * index outside the array throws {@link IndexOutOfBoundsException}, so check the length once
 * before.
 */
public final class BigEndian {
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private BigEndian() {}

  /** One octet, 0 to 255. */
  public static int u8(byte[] octets, int at) {
    return octets[at] & 0xFF;
  }

  /** Two octets, 0 to 65,535. */
  public static int u16(byte[] octets, int at) {
    return (short) SHORTS.get(octets, at) & 0xFFFF;
  }

  /** Four octets, 0 to 2<sup>32</sup> - 1. */
  public static long u32(byte[] octets, int at) {
    return (int) INTS.get(octets, at) & 0xFFFF_FFFFL;
  }

  /** Six octets, 0 to 2<sup>48</sup> - 1. */
  public static long u48(byte[] octets, int at) {
    return ((long) u16(octets, at) << 32) | u32(octets, at + 2);
  }

  /** Eight octets; compare with {@link Long#compareUnsigned}. */
  public static long u64(byte[] octets, int at) {
    return (long) LONGS.get(octets, at);
  }

  /** Writes the low 8 bits. */
  public static void put8(byte[] octets, int at, int value) {
    octets[at] = (byte) value;
  }

  /** Writes the low 16 bits. */
  public static void put16(byte[] octets, int at, int value) {
    SHORTS.set(octets, at, (short) value);
  }

  /** Writes the low 32 bits. */
  public static void put32(byte[] octets, int at, long value) {
    INTS.set(octets, at, (int) value);
  }

  /** Writes the low 48 bits. */
  public static void put48(byte[] octets, int at, long value) {
    put16(octets, at, (int) (value >>> 32));
    put32(octets, at + 2, value);
  }

  /** Writes all 64 bits. */
  public static void put64(byte[] octets, int at, long value) {
    LONGS.set(octets, at, value);
  }
}
