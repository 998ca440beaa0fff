/**
 * Data planes: what carries out the judgement's outputs on ports.
 *
 * <p>{@link dev.understudy.forwarder.dataplane.SoftDataPlane} is the soft switch on real ports: UDP
 * (one frame a datagram, no privileges), TAP, and AF_PACKET on any Linux interface. {@link
 * dev.understudy.forwarder.dataplane.DirectDataPlane} is the same switch on ports that are method
 * calls, for the simulator and for neighbours in a demonstration.
 *
 * <p><b>Threads.</b> The judgement's thread owns ports and their links ({@link
 * dev.understudy.forwarder.dataplane.Ports}); the forwarding thread ({@link
 * dev.understudy.forwarder.dataplane.DataThread}) owns the switch and the data sockets. It waits
 * for nobody: what the judgement wants goes through {@link
 * dev.understudy.forwarder.dataplane.Commands}, a bounded row, and the judgement waits for it, at
 * most two seconds. The other way, control frames go through {@link
 * dev.understudy.forwarder.dataplane.ControlQueue}; when that is full they are dropped and counted.
 *
 * <p><b>Control frames.</b> On AF_PACKET ports, frames to reserved addresses that an engine asked
 * for come by a socket of their own, chosen by a filter in the kernel: no flood of data can push a
 * BPDU out of it. The judgement reads and writes that socket itself. On UDP and TAP ports, and for
 * rules about other addresses, the forwarding thread finds them among the data.
 *
 * <p><b>Links.</b> A port is up when it is administratively up, attached, and its interface
 * operational. A lost carrier, also one that is back already, closes the port before anybody hears
 * of it, and is counted; an interface that is made again under the same name is bound again. A UDP
 * port is up as long as it is attached; who listens at its other end is no matter of the link.
 *
 * <p><b>The host's stack</b> has to be silent on an AF_PACKET port: interfaces with IP addresses
 * are refused, IPv6 and ARP are switched off while the interface is a port, and put back on
 * release. A forwarder that is killed leaves them off. At a TAP, the host's stack is the neighbour.
 *
 * <p><b>Checksums and segments.</b> What a sender's kernel leaves to its card comes and goes with a
 * virtio header on AF_PACKET (PACKET_VNET_HDR) and TAP ports: a checksum to be finished, a row of
 * TCP segments or of datagrams to be cut. Between such ports it passes as it came, a tag more or
 * less counted in. Before UDP ports, where no header can say so, and for rows inside of a tunnel,
 * which the header has no form for, it is done here ({@link
 * dev.understudy.forwarder.dataplane.Segmentation}), in a copy, because the same frame may leave by
 * other ports as it is. A frame, or a segment, that is longer than the way out carries is dropped
 * and counted.
 *
 * <p><b>Limits:</b> 64 frames at once from a port, 256 commands and 1,024 control frames waiting,
 * 16 MiB of receive buffer asked for each port. 256 control frames at once from a port's control
 * socket; a port that had so many is left alone for 10 ms, and what comes meanwhile waits, and is
 * lost, in its own socket of 1 MiB. What is read passes the policer of its port and rule. Learned
 * addresses: see {@link dev.understudy.forwarder.soft.SwitchLimits}. Whatever is over a limit is
 * counted.
 */
@NullMarked
package dev.understudy.forwarder.dataplane;

import org.jspecify.annotations.NullMarked;
