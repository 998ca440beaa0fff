package dev.understudy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;

/**
 * The tests that every codec has, in one place, so that no codec gets fewer of them than the
 * others.
 *
 * @param <T> what the codec decodes to
 */
public record CodecChecks<T>(Decoder<T> decoder, ToIntFunction<T> length, Writer<T> writer) {
  /** The seeds of all random tests. */
  public static final List<Long> SEEDS = List.of(1L, 20_040_609L, 802_117L);

  private static final int MARGIN = 7;
  private static final int RANDOM_ROUNDS = 20_000;
  private static final int RANDOM_LENGTH_MAX = 1_600;

  /** A codec's decoder. */
  @FunctionalInterface
  public interface Decoder<T> {
    Decoded<T> decode(byte[] octets, int offset, int length);
  }

  /** A codec's writer. */
  @FunctionalInterface
  public interface Writer<T> {
    int write(T value, byte[] octets, int at);
  }

  /** Decodes octets that lie in the middle of others. */
  public Decoded<T> decode(Octets octets) {
    byte[] array = new byte[MARGIN + octets.length() + MARGIN];
    Arrays.fill(array, (byte) 0xA5);
    octets.copyTo(array, MARGIN);
    return decoder.decode(array, MARGIN, octets.length());
  }

  /** Writes the value into 0xA5s and into 0x5As: what is left of either would make a difference. */
  public Octets encode(T value) {
    Octets into = encodeInto((byte) 0xA5, value);
    assertThat(encodeInto((byte) 0x5A, value))
        .as("octets left unwritten by %s", value)
        .isEqualTo(into);
    return into;
  }

  private Octets encodeInto(byte filler, T value) {
    int expected = length.applyAsInt(value);
    byte[] array = new byte[MARGIN + expected + MARGIN];
    Arrays.fill(array, filler);
    assertThat(writer.write(value, array, MARGIN)).isEqualTo(expected);
    for (int i = 0; i < MARGIN; i++) {
      assertThat(array[i]).as("octet before").isEqualTo(filler);
      assertThat(array[MARGIN + expected + i]).as("octet behind").isEqualTo(filler);
    }
    return Octets.copyOf(array, MARGIN, expected);
  }

  /** These octets are this value, both ways. */
  public void fixed(String hex, T value) {
    fixed(hex, value, 0);
  }

  /** As {@link #fixed(String, Object)}; the writer adds so many zeros. */
  public void fixed(String hex, T value, int padding) {
    Octets octets = Octets.fromHex(hex);
    assertThat(decode(octets)).isEqualTo(Decoded.ok(value));
    assertThat(encode(value).hex()).isEqualTo(octets.hex() + "00".repeat(padding));
  }

  /** What was written is read as the same. */
  public void roundTrip(T value) {
    assertThat(decode(encode(value))).isEqualTo(Decoded.ok(value));
  }

  /** These octets without their last one, two, three … are bad at where they end. */
  public void everyTruncationIsBad(Octets octets) {
    assertThat(decode(octets)).isInstanceOf(Decoded.Ok.class);
    for (int n = 0; n < octets.length(); n++) {
      assertThat(decode(octets.slice(0, n)))
          .as("first %d octets", n)
          .isEqualTo(Decoded.bad(Decoded.Reason.TRUNCATED, n));
    }
  }

  /**
   * Random octets, and a good example with some octets changed and its end cut or grown, never
   * throw; where they mean something, that survives being written and read again. Returns how many
   * did.
   */
  public int randomOctetsNeverThrow(long seed, Octets example) {
    SplittableRandom random = new SplittableRandom(seed);
    int meant = 0;
    for (int round = 0; round < RANDOM_ROUNDS; round++) {
      Octets octets = round % 4 == 0 ? random(random) : mutated(example, random);
      Decoded<T> decoded;
      try {
        decoded = decode(octets);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + " round " + round + ": " + octets, e);
      }
      switch (decoded) {
        case Decoded.Ok<T>(T value) -> {
          meant++;
          roundTrip(value);
        }
        case Decoded.Bad<T> bad ->
            assertThat(bad.offset()).as("seed %d: %s", seed, octets).isBetween(0, octets.length());
      }
    }
    return meant;
  }

  private static Octets random(SplittableRandom random) {
    byte[] octets = new byte[random.nextInt(RANDOM_LENGTH_MAX)];
    random.nextBytes(octets);
    return Octets.of(octets);
  }

  private static Octets mutated(Octets example, SplittableRandom random) {
    int length = example.length();
    if (random.nextInt(3) == 0) {
      length = random.nextInt(example.length() + 50);
    }
    byte[] octets = new byte[length];
    random.nextBytes(octets);
    example.slice(0, Math.min(length, example.length())).copyTo(octets, 0);
    for (int i = random.nextInt(3); i > 0 && length > 0; i--) {
      octets[random.nextInt(length)] = (byte) random.nextInt(256);
    }
    return Octets.of(octets);
  }
}
