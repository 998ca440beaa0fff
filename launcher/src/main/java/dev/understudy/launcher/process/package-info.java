/**
 * The process starter: forwarder, supervisor A and supervisor B as processes of their own,
 * restarted when they exit.
 *
 * <p><b>What it is not:</b> a part of the switch. It takes no part in finding out that a supervisor
 * failed, nor in the takeover. Children run in sessions of their own, write to files and not to
 * pipes, and notice nothing when the launcher is killed. {@link
 * dev.understudy.launcher.process.ProcessFile} says which processes belong to a state directory, by
 * process id and start time, so that a new launcher adopts what still lives and {@code down} never
 * hits a stranger that got an old number.
 *
 * <p><b>Threads:</b> one, {@link dev.understudy.launcher.process.Starter#run}; it looks at the
 * children every {@value dev.understudy.launcher.process.Starter#LOOK_MILLIS} ms.
 *
 * <p><b>Limits:</b> a log file is cut when it exceeds {@value
 * dev.understudy.launcher.process.LogFile#OCTETS_MAX} octets; one former part is kept. Restarts
 * wait as {@link dev.understudy.launcher.process.Backoff} says and never end.
 */
@NullMarked
package dev.understudy.launcher.process;

import org.jspecify.annotations.NullMarked;
