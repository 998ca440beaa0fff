/**
 * A supervisor without its threads and sockets: the canonical stream between the two, roles,
 * takeover, digests, the homes of the configuration.
 *
 * <p>{@link dev.understudy.replication.SupervisorCore} takes what comes from the forwarder, the
 * peer and people, one at a time. As active it turns each input into one {@link
 * dev.understudy.replication.Bracket}, sends that to the standby and to the forwarder, in this
 * order, and never waits. As standby it stages what follows an open bracket ({@link
 * dev.understudy.replication.StreamReceiver}), applies it on the close, and says {@code Held} to
 * the forwarder.
 *
 * <p><b>Threads:</b> one. No I/O, no clock: time is what the forwarder stamps on inputs and what
 * its ticks count. What runs in the supervisor process runs unchanged in the simulator.
 *
 * <p><b>Limits:</b> the bracket log ({@link dev.understudy.replication.BracketLog}), staged octets,
 * deferred inputs; each has a name and an act at the bound.
 */
@NullMarked
package dev.understudy.replication;

import org.jspecify.annotations.NullMarked;
