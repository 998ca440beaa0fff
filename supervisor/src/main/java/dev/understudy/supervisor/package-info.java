/**
 * The supervisor process: threads, sockets and disk around the core that decides.
 *
 * <p><b>Purpose.</b> {@link dev.understudy.supervisor.Supervisor} gives {@link
 * dev.understudy.replication.SupervisorCore} its sessions (to the forwarder, to the other
 * supervisor: {@link dev.understudy.supervisor.Connections}), its disk, its event log. {@link
 * dev.understudy.supervisor.Operations} takes what people ask to it, from any thread.
 *
 * <p><b>Threads.</b>
 *
 * <ul>
 *   <li>The <i>loop</i> ({@link dev.understudy.supervisor.Loop}) owns the core. Everything that can
 *       happen is an event in its one queue; it never waits for anything else.
 *   <li>The <i>sockets</i> thread ({@link dev.understudy.edge.EventLoop}) runs all connections.
 *   <li>The <i>disk</i> thread writes configurations, the <i>events</i> thread the event log: a
 *       disk that hangs delays an answer and nothing else.
 *   <li>The <i>management</i> thread turns copies of the image into answers.
 * </ul>
 *
 * <p><b>Order.</b> What the core sends to the standby before it sends to the forwarder is written
 * first: see {@link dev.understudy.edge.Link}.
 *
 * <p><b>Ends.</b> Fenced or told so by the core: at once, with {@link
 * dev.understudy.edge.ExitCode#RESTART}; by a broken invariant or anything unexpected: at once,
 * with {@link dev.understudy.edge.ExitCode#BROKEN}, and the other supervisor takes over; by
 * SIGTERM: a planned switchover first, if there is somebody to hand over to.
 *
 * <p><b>Limits.</b> Messages: see {@link dev.understudy.edge.Link}. Requests of people at a time:
 * {@link dev.understudy.supervisor.management.ManagementService#REQUESTS_MAX}. Events kept: {@link
 * dev.understudy.supervisor.EventLog}.
 */
@NullMarked
package dev.understudy.supervisor;

import org.jspecify.annotations.NullMarked;
