package dev.understudy.forwarder.soft;

import dev.understudy.core.Check;

/**
 * Long to long by open addressing with linear probing. Key and value are neighbours, so that a
 * look-up costs one cache line; at most half of the slots are taken; a removal closes its gap, so
 * that there are no tombstones. Nothing is allocated after construction.
 */
final class LongTable {
  private static final long EMPTY = 0;
  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

  private final long[] slots;
  private final int mask;
  private final int shift;
  private final int countMax;
  private int count;

  LongTable(int countMax) {
    int size = Math.max(16, Integer.highestOneBit(2 * countMax - 1) << 1);
    this.countMax = countMax;
    slots = new long[2 * size];
    mask = size - 1;
    shift = Long.SIZE - Integer.numberOfTrailingZeros(size);
  }

  int count() {
    return count;
  }

  boolean isFull() {
    return count == countMax;
  }

  /** Slots, taken or not; see {@link #keyAt}. */
  int size() {
    return mask + 1;
  }

  /** The slot of a key, or -1. */
  int find(long key) {
    int slot = home(key);
    while (true) {
      long found = slots[2 * slot];
      if (found == key) {
        return slot;
      }
      if (found == EMPTY) {
        return -1;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** The key in a slot, or 0. */
  long keyAt(int slot) {
    return slots[2 * slot];
  }

  long valueAt(int slot) {
    return slots[2 * slot + 1];
  }

  void setValueAt(int slot, long value) {
    slots[2 * slot + 1] = value;
  }

  /** Adds a key that isn't there, to a table that isn't full. */
  void add(long key, long value) {
    Check.that(key != EMPTY && count < countMax, "a free slot for a key");
    int slot = home(key);
    while (slots[2 * slot] != EMPTY) {
      slot = (slot + 1) & mask;
    }
    slots[2 * slot] = key;
    slots[2 * slot + 1] = value;
    count++;
  }

  /** Empties a slot. A later key may take its place, so a scan looks at the slot once more. */
  void removeAt(int slot) {
    int gap = slot;
    int next = gap;
    while (true) {
      next = (next + 1) & mask;
      long key = slots[2 * next];
      if (key == EMPTY) {
        break;
      }
      // A key may move into the gap if its home isn't between the gap and where it is.
      if (((next - home(key)) & mask) >= ((next - gap) & mask)) {
        slots[2 * gap] = key;
        slots[2 * gap + 1] = slots[2 * next + 1];
        gap = next;
      }
    }
    slots[2 * gap] = EMPTY;
    slots[2 * gap + 1] = 0;
    count--;
  }

  private int home(long key) {
    return (int) ((key * GOLDEN) >>> shift);
  }
}
