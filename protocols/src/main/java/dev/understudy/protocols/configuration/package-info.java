/**
 * The configuration in force, its history, and who this switch is.
 *
 * <p><b>Purpose.</b> There is one configuration, and it is state like any other: rows, replicated,
 * committed. {@link dev.understudy.protocols.configuration.ConfigurationEngine} takes people's
 * requests to apply, confirm and roll back, numbers the versions, gives each port that is named for
 * the first time its number and address for life, and tells the other engines what changed. It
 * doesn't judge a configuration: that was done before the request became an input.
 *
 * <p><b>Inputs:</b> requests, the beginning of a term, ticks (for the deadline of a confirmation).
 * <b>Outputs:</b> {@code StoreConfiguration}, the copy that the forwarder keeps. <b>Signals:</b>
 * {@code ConfigurationChanged}.
 *
 * <p><b>State:</b> tables identity, port-identity, config, config-history, and the timer {@code
 * confirm}. {@link dev.understudy.protocols.configuration.StoredConfigurations} makes of the rows
 * what the three homes of the configuration hold, and tells which of two copies is newer: each
 * version has an identifier made from that of the version before, the content and the request, so
 * that two different versions of the same number are told apart.
 *
 * <p><b>Confirmation.</b> A configuration applied with a time limit is in force at once. Unless it
 * is confirmed in time, the content of the last confirmed version returns, as a new version, at the
 * first tick after the deadline. Applying another one meanwhile doesn't move what returns. A
 * configuration that was read back from a disk or the forwarder's cell without being confirmed (all
 * supervisors were lost meanwhile) is withdrawn at the first tick: nobody can say how long ago it
 * was applied, and it may be why everything was lost.
 *
 * <p><b>Limits</b> are constants of StoredConfigurations: versions that can be returned to,
 * versions whose identifiers are kept, octets of a configuration.
 *
 * <p><b>Threads:</b> one at a time; no I/O, no clock.
 */
@NullMarked
package dev.understudy.protocols.configuration;

import org.jspecify.annotations.NullMarked;
