/**
 * What a supervisor does for upgrades: it says that the image that it runs has come up.
 *
 * <p><b>Threads:</b> {@link dev.understudy.supervisor.upgrade.UpgradeAgent} has one of its own,
 * which may wait for disk and network; it looks at the core through {@link
 * dev.understudy.supervisor.Supervisor#look} and never holds it up.
 */
@NullMarked
package dev.understudy.supervisor.upgrade;

import org.jspecify.annotations.NullMarked;
