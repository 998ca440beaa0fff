/**
 * Bridge Protocol Data Units, IEEE 802.1Q-2018 clause 14 (802.1D-2004 clause 9).
 *
 * <p><b>Purpose.</b> {@link dev.understudy.wire.bpdu.Bpdu} is what a bridge says to its neighbours:
 * a Configuration or Topology Change Notification BPDU of the old protocol, or a Rapid Spanning
 * Tree BPDU. {@link dev.understudy.wire.bpdu.BpduCodec} turns it into octets and back, as the BPDU
 * alone or as a whole Ethernet frame.
 *
 * <p><b>What is checked here</b> (14.4) is all that needs the octets alone: length, protocol
 * identifier, version against type, Message Age below Max Age in a Configuration BPDU. Whether a
 * Configuration BPDU is one's own come back (802.1D-2004 9.3.4) needs to know who one is and
 * belongs to the engine; root, bridge and port identifier are there for that.
 *
 * <p><b>What is not lost.</b> The version as received, the flags octet whole, times in their 1/256
 * s, everything after octet 36 of a BPDU of type 2 (an MST BPDU's configuration identifier and MSTI
 * messages), and BPDUs of unknown type. Octets after the 35th of a Configuration BPDU and after the
 * 4th of a Topology Change Notification mean nothing in any version and are passed over.
 *
 * <p><b>Done:</b> 14.1, 14.2.1 to 14.2.6 (the RST part), 14.3, 14.4 a to c, and d and e as a bridge
 * that speaks RSTP does. <b>Not done:</b> the MST part of an MST BPDU (14.2.7 on), SPT BPDUs.
 *
 * <p><b>Threads, state, limits.</b> Values and static functions; a BPDU has at most 1,497 octets,
 * as its LLC frame has at most 1,500.
 */
@NullMarked
package dev.understudy.wire.bpdu;

import org.jspecify.annotations.NullMarked;
