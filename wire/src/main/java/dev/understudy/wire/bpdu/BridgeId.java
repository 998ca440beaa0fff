package dev.understudy.wire.bpdu;

import dev.understudy.wire.MacAddress;
import java.util.Optional;

/**
 * A Bridge Identifier, lower is better (802.1Q-2018 14.2.5).
 *
 * <pre>
 *  63       60 59                       48 47                    0
 *  +----------+---------------------------+-----------------------+
 *  | priority |    system ID extension    |    bridge address     |
 *  +----------+---------------------------+-----------------------+
 * </pre>
 *
 * @param bits all 64, to be compared without sign
 */
public record BridgeId(long bits) implements Comparable<BridgeId> {
  /** Octets on the wire. */
  public static final int LENGTH = 8;

  public static final int PRIORITY_DEFAULT = 32_768;
  public static final int PRIORITY_MAX = 61_440;
  public static final int PRIORITY_STEP = 4_096;

  private static final int ADDRESS_BITS = 48;
  private static final long ADDRESS_MASK = (1L << ADDRESS_BITS) - 1;
  private static final int EXTENSION_MASK = 0xFFF;

  /**
   * With system ID extension 0, as in the CIST.
   *
   * @param priority 0 to 61,440 in steps of 4,096
   */
  public static BridgeId of(int priority, MacAddress address) {
    return of(priority, address, 0);
  }

  /**
   * With a system ID extension: an MSTI's number.
   *
   * @param priority 0 to 61,440 in steps of 4,096
   * @param systemIdExtension 0 to 4,095
   */
  public static BridgeId of(int priority, MacAddress address, int systemIdExtension) {
    if (priority < 0 || priority > PRIORITY_MAX || priority % PRIORITY_STEP != 0) {
      throw new IllegalArgumentException("no bridge priority: " + priority);
    }
    if (systemIdExtension < 0 || systemIdExtension > EXTENSION_MASK) {
      throw new IllegalArgumentException("no system ID extension: " + systemIdExtension);
    }
    return new BridgeId(((long) (priority | systemIdExtension) << ADDRESS_BITS) | address.bits());
  }

  /** {@code 32768.00:11:22:33:44:55}: the first 16 bits as a decimal number, and the address. */
  public static Optional<BridgeId> tryParse(String text) {
    int dot = text.indexOf('.');
    if (dot < 1) {
      return Optional.empty();
    }
    Optional<Long> first = Decimals.tryParse(text.substring(0, dot), 0xFFFF);
    Optional<MacAddress> address = MacAddress.tryParse(text.substring(dot + 1));
    return first.flatMap(f -> address.map(a -> new BridgeId((f << ADDRESS_BITS) | a.bits())));
  }

  /**
   * As {@link #tryParse}.
   *
   * @throws IllegalArgumentException if the text is no bridge identifier
   */
  public static BridgeId parse(String text) {
    return tryParse(text)
        .orElseThrow(() -> new IllegalArgumentException("not a bridge identifier: " + text));
  }

  /** 0 to 61,440 in steps of 4,096. */
  public int priority() {
    return priorityAndExtension() & ~EXTENSION_MASK;
  }

  /** 0 to 4,095; 0 in the CIST, and the VLAN or the tree where each has its own. */
  public int systemIdExtension() {
    return priorityAndExtension() & EXTENSION_MASK;
  }

  public MacAddress address() {
    return new MacAddress(bits & ADDRESS_MASK);
  }

  private int priorityAndExtension() {
    return (int) (bits >>> ADDRESS_BITS);
  }

  /** Lower is better. */
  @Override
  public int compareTo(BridgeId other) {
    return Long.compareUnsigned(bits, other.bits);
  }

  /** {@code 32768.00:11:22:33:44:55}; with a system ID extension of 10 the number is 32778. */
  @Override
  public String toString() {
    return priorityAndExtension() + "." + address();
  }
}
