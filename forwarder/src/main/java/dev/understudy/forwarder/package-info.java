/**
 * The forwarder process: the switch's body and judge.
 *
 * <p><b>Purpose.</b> {@link dev.understudy.forwarder.Forwarder} puts the judgement ({@link
 * dev.understudy.border.Border}), a data plane and the supervisors' sessions together, and gives
 * them threads, a clock and a disk. It decides nothing itself.
 *
 * <p><b>Threads.</b> The judge's thread owns the border and makes every call to the data plane: it
 * waits for control frames, messages and the next deadline, in one place. The event loop's thread
 * runs the sockets and hands messages over. A third thread writes the configuration's copy to the
 * disk, so that a slow disk never delays a judgement; only a term ceiling is written by the judge
 * itself, at start and then once in a thousand terms. The data plane has threads of its own.
 *
 * <p><b>Disk.</b> {@link dev.understudy.forwarder.DiskBorderStore}: two files. What is damaged is
 * kept aside and reported; a full disk makes a counter and a line and is tried again.
 *
 * <p><b>Limits.</b> Sessions, and messages of a session that the judge has not taken: see {@link
 * dev.understudy.edge.Link}.
 */
@NullMarked
package dev.understudy.forwarder;

import org.jspecify.annotations.NullMarked;
