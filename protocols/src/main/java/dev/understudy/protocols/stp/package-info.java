/**
 * The spanning tree protocol, rapid and legacy: the machines of IEEE 802.1Q-2018 clause 13.
 *
 * <p><b>Purpose.</b> {@link dev.understudy.protocols.stp.StpEngine} takes part in a spanning tree:
 * of all links between bridges those that would close a loop stay blocked, and open when others
 * fail. {@link dev.understudy.protocols.stp.StpView} is what people see of it.
 *
 * <p><b>Inputs:</b> BPDUs (frames of traffic class {@code stp}), ticks, {@code FailSafeCarriedOut};
 * signals {@code TermStarted}, {@code ConfigurationChanged}, {@code BridgePortChanged}, {@code
 * BridgePortRemoved}. <b>Outputs</b>, in this order within a step: SetPuntRules and SetFailSafe,
 * SetPortState and FlushLearned as they came about, SendFrame. <b>Signals:</b> {@code ErrDisable}
 * for BPDU guard.
 *
 * <p><b>State:</b> tables stp-bridge, stp-port, stp-tree-port and port-state, and this engine's
 * rows of timer, punt, fail-safe and counter. Every variable, machine state and timer of the
 * standard that outlives an input is in them under the standard's name. The configuration and,
 * until this bridge has an identifier, the bridge's address are read from the configuration
 * engine's rows.
 *
 * <p><b>Structure.</b> {@link dev.understudy.protocols.stp.StpBridge} has trees and ports, and a
 * {@link dev.understudy.protocols.stp.StpTreePort} for each port in each tree. Today there is one
 * tree, the CIST, and each bridge is an MST region of its own; an MSTI would be one more {@link
 * dev.understudy.protocols.stp.StpTree}. {@link dev.understudy.protocols.stp.StpMachines} runs the
 * machines of those ports to which something happened, until none moves; frames are made last, so
 * that one input makes at most one BPDU a port.
 *
 * <p><b>Time.</b> Where the standard counts timers down once a second, here they are deadlines, and
 * expire at a tick. A timer that a machine would hold at its full value (by setting it anew each
 * second) does not run, and is started when the machine lets go of it. The hello timer goes on from
 * its deadline, so the period does not depend on ticks; hellos that were missed are not made up
 * for. {@code txCount} is a count and the time of its next decrement.
 *
 * <p><b>Done:</b> 13.10 (priority vectors, external part), 13.25 to 13.29 as far as the CIST needs
 * them, the machines 13.30 to 13.39; 13.5 (compatibility with STP), protocol migration by port;
 * BPDUs of 14 by way of {@code dev.understudy.wire.bpdu}. Beyond the standard: BPDU guard. Root
 * guard is restrictedRole. <b>Not done:</b> MSTIs and MST regions, SPB, Layer Two Gateway Ports,
 * mcheck, restrictedTcn, enableBPDUrx/tx, AutoIsolate, tcDetected (for MVRP).
 *
 * <p><b>Where the standard is silent or wrong</b>, each explained at its place: BPDUs that come
 * back to their own port ({@code StpProcedures.reflected}); notifications heard by a legacy root
 * port ({@code rcvTcn}); proposals where the version is forced to STP ({@code recordProposal});
 * backup ports in {@code allSynced}; AdminEdge set on a live port ({@code
 * PortMachines.adminEdgeSet}). Hello times: 802.1Q-2018 fixes them at 2 s. This bridge sends its
 * configured one (1 to 10 s), and gives a neighbour up after three of those that the neighbour
 * states, as the editions before did. Short ageing beside a legacy neighbour is a flush.
 *
 * <p><b>Topology changes</b> are counted once for each input at which one, detected here or
 * received, starts tcWhile on at least one port (compare 12.8.1.1.3).
 *
 * <p><b>Takeover.</b> A hitless term start does nothing. Without a complete image, a port on which
 * image and forwarder differ starts over, in discarding; so does every port that the fail-safe has
 * closed. A new forwarder is told everything again and nothing starts over. A link that went down
 * and up between two inputs is down and up, in this order, in one step.
 *
 * <p><b>Limits:</b> {@link dev.understudy.protocols.stp.StpMachines#ROUNDS_MAX}; reaching it is a
 * broken invariant. 4,095 ports. <b>Threads:</b> one at a time; no I/O, no clock.
 */
@NullMarked
package dev.understudy.protocols.stp;

import org.jspecify.annotations.NullMarked;
