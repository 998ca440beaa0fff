/**
 * What a supervisor does for upgrades at its edge: fetching, storing and copying images, the boot
 * pointers of its module, restarts.
 *
 * <p><b>Who decides.</b> The row of the upgrade, which is replicated, and {@link
 * dev.understudy.replication.Upgrade}, which says what leads from one phase to the next. {@link
 * dev.understudy.supervisor.upgrade.UpgradeAgent} looks at row and role again and again and does
 * what is missing; everything that it does may be done twice. What it finds out goes to the
 * active's loop as an event. So it doesn't matter who dies when: whoever is there goes on from the
 * row.
 *
 * <p><b>Between the modules</b> images travel by way of the management connection, pulled by
 * whoever lacks one, part by part: brackets have a connection and a thread of their own and never
 * wait for them.
 *
 * <p><b>Threads:</b> the agent's, which looks; one for what may take long. Both may wait for disk
 * and network, and never hold up the loop.
 *
 * <p><b>Limits:</b> constants of {@link dev.understudy.replication.Upgrade} and of the classes
 * here.
 */
@NullMarked
package dev.understudy.supervisor.upgrade;

import org.jspecify.annotations.NullMarked;
