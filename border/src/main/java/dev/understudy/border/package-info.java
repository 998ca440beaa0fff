/**
 * The forwarder's judgement: it alone decides who may write, in which order, and when.
 *
 * <p>{@link dev.understudy.border.Border} takes messages of supervisors, control frames, link
 * changes and time, one at a time, and carries out brackets. Its parts: {@link
 * dev.understudy.border.InputLog} keeps what the active has not consumed yet; {@link
 * dev.understudy.border.FailSafe} does what engines asked for when nobody drives them; {@link
 * dev.understudy.border.ColdClaims} ranks claimants when nobody holds the term.
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
