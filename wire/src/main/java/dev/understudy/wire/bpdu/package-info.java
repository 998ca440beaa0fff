/**
 * Bridge Protocol Data Units, IEEE 802.1Q-2018 clause 14 (802.1D-2004 clause 9).
 *
 * <p><b>Purpose.</b> {@link dev.understudy.wire.bpdu.Bpdu} is what a bridge says to its neighbours:
 * a Configuration or Topology Change Notification BPDU of the old protocol, or a Rapid Spanning
 * Tree BPDU. {@link dev.understudy.wire.bpdu.BpduCodec} turns it into octets and back, as the BPDU
 * alone or as a whole Ethernet frame.
 *
 * <p><b>What is checked here</b> (14.5) is all that needs the octets alone: length, protocol
 * identifier, version against type. And Message Age below Max Age in a Configuration BPDU:
 * 802.1D-2004 9.3.4 asks for it and 14.5 does not, but information as old as its own limit is dead
 * in either. Whether a Configuration BPDU is one's own come back (9.3.4 too) needs to know who one
 * is and belongs to the engine; bridge and port identifier are there for that.
 *
 * <p><b>Where the standard is silent.</b> A BPDU of type 2 and version 3 or higher matches none of
 * 14.5's rules in a bridge that speaks only RSTP, and would be discarded: an MSTP neighbour could
 * never be heard, against 14.6. It is decoded as an RST BPDU, from 36 octets on (14.5 d says 35,
 * which would leave the Version 1 Length out). mstp-lib does the same.
 *
 * <p><b>What is not lost.</b> The version as received, the flags octet whole, times in their 1/256
 * s, everything after octet 36 of a BPDU of type 2 (an MST BPDU's configuration identifier and MSTI
 * messages), and BPDUs of unknown type. Octets after the 35th of a Configuration BPDU and after the
 * 4th of a Topology Change Notification mean nothing in any version and are passed over.
 *
 * <p><b>Done:</b> 14.1, 14.2.1 to 14.2.9, 14.3 a to c, 14.4 a to p, 14.5 a to c. <b>Not done:</b>
 * the MST part (14.4 q on) and SPT BPDUs.
 *
 * <p><b>Threads, state, limits.</b> Values and static functions; a BPDU has at most 1,497 octets,
 * as its LLC frame has at most 1,500.
 */
@NullMarked
package dev.understudy.wire.bpdu;

import org.jspecify.annotations.NullMarked;
