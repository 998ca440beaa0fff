package dev.understudy.wire.bpdu;

/** Ranges of fields; what is outside is the caller's mistake, never a neighbour's. */
final class Range {
  private Range() {}

  static void octet(String field, int value) {
    check(field, value, 0xFF);
  }

  static void u16(String field, int value) {
    check(field, value, 0xFFFF);
  }

  static void u32(String field, long value) {
    check(field, value, 0xFFFF_FFFFL);
  }

  static void lengthMax(String field, int length, int max) {
    check("length of " + field, length, max);
  }

  private static void check(String field, long value, long max) {
    if (value < 0 || value > max) {
      throw new IllegalArgumentException(field + " is not in 0.." + max + ": " + value);
    }
  }
}
