/**
 * As much of IPv4 and UDP as a test host needs.
 *
 * <p><b>Purpose.</b> Hosts of the demo, of the simulator and of the lab send numbered frames
 * through the switch and count what comes out. {@link dev.understudy.wire.ip.UdpCodec} makes those
 * frames such that any tool of the field (tshark, tcpdump, a kernel's own stack) takes them as
 * plain UDP, checksums included, and reads them back. Addresses are {@link
 * dev.understudy.wire.ip.Ipv4Address}.
 *
 * <p><b>What it is not:</b> an IP stack. Written headers have no options, no fragments, TTL 64 and
 * identification 0; read ones may have options, and what a test frame has no use for (type of
 * service, TTL, options) is not kept.
 *
 * <p><b>Threads, state, limits.</b> Values and static functions; a payload of at most 1,472 octets,
 * what an Ethernet frame of 1,500 has room for. {@code UdpCodec.writeHeaders} allocates nothing.
 *
 * <p><b>Standards.</b> RFC 791, RFC 768, RFC 1071.
 */
@NullMarked
package dev.understudy.wire.ip;

import org.jspecify.annotations.NullMarked;
