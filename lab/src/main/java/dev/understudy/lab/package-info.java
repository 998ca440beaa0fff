/**
 * The lab: Understudy as real processes between foreign neighbours, and judges that know nothing of
 * its code.
 *
 * <p><b>Purpose.</b> A failover is hitless when an observer outside can't tell it from none. Here
 * are such observers: Open vSwitch's RSTP, the Linux kernel's 802.1D bridge, a neighbour made with
 * scapy, and hosts that send 10,000 numbered frames a second both ways. {@link
 * dev.understudy.lab.NumbersJudge} compares what came in at one of the switch's ports with what
 * went out at another; {@link dev.understudy.lab.BpduJudge} lets tshark read what the spanning tree
 * said.
 *
 * <p><b>Network.</b> All happens in network namespaces that a {@link dev.understudy.lab.Lab} makes
 * and takes down again, joined by {@link dev.understudy.lab.Veth} cables. A run that was killed
 * leaves namespaces behind, named after its process; the next one removes them.
 *
 * <p><b>Time.</b> Captures carry the kernel's own stamps, in nanoseconds of the machine's wall
 * clock; {@link dev.understudy.lab.TimeSpan} is on the same clock. Nothing is waited for by
 * sleeping: other people's programs are asked again until they are ready ({@link
 * dev.understudy.lab.Await}), and a pause is only ever the time that is watched.
 *
 * <p><b>Threads.</b> One reads each live capture and shows the frames to listeners; one reads each
 * host's reports. Tests run on one thread.
 *
 * <p><b>Limits.</b> Root, Linux, and the programs that {@link dev.understudy.lab.Parts} names. A
 * capture or a generator that loses frames itself voids a round, and a round that is void proves
 * nothing.
 */
@NullMarked
package dev.understudy.lab;

import org.jspecify.annotations.NullMarked;
