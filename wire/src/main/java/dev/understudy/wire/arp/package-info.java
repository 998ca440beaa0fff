/**
 * The Address Resolution Protocol for IPv4 over Ethernet, RFC 826.
 *
 * <p><b>Purpose.</b> Hosts of tests and, later, the switch's own management address ask who has an
 * address and answer. {@link dev.understudy.wire.arp.ArpPacket} is the question or the answer,
 * {@link dev.understudy.wire.arp.ArpCodec} its frame.
 *
 * <p><b>What is checked:</b> EtherType, hardware type 1, protocol type IPv4, address lengths 6 and
 * 4. Other pairs of hardware and protocol are not this codec's. The operation is a number and
 * unknown ones are kept.
 *
 * <p><b>Threads, state, limits.</b> Values and static functions; 28 octets, always.
 */
@NullMarked
package dev.understudy.wire.arp;

import org.jspecify.annotations.NullMarked;
