package dev.understudy.forwarder.soft;

import dev.understudy.schema.PortState;
import dev.understudy.schema.SetPort;
import dev.understudy.schema.SetPortState;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** A bridge port: VLAN membership and its state in every tree. Today it has one port. */
final class BridgePort {
  static final byte DISCARDING = 0;
  static final byte LEARNING = 1;
  static final byte FORWARDING = 2;

  final int number;
  final SoftPort member;

  /** VLAN of untagged frames, in both directions; 0: none. */
  int untaggedVid;

  private final byte[] states = new byte[SoftSwitch.TREE_MAX + 1];
  private final BitSet treesSet = new BitSet();
  private final boolean[] memberOf = new boolean[SoftSwitch.VID_MAX + 1];

  BridgePort(int number, SoftPort member) {
    this.number = number;
    this.member = member;
  }

  byte state(int tree) {
    return states[tree];
  }

  boolean isMember(int vid) {
    return memberOf[vid];
  }

  void state(int tree, PortState state) {
    treesSet.set(tree);
    states[tree] =
        switch (state) {
          case PORT_STATE_FORWARDING -> FORWARDING;
          case PORT_STATE_LEARNING -> LEARNING;
          case PORT_STATE_DISCARDING, PORT_STATE_UNSPECIFIED, UNRECOGNIZED -> DISCARDING;
        };
  }

  void discardAll() {
    Arrays.fill(states, DISCARDING);
  }

  /** Takes VLANs over; returns those that the port left or in which it changed its tagging. */
  BitSet vlans(SetPort port) {
    BitSet before = members();
    int untaggedBefore = untaggedVid;
    Arrays.fill(memberOf, false);
    if (port.getTrunkVlansCount() == 0) {
      untaggedVid = port.getAccessVlan() == 0 ? 1 : port.getAccessVlan();
    } else {
      port.getTrunkVlansList().forEach(vid -> memberOf[vid] = true);
      untaggedVid = port.getNativeVlan();
    }
    if (untaggedVid != 0) {
      memberOf[untaggedVid] = true;
    }
    BitSet left = before;
    left.andNot(members());
    if (untaggedBefore != untaggedVid && untaggedBefore != 0) {
      left.set(untaggedBefore);
    }
    return left;
  }

  /** The states in tree 0 and in every tree that was ever set. */
  void addStates(List<SetPortState> all) {
    treesSet.set(0);
    for (int tree = treesSet.nextSetBit(0); tree >= 0; tree = treesSet.nextSetBit(tree + 1)) {
      PortState state =
          switch (states[tree]) {
            case FORWARDING -> PortState.PORT_STATE_FORWARDING;
            case LEARNING -> PortState.PORT_STATE_LEARNING;
            default -> PortState.PORT_STATE_DISCARDING;
          };
      all.add(
          SetPortState.newBuilder().setBridgePort(number).setTree(tree).setState(state).build());
    }
  }

  private BitSet members() {
    BitSet members = new BitSet();
    for (int vid = 1; vid < memberOf.length; vid++) {
      members.set(vid, memberOf[vid]);
    }
    return members;
  }
}
