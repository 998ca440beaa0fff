/**
 * The forwarder's judgement: it alone decides who may write, in which order, and when.
 *
 * <p>{@link dev.understudy.border.Border} takes messages of supervisors, control frames, link
 * changes and time, one at a time. Its parts: {@link dev.understudy.border.Sessions} knows who is
 * there; {@link dev.understudy.border.Mastership} who holds the term and is heard, {@link
 * dev.understudy.border.Succession} who gets the next one ({@link dev.understudy.border.ColdClaims}
 * ranks claimants when nobody holds it); {@link dev.understudy.border.Standbys} who is in sync;
 * {@link dev.understudy.border.Brackets} keeps what waits and carries it out, output by output in
 * {@link dev.understudy.border.Body}; {@link dev.understudy.border.Delivery} gives inputs, and
 * {@link dev.understudy.border.InputLog} keeps those that are not consumed yet; {@link
 * dev.understudy.border.FailSafe} does what engines asked for when nobody drives them.
 *
 * <p><b>Threads:</b> one. No I/O: time comes from {@link dev.understudy.border.SwitchClock},
 * messages leave by {@link dev.understudy.border.Outbox}, what must outlive the process goes to
 * {@link dev.understudy.border.BorderStore}. What runs in the forwarder process runs unchanged in
 * the simulator.
 *
 * <p><b>Limits:</b> named constants here and in the log; at each there is an act: strike the
 * standby, drop and say so, refuse the session.
 */
@NullMarked
package dev.understudy.border;

import org.jspecify.annotations.NullMarked;
