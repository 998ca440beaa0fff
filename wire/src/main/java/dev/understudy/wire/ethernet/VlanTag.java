package dev.understudy.wire.ethernet;

import dev.understudy.wire.BigEndian;
import java.util.Objects;

/**
 * An 802.1Q tag (802.1Q-2018 9.6): its Tag Control Information, in a frame behind EtherType 0x8100.
 *
 * <pre>
 *  15     13  12  11                      0
 *  +--------+-----+-----------------------+
 *  |  PCP   | DEI |          VID          |
 *  +--------+-----+-----------------------+
 * </pre>
 *
 * @param priority Priority Code Point, 0 to 7
 * @param dropEligible Drop Eligible Indicator
 * @param vid VLAN Identifier, 0 (priority only) to 4,095 (reserved)
 */
public record VlanTag(int priority, boolean dropEligible, int vid) {
  /** Octets that a tag adds to a frame. */
  public static final int LENGTH = 4;

  /** The null VLAN ID: a tag with priority only. */
  public static final int VID_NONE = 0;

  public static final int VID_DEFAULT = 1;

  /** The highest VID that a VLAN can have. */
  public static final int VID_MAX = 4094;

  private static final int VID_MASK = 0xFFF;
  private static final int DROP_ELIGIBLE_BIT = 0x1000;
  private static final int PRIORITY_SHIFT = 13;
  private static final int PRIORITY_HIGHEST = 7;

  public VlanTag {
    if (priority < 0 || priority > PRIORITY_HIGHEST) {
      throw new IllegalArgumentException("no priority: " + priority);
    }
    if (vid < 0 || vid > VID_MASK) {
      throw new IllegalArgumentException("no VID: " + vid);
    }
  }

  /** Priority 0, not drop eligible. */
  public static VlanTag ofVid(int vid) {
    return new VlanTag(0, false, vid);
  }

  /** From Tag Control Information, of which the low 16 bits count. */
  public static VlanTag ofTci(int tci) {
    return new VlanTag(
        (tci >> PRIORITY_SHIFT) & PRIORITY_HIGHEST, (tci & DROP_ELIGIBLE_BIT) != 0, tci & VID_MASK);
  }

  /** Tag Control Information, 0 to 65,535. */
  public int tci() {
    return (priority << PRIORITY_SHIFT) | (dropEligible ? DROP_ELIGIBLE_BIT : 0) | vid;
  }

  /** The VID in Tag Control Information, without an object. */
  public static int vidOf(int tci) {
    return tci & VID_MASK;
  }

  /**
   * Puts the tag between source address and EtherType of the frame at {@code offset}, outside any
   * tag that is there; what follows moves four octets up. Returns the new length.
   *
   * @throws IndexOutOfBoundsException if the array has no room for four octets behind the frame, or
   *     the frame is shorter than its two addresses
   */
  public int push(byte[] octets, int offset, int length) {
    Objects.checkFromIndexSize(offset, length + LENGTH, octets.length);
    int at = EthernetFrame.TYPE_OFFSET;
    Objects.checkFromToIndex(at, length, length);
    System.arraycopy(octets, offset + at, octets, offset + at + LENGTH, length - at);
    BigEndian.put16(octets, offset + at, EtherType.C_TAG);
    BigEndian.put16(octets, offset + at + 2, tci());
    return length + LENGTH;
  }

  /**
   * Takes the outer tag out of the frame at {@code offset}; what follows moves four octets down.
   * Returns the new length; the four octets behind the frame keep what they had. The frame has a
   * tag ({@link EthernetFrame#isTagged}).
   *
   * @throws IllegalArgumentException if it has none
   */
  public static int pop(byte[] octets, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, octets.length);
    int at = EthernetFrame.TYPE_OFFSET;
    if (length < at + LENGTH || BigEndian.u16(octets, offset + at) != EtherType.C_TAG) {
      throw new IllegalArgumentException("no tag in this frame of " + length + " octets");
    }
    int behind = at + LENGTH;
    System.arraycopy(octets, offset + behind, octets, offset + at, length - behind);
    return length - LENGTH;
  }

  /** For example {@code vid 10 priority 5}. */
  @Override
  public String toString() {
    return "vid " + vid + " priority " + priority + (dropEligible ? " drop-eligible" : "");
  }
}
