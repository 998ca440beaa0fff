package dev.understudy.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Makes octets of other octets. */
final class Mutator {
  static final int LENGTH_MAX = 2_048;

  /** Every so many inputs have nothing to do with any example. */
  private static final int RANDOM_EVERY = 16;

  private static final int CHANGES_MAX = 6;
  private static final int RUN_MAX = 32;

  /** Values at which counters, lengths and signs turn over. */
  private static final long[] EDGES = {
    0, 1, -1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFFL
  };

  private final SplittableRandom random;

  Mutator(SplittableRandom random) {
    this.random = random;
  }

  byte[] next(List<byte[]> examples) {
    if (examples.isEmpty() || random.nextInt(RANDOM_EVERY) == 0) {
      byte[] octets = new byte[random.nextInt(random.nextBoolean() ? 64 : LENGTH_MAX)];
      random.nextBytes(octets);
      return octets;
    }
    byte[] octets = example(examples).clone();
    for (int i = random.nextInt(CHANGES_MAX); i >= 0; i--) {
      octets = change(octets, examples);
    }
    return octets;
  }

  private byte[] example(List<byte[]> examples) {
    return examples.get(random.nextInt(examples.size()));
  }

  private byte[] change(byte[] octets, List<byte[]> examples) {
    if (octets.length == 0) {
      return new byte[] {(byte) random.nextInt(256)};
    }
    int at = random.nextInt(octets.length);
    int run = Math.min(1 + random.nextInt(RUN_MAX), octets.length - at);
    switch (random.nextInt(9)) {
      case 0 -> octets[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> octets[at] = (byte) random.nextInt(256);
      case 2 -> octets[at] += (byte) (random.nextBoolean() ? 1 : -1);
      case 3 -> number(octets, at);
      case 4 -> {
        return splice(octets, at, 0, Arrays.copyOfRange(octets, at, at + run));
      }
      case 5 -> {
        return splice(octets, at, run, new byte[0]);
      }
      case 6 -> {
        return Arrays.copyOf(octets, at);
      }
      case 7 -> {
        byte[] inserted = new byte[run];
        random.nextBytes(inserted);
        return splice(octets, at, 0, inserted);
      }
      default -> {
        byte[] other = example(examples);
        int from = other.length == 0 ? 0 : random.nextInt(other.length);
        return splice(
            octets, at, octets.length - at, Arrays.copyOfRange(other, from, other.length));
      }
    }
    return octets;
  }

  /** Writes one of the edges as a number of one, two or four octets, in either order. */
  private void number(byte[] octets, int at) {
    int size = Math.min(1 << random.nextInt(3), octets.length - at);
    boolean little = random.nextBoolean();
    long value = EDGES[random.nextInt(EDGES.length)];
    for (int i = 0; i < size; i++) {
      octets[at + i] = (byte) (value >>> (8 * (little ? i : size - 1 - i)));
    }
  }

  private static byte[] splice(byte[] octets, int at, int removed, byte[] inserted) {
    int length = Math.min(octets.length - removed + inserted.length, LENGTH_MAX);
    byte[] result = Arrays.copyOf(octets, Math.max(length, at));
    int room = Math.min(inserted.length, result.length - at);
    System.arraycopy(inserted, 0, result, at, room);
    int rest = Math.min(octets.length - at - removed, result.length - at - room);
    System.arraycopy(octets, at + removed, result, at + room, rest);
    return result;
  }
}
