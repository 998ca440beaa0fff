/**
 * What the processes share at their edge: the transport, the state directory, who they are.
 *
 * <p><b>Transport.</b> Ordered streams of messages, both ways: a {@link dev.understudy.edge.Dialer}
 * keeps one up from its side, a {@link dev.understudy.edge.Listening} takes them at the other; what
 * both hand out is a {@link dev.understudy.edge.Link}. Today that is gRPC over Unix domain sockets;
 * {@link dev.understudy.edge.Endpoint} is the place where another kind is added. Nothing here
 * detects a silent peer: the forwarder's ticks do, and so there are no keep-alives.
 *
 * <p><b>Threads.</b> One per process, {@link dev.understudy.edge.EventLoop}, runs all sockets.
 * Listeners are called on it and hand over to the process's own thread; messages may be sent from
 * any one thread. What is sent on two links of one event loop is written in the order in which it
 * was sent, as long as neither is stuck.
 *
 * <p><b>Limits.</b> Inwards a link asks for {@link dev.understudy.edge.Link#RECEIVED_MAX} messages
 * beyond those that were taken, so a slow receiver slows its sender and no queue grows. Outwards
 * {@link dev.understudy.edge.Link#QUEUED_OCTETS_MAX} octets or {@link
 * dev.understudy.edge.Link#QUEUED_MESSAGES_MAX} messages wait; one more ends the link.
 *
 * <p><b>Who may connect.</b> Sockets lie in a directory that only the owner can enter, and the
 * other end's user, asked of the kernel, must be the same or root. What connects and speaks
 * something else is closed and counted.
 */
@NullMarked
package dev.understudy.edge;

import org.jspecify.annotations.NullMarked;
