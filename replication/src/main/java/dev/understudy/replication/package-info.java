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
 * <p>Its parts: {@link dev.understudy.replication.ForwarderSession} and {@link
 * dev.understudy.replication.Peer} are its two connections, {@link
 * dev.understudy.replication.Listing} knows whether the standby is in sync; {@link
 * dev.understudy.replication.Following} keeps the image, {@link dev.understudy.replication.Claims}
 * asks for the term, {@link dev.understudy.replication.Switchover} hands it over; {@link
 * dev.understudy.replication.Requests} takes what people ask. The role changes in the core alone.
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
