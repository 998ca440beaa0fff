/**
 * {@code monitor port}: a copy of what passes a port of the soft data plane, as pcapng.
 *
 * <p>Two threads put frames in, each into a ring of its own: the one that forwards and the
 * judgement's, which has the control sockets. They wait for nobody: what finds no room is not
 * captured, and is counted in the next packet block ({@code epb_dropcount}) and at the port ({@code
 * monitor-lost-frames}). A thread per reader takes them out in order of time and writes pcapng to a
 * Unix socket; {@link dev.understudy.forwarder.monitor.MonitorClient} is the other end. Supervisors
 * have no part in it, so it works while there are none.
 *
 * <p><b>Protocol:</b> the reader writes a port's name and a line feed. The answer is a line, {@code
 * ok} or what is wrong, and after {@code ok} blocks of pcapng until either side closes.
 *
 * <p><b>Limits:</b> {@link dev.understudy.forwarder.monitor.MonitorServer#READERS_MAX} readers, one
 * for each port, 5 MiB for each. What is dropped before it is known to be a frame (longer than the
 * buffers, segments that can't be cut) is counted at the port and not captured.
 *
 * <p><b>Standard:</b> draft-ietf-opsawg-pcapng.
 */
@NullMarked
package dev.understudy.forwarder.monitor;

import org.jspecify.annotations.NullMarked;
