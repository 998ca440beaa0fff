package dev.understudy.protocols.fdb;

import dev.understudy.core.Check;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Learned addresses by (FID, MAC), in an open-addressing hash table with linear probing.
 *
 * <pre>
 * key:  63      48 47                                             0
 *      +----------+------------------------------------------------+
 *      |   FID    |                 MAC address                    |
 *      +----------+------------------------------------------------+
 * </pre>
 */
final class LearnedAddresses {
  static final int ENTRIES_MAX = 1 << 21;
  static final int FID_MAX = 0xFFFF;
  static final int NONE = 0;

  private static final int CAPACITY_MIN = 1 << 6;
  private static final int MAC_BITS = 48;
  private static final long MAC_MASK = (1L << MAC_BITS) - 1;

  private long[] keys = new long[CAPACITY_MIN];

  /** Bridge ports; {@link #NONE}: the slot is empty. */
  private int[] ports = new int[CAPACITY_MIN];

  private int size;

  static long key(int fid, long mac) {
    return (long) fid << MAC_BITS | mac;
  }

  static int fid(long key) {
    return (int) (key >>> MAC_BITS);
  }

  static long mac(long key) {
    return key & MAC_MASK;
  }

  int size() {
    return size;
  }

  /** The bridge port, or {@link #NONE}. */
  int get(long key) {
    return ports[slot(key)];
  }

  /** The former bridge port, or {@link #NONE}. */
  int put(long key, int port) {
    Check.that(port != NONE, "a learned address is at a port", key);
    int slot = slot(key);
    int former = ports[slot];
    keys[slot] = key;
    ports[slot] = port;
    if (former == NONE) {
      size++;
      if (size * 2 > keys.length) {
        grow();
      }
    }
    return former;
  }

  /** The former bridge port, or {@link #NONE}. */
  int remove(long key) {
    int hole = slot(key);
    int former = ports[hole];
    if (former == NONE) {
      return NONE;
    }
    size--;
    int mask = keys.length - 1;
    // Entries behind the hole move into it unless that would put them before their home.
    for (int at = (hole + 1) & mask; ports[at] != NONE; at = (at + 1) & mask) {
      int home = home(keys[at]);
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        keys[hole] = keys[at];
        ports[hole] = ports[at];
        hole = at;
      }
    }
    ports[hole] = NONE;
    return former;
  }

  /** Keys of entries whose FID and bridge port are as asked, ascending as unsigned numbers. */
  long[] keys(IntPredicate fid, IntPredicate port) {
    long[] found = new long[size];
    int count = 0;
    for (int slot = 0; slot < keys.length; slot++) {
      if (ports[slot] != NONE && fid.test(fid(keys[slot])) && port.test(ports[slot])) {
        // The sign bit turned over makes signed order unsigned.
        found[count++] = keys[slot] ^ Long.MIN_VALUE;
      }
    }
    long[] sorted = Arrays.copyOf(found, count);
    Arrays.sort(sorted);
    for (int i = 0; i < count; i++) {
      sorted[i] ^= Long.MIN_VALUE;
    }
    return sorted;
  }

  private int slot(long key) {
    int mask = keys.length - 1;
    int slot = home(key);
    while (ports[slot] != NONE && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** The finalizer of MurmurHash3: every bit of the key moves half of the result's. */
  private int home(long key) {
    long mixed = key;
    mixed = (mixed ^ (mixed >>> 33)) * 0xFF51_AFD7_ED55_8CCDL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xC4CE_B9FE_1A85_EC53L;
    mixed ^= mixed >>> 33;
    return (int) mixed & (keys.length - 1);
  }

  private void grow() {
    long[] formerKeys = keys;
    int[] formerPorts = ports;
    keys = new long[formerKeys.length * 2];
    ports = new int[formerPorts.length * 2];
    for (int i = 0; i < formerKeys.length; i++) {
      if (formerPorts[i] != NONE) {
        int slot = slot(formerKeys[i]);
        keys[slot] = formerKeys[i];
        ports[slot] = formerPorts[i];
      }
    }
  }
}
