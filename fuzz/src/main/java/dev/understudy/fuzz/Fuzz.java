package dev.understudy.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Gives a decoder random and mutated octets.
 *
 * <p>System properties: {@code fuzz.inputs}, {@code fuzz.seed}, and {@code fuzz.report}, a file to
 * which a line is added for each decoder: name, inputs, seconds, different outcomes.
 */
public final class Fuzz {
  /** Inputs of a plain test. */
  public static final int INPUTS_DEFAULT = 20_000;

  /** Examples that are kept, given and found. */
  public static final int POOL_MAX = 1_024;

  private static final long SEED_DEFAULT = 802_117L;

  private Fuzz() {}

  /** What one input takes, and so how many there are. */
  public enum Cost {
    /** Microseconds. */
    COMPUTING(1),
    /** A file is written and forced to the disk. */
    DISK(100);

    private final int divisor;

    Cost(int divisor) {
      this.divisor = divisor;
    }
  }

  /** What any octets must have. */
  @FunctionalInterface
  public interface Property {
    /**
     * Throws when it is broken.
     *
     * @return what became of the octets, in a few words out of not too many
     */
    String check(byte[] octets) throws Exception;
  }

  /**
   * Checks the property with what is remembered, with the examples, and with what is made of them.
   *
   * @param test beside whose class file {@code NAME.hex} may lie: octets that were a finding once,
   *     one a line
   * @param name of the decoder
   */
  public static void run(Class<?> test, String name, List<byte[]> examples, Property property) {
    run(test, name, Cost.COMPUTING, examples, property);
  }

  /** The same, with fewer inputs where each is dear. */
  public static void run(
      Class<?> test, String name, Cost cost, List<byte[]> examples, Property property) {
    long begun = System.nanoTime();
    long inputs = Long.getLong("fuzz.inputs", INPUTS_DEFAULT) / cost.divisor;
    long seed = Long.getLong("fuzz.seed", SEED_DEFAULT);
    Mutator mutator = new Mutator(new SplittableRandom(seed));
    Set<String> outcomes = new HashSet<>();
    List<byte[]> pool = new ArrayList<>(examples);
    pool.addAll(remembered(test, name));
    for (byte[] octets : pool) {
      outcomes.add(check(name, seed, octets, property));
    }
    for (long i = 0; i < inputs; i++) {
      byte[] octets = mutator.next(pool);
      if (outcomes.add(check(name, seed, octets, property)) && pool.size() < POOL_MAX) {
        pool.add(octets);
      }
    }
    report(
        "%s\t%d\t%.1f\t%d%n"
            .formatted(name, inputs, (System.nanoTime() - begun) / 1e9, outcomes.size()));
  }

  private static String check(String name, long seed, byte[] octets, Property property) {
    byte[] given = octets.clone();
    try {
      return property.check(given);
    } catch (Exception | AssertionError | StackOverflowError | OutOfMemoryError e) {
      throw new AssertionError(
          "%s, seed %d, breaks at %s; put this line into %s.hex beside the test"
              .formatted(name, seed, HexFormat.of().formatHex(octets), name),
          e);
    }
  }

  private static List<byte[]> remembered(Class<?> test, String name) {
    try (InputStream lines = test.getResourceAsStream(name + ".hex")) {
      return lines == null
          ? List.of()
          : new String(lines.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.isBlank() && !line.startsWith("#"))
              .map(line -> HexFormat.of().parseHex(line.strip()))
              .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void report(String line) {
    String file = System.getProperty("fuzz.report");
    if (file == null) {
      return;
    }
    try {
      Files.writeString(Path.of(file), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
