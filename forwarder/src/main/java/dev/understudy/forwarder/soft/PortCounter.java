package dev.understudy.forwarder.soft;

import java.util.Locale;

/** What is counted at a port. Names are for people and programs, and stay as they are. */
public enum PortCounter {
  RX_FRAMES,
  RX_OCTETS,
  TX_FRAMES,
  TX_OCTETS,
  /** Control frames handed to the judgement. */
  RX_CONTROL_FRAMES,
  /** Control frames sent for a supervisor. */
  TX_CONTROL_FRAMES,

  /** Shorter than an Ethernet header. */
  DROP_TOO_SHORT,
  /** The port is administratively or physically down, or not there. */
  DROP_PORT_DOWN,
  /** The source is a group address. */
  DROP_SOURCE_GROUP,
  /** To 01:80:c2:00:00:00 to 0f, and no engine asked for it. */
  DROP_RESERVED_ADDRESS,
  /** Untagged on a trunk without native VLAN. */
  DROP_UNTAGGED,
  /** The VLAN isn't one of the switch. */
  DROP_VLAN_UNKNOWN,
  /** Ingress filtering: the port isn't a member of the VLAN. */
  DROP_VLAN_NOT_MEMBER,
  /** The port discards in the VLAN's tree. */
  DROP_PORT_DISCARDING,
  /** The port only learns in the VLAN's tree. */
  DROP_PORT_LEARNING,
  /** The destination is on the port it came from. */
  DROP_SAME_PORT,
  /** The destination's port doesn't forward, or isn't a member of the VLAN. */
  DROP_EGRESS_BLOCKED,
  /** No other port forwards in the VLAN. */
  DROP_NO_EGRESS,
  /** A control frame that is longer than any. */
  DROP_CONTROL_TOO_LONG,
  /** More control frames of a rule than its policer lets through. */
  DROP_CONTROL_POLICED,
  /** Control frames that found the queue to the judgement full. */
  DROP_CONTROL_QUEUE_FULL,
  /** On the way out: longer than the port carries. */
  DROP_TOO_LONG,
  /** On the way in: longer than the receive buffers. */
  DROP_TRUNCATED,
  /** A row of segments of the sender's kernel that can neither be carried whole nor cut. */
  DROP_SEGMENTED,
  /** A frame whose checksum was left to be done, in a place that it doesn't have. */
  DROP_CHECKSUM,
  /** The kernel had no room to send. */
  DROP_SEND_QUEUE_FULL,
  /** Nobody listens at the other end of a UDP port. */
  DROP_NO_PEER,
  /** The kernel refused to send. */
  DROP_SEND_FAILED,
  /** The kernel refused to hand over frames. */
  RECEIVE_ERRORS,
  /** The kernel had no room for received data frames. */
  DROP_RECEIVE_QUEUE_FULL,
  /** The kernel had no room for received control frames. */
  DROP_CONTROL_RECEIVE_QUEUE_FULL,

  /** Frames that a monitor was too slow for; they went their way all the same. */
  MONITOR_LOST_FRAMES,

  /** Rows of segments that left whole. */
  TX_SEGMENTS_WHOLE,
  /** Rows of segments that were cut here on their way out. */
  TX_SEGMENTS_CUT,

  /** Not learned: the port has as many addresses as it may have. */
  LEARN_PORT_LIMIT,
  /** Not learned: the table is full. */
  LEARN_TABLE_LIMIT,
  /** Learned addresses that came to this port from another one. */
  LEARN_MOVED;

  static final int COUNT = values().length;

  /** Its place in a port's array, which is made and read by this release only. */
  @SuppressWarnings("EnumOrdinal") // Nothing outside of this process sees the order.
  int index() {
    return ordinal();
  }

  /** For example {@code drop-port-discarding}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
