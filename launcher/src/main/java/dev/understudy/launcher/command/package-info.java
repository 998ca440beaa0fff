/**
 * The commands: what they take, whom they ask, how they end.
 *
 * <p>A command that asks a supervisor sends one {@code ManagementRequest} and shows the JSON of the
 * reply. {@link dev.understudy.launcher.command.Supervisors} finds one that answers, and repeats a
 * request that changes something under the same id at the other one when the first dies in the
 * middle. Errors say what was wrong, where, and what to do, and go to standard error.
 *
 * <p><b>Exit status:</b> {@link dev.understudy.launcher.command.ExitStatus}.
 */
@NullMarked
package dev.understudy.launcher.command;

import org.jspecify.annotations.NullMarked;
