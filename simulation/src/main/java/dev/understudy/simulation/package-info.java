/**
 * The world on a virtual clock: the production classes of border, replication, engines and soft
 * switch, with a network and processes between them that fail when they are told to.
 *
 * <p>A {@link dev.understudy.simulation.World} is text or made of a seed ({@link
 * dev.understudy.simulation.WorldGenerator}). {@link dev.understudy.simulation.Simulation} runs it
 * once, {@link dev.understudy.simulation.Twin} twice, with its faults and without, and says whether
 * anybody could tell; {@link dev.understudy.simulation.Campaign} does so with many.
 *
 * <p>{@link dev.understudy.simulation.SimulatedSwitch} is one switch: a {@link
 * dev.understudy.simulation.SimulatedForwarder} and two supervisors, each a {@link
 * dev.understudy.simulation.SimulatedSupervisor} that can crash, stop and resume in the middle of
 * what it does. All that passes between them passes as octets, over {@link
 * dev.understudy.simulation.Connection}s, and each message is a boundary at which a fault of the
 * {@link dev.understudy.simulation.FaultPlan} may strike. {@link
 * dev.understudy.simulation.Invariants} are checked after every event.
 *
 * <p><b>Determinism:</b> one {@link dev.understudy.simulation.Scheduler} a world, ordered by time,
 * then by lane (what is inside a switch before what comes from outside), then by arrival; no clock,
 * no hash order. The same seed gives the same trace, in another process too. <b>Threads:</b> one a
 * world; worlds share nothing.
 *
 * <p>What the switch says of itself is compared with what {@link dev.understudy.simulation.Witness}
 * saw.
 *
 * <p><b>Limits:</b> versions are all the same; an engine fails only when it is made to.
 */
@NullMarked
package dev.understudy.simulation;

import org.jspecify.annotations.NullMarked;
