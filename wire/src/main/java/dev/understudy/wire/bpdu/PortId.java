package dev.understudy.wire.bpdu;

import java.util.Optional;

/**
 * A Port Identifier, lower is better (802.1Q-2018 14.2.7).
 *
 * <pre>
 *  15      12 11                   0
 *  +---------+----------------------+
 *  | priority|     port number      |
 *  +---------+----------------------+
 * </pre>
 *
 * @param bits 0 to 65,535
 */
public record PortId(int bits) implements Comparable<PortId> {
  /** Octets on the wire. */
  public static final int LENGTH = 2;

  public static final int PRIORITY_DEFAULT = 128;
  public static final int PRIORITY_MAX = 240;
  public static final int PRIORITY_STEP = 16;
  public static final int NUMBER_MAX = 0xFFF;

  private static final int PRIORITY_SHIFT = 8;

  public PortId {
    Range.u16("portId", bits);
  }

  /**
   * A port's own identifier.
   *
   * @param priority 0 to 240 in steps of 16
   * @param number 1 to 4,095
   */
  public static PortId of(int priority, int number) {
    if (priority < 0 || priority > PRIORITY_MAX || priority % PRIORITY_STEP != 0) {
      throw new IllegalArgumentException("no port priority: " + priority);
    }
    if (number < 1 || number > NUMBER_MAX) {
      throw new IllegalArgumentException("no port number: " + number);
    }
    return new PortId((priority << PRIORITY_SHIFT) | number);
  }

  /** {@code 128.3}, as {@link #toString} writes it. */
  public static Optional<PortId> tryParse(String text) {
    int dot = text.indexOf('.');
    if (dot < 1) {
      return Optional.empty();
    }
    Optional<Long> number = Decimals.tryParse(text.substring(dot + 1), NUMBER_MAX);
    return Decimals.tryParse(text.substring(0, dot), PRIORITY_MAX)
        .filter(priority -> priority % PRIORITY_STEP == 0)
        .flatMap(priority ->
            number.map(n -> new PortId((int) ((priority << PRIORITY_SHIFT) | n.longValue()))));
  }

  /**
   * As {@link #tryParse}.
   *
   * @throws IllegalArgumentException if the text is no port identifier
   */
  public static PortId parse(String text) {
    return tryParse(text)
        .orElseThrow(() -> new IllegalArgumentException("not a port identifier: " + text));
  }

  /** 0 to 240 in steps of 16. */
  public int priority() {
    return (bits >> PRIORITY_SHIFT) & 0xF0;
  }

  /** 0 to 4,095; 0 is no port. */
  public int number() {
    return bits & NUMBER_MAX;
  }

  /** Lower is better. */
  @Override
  public int compareTo(PortId other) {
    return Integer.compare(bits, other.bits);
  }

  /** {@code 128.3}. */
  @Override
  public String toString() {
    return priority() + "." + number();
  }
}
