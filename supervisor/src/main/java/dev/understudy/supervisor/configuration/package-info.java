/**
 * The configuration file and the configuration on disk.
 *
 * <p><b>Purpose.</b> One YAML file and one {@code Config} message say the same thing. {@link
 * dev.understudy.supervisor.configuration.ConfigurationReader} makes the message of the file,
 * {@link dev.understudy.supervisor.configuration.ConfigurationWriter} the file of the message,
 * {@link dev.understudy.supervisor.configuration.ConfigurationCheck} judges a message whoever made
 * it, and {@link dev.understudy.supervisor.configuration.ConfigurationDiff} shows two of them side
 * by side.
 *
 * <p><b>Whole or not at all.</b> A file with a mistake gives no configuration but a list of all
 * mistakes, each with file, line, column, what was found and what was expected. Unknown keys, keys
 * given twice, anchors and tags are mistakes. Anchors, because a file that means the same must look
 * the same in {@code config diff}.
 *
 * <p><b>Canonical form.</b> A value that equals its default is not kept in the message: whether a
 * file spells a default out or not makes no difference, and {@code parse(write(c))} equals {@code
 * canonical(c)}.
 *
 * <p><b>On disk.</b> {@link dev.understudy.supervisor.configuration.ConfigurationStore} is a
 * supervisor's own home of the configuration: one file, replaced as a whole, with a checksum.
 *
 * <p><b>Threads:</b> none of their own; all but the store is without state. The store is used by
 * one thread, which may wait for the disk.
 *
 * <p><b>Limits</b> are constants of ConfigurationCheck and ConfigurationReader.
 *
 * <p><b>Standards:</b> ranges and relations of spanning-tree parameters are those of IEEE
 * 802.1D-2004 17.14, which 802.1Q took over; VLAN identifiers those of 802.1Q-2018 9.6.
 */
@NullMarked
package dev.understudy.supervisor.configuration;

import org.jspecify.annotations.NullMarked;
