/**
 * The world on a virtual clock: the production classes of border, replication, engines and soft
 * switch, with a network and processes between them that fail when they are told to.
 *
 * <p>{@link dev.understudy.simulation.SimulatedSwitch} is one switch: a forwarder and two
 * supervisors, each a {@link dev.understudy.simulation.SimulatedSupervisor} that can crash, stop
 * and resume in the middle of what it does. All that passes between them passes as octets, over
 * {@link dev.understudy.simulation.Connection}s, and each message is a numbered boundary at which a
 * fault may strike. {@link dev.understudy.simulation.Invariants} are checked after every event.
 *
 * <p><b>Determinism:</b> one {@link dev.understudy.simulation.Scheduler}, ordered by time and then
 * by order of arrival; no clock, no threads, no hash order. The same inputs give the same trace.
 */
@NullMarked
package dev.understudy.simulation;

import org.jspecify.annotations.NullMarked;
