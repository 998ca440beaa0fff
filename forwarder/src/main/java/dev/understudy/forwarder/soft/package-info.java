/**
 * The forwarding core: an 802.1Q switch that does no I/O.
 *
 * <p><b>Purpose.</b> {@link dev.understudy.forwarder.soft.SoftSwitch} decides for each frame where
 * it goes: VLAN, port state, learning, look-up, flooding, tags. The real data plane and the
 * simulator run the same object.
 *
 * <p><b>Order of a frame</b> (802.1Q-2018 8.6): reserved addresses first, whatever the port's state
 * (8.6.3): punted when an engine asked, otherwise dropped. Then VLAN classification (6.9; VID 0 is
 * untagged), ingress filtering (8.6.2, always on), port state and learning (8.7), punt rules of
 * other addresses, look-up or flood (8.6.3), egress filtering (8.6.4), tag. Other multicast, that
 * of foreign spanning trees included, is data. Each drop has a counter with a name.
 *
 * <p><b>Threads.</b> One at a time, everything. Memory that a frame lies in may be on the heap or
 * off it.
 *
 * <p><b>State.</b> Bridge ports by number with a state for each tree; VLAN → FID → tree; learned
 * addresses by (FID, MAC) in an open-addressing table with limits for each bridge port and in all;
 * static entries by (VID, MAC), which go before learned ones. Changes of learned addresses have a
 * sequence of their own with a bounded memory; who asks too late gets a dump.
 *
 * <p><b>Beyond the standard.</b> A port whose link goes discards in every tree at once and its
 * addresses are void; only an output opens it again. A limit of addresses for each bridge port: one
 * that moves to a full port is forgotten and flooded.
 *
 * <p><b>Not done:</b> group registrations (MMRP, snooping), priorities and queues, more than one
 * port in a bridge port.
 */
@NullMarked
package dev.understudy.forwarder.soft;

import org.jspecify.annotations.NullMarked;
