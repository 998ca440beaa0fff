/**
 * Native calls: sockets for frames, rtnetlink, scheduling. The only module that has any.
 *
 * <p><b>Purpose.</b> A switch that lives in user space needs what java.net has not: whole Ethernet
 * frames with their VLAN tags, many per call and without garbage; to be told when an interface
 * appears, flaps or goes; a place before others on the processor. All of it is the Linux kernel's,
 * reached by java.lang.foreign; no C of our own is compiled.
 *
 * <p><b>Structure.</b> {@link dev.understudy.linux.CLibrary} is the C library under its own names,
 * {@link dev.understudy.linux.FfmCLibrary} the one class behind it, {@link
 * dev.understudy.linux.Downcalls} its meeting with the linker, {@link dev.understudy.linux.Structs}
 * the kernel's structures, held against the headers by a test. What others use stands on these:
 *
 * <ul>
 *   <li>{@link dev.understudy.linux.FrameBatch} and {@link dev.understudy.linux.SendVector}: frames
 *       in and out, off the heap, moved by {@link dev.understudy.linux.FrameChannel}s ({@link
 *       dev.understudy.linux.PacketSocket}, {@link dev.understudy.linux.UdpSocket}, {@link
 *       dev.understudy.linux.TapDevice}); {@link dev.understudy.linux.FrameFilter} keeps control
 *       frames apart from data.
 *   <li>{@link dev.understudy.linux.Epoll} and {@link dev.understudy.linux.EventFd}: one thread
 *       that waits for all of them.
 * </ul>
 *
 * <p><b>Errors.</b> On the hot path (receive, send, flush) a failure is a negative errno and no
 * exception. Everywhere else it is an {@link dev.understudy.linux.ErrnoException} that names call,
 * arguments and errno.
 *
 * <p><b>Allocation.</b> Receiving, looking, tagging, sending and waiting allocate nothing of their
 * own. Until the just-in-time compiler has seen to it (some 10,000 calls) the linker's own code may
 * leave about 40 octets a call.
 *
 * <p><b>Threads.</b> Nothing here has a thread or a lock. An object belongs to the thread that uses
 * it, except where its description says otherwise. Opening something happens in the network
 * namespace of the calling thread, which must be a platform thread if that matters.
 *
 * <p><b>Memory.</b> Off-heap memory belongs to the garbage collector (automatic arenas), so that no
 * pointer given to the kernel can outlive what it points at. Descriptors are closed by hand.
 *
 * <p><b>Limits.</b> Linux 5.11 or newer with glibc 2.35 or newer (epoll_pwait2), 64-bit x86 or ARM,
 * little endian where the kernel's order is the host's. 1,024 frames a batch.
 */
@NullMarked
package dev.understudy.linux;

import org.jspecify.annotations.NullMarked;
