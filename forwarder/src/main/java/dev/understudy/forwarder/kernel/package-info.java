/**
 * The kernel's bridge as data plane: frames are forwarded by the kernel, whatever dies in user
 * space.
 *
 * <p><b>What is whose.</b> The forwarder makes one bridge, marked by an alias that names the state
 * directory, and makes existing interfaces its ports. An interface of that name without the mark,
 * an interface in another bridge, or one with IP addresses is left alone and reported.
 *
 * <p><b>A port passes only what spanning tree opened it for.</b> The kernel opens a port whose link
 * returns, because this bridge runs no spanning tree of its own. So closed means flags ({@code
 * learning off}, {@code flood off} of all three kinds, {@code locked on}), which outlive that,
 * together with no address known there, and the port state besides. Interfaces become ports while
 * they are down. A port that is learning is closed as well: the kernel would forward from it after
 * a flap. When a link is lost the port is closed before anybody hears of it, and stays so when it
 * comes back. Two limits: a link that goes and returns faster than the kernel tells (a veth: within
 * a second) is closed when the kernel tells, some milliseconds after its return; and while no
 * forwarder runs, an open port whose link flaps is open again.
 *
 * <p><b>BPDUs</b> aren't flooded: the sixteen reserved groups have the bridge as their only member.
 * They reach the judgement by a packet socket per port whose filter runs in the kernel, so that no
 * data frame does.
 *
 * <p><b>A new forwarder adopts</b> bridge and ports as they are, and what the supervisor then says
 * again changes nothing. A port whose carrier was lost meanwhile, by the kernel's count, is closed
 * first.
 *
 * <p><b>Threads.</b> All in the judgement's thread, in whose network namespace it all is. A request
 * to the kernel takes microseconds.
 *
 * <p><b>Limits.</b> VLAN 1 only, and ports on interfaces only.
 */
@NullMarked
package dev.understudy.forwarder.kernel;

import org.jspecify.annotations.NullMarked;
