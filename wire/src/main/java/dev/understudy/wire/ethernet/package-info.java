/**
 * Ethernet frames, 802.1Q tags and LLC headers.
 *
 * <p><b>Purpose.</b> The outermost layer of everything that a port hears and says: {@link
 * dev.understudy.wire.ethernet.EthernetFrame} is a view over a frame where it lies, {@link
 * dev.understudy.wire.ethernet.VlanTag} the value of a tag and the two moves that put one into a
 * frame and take it out, {@link dev.understudy.wire.ethernet.Llc} the header of what has a length
 * in place of an EtherType. Frames are without preamble and check sequence.
 *
 * <p><b>What is read.</b> Destination, source, at most one C-tag (EtherType 0x8100), then an
 * EtherType from 0x0600 or a length up to 1,500. An S-tag (0x88a8) is an EtherType like any other:
 * this is a customer bridge. A frame shorter than 60 octets is taken, since virtual links do not
 * pad.
 *
 * <p><b>Threads, state, limits.</b> A view is as safe as the array under it; it keeps no copy. The
 * static readers allocate nothing and are for the forwarding path.
 *
 * <p><b>Standards.</b> IEEE 802.3-2018 3.1 and 3.2.6, 802.1Q-2018 clause 9, 802 (LLC, ISO/IEC
 * 8802-2).
 */
@NullMarked
package dev.understudy.wire.ethernet;

import org.jspecify.annotations.NullMarked;
